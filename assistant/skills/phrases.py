"""What the owner's phrases and the skills of other packages listen for, for the recognizer's lexicon.

Our own skills are asked in plain English.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from assistant.skills.skill import Skills

OURS = "assistant."
MOST_PHRASES = 1000  #: of the owner


class SkillPhrases:
    """The examples of skills that packages add, and phrases of the `owner`.

    One source of a `Lexicon`, whose methods are called in threads.
    """

    version = 0  # skills are loaded once

    def __init__(self, skills: Skills, owner: Iterable[str] = ()) -> None:
        self._skills, self._owner = skills, tuple(islice(owner, MOST_PHRASES))

    def phrases(self) -> Iterable[str]:
        """Return the sentences."""
        return [
            *self._owner,
            *self._examples(),
        ]

    def _examples(self) -> Iterable[str]:
        return [
            example
            for skill in self._skills
            if not type(skill).__module__.startswith(OURS)
            for example in skill.examples
        ]
