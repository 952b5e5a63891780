"""Which of several timers, alarms or reminders is meant by what was said of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from assistant.languages.en.moments import When, resolve
from assistant.skills.agenda import Entry
from assistant.skills.moment import Moment
from assistant.skills.skill import Said, failed


def singular(word: str) -> str:
    """Return a word without the s of several."""
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word


def _name_of(entry: Entry) -> str:
    return entry.name


def meant(name: str, entries: Sequence[Entry], called: Callable[[Entry], str] = _name_of) -> list[Entry]:
    """Return the entries of a name, the exact ones before those that have all of its words; all for no name.

    `called` is what each goes by; one and several of a thing are alike: "egg" and "eggs".
    """
    if not name:
        return list(entries)
    exact = [entry for entry in entries if called(entry) == name]
    words = {singular(word) for word in name.split()}
    return exact or [entry for entry in entries if words <= {singular(word) for word in called(entry).split()}]


def one(
    name: str,
    kind: str,
    entries: Sequence[Entry],
    said: Callable[[Entry], str],
    called: Callable[[Entry], str] = _name_of,
) -> Entry | Said:
    """Return the one entry that is meant, or why there is none; `said` tells several apart, `called` as in `meant`."""
    found = meant(name, entries, called)
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


def fitting(which: Mapping[str, object], entries: list[Entry], moment: Moment) -> list[Entry]:
    """Return the entries of a name or of a time, all where neither is given."""
    if isinstance(when := which.get("when"), dict):
        return [entry for entry in entries if _is_at(entry, When(**when), moment)]
    return meant(str(which.get("name", "")), entries)


def _is_at(entry: Entry, when: When, moment: Moment) -> bool:
    at = moment.local(entry.due_at)
    hours = {when.hour, None if when.hour is None or when.hour > 12 else when.hour % 12 + 12 * (at.hour >= 12)}
    in_half = not when.half or (at.hour < 12) == (when.half == "am")
    day = (
        not when.has_day
        or at.date()
        == getattr(
            resolve(replace(when, hour=at.hour, minute=at.minute, half=""), moment.local()),
            "date",
            at.date,
        )()
    )
    return day and in_half and (when.hour is None or (at.hour in hours and at.minute == when.minute))
