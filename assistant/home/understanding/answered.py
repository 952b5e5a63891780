"""What is said to a question back: yes, no, or which one."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from assistant.home.entities import Act, HomeIntent
from assistant.home.understanding.asking_back import Asking
from assistant.home.understanding.clauses import Clauses
from assistant.home.understanding.context import Context, Reading
from assistant.home.understanding.names.noun_phrases import Found
from assistant.home.understanding.replies import CHOICE, NO, YES
from assistant.home.understanding.telling_back import together
from assistant.home.understanding.wording import english
from assistant.home.understanding.wording.words import plain

_YES_AND = re.compile(r"(?P<yes>\w+(?: please)?) (?:, and|and|,)(?: also| then)? (?P<more>.+)")


class Answered:
    """Reads the answers to what one house asked back."""

    def __init__(self, clauses: Clauses, asking: Asking) -> None:
        self.directory = clauses.directory
        self._clauses = clauses
        self._asking = asking

    def read(self, text: str, context: Context) -> HomeIntent | None:
        """Return what an answer to `context.pending` means; None where it is none."""
        pending = context.pending
        assert pending is not None
        words = text.replace(" ,", "")
        first, _, rest = words.partition(" ")
        if first in YES and rest in YES:
            words = first  # "yeah, go on"
        if words in YES and pending.pending is not None:
            return replace(pending.pending, confirm_needed=False, reason=f"confirmed: {pending.pending.reason}")
        if words in NO:
            return HomeIntent(
                kind="refuse",
                intent=pending.intent,
                question="All right, I leave it.",
                reason="the question back was declined",
            )
        if words in YES and len(pending.entities) > 1:
            return pending  # it was asked which one: that is asked again
        template = pending.slots.get("again")
        match = CHOICE.fullmatch(words)
        if not isinstance(template, str) or match is None or not pending.entities:
            return None
        chosen = self._choose(match["np"], pending.entities, context)
        if not chosen:
            return None
        acts: list[Act] = []
        for name in chosen:
            reading = self._clauses.understood(template.replace("@", f"@{name}"), context, ())
            if reading is None or reading.problem:
                return None
            acts += reading.acts
        return self._asking.intent(Reading(tuple(acts), Found(ids=chosen)), context, f"chosen: {', '.join(chosen)}")

    def with_more(
        self, text: str, context: Context, read: Callable[[str, Context], HomeIntent | None]
    ) -> HomeIntent | None:
        """Return what an answer means that goes on with another command, for `read`: "yes, and turn on the kettle"."""
        said = _YES_AND.fullmatch(text)
        yes = self.read(said["yes"], context) if said else None
        return together(yes, read(said["more"], replace(context, pending=None))) if said and yes else None

    def _choose(self, phrase: str, choices: Sequence[str], context: Context) -> tuple[str, ...]:
        """Return which of the choices an answer means: "the left one", "the second", "both"."""
        if phrase in (
            "both",
            "all",
            "all of them",
            "both of them",
            "them all",
            "every one",
            "everything",
            "everywhere",
            "all of those",
        ):
            return tuple(choices)
        order = {
            "first": 0,
            "1st": 0,
            "second": 1,
            "2nd": 1,
            "third": 2,
            "3rd": 2,
            "last": -1,
            "former": 0,
            "latter": -1,
        }
        match = re.fullmatch(r"the (\w+)(?: one)?", phrase)
        if match and match[1] in order and -len(choices) <= order[match[1]] < len(choices):
            return (choices[order[match[1]]],)
        words = [word for word in phrase.split() if word not in ("one", "ones")]
        mask = self.directory.mask(choices)
        found = (
            self.directory.find(" ".join(words), mask, room=context.room, reading=True)
            if words
            else Found(problem="unknown")
        )
        if not found.problem and set(found.ids) <= set(choices):
            return self._of_that_name(words, found.ids) if phrase.endswith(" one") else found.ids
        if found.problem == "area" and found.choices:
            return self._of_that_name(words, found.choices) if phrase.endswith(" one") else found.choices
        return ()

    def _of_that_name(self, words: list[str], ids: tuple[str, ...]) -> tuple[str, ...]:
        """Return the one that has the words in its own name: "the hall one" is the Hall Lamp of two there."""
        said = set(words) - english.GLUE
        named = tuple(each for each in ids if said <= set(plain(self._clauses.entity(each).name).split()))
        return named if len(named) == 1 else ids
