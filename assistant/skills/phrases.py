"""What the skills of other packages listen for, for the recognizer's lexicon; our own are asked in plain English."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from assistant.skills.skill import Skills

OURS = "assistant."


class SkillPhrases:
    """The examples of skills that packages add; one source of a `Lexicon`, whose methods are called in threads."""

    version = 0  # skills are loaded once

    def __init__(self, skills: Skills) -> None:
        self._skills = skills

    def phrases(self) -> Iterable[str]:
        """Return the sentences."""
        return [
            example
            for skill in self._skills
            if not type(skill).__module__.startswith(OURS)
            for example in skill.examples
        ]
