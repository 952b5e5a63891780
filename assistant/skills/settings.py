"""The sections [skills] and [routines] of the configuration."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf

from assistant.setting import setting


@dataclass(frozen=True)
class SkillsConfig:
    """What skills go by."""

    timezone: str = setting("", "time zone of the owner, Europe/London for one; empty for this machine's own")
    ring_minutes: float = setting(0.0, "minutes that an alarm rings if nobody stops it; 0 for all of them", minimum=0.0)

    @property
    def ring_for_s(self) -> float:
        """How long an alarm rings that nobody stops, in s."""
        return 60 * self.ring_minutes or inf
