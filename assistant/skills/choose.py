"""Which skills there are: those that come with Repartee, and those of installed packages.

A package adds one by naming a class with the attributes of `Skill` under the entry point group "repartee.skills".
"""

from __future__ import annotations

import logging
from importlib.metadata import entry_points
from typing import TYPE_CHECKING

from assistant.skills.about import About
from assistant.skills.agenda import Agenda
from assistant.skills.alarms import Alarms
from assistant.skills.announcements import Announcements
from assistant.skills.clock import Clock
from assistant.skills.lists import Lists
from assistant.skills.memory import Memory
from assistant.skills.moment import Moment
from assistant.skills.routines import Routines
from assistant.skills.skill import Skill, Skills
from assistant.skills.stopping import Ringing
from assistant.skills.stopwatch import Stopwatch
from assistant.skills.sums import Sums
from assistant.skills.timers import Timers

if TYPE_CHECKING:
    from assistant.config import Config

GROUP = "repartee.skills"

log = logging.getLogger(__name__)


class OwnSkills:
    """What Repartee's own skills work with: the memory of a home, its agenda and its lists."""

    def __init__(self, config: Config, moment: Moment | None = None) -> None:
        self.moment = moment or Moment(config.skills.timezone)
        memory = Memory(config.home)
        self.agenda, self.lists = Agenda(memory, self.moment), Lists(memory)
        self.announcements = Announcements(
            (*config.satellites.addresses, *config.satellites.areas, *config.satellites.areas.values())
        )
        self.routines = Routines(config.routines, self.announcements)

    def reload(self) -> None:
        """Read again what another process changed."""
        self.agenda.reload()
        self.lists.reload()

    def load(self) -> Skills:
        """Return the skills in the order in which they are asked; one that cannot be loaded is logged and left out."""
        skills: list[Skill] = [
            Clock(self.moment),
            Timers(self.agenda),
            Alarms(self.agenda),
            Stopwatch(self.agenda),
            self.lists,
            Sums(),
            self.announcements,
            About(),
        ]
        for entry in entry_points(group=GROUP):
            try:
                skills.append(entry.load()())
            except Exception:  # noqa: PERF203  (whatever a stranger's package raises)
                log.exception("the skill %s cannot be loaded", entry.name)
        return Skills(skills, first=[Ringing(self.agenda), self.routines])


def load_skills(config: Config, moment: Moment | None = None) -> Skills:
    """Return every skill of a home. Raises ReparteeError for an unusable setting."""
    return OwnSkills(config, moment).load()
