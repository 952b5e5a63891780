"""A command that names several things of which a house has only some, without those that it has not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from assistant.home.entities import HomeIntent
from assistant.home.understanding.acts import the
from assistant.home.understanding.asking_back import Asking
from assistant.home.understanding.clauses import Clauses
from assistant.home.understanding.context import Context
from assistant.home.understanding.names.names import Directory
from assistant.home.understanding.names.noun_phrases import COMMANDING, LEAVING_OUT, LISTING, UNFINISHED, bare
from assistant.home.understanding.telling_back import first_up
from assistant.home.understanding.wording.asides import SAID_OR_MEANT
from assistant.home.understanding.wording.english import GENERIC
from assistant.home.understanding.wording.words import singular

LONGEST_NAME = 5  #: words of what is left out, with its article
_ARTICLES = frozenset("the my our".split())
_NO_NAME = (
    COMMANDING | LEAVING_OUT | (UNFINISHED - _ARTICLES) | frozenset("off up down shut closed , or then it".split())
)
#: "The queen commanded them" is no thing of a list.
_OF_SAYING = frozenset(word for word in SAID_OR_MEANT if word.endswith("ed")) | frozenset(
    "said says told tells asks wrote writes goes sings sang got went came made them him her".split()
)
MOST_LEFT_OUT = 3  #: of several things that are named, so many may not be here
MOST_TRIED = 24  #: ways to leave some out: of four things that is each of them


def without_one(text: str) -> Iterator[tuple[str, str]]:
    """Yield a command without one thing of its list, and what that is called: "turn on the lamp", "the disco ball"."""
    words = text.split()
    for place, word in enumerate(words):
        if word not in LISTING:
            continue
        for length in range(LONGEST_NAME, 0, -1):
            end = place + 1 + length
            if end <= len(words) and _is_name(words[place + 1 : end]):
                yield " ".join([*words[:place], *words[end:]]), " ".join(words[place + 1 : end])
            start, behind = place - length, place + 1 + (words[place : place + 2] == [",", "and"])
            if start > 0 and _is_name(words[start:place]):
                yield " ".join([*words[:start], *words[behind:]]), " ".join(words[start:place])


def _is_name(words: list[str]) -> bool:
    """Say whether words may be the name of a thing and no more: "the disco ball", "party lights"."""
    said = words[1:] if words[0] in _ARTICLES else words
    if not said or not _OF_SAYING.isdisjoint(words) or not _NO_NAME.isdisjoint(said) or not _ARTICLES.isdisjoint(said):
        return False
    return said is not words or singular(words[-1]) in GENERIC


class InPart:
    """Reads commands to one house of which a part cannot be done."""

    def __init__(self, directory: Directory, clauses: Clauses, asking: Asking) -> None:
        self.directory, self._clauses, self._asking = directory, clauses, asking

    def _holds_a_name(self, phrase: str) -> bool:
        """Say whether a thing of this house is named among other words."""
        words = phrase.split()
        stretches = (words[start:end] for start in range(len(words)) for end in range(start + 1, len(words) + 1))
        return any(bare(" ".join(stretch)) in self.directory.exact for stretch in stretches)

    def read(self, text: str, context: Context) -> HomeIntent | None:
        """Read a command without those of several things that are not here, or cannot do it: of these it is said."""
        return self._without(text, context, MOST_LEFT_OUT, set())

    def _without(self, text: str, context: Context, left: int, tried: set[str]) -> HomeIntent | None:
        for rest, phrase in without_one(text) if left else ():
            if rest in tried or len(tried) >= MOST_TRIED:
                continue
            named = self.directory.find(phrase, -1, room=context.room)
            if named.problem not in ("", "unknown") or len(named.ids) > 1:
                continue
            if not named.ids and (self._holds_a_name(phrase) or tuple(bare(phrase).split()) in self.directory.places):
                continue  # something that is here would be left out, and not be told of
            tried.add(rest)
            reading = self._clauses.understood(rest, context, context.last)
            if reading is None or reading.problem in ("unknown", "unable"):
                intent = self._without(rest, context, left - 1, tried)
            else:
                intent = self._asking.intent(reading, context, "without what is not here")
            if intent is not None and intent.kind == "act" and not set(named.ids) & set(intent.entities):
                called = self._clauses.entity(named.ids[0]).name if named.ids else bare(phrase)
                told = f"{first_up(the([called]))} cannot do that." if named.ids else f"I know of no {called} here."
                return replace(intent, besides=(*intent.besides, told), loose=True)
        return None
