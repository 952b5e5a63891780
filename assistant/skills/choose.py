"""Which skills there are: those that come with Repartee, and those of installed packages.

A package adds one by naming a class with the attributes of `Skill` under the entry point group "repartee.skills".
"""

from __future__ import annotations

import logging
from importlib.metadata import entry_points

from assistant.skills.about import About
from assistant.skills.clock import Clock
from assistant.skills.skill import Skill, Skills

GROUP = "repartee.skills"

log = logging.getLogger(__name__)


def load_skills() -> Skills:
    """Return the skills in the order in which they are asked; one that cannot be loaded is logged and left out."""
    skills: list[Skill] = [Clock(), About()]
    for entry in entry_points(group=GROUP):
        try:
            skills.append(entry.load()())
        except Exception:  # noqa: PERF203  (whatever a stranger's package raises)
            log.exception("the skill %s cannot be loaded", entry.name)
    return Skills(skills)
