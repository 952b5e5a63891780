"""A misheard sentence read as what it may have been: done where that is sure, else asked about."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import chain

from assistant.home.asking.questions import ask
from assistant.home.entities import HomeIntent
from assistant.home.understanding.acts import the, verb
from assistant.home.understanding.asking_back import ALL_DOMAINS, Asking
from assistant.home.understanding.clauses import Clauses
from assistant.home.understanding.context import Context, Reading
from assistant.home.understanding.loosened import with_less
from assistant.home.understanding.names.names import Directory
from assistant.home.understanding.repairs import Repair, Repairs
from assistant.home.understanding.telling_back import first_down, same, to
from assistant.home.understanding.wording.words import joined

#: From this likeness on a misheard name is taken for what it sounds like, if nothing else is near.
SURE = 0.84
#: From this likeness on it is asked whether that was meant.
LIKELY = 0.73
#: How far the next likely name has to be behind for the nearest one to be sure.
MARGIN = 0.06
#: The verbs of a house: with others a weak likeness is no reason to ask.
_HOUSEHOLD = re.compile(
    r"(?:turn|switch|open|close|shut|lock|unlock|dim|set|raise|lower|put|activate|brighten|toggle|change|make|start|stop|arm"
    r"|disarm|press|pull|draw|send|return|pause|begin|is|are|the|lights?|all|everything)\b"
)
#: words without a meaning here: a question with more of them is one for the documents
#: From this likeness on a sure repair is taken without a look at what else sounds like it.
_AS_GOOD_AS_SAID = 0.95
#: How the reason begins of a question back that rests on a likeness alone.
WEAK = "a weak match"
#: Words that sound like a number.
_ALIKE = {
    "1": {"one", "won"}, "2": {"to", "too", "two"}, "4": {"for", "four", "fore"}, "8": {"ate", "eight"},
}  # fmt: skip
#: Words that are never heard for a name: "the whole ground floor" is not the hall.
_HOW_MANY = frozenset("entire every each both everything none".split())


class Misheard:
    """Reads the sentences of one house with their unknown words taken for what sounds like them."""

    def __init__(self, directory: Directory, clauses: Clauses, asking: Asking, repairs: Repairs) -> None:
        self.directory = directory
        self._clauses = clauses
        self._asking = asking
        self._repairs = repairs

    def command(self, text: str, context: Context) -> HomeIntent | None:
        """Read the sentence with its unknown words taken for names that sound alike; ask where that is not sure."""
        readings = self._repaired(text, context)
        if not readings:
            return None
        likeness, reading, heard, sure = readings[0]
        sure = sure and _numbers(heard) <= _numbers(text)  # "heater too" is not the first of them
        if reading.problem:
            return self._asking.question(reading, context)
        rivals = [
            other
            for other in readings[1:]
            if same(other[1].acts) != same(reading.acts) and other[0] > likeness - MARGIN and not other[1].problem
        ]
        if likeness >= SURE and sure and not rivals and not reading.found.everything:
            return self._asking.intent(reading, context, f"heard as {heard!r} ({likeness:.2f})")
        intent = self._asking.intent(
            reading, replace(context, unconfirmed=ALL_DOMAINS), f"heard as {heard!r} ({likeness:.2f})"
        )
        if likeness < SURE and not _HOUSEHOLD.match(heard):
            return None  # "cut the crap" is no drape
        if rivals:
            names = list(
                dict.fromkeys(
                    self._clauses.entity(name).name for entry in [readings[0], *rivals] for name in entry[1].found.ids
                )
            )
            if len(names) > 1 and all(len(entry[1].found.ids) == 1 for entry in rivals):
                question = f"Did you mean {joined([f'the {first_down(name)}' for name in names[:3]], 'or')}?"
                ids = tuple(dict.fromkeys(name for entry in [readings[0], *rivals] for name in entry[1].found.ids))
                slots = {"again": reading.template} if reading.template else {}
                return HomeIntent(
                    kind="ask_back",
                    intent="HassClarify",
                    question=question,
                    entities=ids,
                    slots=slots,
                    reason="several names are near",
                )
        told = [self._clauses.entity(name).name for name in intent.entities]
        shown = the(told) if len(told) <= 2 else f"all {len(told)} of {reading.found.place or 'them'}"
        return HomeIntent(
            kind="ask_back", intent=intent.intent, pending=intent, entities=intent.entities,
            question=f"Did you mean to {verb(intent.acts[0])} {shown}{to(intent.acts[0])}?",
            reason=f"{WEAK}: {heard!r} ({likeness:.2f})",
        )  # fmt: skip

    def _repaired(self, text: str, context: Context) -> list[tuple[float, Reading, str, bool]]:
        """Return what a sentence may mean with its words mended: (likeness, reading, text, sure), best first."""
        readings: list[tuple[float, Reading, str, bool]] = []
        many = _HOW_MANY.intersection(text.split())
        for repair in chain(self._repairs.of(text, named=False), _later(self._repairs, text)):
            if repair.likeness < LIKELY or not self._repairs.explained(repair.text):
                continue
            if not many.issubset(repair.text.split()):
                continue
            if any(not entry[1].problem and repair.likeness <= entry[0] - MARGIN for entry in readings):
                break  # what follows is no rival any more
            if any(not entry[1].problem and entry[3] and entry[0] >= _AS_GOOD_AS_SAID for entry in readings):
                break
            reading = self._clauses.understood(repair.text, context, context.last)
            lean = with_less(repair.text, self.directory.vocabulary())
            if lean != repair.text and (reading is None or reading.problem):
                reading = self._clauses.understood(lean, context, context.last)  # "the lights out on the patio"
            if reading is None or (reading.problem and reading.problem not in ("which", "room", "area")):
                continue
            if reading.problem and (repair.likeness < SURE or not repair.sure):
                continue
            readings.append((repair.likeness, reading, repair.text, repair.sure))
        return sorted(readings, key=lambda entry: (-entry[0], bool(entry[1].problem)))

    def question(self, text: str, context: Context) -> HomeIntent | None:
        """Read a question with its unknown words taken for names that surely were meant: an answer moves nothing."""
        for repair in self._repairs.of(text):
            if repair.sure and repair.likeness >= SURE and (found := ask(self.directory, repair.text, context)):
                return replace(found, reason=f"{found.reason}, heard as {repair.text!r} ({repair.likeness:.2f})")
        return None


def _numbers(text: str) -> set[str]:
    """Return the numbers in a plain text, also those that a word may have been."""
    words = {*text.split()}
    return {word for word in words if word.isdigit() and len(word) == 1} | {
        number for number, alike in _ALIKE.items() if alike & words
    }


def _later(repairs: Repairs, text: str) -> Iterator[Repair]:
    """Yield the repairs that take a search among the names, which is begun when the first is asked for."""
    yield from repairs.of(text)
