"""Timers: several, named or not; set, asked about, lengthened, paused, cancelled."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from assistant.languages.en.durations import find_duration, say_duration, say_length
from assistant.skills.agenda import Agenda, Entry
from assistant.skills.asked import enumerated, request
from assistant.skills.naming import meant, one
from assistant.skills.skill import Said, SkillCall, failed

if TYPE_CHECKING:
    from assistant.parts import Parts

LONGEST_S = 7 * 86_400
#: A length of time in the patterns below.
_D = "<d>"
_SET = r"(?:set|start|create|make|put|begin|run|give me|i need|add|open)"
_THE = r"(?:(?:the|my|a|an|another|one|new|our|this|that) )*"
#: What stands before "and set a timer" is a command of its own, and no name.
_NAME = rf"(?P<name>(?!.*\band {_SET}\b)\w[\w' ]{{0,60}}?)"
_AFTER = rf"(?: (?:for|called|named) {_THE}(?P<after>.+))?"
_TO = rf"(?: (?:to|on|onto) (?:it|{_THE}(?:{_NAME})??)(?P<timer> ?timer)?)?"
_NEW = tuple(
    re.compile(pattern)
    for pattern in (
        rf"(?:{_SET} )?(?:on )?{_THE}(?:{_NAME} )?timer(?: (?:for|four|fore|of|to|at|with))? {_D}{_AFTER}",
        rf"(?:{_SET} )?(?:on )?{_THE}timer (?:called|named|for) {_THE}(?P<after>.+?) (?:for|of|to|at) {_D}",
        rf"(?:{_SET} )?{_THE}{_D} (?:long )?(?:{_NAME} )?timer{_AFTER}",
        rf"(?:time|count down|countdown(?: of| from| for)?) {_D}",
    )
)
_ASK_LENGTH = re.compile(rf"{_SET} {_THE}(?:{_NAME} )?timer")
_LEFT = re.compile(
    rf"(?:how (?:long|much longer|much(?: more)? time|many (?:more )?(?:minutes|seconds|hours))|what(?:'s| is))"
    rf"(?: (?:is|are|do i have|does it have|have i(?: got)?))?(?: there)?(?P<left> (?:left|remaining|still|to go))?"
    rf"(?: (?:on|for|of|in|until|till|does|has) {_THE}(?P<name>\w[\w' ]*?)??)??(?P<timer> ?timers?)?"
    rf"(?P<later> (?:is done|left|remaining|to go|have left|has left|still))?"
)
_CANCEL = re.compile(
    rf"(?:cancel|stop|delete|remove|end|clear|kill|dismiss|turn off|switch off) (?P<all>all |every )?(?:of )?{_THE}"
    rf"(?:{_NAME})??(?P<timer> ?timers?)?"
)
_LONGER = tuple(
    re.compile(pattern)
    for pattern in (
        rf"(?:add|give|put) (?:it |(?P<before>the \w[\w' ]*?) )?(?:on )?{_D}(?: more)?{_TO}",
        rf"(?P<more>{_D})(?: longer| please)?(?: (?:on|for) {_THE}(?:{_NAME})??(?P<timer> ?timer)?)?",
        rf"(?:extend|lengthen|prolong) {_THE}(?:{_NAME})??(?P<timer> ?timer)? (?:by|for) {_D}",
        rf"make (?:it|{_THE}(?:{_NAME})??(?P<timer> ?timer)?) {_D} longer",
    )
)
_SHORTER = tuple(
    re.compile(pattern)
    for pattern in (
        rf"(?:take|knock|cut) {_D} (?:off|from)(?: of)? (?:it|{_THE}(?:{_NAME})??(?P<timer> ?timer)?)",
        rf"(?:shorten|reduce) {_THE}(?:{_NAME})??(?P<timer> ?timer)? by {_D}",
        rf"make (?:it|{_THE}(?:{_NAME})??(?P<timer> ?timer)?) {_D} shorter",
    )
)
_PAUSE = re.compile(rf"(?:pause|hold|freeze|halt)(?: (?:it|{_THE}(?:{_NAME})??)(?P<timer> ?timers?)?)?")
_RESUME = re.compile(
    rf"(?:resume|continue|unpause|restart|carry on with|go on with|start)(?: (?:it"
    rf"|{_THE}(?:{_NAME})??)(?P<timer> ?timers?)?)?"
    r"(?: again)?"
)
_LIST = re.compile(
    r"(?:(?:what|which|how many) timers?(?: (?:are|is|do i have|have i|i have|there|running|set|on|going|got|left))*"
    r"|(?:do i have|are there|have i got|is there) (?:any|a|some) timers?(?: (?:running|set|going|on))?"
    r"|(?:list|show|read|tell me|check|what are|what about)(?: me)?(?: all)?(?: of)?(?: the| my)? timers?"
    r"|timers? status)"
)
_MORE = frozenset(("another", "more"))


class Timers:
    """Any number of timers."""

    name = "timers"
    examples = ("Set a timer for ten minutes.", "How long is left on the pasta timer?", "Add a minute.")

    def __init__(self, agenda: Agenda) -> None:
        self._agenda = agenda

    def _timers(self) -> list[Entry]:
        return self._agenda.entries("timer")

    def _knows(self, name: str) -> bool:
        return bool(name) and bool(meant(name, self._timers()))

    def understand(self, words: str) -> SkillCall | None:
        """Understand what says "timer", and what names one that runs."""
        said = request(words)
        if not said:
            return None
        found = find_duration(said)
        if found is not None:
            return self._with_length(said, *found)
        text = " ".join(said)
        if _LIST.fullmatch(text):
            return self._call("list")
        for intent, pattern in (("left", _LEFT), ("cancel", _CANCEL), ("pause", _PAUSE), ("resume", _RESUME)):
            match = pattern.fullmatch(text)
            if match is not None and self._is_ours(intent, match):
                every = intent == "cancel" and (match["all"] or (match["timer"] or "").endswith("s"))
                return self._call(intent, name=(match["name"] or "").strip(), all=bool(every))
        if match := _ASK_LENGTH.fullmatch(text):
            return self._call("ask_length", name=match["name"] or "")
        return None

    def _is_ours(self, intent: str, match: re.Match[str]) -> bool:
        """Whether a sentence is about a timer: it says so, names one, or can be said of nothing else."""
        name = (match["name"] or "").strip()
        if match["timer"]:
            return intent != "left" or not name or _asks_how_long(match)
        if name:
            return self._knows(name) and (intent != "left" or _asks_how_long(match))
        if intent == "left":
            return _asks_how_long(match) and match[0].startswith("how") and bool(self._timers())
        running = self._timers()
        states = {entry.state for entry in running}
        return (intent == "pause" and "waiting" in states) or (intent == "resume" and "paused" in states)

    def _with_length(self, said: list[str], seconds: float, start: int, end: int) -> SkillCall | None:
        """Understand a sentence with a length of time in it."""
        text = " ".join([*said[:start], _D, *said[end:]])
        for sign, patterns in ((1, _LONGER), (-1, _SHORTER)):
            for pattern in patterns:
                if (match := pattern.fullmatch(text)) and self._lengthens(match, said[start:end]):
                    name = match["name"] or (match.groupdict().get("before") or "").removeprefix("the ")
                    return self._call("change", seconds=sign * seconds, name=_plain(name))
        for pattern in _NEW:
            if match := pattern.fullmatch(text):
                groups = match.groupdict()
                name = groups.get("name") or groups.get("after") or ""
                return self._call("set", seconds=seconds, name=_plain(name))
        return None

    def _lengthens(self, match: re.Match[str], length: list[str]) -> bool:
        groups = match.groupdict()
        if groups.get("more"):  # nothing but a length of time: "two more minutes"
            return not _MORE.isdisjoint(length) and (bool(self._timers()) or bool(groups["timer"]))
        name = _plain(groups.get("name") or (groups.get("before") or "").removeprefix("the "))
        return bool(groups.get("timer")) or (self._knows(name) if name else True)

    def _call(self, intent: str, **slots: object) -> SkillCall:
        return SkillCall(skill=self.name, intent=intent, slots={name: value for name, value in slots.items() if value})

    async def call(self, call: SkillCall, parts: Parts) -> str | Said:
        """Do it."""
        name, seconds = str(call.slots.get("name", "")), float(str(call.slots.get("seconds", 0)))
        await self._agenda.settle()
        match call.intent:
            case "ask_length":
                return failed("Say for how long, such as: set a timer for ten minutes.")
            case "list":
                return self._all()
            case "set":
                return await self._set(name, seconds, call.asker, parts)
            case "left":
                return self._left(name)
            case "cancel" if call.slots.get("all"):
                return await self._cancel_all()
        entry = self._choose(call.intent, name)
        if isinstance(entry, Said):
            return entry
        if call.intent == "cancel":
            await self._agenda.remove([entry])
            return f"{_title(entry)} is cancelled."
        if call.intent == "change":
            return await self._change(entry, seconds)
        return await (self._pause(entry) if call.intent == "pause" else self._resume(entry))

    def _choose(self, intent: str, name: str) -> Entry | Said:
        state = {"pause": "waiting", "resume": "paused"}.get(intent)
        timers = [entry for entry in self._timers() if state is None or entry.state == state]
        if intent == "change" and not name and timers:
            return max(timers, key=lambda entry: entry.id) if len({t.name for t in timers}) > 1 else timers[0]
        return one(name, "timer", timers, self._told)

    async def _set(self, name: str, seconds: float, asker: str, parts: Parts) -> str | Said:
        if not 1 <= seconds <= LONGEST_S:
            return failed("A timer can take from a second to a week.")
        due_at = self._agenda.moment.now() + seconds
        await self._agenda.add(Entry(kind="timer", name=name, due_at=due_at, length_s=seconds, asker=asker))
        called = f" {name}" if name else ""
        unheard = "" if parts.speaks_first() else " Nothing runs that could tell you: start repartee serve."
        return f"The{called} timer is set for {say_duration(seconds)}.{unheard}"

    def _left(self, name: str) -> str | Said:
        found = meant(name, self._timers())
        if not found:
            entry = one(name, "timer", self._timers(), self._told)
            assert isinstance(entry, Said)
            return entry
        return f"{enumerated([self._told(entry) for entry in found[:5]])}."

    def _all(self) -> str:
        timers = self._timers()
        if not timers:
            return "There is no timer."
        return f"{enumerated([self._told(entry) for entry in timers[:5]])}."

    def _told(self, entry: Entry) -> str:
        """Return "3 minutes left on the pasta timer"."""
        paused = ", which is paused" * (entry.state == "paused")
        return f"{say_duration(self._agenda.left_s(entry))} left on the {_called(entry)} timer{paused}"

    async def _cancel_all(self) -> str:
        timers = self._timers()
        await self._agenda.remove(timers)
        return (
            f"{len(timers)} timers are cancelled."
            if len(timers) > 1
            else (f"{_title(timers[0])} is cancelled." if timers else "There is no timer.")
        )

    async def _change(self, entry: Entry, seconds: float) -> str | Said:
        left = self._agenda.left_s(entry) + seconds
        if left <= 0:
            return failed(f"{_title(entry)} has less than that left.")
        if left > LONGEST_S:
            return failed("A timer can take from a second to a week.")
        changed = replace(entry, length_s=entry.length_s + seconds)
        due_at, left_s = (None, left) if entry.state == "paused" else (self._agenda.moment.now() + left, None)
        await self._agenda.put([replace(changed, due_at=due_at, left_s=left_s)])
        return f"{_title(entry)} now has {say_duration(left)} left."

    async def _pause(self, entry: Entry) -> str:
        left = self._agenda.left_s(entry)
        await self._agenda.put([replace(entry, state="paused", left_s=left, due_at=None)])
        return f"{_title(entry)} is paused with {say_duration(left)} left."

    async def _resume(self, entry: Entry) -> str:
        left = self._agenda.left_s(entry)
        due_at = self._agenda.moment.now() + left
        await self._agenda.put([replace(entry, state="waiting", left_s=None, due_at=due_at)])
        return f"{_title(entry)} goes on, with {say_duration(left)} left."


def _asks_how_long(match: re.Match[str]) -> bool:
    return bool(match["left"] or match["later"] or "longer" in match[0])


def _title(entry: Entry) -> str:
    return f"The {_called(entry)} timer"


def _called(entry: Entry) -> str:
    return entry.name or say_length(entry.length_s)


def _plain(name: str) -> str:
    return " ".join(word for word in name.split() if word not in ("the", "my", "a", "an", "timer"))
