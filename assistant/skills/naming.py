"""Which of several timers, alarms or reminders is meant by what was said of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from assistant.skills.agenda import Entry
from assistant.skills.skill import Said, failed


def meant(name: str, entries: Sequence[Entry]) -> list[Entry]:
    """Return the entries of a name, the exact ones before those whose name has all of its words; all for no name."""
    if not name:
        return list(entries)
    exact = [entry for entry in entries if entry.name == name]
    words = set(name.split())
    return exact or [entry for entry in entries if entry.name and words <= set(entry.name.split())]


def one(name: str, kind: str, entries: Sequence[Entry], said: Callable[[Entry], str]) -> Entry | Said:
    """Return the one entry that is meant, or why there is none; `said` tells several apart."""
    found = meant(name, entries)
    if len(found) == 1:
        return found[0]
    if not found:
        which = f"{name} {kind}" if name else kind
        return failed(
            f"There is no {which}."
            if not entries or not name
            else f"There is no {which}; {_there(entries, kind, said)}."
        )
    return failed(f"Which one: {', or '.join(said(entry) for entry in found[:4])}?")


def _there(entries: Sequence[Entry], kind: str, said: Callable[[Entry], str]) -> str:
    return f"there is {said(entries[0])}" if len(entries) == 1 else f"there are {len(entries)} {kind}s"
