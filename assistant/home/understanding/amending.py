"""A sentence that mends itself: "set the bedroom to 19, actually make that 20", "the fan, no sorry, the desk light"."""

# ruff: noqa: E501 (a way of saying something is one line)

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from assistant.home.entities import HomeIntent
from assistant.home.understanding.context import Context
from assistant.home.understanding.going_on import GoingOn
from assistant.home.understanding.half_said import half_heard
from assistant.home.understanding.names.names import Directory
from assistant.home.understanding.wording import english
from assistant.home.understanding.wording.phrasebook import meant
from assistant.home.understanding.wording.politeness import declined, stripped
from assistant.home.understanding.wording.values import is_value, values_in
from assistant.home.understanding.wording.words import plain, singular

_MARK = (
    r"(?:no(?! (?:ones?|body|more|need|longer|way|rush|hurry|point|idea|problem|worries|matter)\b)|nope|wait|sorry|oops|hang on|hold on|scratch that|correction|i mean|i meant|i meant to say|or rather|rather|actually"
    r"|make (?:that|it)|make (?:that|it) rather|not that(?: one)?|wrong one|no hang on|no not that(?: one)?|oh|hmm|um|er)"
)
#: A pause and words that take back, of which one at least says so.
_MENDING = re.compile(rf"(?: ,)?(?P<marks>(?: {_MARK}(?: ,)?(?= |$))+) (?P<other>(?:the |my |our |to |at )?\S.*)")
_CERTAIN = re.compile(
    r"(?<=\w)(?: ,)? (?:(?:no |oh )?(?:sorry|wait)(?: ,)? i mean|i mean(?:t)?|scratch that|make that|or rather|no sorry|no wait|wait no|correction)(?= \S)"
)
_SURE = re.compile(
    r"\b(?:no|nope|wait|sorry|oops|hang on|hold on|scratch that|correction|i mean|i meant|or rather|make (?:that|it)|not that|wrong one|actually)\b"
)
#: What is put right, said last: "the hall light , er , the porch light i mean".
_MEANT = re.compile(r"(?: ,)? (?:i mean(?:t)?|i meant to say|rather)$")
#: What stands before a value that mends another: "to 20", "make it 20".
_VALUE_LEAD = re.compile(r"^(?:(?:to|at|make (?:it|that)|set (?:it|that) to|say|let us say) )+")


def amended(text: str) -> Iterator[tuple[str, str]]:
    """Yield what a plain sentence said first, and what it put in the place of some of that; the last mending first."""
    yield from reversed(list(_found(text)))


def _found(text: str) -> Iterator[tuple[str, str]]:
    start = 0
    while match := _MENDING.search(text, start):
        before, other = (
            text[: match.start()].strip(" ,"),
            re.sub(r"(?: ,)? (?:please|instead|then|rather)$", "", match["other"]),
        )
        rest = ""
        if " , " in other:
            other, _, rest = other.partition(" , ")
        if rest:
            before = f"{before} , {rest}"
        meant = _MEANT.sub("", other)
        if before and meant and (meant != other or _SURE.search(match["marks"])):
            yield before, meant
        start = match.start("other")


def takes_back(text: str) -> bool:
    """Say whether a plain sentence takes back for certain some of what it said."""
    return _CERTAIN.search(text) is not None


class Amending:
    """Reads the sentences about one house that mend themselves; `strictly` reads one that does not."""

    def __init__(
        self, directory: Directory, going_on: GoingOn, strictly: Callable[[str, Context], HomeIntent | None]
    ) -> None:
        self.directory, self._going_on, self._strictly = directory, going_on, strictly

    def read(self, text: str, context: Context) -> HomeIntent | None:
        """Read a sentence that puts another value or thing in the place of one that it has said."""
        if declined(text):
            return None
        for before, other in amended(text):
            told = values_in(before)
            if (value := _VALUE_LEAD.sub("", other)) and is_value(value) and len(told) == 1:
                whole = f"{before[: told[0].start]}{value}{before[told[0].end :]}"
                return self._strictly(meant(stripped(whole)), context)
            said = meant(stripped(before))
            first = self._strictly(said, context)
            if first is None or not first.entities or first.kind not in ("act", "ask_back"):
                continue
            spoken = replace(context, before=before, last=first.entities)
            for said in (f"no , {other}", f"no , {other} one"):  # "make Will's lamp brighter, no, Grace's"
                if changed := self._going_on.read(said, spoken):
                    same = first.kind == "act" and changed.acts == first.acts
                    return half_heard() if same and not self._are_named_so(first.entities, other) else changed
        return None

    def _are_named_so(self, ids: Iterable[str], phrase: str) -> bool:
        """Say whether things have all the words of a phrase in their own names and room, and not just for a kind.

        Of the Bedroom Radiator "sorry, the thermostat" says that something else was meant.
        """
        said = {singular(word) for word in phrase.split()} - english.GLUE - {"one"}
        things = (self.directory.things[self.directory.number[name]] for name in ids)
        return all(said <= {*plain(thing.entity.area or "").split()}.union(*thing.names) for thing in things)
