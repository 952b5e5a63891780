"""Commands to one house: as they are said, for a place said first, misheard, shared, or without what is not here."""

# ruff: noqa: E501 (a way of saying something is one line)

from __future__ import annotations

import re
from dataclasses import replace

from assistant.home.entities import HomeIntent
from assistant.home.understanding.asking_back import ORDER, Asking
from assistant.home.understanding.beyond import one_of_two
from assistant.home.understanding.clauses import Clauses
from assistant.home.understanding.context import Context, Reading
from assistant.home.understanding.half_said import BROKEN, UNSURE, HalfSaid
from assistant.home.understanding.in_part import InPart
from assistant.home.understanding.misheard import WEAK, Misheard
from assistant.home.understanding.names.names import Directory
from assistant.home.understanding.names.places_said import place_first, place_last, placed_each
from assistant.home.understanding.repairs import Repairs
from assistant.home.understanding.shared_sentences import SharedSentences
from assistant.home.understanding.told_along import ToldAlong
from assistant.home.understanding.wording.phrasebook import IDIOMS
from assistant.home.understanding.wording.politeness import later, tells

#: What is said to people, and is no half of a command.
_INTERJECTION = re.compile(r"(?:shut|make|set|put) (?:up|in|on|to)(?: (?:to|in|on|up))?")
#: "Of" where only "off" can stand: "turn of the lamp", "lights of in the hall", "the lamp of".
_OFF = re.compile(
    r"((?:^|(?<= and )|(?<= then )|(?<= , ))(?:turn|switch|shut|power|put) |(?<=\w )(?=of (?:in|at|please)\b)|(?<=\w )(?=of$))of\b"
)
#: Problems of a reading that is done or asked back about; with others it is tried otherwise.
_PLAIN_ENOUGH = frozenset(("", "which", "room", "area", "it", "here", "degrees", "either"))


class Commands:
    """Reads what one house is told to do."""

    def __init__(
        self,
        directory: Directory,
        clauses: Clauses,
        asking: Asking,
        repairs: Repairs,
        misheard: Misheard,
        told_along: ToldAlong,
        half_said: HalfSaid,
        shared: SharedSentences,
    ) -> None:
        self.directory, self._clauses, self._asking, self._repairs = directory, clauses, asking, repairs
        self._misheard, self._told_along, self._half_said, self._shared = misheard, told_along, half_said, shared
        self._in_part = InPart(directory, clauses, asking)

    def read(self, text: str, context: Context) -> HomeIntent | None:
        """Return what a command does, what is asked back about it, or why it is refused; None where it is none."""
        if tells(text):
            return self.beside_a_story(text, context)
        text = place_last(self.directory, text)
        text = self._repairs.joined_up(_OFF.sub(r"\1off", text))
        if delayed := self._delayed(text, context):
            return delayed
        if BROKEN.fullmatch(text) and text not in IDIOMS:
            return None if _INTERJECTION.fullmatch(text) else self._half_said.broken_off(text, context)
        reading = self._reading(text, context)
        if reading is None:
            return self._otherwise(text, context) or self._half_said.broken_off(text, context)
        if reading.problem == "it" and not ORDER.match(text):
            return None  # "knock it off" is said to people
        if reading.problem == "here" and " , " in text and (told := self.beside_a_story(text, context)):
            return told  # "it stinks in here , hood on": no room has to be known for that
        if reading.problem in _PLAIN_ENOUGH:
            return self._asking.intent(reading, context, "each word is understood")
        if reading.problem == "except" and reading.found.choices:
            # nothing else is tried, which might move just what was to be left alone
            return self._asking.refusal(reading)
        if found := self._otherwise(text, context, hopeless=reading.problem in ("unable", "except")):
            return found
        refused = self._asking.refusal(replace(reading, said=text))
        return (self._in_part.read(text, context) if refused else None) or refused

    def _reading(self, text: str, context: Context) -> Reading | None:
        reading = self._clauses.understood(text, context, context.last)
        if reading is None or reading.problem in ("unknown", "unable"):
            reading = self._clauses.run_on(text, context, context.last) or reading
        return reading and one_of_two(text, reading)

    def _otherwise(self, text: str, context: Context, *, hopeless: bool = False) -> HomeIntent | None:
        """Read a command that is not plain as it was said; `hopeless` where no shared sentence can be it."""
        if found := self.beside_a_story(text, context) or self._misheard.command(text, context):
            return found
        return self._shared.read(text, context) if not hopeless and ORDER.match(text) else None

    def surely(self, text: str, context: Context) -> HomeIntent | None:
        """Read a command; None where it would be refused, or rests on half a sentence or a weak likeness."""
        found = self.read(text, context)
        if found is None or found.kind == "refuse" or found.reason in UNSURE or found.reason.startswith(WEAK):
            return None
        return found

    def there_alone(self, text: str, context: Context) -> HomeIntent | None:
        """Read what is wanted of the place that was said first, and moves nothing elsewhere; None where that fails."""
        place, wanted = place_first(self.directory, text)
        if not place or tells(text):
            return None
        there = self.directory.places[tuple(place.split())][1]
        for said in placed_each(wanted, place):
            reading = self._clauses.understood(said, context, context.last)
            if reading is None or reading.problem:
                continue
            if not self.directory.mask(act.entity_id for act in reading.acts) & ~there:
                return self._asking.intent(reading, context, "each word is understood")
        return None

    def beside_a_story(self, text: str, context: Context) -> HomeIntent | None:
        """Read the command in a sentence that tells something too."""
        return self._told_along.after_telling(text, context) or self._told_along.loosened(text, context)

    def _delayed(self, text: str, context: Context) -> HomeIntent | None:
        """Refuse a command that is for another time; None where a sentence is none."""
        moment = later(text)
        reading = self._clauses.understood(moment, context, context.last) if moment else None
        if reading is None or reading.problem not in ("", "which", "room", "area", "here", "it"):
            return None
        return HomeIntent(
            kind="refuse", intent="HassDelayed", entities=reading.found.ids,
            question="I can only do things right away: ask me again when it is time.",
            reason="asked for another time",
        )  # fmt: skip
