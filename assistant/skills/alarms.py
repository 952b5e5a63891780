"""Alarms that ring until they are stopped, and reminders that are said once; both may be repeated."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from assistant.languages.en.control import Control, control_of
from assistant.languages.en.moments import When, resolve, say_every, say_moment, when_at
from assistant.skills.agenda import Agenda, Entry, Kind
from assistant.skills.asked import enumerated, request
from assistant.skills.naming import one
from assistant.skills.skill import Said, SkillCall, failed

if TYPE_CHECKING:
    from assistant.parts import Parts

SNOOZE_S = 540.0
FARTHEST_S = 366 * 86_400 * 2
_THE = r"(?:the |my |a |an |another |one |our |that |this |new )*"
_SET_ALARM = re.compile(
    rf"(?:(?:set|create|make|add|put|i need|give me|schedule)(?: on)? {_THE}(?P<name>\w[\w' ]*? )??alarm(?: "
    rf"clock)?|alarm"
    r"|(?:wake|get)(?: me| us)(?: up)?|wake up)"
)
_REMIND = re.compile(rf"(?:remind (?:me|us)|(?:set|create|make|add|schedule) {_THE}reminder)")
_TASK = re.compile(r"(?:to|about|of|that|for)\b *")
_CANCEL = re.compile(
    rf"(?:cancel|delete|remove|clear|forget|turn off|switch off|disable|stop) (?P<all>all |every )?(?:of )?{_THE}"
    r"(?P<before>\w[\w': ]*? )??(?P<kind>alarm|reminder)(?P<many>s)?(?: (?:clock|called|to|about|for|at|of"
    r"|that))*(?: (?P<after>.+))?"
)
_LIST = re.compile(
    r"(?:(?:what|which|how many) (?:alarm|reminder)s?(?: (?:are|is|do i have|have i|i have|there|set|on|got))*"
    r"|(?:do i have|are there|have i got|is there) (?:any|an|a|some) (?:alarm|reminder)s?(?: set)?"
    r"|(?:list|show|read|what are|what is|what's|when is|when's|when are)(?: me)?(?: all)?(?: of)?(?: the| "
    r"my)?(?: next)? (?:alarm|reminder)s?(?: set(?: for)?)?"
    r"|(?:what time|when) (?:is|are) (?:the|my) (?:alarm|reminder)s?(?: set(?: for)?)?)"
)
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


class Alarms:
    """Alarms and reminders."""

    name = "alarms"
    examples = ("Wake me at seven.", "Remind me to call mum tomorrow at half past six.", "What are my reminders?")

    def __init__(self, agenda: Agenda) -> None:
        self._agenda = agenda

    def understand(self, words: str) -> SkillCall | None:
        """Understand what says "alarm", "wake me" or "remind me"."""
        said = request(words)
        if not said:
            return None
        text = " ".join(said)
        if _LIST.fullmatch(text):
            return SkillCall(skill=self.name, intent="list", slots={"kind": "alarm" if "alarm" in text else "reminder"})
        if (match := _CANCEL.fullmatch(text)) and (called := _called(match)) is not None:
            return SkillCall(skill=self.name, intent="cancel", slots=called)
        return self._reminder(said, text) or self._alarm(said, text)

    def _alarm(self, said: list[str], text: str) -> SkillCall | None:
        match = _SET_ALARM.match(text)
        if match is None or (match.end() < len(text) and text[match.end()] != " "):
            return None
        words = said[len(match[0].split()) :]
        slots: dict[str, object] = {"name": match["name"].strip()} if match["name"] else {}
        if not words:
            bare = match[0] in ("alarm", "wake up") or match[0].startswith("get")
            return None if bare else SkillCall(skill=self.name, intent="ask_alarm")
        found = when_at(words, 0)
        if found is None or found[1] != len(words):
            return None
        return SkillCall(skill=self.name, intent="set_alarm", slots=slots | {"when": found[0].to_json()})

    def _reminder(self, said: list[str], text: str) -> SkillCall | None:
        match = _REMIND.match(text)
        if match is None or (match.end() < len(text) and text[match.end()] != " "):
            return None
        words = said[len(match[0].split()) :]
        when, words = _take_when(words)
        task = _TASK.sub("", " ".join(words), count=1).strip()
        if when is None:
            for start in range(len(words)):  # the earliest place from which all the rest says when
                found = when_at(words, start)
                if found is not None and found[1] == len(words):
                    when, task = found[0], _TASK.sub("", " ".join(words[:start]), count=1).strip()
                    break
        if not task and when is None:
            return SkillCall(skill=self.name, intent="ask_reminder")
        slots: dict[str, object] = {"task": _yours(task or "what you wanted")}
        if when is None:
            return SkillCall(skill=self.name, intent="ask_reminder", slots=slots)
        return SkillCall(skill=self.name, intent="set_reminder", slots=slots | {"when": when.to_json()})

    async def call(self, call: SkillCall, parts: Parts) -> str | Said:
        """Do it."""
        await self._agenda.settle()
        match call.intent:
            case "ask_alarm":
                return failed("Say when, such as: wake me at seven.")
            case "ask_reminder":
                task = call.slots.get("task", "call mum")
                return failed(f"Say when, such as: remind me to {task} tomorrow at half past six.")
            case "list":
                return self._list("alarm" if call.slots["kind"] == "alarm" else "reminder")
            case "cancel":
                return await self._cancel(call)
        given = call.slots["when"]
        assert isinstance(given, dict)
        kind: Kind = "alarm" if call.intent == "set_alarm" else "reminder"
        name = str(call.slots.get("name" if kind == "alarm" else "task", ""))
        return await self._set(kind, name, When(**given), call.asker, parts)

    async def _set(self, kind: Kind, name: str, when: When, asker: str, parts: Parts) -> str | Said:
        moment = self._agenda.moment
        now = moment.local()
        if when.in_s is not None:  # so many seconds, also over the night that summer time begins
            due_at = moment.now() + when.in_s
        else:
            at = resolve(when, now, morning=kind == "alarm")
            if at is None:
                return failed("That has passed, or there is no such day.")
            due_at = moment.stamp(at)
        if not 0 < due_at - moment.now() <= FARTHEST_S:
            return failed("That has passed, or is more than two years away.")
        shown = moment.local(due_at)
        of_day = 3600.0 * shown.hour + 60 * shown.minute if when.every else 0.0
        await self._agenda.add(
            Entry(kind=kind, name=name, due_at=due_at, length_s=of_day, every=when.every, asker=asker)
        )
        said = say_moment(shown, now)
        every = f", {say_every(when.every)}" if when.every else ""
        unheard = "" if parts.speaks_first() else " Nothing runs that could tell you: start repartee serve."
        if kind == "alarm":
            return f"The {f'{name} ' * bool(name)}alarm is set for {said.removeprefix('at ')}{every}.{unheard}"
        return f"I remind you {said}{every}: {name}.{unheard}"

    def _told(self, entry: Entry) -> str:
        moment = self._agenda.moment
        at = say_moment(moment.local(entry.due_at), moment.local())
        every = f", {say_every(entry.every)}" if entry.every else ""
        return f"{entry.name or entry.kind} {at}{every}"

    def _list(self, kind: Kind) -> str:
        entries = self._agenda.entries(kind)
        if not entries:
            return f"There is no {kind}."
        count = f"{len(entries)} {kind}s" if len(entries) > 1 else f"one {kind}"
        shown = enumerated([self._told(entry) for entry in entries[:5]])
        return f"There {'are' if len(entries) > 1 else 'is'} {count}: {shown}."

    async def _cancel(self, call: SkillCall) -> str | Said:
        kind: Kind = "alarm" if call.slots["kind"] == "alarm" else "reminder"
        entries = self._agenda.entries(kind, states=("waiting", "ringing"))
        if call.slots.get("all"):
            await self._agenda.remove(entries)
            return f"{len(entries) or 'No'} {kind}{'s' * (len(entries) != 1)} cancelled."
        when = call.slots.get("when")
        name = str(call.slots.get("name", ""))
        if isinstance(when, dict):
            entries, name = [entry for entry in entries if self._is_at(entry, When(**when))], ""
        found = one(name, kind, entries, self._told)
        if isinstance(found, Said):
            return found
        await self._agenda.remove([found])
        return f"The {kind} is cancelled: {self._told(found)}."

    def _is_at(self, entry: Entry, when: When) -> bool:
        at = self._agenda.moment.local(entry.due_at)
        hours = {when.hour, None if when.hour is None or when.hour > 12 else when.hour % 12 + 12 * (at.hour >= 12)}
        in_half = not when.half or (at.hour < 12) == (when.half == "am")
        day = (
            not when.has_day
            or at.date()
            == getattr(
                resolve(replace(when, hour=at.hour, minute=at.minute, half=""), self._agenda.moment.local()),
                "date",
                at.date,
            )()
        )
        return day and in_half and (when.hour is None or (at.hour in hours and at.minute == when.minute))


def _called(match: re.Match[str]) -> dict[str, object] | None:
    """Return which alarm or reminder is to go: all, that of a time, or of a name; None where it says something else."""
    slots: dict[str, object] = {"kind": match["kind"]}
    if match["all"] or match["many"]:
        return slots | {"all": True}
    for words in (match["before"], match["after"]):
        if not words:
            continue
        text = words.split()
        found = when_at(text, 0) or when_at(["at", *text], 0)
        if found is not None and found[1] >= len(text):
            return slots | {"when": found[0].to_json()}
        return slots | {"name": _yours(words.strip())}
    return slots


def _take_when(words: list[str]) -> tuple[When | None, list[str]]:
    """Return the moment with which the words begin, and the words behind it."""
    found = when_at(words, 0)
    if found is None or (found[1] < len(words) and words[found[1]] not in ("to", "about", "of", "that", "for")):
        return None, words
    return found[0], words[found[1] :]


def _yours(task: str) -> str:
    """Return a task as it is told to the one who set it: "call my mum" becomes "call your mum"."""
    turned = {"my": "your", "me": "you", "i": "you", "mine": "yours", "i'm": "you are", "i've": "you have"}
    return " ".join(turned.get(word, word) for word in task.split())
