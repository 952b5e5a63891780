"""Questions about one house: asked as they are known, in other words, or misheard."""

from __future__ import annotations

import re
from dataclasses import replace

from assistant.home.asking.answers import holds
from assistant.home.asking.questions import ask, ask_loosely
from assistant.home.asking.ways import ASKED_WORDS
from assistant.home.entities import HomeIntent
from assistant.home.understanding.asked_anew import asked_anew
from assistant.home.understanding.clauses import Clauses
from assistant.home.understanding.context import Context
from assistant.home.understanding.loosened import shortened
from assistant.home.understanding.misheard import Misheard
from assistant.home.understanding.names.house_words import HouseWords
from assistant.home.understanding.names.names import Directory
from assistant.home.understanding.repairs import Repairs
from assistant.home.understanding.shared_sentences import SharedSentences
from assistant.home.understanding.told_along import ToldAlong
from assistant.home.understanding.wording.asides import asked_first

#: How the shared questions begin; "how do I" is one for the documents.
_ASKS_A_STATE = re.compile(
    r"(?:is|are|which|did|have|has|do you know|tell me|(?:what|how) (?:is|are)|how many|what temperature"
    r"|how \w+ (?:is|are))\b"
)
_MOST_UNKNOWN = 2  #: words of a question: one with more of them is for the documents


class Asked:
    """Reads what is asked of one house."""

    def __init__(
        self,
        directory: Directory,
        clauses: Clauses,
        words: HouseWords,
        repairs: Repairs,
        misheard: Misheard,
        told_along: ToldAlong,
        shared: SharedSentences,
    ) -> None:
        self.directory, self._clauses, self._words, self._repairs = directory, clauses, words, repairs
        self._misheard, self._told_along, self._shared = misheard, told_along, shared

    def read(self, text: str, context: Context, *, loosely: bool = True) -> HomeIntent | None:
        """Read a question; most that name a device are for the documents, and cost little here.

        With `loosely` it is taken apart too where no way to ask knows it as it was said.
        """
        if not self._words.has(text):
            return None
        if (aside := asked_first(text)) and (done := self._told_along.about(aside, context)):
            return done
        if found := ask(self.directory, text, context):
            return self._those_so(found, context)
        for short in (*shortened(text, self.directory.vocabulary()), *self._repairs.renamed(text)):
            if found := ask(self.directory, short, context):
                return self._those_so(found, context)
        if loosely and (found := ask_loosely(self.directory, text, context)):
            return self._those_so(found, context)
        if not _ASKS_A_STATE.match(text) or ASKED_WORDS.isdisjoint(text.split()):
            return None
        if self._repairs.unknown(text) > _MOST_UNKNOWN:
            return None
        return self._misheard.question(text, context) or self._shared.read(text, context)

    def anew(self, text: str, context: Context, *, asks: bool) -> HomeIntent | None:
        """Read a question in other words."""
        anew = (self.read(question, context, loosely=False) for question in asked_anew(text, asks=asks))
        return next(filter(None, anew), None)

    def _those_so(self, asked: HomeIntent, context: Context) -> HomeIntent:
        """Return a question whose "them" are those that are so: after "which lights are on?", the lights that are."""
        query = asked.query
        if query is None or query.kind not in ("any", "which", "count") or len(query.states) != 1:
            return asked
        so = [
            name
            for name in query.entities
            if (state := context.states(name)) and holds(self._clauses.entity(name), state, query.states[0])
        ]
        return replace(asked, entities=tuple(so)) if so else asked
