"""Announcements: "tell everyone that dinner is ready", "announce in the kitchen: the taxi is here"."""

# ruff: noqa: E501 (a way of saying something is one line)

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from assistant.skills.skill import Said, SkillCall, failed

if TYPE_CHECKING:
    from assistant.parts import Parts

LONGEST = 500  #: characters
_BEGINS = re.compile(
    r"(?:please |repartee,? |can you |could you |i want you to |i need you to )*(?P<verb>announce|broadcast|tell|inform|let|say"
    r"|(?:make|send|do) an announcement)\b[,:]?\s*",
    re.IGNORECASE,
)
_EVERYBODY = frozenset("everyone,everybody,everywhere,all rooms,every room,the whole house".split(","))
_THAT = re.compile(r"^[,:]?\s*(?:that\b)?[,:]?\s*", re.IGNORECASE)


class Announcements:
    """Says something in every open conversation, or in those of one place: the name or the room of a satellite."""

    name = "announcements"
    examples = ("Tell everyone that dinner is ready.", "Announce in the kitchen: the taxi is here.")

    def __init__(self, places: Iterable[str] = ()) -> None:
        self._places = tuple(places)
        self.present: Callable[[], Iterable[str]] = tuple  # names and rooms of the conversations that are open

    def understand(self, words: str) -> SkillCall | None:
        """Understand what is to be announced, and where."""
        found = self.announcement(words)
        if found is None:
            return None
        text, to = found
        return SkillCall(skill=self.name, intent="announce", slots={"text": text} | ({"to": to} if to else {}))

    def announcement(self, words: str) -> tuple[str, str] | None:
        """Return the text and the place ("" for everywhere) of a sentence that announces; None for any other."""
        begun = _BEGINS.match(words)
        if begun is None:
            return None
        rest, tells = words[begun.end() :].strip(), begun["verb"].lower() in ("tell", "inform", "let")
        to, places = "", {place.casefold(): place for place in (*self._places, *self.present()) if place}
        for start in sorted((*places, *_EVERYBODY), key=len, reverse=True):
            before = r"(?:the )?" if tells else r"(?:(?:in|to|for) )(?:the )?"
            if start in _EVERYBODY:
                before = "to " if begun["verb"].lower() == "say" else "" if tells else r"(?:(?:in|to|for) )?"
            if (place := re.match(rf"{before}{re.escape(start)}\b", rest, re.IGNORECASE)) is not None:
                to, rest = places.get(start, ""), rest[place.end() :].lstrip()
                break
        else:
            if tells or begun["verb"].lower() == "say":
                return None  # "tell me the time", "say something"
        if begun["verb"].lower() == "let":
            if not rest.lower().startswith("know "):
                return None  # "let the kitchen be"
            rest = rest[len("know ") :]
        text = _THAT.sub("", rest, count=1).strip()
        text = re.sub(r",? please$", "", text, flags=re.IGNORECASE)
        return (text[:LONGEST], to) if any(char.isalnum() for char in text) else None

    async def call(self, call: SkillCall, parts: Parts) -> str | Said:
        """Do it."""
        text, to = str(call.slots["text"]), str(call.slots.get("to", ""))
        text = text[0].upper() + text[1:] + ("" if text[-1] in ".!?" else ".")
        reached = await parts.announce(text, to) if parts.announce is not None else 0
        if not reached:
            return failed(f"Nobody is connected in the {to}." if to else "Nobody is connected who could hear it.")
        return f"Announced in the {to}." if to else "Announced."
