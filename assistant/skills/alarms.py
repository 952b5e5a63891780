"""Alarms that ring until they are stopped, and reminders that are said once; both may be repeated."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from assistant.languages.en.moments import When, resolve, say_moment
from assistant.languages.en.repeats import anchored, say_every
from assistant.skills.agenda import Agenda, Entry, Kind
from assistant.skills.alarm_phrases import NAME, THERE, Phrases
from assistant.skills.asked import enumerated, request
from assistant.skills.naming import fitting, one
from assistant.skills.skill import Said, SkillCall, failed, in_all, missing

if TYPE_CHECKING:
    from assistant.parts import Parts

EARLY = 6  #: before this hour nobody wants to be reminded who does not say "in the morning"
FARTHEST_S = 366 * 86_400 * 2


class Alarms:
    """Alarms and reminders."""

    name = NAME
    examples = ("Wake me at seven.", "Remind me to call mum tomorrow at half past six.", "What are my reminders?")

    def __init__(self, agenda: Agenda) -> None:
        self._agenda = agenda
        self._phrases = Phrases(agenda)

    def understand(self, words: str) -> SkillCall | None:
        """Understand what says "alarm", "wake me" or "remind me"."""
        return self._phrases.understand(request(words))

    async def call(self, call: SkillCall, parts: Parts) -> str | Said:
        """Do it."""
        await self._agenda.settle()
        match call.intent:
            case "ask_alarm":
                return missing("For when?")
            case "ask_reminder":
                return missing("When shall I remind you?" if "task" in call.slots else "Of what, and when?")
            case "list":
                return self._list("alarm" if call.slots["kind"] == "alarm" else "reminder", call.slots.get("days"))
            case "move":
                return await self._moved(call)
            case "put_off":
                return await self._later(call)
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
        if when.in_s is not None and when.hour is None:  # so many seconds, also over the night that summer time begins
            due_at = moment.now() + when.in_s
        else:
            at = resolve(when, now, morning=kind == "alarm")
            if at is None:
                return failed("That has passed, or there is no such day.")
            if kind == "reminder" and not (when.half or when.has_day or when.every) and at.hour < EARLY <= now.hour:
                at += timedelta(hours=12)  # "at five" is not at night
            due_at = moment.stamp(at)
        if not 0 < due_at - moment.now() <= FARTHEST_S:
            return failed("That has passed, or is more than two years away.")
        shown = moment.local(due_at)
        often = anchored(when.every, shown.date())
        of_day = 3600.0 * shown.hour + 60 * shown.minute if often else 0.0
        await self._agenda.add(Entry(kind=kind, name=name, due_at=due_at, length_s=of_day, every=often, asker=asker))
        said = say_moment(shown, now)
        every = f", {say_every(often)}" if often else ""
        unheard = "" if parts.speaks_first() else " Nothing runs that could tell you: start repartee serve."
        if kind == "alarm":
            for_ = "" if said.startswith("on ") else "for "
            return f"The {f'{name} ' * bool(name)}alarm is set {for_}{said.removeprefix('at ')}{every}.{unheard}"
        return f"I remind you {said}{every}{f': {name}' * bool(name)}.{unheard}"

    def _told(self, entry: Entry) -> str:
        moment = self._agenda.moment
        at = say_moment(moment.local(entry.due_at), moment.local())
        every = f", {say_every(entry.every)}" if entry.every else ""
        name = f"{entry.name} alarm".strip() if entry.kind == "alarm" else entry.name or "reminder"
        return f"{name} {at}{every}"

    def _list(self, kind: Kind, days: object = None) -> str:
        moment = self._agenda.moment
        entries, on = self._agenda.entries(kind), ""
        if isinstance(days, int):
            day, on = moment.local().date() + timedelta(days=days), " today" if days == 0 else " tomorrow"
            entries = [entry for entry in entries if moment.local(entry.due_at).date() == day]
        if not entries:
            return f"There is no {kind}{on}."
        count = f"{len(entries)} {kind}s" if len(entries) > 1 else f"one {kind}"
        shown = enumerated([self._told(entry) for entry in entries[:5]])
        return f"There {'are' if len(entries) > 1 else 'is'} {count}: {shown}."

    async def _moved(self, call: SkillCall) -> str | Said:
        """Let an alarm or a reminder come at another time, on its day if no other was said."""
        kind: Kind = "alarm" if call.slots["kind"] == "alarm" else "reminder"
        found, given = self._meant(call, self._agenda.entries(kind)), call.slots["to"]
        if isinstance(found, Said):
            return found
        assert isinstance(given, dict)
        moment, when = self._agenda.moment, When(**given)
        now, at = moment.local(), moment.local(found.due_at)
        if not when.has_day and when.in_s is None and not when.every:
            when = replace(when, month=at.month, date=at.date().day, year=at.year)
        due = resolve(when, now, morning=kind == "alarm")
        if due is None:
            return failed("That has passed, or there is no such day.")
        due_at, every = moment.stamp(due), anchored(when.every, due.date()) or found.every
        shown = moment.local(due_at)
        of_day = 3600.0 * shown.hour + 60 * shown.minute if every else 0.0
        moved = replace(found, due_at=due_at, length_s=of_day, every=every)
        await self._agenda.put([moved])
        return f"The {kind} is moved: {self._told(moved)}."

    async def _later(self, call: SkillCall) -> str | Said:
        """Let an alarm or a reminder come so much later, or earlier."""
        kind: Kind = "alarm" if call.slots["kind"] == "alarm" else "reminder"
        found = self._meant(call, self._agenda.entries(kind))
        if isinstance(found, Said):
            return found
        moment = self._agenda.moment
        due_at = (found.due_at or moment.now()) + float(str(call.slots["by_s"]))
        if due_at <= moment.now():
            return failed(f"That has passed; the {kind} is {self._told(found).removeprefix(f'{kind} ')}.")
        shown = moment.local(due_at)
        of_day = 3600.0 * shown.hour + 60 * shown.minute if found.every else 0.0
        moved = replace(found, due_at=due_at, length_s=of_day)
        await self._agenda.put([moved])
        return f"The {kind} is moved: {self._told(moved)}."

    def _meant(self, call: SkillCall, entries: list[Entry]) -> Entry | Said:
        """Return which of them a time or a name means."""
        kind: Kind = "alarm" if call.slots["kind"] == "alarm" else "reminder"
        when, name = call.slots.get("when"), str(call.slots.get("name", ""))
        if isinstance(when, dict):
            fit = fitting(call.slots, entries, self._agenda.moment)
            return one("", kind, fit, self._told) if fit or not entries else self._none(kind, call.slots)
        return one(name, kind, entries, self._told)

    def _none(self, kind: Kind, which: Mapping[str, object]) -> Said:
        """Return that there is none of a name, or of a time."""
        if not isinstance(given := which.get("when"), dict):
            return failed(f"There is no {which.get('name', '')} {kind}.".replace("  ", " "))
        when, now = When(**given), self._agenda.moment.local()
        at = resolve(when, now, morning=kind == "alarm") if when.hour is not None else None
        return failed(f"There is no {kind} {say_moment(at, now) if at is not None else 'then'}.")

    async def _cancel(self, call: SkillCall) -> str | Said:
        kind: Kind = "alarm" if call.slots["kind"] == "alarm" else "reminder"
        entries = self._agenda.entries(kind, states=THERE)
        if call.slots.get("which"):
            return await self._cancel_each(kind, call, entries)
        if call.slots.get("all"):
            return await self._cancel_all(kind, call, entries)
        found = self._meant(call, entries)
        if isinstance(found, Said):
            return found
        await self._agenda.remove([found])
        return f"The {kind} is cancelled: {self._told(found)}."

    async def _cancel_each(self, kind: Kind, call: SkillCall, entries: list[Entry]) -> Said:
        """Cancel those that are there of several that were named, and say of the others that they are not."""
        which, gone, told = call.slots.get("which"), list[Entry](), list[Said]()
        for each in which if isinstance(which, list) else ():
            found = fitting(each, entries, self._agenda.moment)
            if not found:
                told.append(self._none(kind, each))
            elif len(found) > 1 and not call.slots.get("all"):
                told.append(failed(f"Which one: {', '.join(self._told(entry) for entry in found[:4])}?"))
            else:
                gone += [entry for entry in found if entry not in gone]
        if gone:
            await self._agenda.remove(gone)
            are = f"{len(gone)} {kind}s are" if len(gone) > 1 else f"The {kind} is"
            told.append(Said(spoken=f"{are} cancelled: {enumerated([self._told(entry) for entry in gone])}."))
        return in_all(told)

    async def _cancel_all(self, kind: Kind, call: SkillCall, entries: list[Entry]) -> str | Said:
        """Cancel all, all of a name or a time, or all but some; of these each has to be there."""
        but = call.slots.get("but")
        spared = [
            (each, fitting(each, entries, self._agenda.moment)) for each in (but if isinstance(but, list) else ())
        ]
        for each, found in spared:
            if not found:
                return self._none(kind, each)
        kept = [entry for _, found in spared for entry in found]
        gone = [entry for entry in fitting(call.slots, entries, self._agenda.moment) if entry not in kept]
        if not gone and entries and not spared:
            return self._none(kind, call.slots)
        await self._agenda.remove(gone)
        return f"{len(gone) or 'No'} {kind}{'s' * (len(gone) != 1)} cancelled."
