"""What is said while an alarm rings, and how one is stopped."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from assistant.languages.en.control import Control, control_of
from assistant.skills.agenda import Agenda
from assistant.skills.asked import request
from assistant.skills.skill import SkillCall

if TYPE_CHECKING:
    from assistant.parts import Parts

SNOOZE_S = 540.0
_STOP = re.compile(
    r"(?:stop|cancel|dismiss|turn off|switch off|shut off|end|silence|turn)(?: (?:the|my|that|this|it|alarm"
    r"|ringing|off))*"
    r"|i'?m (?:up|awake)|i am (?:up|awake)|alarm off|stop ringing"
)
_SNOOZE = re.compile(
    r"(?:snooze|let me sleep|(?:five|ten|a few|nine) more minutes|later|sleep)(?: (?:it|the alarm|please))*"
)


class Ringing:
    """What is said while an alarm rings: asked before the voice and the house, because "stop" means the alarm then."""

    name = "ringing"
    examples = ()

    def __init__(self, agenda: Agenda) -> None:
        self._agenda = agenda

    def understand(self, words: str) -> SkillCall | None:
        """Understand "stop" and "snooze", as whole sentences and only while something rings."""
        if not self._agenda.ringing:
            return None
        text = " ".join(request(words))
        if _SNOOZE.fullmatch(text):
            return SkillCall(skill=self.name, intent="snooze")
        if control_of(words) is Control.STOP or _STOP.fullmatch(text):
            return SkillCall(skill=self.name, intent="stop")
        return None

    async def call(self, call: SkillCall, parts: Parts) -> str:  # noqa: ARG002
        """Stop every alarm that rings, or have it ring again later."""
        if call.intent == "stop":
            await stop_ringing(self._agenda)
            return "The alarm is off."
        due_at = self._agenda.moment.now() + SNOOZE_S
        await self._agenda.put([replace(entry, state="waiting", due_at=due_at) for entry in self._agenda.ringing])
        return f"I ring again at {self._agenda.moment.local(due_at):%H:%M}."


async def stop_ringing(agenda: Agenda) -> bool:
    """Stop every alarm that rings; returns whether one did."""
    ringing = agenda.ringing
    if ringing:
        await agenda.remove(ringing)
    return bool(ringing)
