"""What a skill is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from assistant.parts import Parts


@dataclass(frozen=True, slots=True, kw_only=True)
class SkillCall:
    """Words that a skill understood: what it is to do, with which values."""

    skill: str
    intent: str
    slots: Mapping[str, object] = field(default_factory=dict)


class Skill(Protocol):
    """Something that can be asked for in words."""

    name: str

    @property
    def examples(self) -> Sequence[str]:
        """Sentences to try, the most telling first."""

    def understand(self, words: str) -> SkillCall | None:
        """Return what `words` (one line, at most 1,000 characters) ask of this skill, None for nothing.

        Pure and quick: it is asked about every partial sentence, and nothing may be done before `call`.
        """

    async def call(self, call: SkillCall, parts: Parts) -> str:
        """Do it, and return the sentence to say. Raises ReparteeError for what cannot be done."""


class Skills:
    """The skills of this process, asked in order."""

    def __init__(self, skills: Sequence[Skill] = ()) -> None:
        self._skills = {skill.name: skill for skill in skills}

    def __iter__(self) -> Iterator[Skill]:
        return iter(self._skills.values())

    def understand(self, words: str) -> SkillCall | None:
        """Return what the first skill that understands `words` makes of them."""
        return next((call for skill in self._skills.values() if (call := skill.understand(words)) is not None), None)

    def examples(self) -> list[str]:
        """Return one sentence to try for each skill that has any."""
        return [skill.examples[0] for skill in self._skills.values() if skill.examples]

    async def call(self, call: SkillCall, parts: Parts) -> str:
        """Do what was understood; returns the sentence to say."""
        return await self._skills[call.skill].call(call, parts)
