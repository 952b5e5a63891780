"""One stopwatch."""

# ruff: noqa: E501 (a way of saying something is one line)

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from assistant.languages.en.durations import say_duration
from assistant.skills.agenda import Agenda, Entry
from assistant.skills.asked import request
from assistant.skills.skill import Said, SkillCall, failed

if TYPE_CHECKING:
    from assistant.parts import Parts

_WATCH = r"(?:the |my |a )?stop ?watch"
_INTENTS = {
    "start": re.compile(
        rf"(?:start|begin|resume|continue|run|set|unpause|open)(?: {_WATCH})(?: again)?|{_WATCH} (?:start|on)"
        r"|(?:start|begin) (?:timing|to time)(?: me| us| this)?|time me"
    ),
    "stop": re.compile(
        rf"(?:stop|pause|halt|end|turn off|switch off) {_WATCH}|turn {_WATCH} off|{_WATCH} (?:stop|off)"
        r"|(?:stop|finish) timing(?: me| us| this)?"
    ),
    "reset": re.compile(
        rf"(?:reset|clear|cancel|delete|restart|zero) {_WATCH}|(?:set|put) {_WATCH} (?:back )?to zero|{_WATCH} reset"
    ),
    "read": re.compile(
        rf"(?:read|check|show(?: me)?|what does|what's on|what is on) {_WATCH}(?: (?:say|show))?"
        rf"|(?:what's|what is|where's|where is) {_WATCH} (?:at|on)"
        rf"|how long (?:has|is|does) {_WATCH}(?: (?:been running|run|running|been on))?"
        r"|(?:how much time|how long|what(?:'s| is) the time|what time)(?: (?:is|has passed|has elapsed|has it been))* on "
        rf"{_WATCH}"
        rf"|is {_WATCH} (?:still )?(?:running|on)|(?:tell me )?{_WATCH}(?: time)?"
    ),
}
#: What is said of one that runs, and means nothing else then.
_LAP = re.compile(r"(?:lap|split)(?: time)?")
_HINT = re.compile(r"watch|\btim(?:e me|ing|e us|e this)\b|\blap\b|\bsplit\b")


class Stopwatch:
    """Counts up until it is stopped, and goes on where it was."""

    name = "stopwatch"
    examples = ("Start the stopwatch.", "What does the stopwatch say?")

    def __init__(self, agenda: Agenda) -> None:
        self._agenda = agenda

    def understand(self, words: str) -> SkillCall | None:
        """Understand what is said of the stopwatch, as whole sentences."""
        if not _HINT.search(words.lower()):
            return None
        text = " ".join(request(words))
        if _LAP.fullmatch(text):
            runs = bool(self._agenda.entries("stopwatch"))
            return SkillCall(skill=self.name, intent="read") if runs else None
        found = next((intent for intent, pattern in _INTENTS.items() if pattern.fullmatch(text)), None)
        return SkillCall(skill=self.name, intent=found) if found else None

    async def call(self, call: SkillCall, parts: Parts) -> str | Said:  # noqa: ARG002
        """Do it."""
        await self._agenda.settle()
        watch = next(iter(self._agenda.entries("stopwatch")), None)
        if call.intent == "start":
            if watch is not None and watch.state == "waiting":
                return failed(f"The stopwatch is running: {self._counted(watch)}.")
            now = self._agenda.moment.now()
            if watch is None:
                await self._agenda.add(Entry(kind="stopwatch"))
                return "The stopwatch is running."
            await self._agenda.put([replace(watch, state="waiting", set_at=now)])
            return f"The stopwatch goes on from {self._counted(watch)}."
        if watch is None:
            return failed("The stopwatch is not running.")
        counted = self._counted(watch)
        if call.intent == "stop" and watch.state == "waiting":
            await self._agenda.put([replace(watch, state="paused", left_s=self._agenda.left_s(watch))])
        if call.intent == "reset":
            await self._agenda.remove([watch])
            return f"The stopwatch is reset; it was at {counted}."
        return f"{counted}." if call.intent == "read" else f"The stopwatch is stopped at {counted}."

    def _counted(self, watch: Entry) -> str:
        return say_duration(self._agenda.left_s(watch))
