"""What a skill is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal, Protocol

from knowledge.collections import Collections

if TYPE_CHECKING:
    from assistant.home.entities import HomeIntent
    from assistant.parts import Parts


@dataclass(frozen=True, slots=True, kw_only=True)
class SkillCall:
    """Words that a skill understood: what it is to do, with which values (plain data: they are shown as JSON).

    `asker` is the conversation in which it was asked, by its name or id, "" where it is none that can be told
    something later; `room` is where the person stands, "" if unknown;
    `collections` are those of the documents that they may ask. A skill need not set them.
    `unmet` is for what names something that the skill does not have: whoever else has it goes first.
    """

    skill: str
    intent: str
    slots: Mapping[str, object] = field(default_factory=dict)
    asker: str = ""
    room: str = ""
    collections: Collections = None
    unmet: bool = False

    @property
    def name(self) -> str:
        """What is asked for, as others are told it: "timers.set"."""
        return f"{self.skill}.{self.intent}"

    @property
    def asks(self) -> bool:
        """Whether something is missing that has to be said, as the time of an alarm is: intents "ask_..."."""
        return self.intent.startswith("ask_")


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a skill came to, where a sentence alone does not tell it.

    `outcome` "failed" is for what could not be done; "asked_back" waits for a yes to `pending`, an intent of the house,
    or for what was missing.
    """

    spoken: str
    outcome: Literal["acted", "failed", "asked_back"] = "acted"
    pending: HomeIntent | None = None
    entities: tuple[str, ...] = ()


def failed(spoken: str) -> Said:
    """Return the reply to what cannot be done."""
    return Said(spoken=spoken, outcome="failed")


def missing(question: str) -> Said:
    """Return the question for what an "ask_..." lacks; the answer is read as the end of what was said before."""
    return Said(spoken=question, outcome="asked_back")


def in_all(said: Sequence[Said]) -> Said:
    """Return what several things came to as one, those that failed last; it failed where all did."""
    told = sorted(said, key=lambda each: each.outcome == "failed")
    return replace(told[0], spoken=" ".join(dict.fromkeys(each.spoken for each in told)))


class Skill(Protocol):
    """Something that can be asked for in words."""

    name: str

    @property
    def examples(self) -> Sequence[str]:
        """Sentences to try, the most telling first."""

    def understand(self, words: str) -> SkillCall | None:
        """Return what `words` (one line, at most 1,000 characters) ask of this skill, None for nothing.

        Quick and without effects: it is asked about every partial sentence, and nothing may be done before `call`.
        """

    async def call(self, call: SkillCall, parts: Parts) -> str | Said:
        """Do it, and return the sentence to say. Raises ReparteeError for what cannot be done."""


class Skills:
    """The skills of this process, asked in order; those of `first` before anything else has a say."""

    def __init__(self, skills: Sequence[Skill] = (), *, first: Sequence[Skill] = ()) -> None:
        self._first = tuple(first)
        self._skills = {skill.name: skill for skill in (*first, *skills)}

    def __iter__(self) -> Iterator[Skill]:
        return iter(self._skills.values())

    def understand(self, words: str) -> SkillCall | None:
        """Return what the first skill that understands `words` makes of them."""
        return next((call for skill in self._skills.values() if (call := skill.understand(words)) is not None), None)

    def understand_first(self, words: str) -> SkillCall | None:
        """Return what words mean before they may be a command to the voice or to the house."""
        return next((call for skill in self._first if (call := skill.understand(words)) is not None), None)

    def examples(self) -> list[str]:
        """Return one sentence to try for each skill that has any."""
        return [skill.examples[0] for skill in self._skills.values() if skill.examples]

    async def call(self, call: SkillCall, parts: Parts) -> Said:
        """Do what was understood; returns what to say."""
        said = await self._skills[call.skill].call(call, parts)
        return said if isinstance(said, Said) else Said(spoken=said)
