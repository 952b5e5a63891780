"""The sections [skills] and [routines] of the configuration."""

from __future__ import annotations

from dataclasses import dataclass

from assistant.setting import setting


@dataclass(frozen=True)
class SkillsConfig:
    """What skills go by."""

    timezone: str = setting("", "time zone of the owner, Europe/London for one; empty for this machine's own")
