"""Sentences that go on with the one before: "and the hall too", "the other two", "sorry, I meant 3, put 2 back on"."""

# ruff: noqa: E501 (a way of saying something is one line)

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from assistant.home.entities import HomeIntent
from assistant.home.understanding.asked import Asked
from assistant.home.understanding.asking_back import Asking
from assistant.home.understanding.clauses import Clauses
from assistant.home.understanding.context import Context
from assistant.home.understanding.following import continued, others_said, spoken_again
from assistant.home.understanding.half_said import half_heard
from assistant.home.understanding.loosened import shortened
from assistant.home.understanding.names.names import Directory
from assistant.home.understanding.repairs import Repairs
from assistant.home.understanding.telling_back import together
from assistant.home.understanding.wording.phrasebook import meant
from assistant.home.understanding.wording.politeness import is_question, stripped
from assistant.home.understanding.wording.words import plain

#: What the speaker has seen to: "i have closed the left blind myself , can you close the other two".
_SEEN_TO = re.compile(
    r"(?:i|we) (?:have )?(?:already |just )?(?:closed|shut|opened|locked|unlocked|turned on|turned off|switched on|switched off|done|dimmed) (?P<np>.+?) (?:myself|ourselves|already|off|on) , (?:so |and |now )*(?P<command>.*\bother .+)"
)
#: "Fully" is closed, after what was closed.
_SHUTTING = re.compile(r"(?:please |can you |could you )?(?:close|shut|lower)\b")
_FULLY = re.compile(r"(?<=\w )(?:fully|completely|all the way)$")
_OPENING = frozenset("open up raise lift".split())
#: More of the light that was spoken of.
_MORE_LIGHT = re.compile(r"(?:(?:a (?:bit|little)|some|even) )?more light(?:(?: ,)? (?:please|now))*")
#: What was meant before, and what becomes of that which was not: "sorry , i meant 3 , put 2 back on".
_I_MEANT = re.compile(
    r"(?:(?:sorry|no|oops|oh|wait) (?:, )?)*i (?:meant|mean) (?P<meant>(?:(?!,)\S+ )+?), (?P<rest>(?:and |so |please )*(?:turn|switch|put|open|close|shut) .+)"
)
_BARE_NUMBER = re.compile(r"(?P<lead> (?:turn |switch |put |number )?(?:on |off )?)(?P<number>\d)(?= |$)")


class GoingOn:
    """Reads the sentences about one house that make sense after another."""

    def __init__(self, directory: Directory, clauses: Clauses, asking: Asking, repairs: Repairs, asked: Asked) -> None:
        self.directory, self._clauses, self._asking, self._repairs = directory, clauses, asking, repairs
        self._asked = asked

    def resolved(self, text: str, context: Context) -> tuple[str, Context]:
        """Return a sentence and its context with what it takes from before put in: which the others are."""
        if (seen := _SEEN_TO.fullmatch(text)) and not (found := self.directory.find(seen["np"], -1)).problem:
            text, context = seen["command"], replace(context, last=found.ids)
        if _SHUTTING.match(plain(context.before)) and _OPENING.isdisjoint(text.split()):
            text = _FULLY.sub("closed", text)
        if _MORE_LIGHT.fullmatch(text) and self._were_lights(context):
            text = "make it brighter"
        if context.last:
            text = spoken_again(self.directory, others_said(self.directory, text, context.last), context.last)
        return text, context

    def _were_lights(self, context: Context) -> bool:
        """Say whether only lights were spoken of just now, and none of another room than the speaker is in."""
        known = [self._clauses.entity(name) for name in context.last if name in self.directory.number]
        return bool(known) and all(thing.domain == "light" and context.room in (None, thing.area) for thing in known)

    def read(self, text: str, context: Context) -> HomeIntent | None:
        """Read a sentence that goes on with the one before; None where it stands for itself."""
        before = meant(stripped(self._repairs.in_its_words(plain(context.before)))) if context.before else ""
        said = (
            continued(self.directory, each, before, context.last)
            for each in (text, *shortened(text, self.directory.vocabulary()))
        )
        whole = next(filter(None, said), "")
        if not whole:
            return None
        context = replace(context, before="")
        if is_question(whole):
            return self._asked.read(whole, context)
        reading = self._clauses.understood(whole, context, context.last)
        if reading is None or reading.problem not in ("", "which", "room", "area"):
            return None
        return self._asking.intent(reading, context, f"goes on with the sentence before: {whole!r}")

    def put_right(
        self, text: str, context: Context, read: Callable[[str, Context], HomeIntent | None]
    ) -> HomeIntent | None:
        """Read what was meant in place of what was done, and what becomes of that; None where nothing is put right.

        "Sorry, I meant 3, put 2 back on" is two commands for `read`.
        """
        if (said := _I_MEANT.fullmatch(text)) is None:
            return None
        named = [self._clauses.entity(name).name for name in context.last if name in self.directory.number]
        noun = plain(named[0]).rstrip("0123456789 ") if len(named) == 1 else ""
        other, rest = (
            _BARE_NUMBER.sub(rf"\g<lead>{noun} \g<number>", part) if noun else part
            for part in (f" {said['meant']}", f" {said['rest']}")
        )
        first = read(f"no , {other.strip()}", context)
        second = read(rest.strip(), replace(context, before=""))
        return together(first, second) or half_heard()
