"""The time and the date."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from assistant.languages.en.completeness import words_of
from assistant.skills.skill import SkillCall

if TYPE_CHECKING:
    from assistant.parts import Parts

_ASKED = {
    "time": "what time is it; what is the time; what's the time; what time is it now; do you have the time; "
    "tell me the time; time please; how late is it; what time do you have",
    "date": "what is the date; what's the date; what day is it; what day is it today; what date is it; "
    "what date is it today; what is today's date; what's today's date; what is the date today; what's the date today; "
    "what day is today; which day is it; tell me the date",
}
_INTENTS = {phrase.strip(): intent for intent, phrases in _ASKED.items() for phrase in phrases.split(";")}


class Clock:
    """Says what this machine's clock says, in its own time zone."""

    name = "clock"
    examples = ("What time is it?", "What day is it today?")

    def __init__(self, now: Callable[[], datetime] = lambda: datetime.now().astimezone()) -> None:
        self._now = now

    def understand(self, words: str) -> SkillCall | None:
        """Understand questions about now, and no other questions about times."""
        intent = _INTENTS.get(" ".join(word for word in words_of(words) if word not in ("please", "repartee", "hey")))
        return SkillCall(skill=self.name, intent=intent) if intent else None

    async def call(self, call: SkillCall, parts: Parts) -> str:  # noqa: ARG002
        """Say it."""
        now = self._now()
        if call.intent == "time":
            return f"It is {now:%H:%M}."
        return f"It is {now:%A}, {now.day} {now:%B %Y}."
