"""Routines: a phrase of the owner's that stands for several sentences, as the configuration says and not otherwise.

Each step is a sentence that goes through the one door, `take`, as if it had been said; "say ..." is part of the reply,
"announce ..." is said in every conversation, "announce in the kitchen: ..." there. A step that would be asked back is
asked back.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING

from assistant.skills.announcements import Announcements
from assistant.skills.skill import Said, SkillCall
from assistant.skills.templates import phrases_of, said
from engines.errors import ReparteeError

if TYPE_CHECKING:
    from assistant.home.entities import HomeIntent
    from assistant.parts import Parts
    from assistant.turn.events import Reply

MOST_ROUTINES, MOST_STEPS = 100, 20
_SAY = re.compile(r"say[:,]? +(?P<text>.+)", re.IGNORECASE)


@dataclass(frozen=True)
class Routine:
    """A template as it is configured, and its steps."""

    template: str
    steps: tuple[str, ...]


class Routines:
    """The routines of the configuration. Raises ReparteeError for one that could never end or never be said."""

    name = "routines"

    def __init__(
        self, configured: Mapping[str, str | Sequence[str]], announcements: Announcements | None = None
    ) -> None:
        if len(configured) > MOST_ROUTINES:
            raise ReparteeError(f"routines: there are {len(configured)}; at most {MOST_ROUTINES} are taken.")
        self._announcements = announcements or Announcements()
        self._by_phrase: dict[str, Routine] = {}
        for template, steps in configured.items():
            routine = Routine(template, (steps,) if isinstance(steps, str) else tuple(steps))
            _check_steps(routine)
            for phrase in phrases_of(template, self.name):
                other = self._by_phrase.setdefault(phrase, routine)
                if other is not routine:
                    raise ReparteeError(f'routines: "{phrase}" is a phrase of "{other.template}" and of "{template}".')
        self._refuse_loops()

    @property
    def phrases(self) -> Sequence[str]:
        """Everything that starts one of them."""
        return list(self._by_phrase)

    @property
    def examples(self) -> Sequence[str]:
        """The phrases of the owner."""
        return [f"{phrase.capitalize()}." for phrase in islice(self._by_phrase, 3)]

    def understand(self, words: str) -> SkillCall | None:
        """Understand a phrase of the configuration, whole."""
        if not self._by_phrase:
            return None
        routine = self._find(words)
        return SkillCall(skill=self.name, intent="routine", slots={"phrase": routine.template}) if routine else None

    def _find(self, words: str) -> Routine | None:
        return next((found for text in said(words) if (found := self._by_phrase.get(text)) is not None), None)

    def _refuse_loops(self) -> None:
        routines = {routine.template: routine for routine in self._by_phrase.values()}
        after = {
            name: [found.template for step in routine.steps if (found := self._find(step)) is not None]
            for name, routine in routines.items()
        }

        def visit(name: str, path: tuple[str, ...]) -> None:
            if name in path:
                way = " → ".join(f'"{each}"' for each in (*path[path.index(name) :], name))
                raise ReparteeError(f"routines: these start each other for ever: {way}; take one of the steps out.")
            for following in after[name]:
                visit(following, (*path, name))

        for name in routines:
            visit(name, ())

    async def call(self, call: SkillCall, parts: Parts) -> Said:
        """Take each step in turn; the reply says what came of each, and asks what has to be asked."""
        from assistant.turn.turn import take

        routine = next(each for each in self._by_phrase.values() if each.template == call.slots["phrase"])
        told: list[str] = []
        wrong: list[str] = []
        asked: list[Reply] = []
        entities: list[str] = []
        for step in routine.steps:
            if match := _SAY.fullmatch(step):
                told.append(_sentence(match["text"]))
            elif (announced := self._announcements.announcement(step)) is not None:
                text, to = announced
                if parts.announce is None or not await parts.announce(text, to):
                    told.append(_sentence(text))  # nobody else is there to hear it
            else:
                try:
                    context = parts.context(room=call.room, asker=call.asker, collections=call.collections)
                    reply = await take(step, parts=parts, context=context)
                except ReparteeError as error:
                    wrong.append(f"“{step}” failed: {error}")
                    continue
                entities += reply.action.entities if reply.action is not None else ()
                if reply.outcome == "asked_back" and reply.intent is not None and reply.intent.pending is not None:
                    asked.append(reply)
                elif reply.outcome in ("failed", "abstained", "asked_back"):
                    wrong.append(f"“{step}” failed: {reply.spoken}")
                else:
                    told.append(_sentence(reply.spoken))
        spoken = " ".join([*wrong, *told, *(reply.spoken for reply in asked)]) or "Done."
        pending = _together([reply.intent for reply in asked if reply.intent is not None], spoken)
        named = tuple(dict.fromkeys(entities))
        if pending is not None:
            return Said(spoken=spoken, outcome="asked_back", pending=pending, entities=named)
        return Said(spoken=spoken, outcome="failed" if wrong else "acted", entities=named)


def _together(asked: Sequence[HomeIntent], spoken: str) -> HomeIntent | None:
    """Return one question back for several: a yes does all of them."""
    if not asked:
        return None
    first = asked[0]
    waiting = [intent.pending for intent in asked if intent.pending is not None]
    pending = replace(
        waiting[0],
        acts=tuple(act for intent in waiting for act in intent.acts),
        entities=tuple(dict.fromkeys(name for intent in waiting for name in intent.entities)),
    )
    return replace(first, pending=pending, entities=pending.entities, question=spoken)


def _sentence(text: str) -> str:
    return text if text[-1:] in ".!?" else f"{text}."


def _check_steps(routine: Routine) -> None:
    where = f'routines: "{routine.template}"'
    if not 1 <= len(routine.steps) <= MOST_STEPS:
        raise ReparteeError(f"{where} has {len(routine.steps)} steps; write from 1 to {MOST_STEPS}.")
    for step in routine.steps:
        if not any(char.isalnum() for char in step) or len(step) > 500:
            raise ReparteeError(f"{where} has a step without words, or longer than 500 characters: {step[:60]!r}.")
