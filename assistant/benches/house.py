"""`repartee bench house`: rooms that set timers, hear announcements, ask and switch lamps, over hours of a fast clock.

The parts, the conversations, the skills, the broker and what speaks first are the real ones; only the clock is moved
by hand. Each timer has a name of its own, so that each has to be told once, in the room where it was set, and never
again. "Turn on the lamp" has to reach the lamp of the room where it is said, once; some of it is said together with a
timer. Some announcements are for one room. Now and then several rooms hear a wake word: the loudest has to answer, and
no other.
"""

from __future__ import annotations

import asyncio
import json
import random
import tempfile
import time
from collections import Counter, defaultdict
from contextlib import AsyncExitStack
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

import click

from assistant.benches.fast_clock import FastMoment
from assistant.benches.lamps import Lamps
from assistant.config import Config
from assistant.dialogue.conversation import Conversation
from assistant.dialogue.events import Overheard, ReplyDone, Woken
from assistant.dialogue.settings import ConversationSettings
from assistant.dialogue.waking import Wakes
from assistant.parts import Parts
from assistant.service import Service
from assistant.skills.choose import OwnSkills

STEP_S = 60.0
#: Where a conversation is; more than these are called by letters.
AREAS = tuple("Kitchen Bedroom Bathroom Hallway Office Attic Cellar Garage".split())
ROOM_SETTINGS = ConversationSettings(speak=False, turn_detection=None, speculate=False)
FOUND_WITHIN_S = 60.0  #: of real time, for every lamp to be known
WITHIN_S = 30.0  #: of real time, for a sentence to be answered


@dataclass
class Report:
    """What became of everything that was set; `lost` and `twice` are to be empty."""

    rooms: int
    hours: float
    timers: int = 0
    announcements: int = 0
    commands: int = 0
    switched: int = 0  # lamps, by rooms
    calls: int = 0  # of a wake word that several rooms heard
    told: int = 0
    lost: list[str] = field(default_factory=list)
    twice: list[str] = field(default_factory=list)
    elsewhere: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    wall_s: float = 0.0

    @property
    def good(self) -> bool:
        """Whether nothing was lost, told twice, told in another room, or answered wrongly."""
        return not (self.lost or self.twice or self.elsewhere or self.wrong)


@click.command()
@click.option("--rooms", default=8, show_default=True, type=click.IntRange(1, 50), help="Conversations at once.")
@click.option("--hours", default=2.0, show_default=True, type=click.FloatRange(0.1, 48), help="Simulated time.")
@click.option("--seed", default=1, show_default=True, help="Of what is set when.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_context
def command(ctx: click.Context, rooms: int, hours: float, seed: int, as_json: bool) -> None:
    """Let rooms set timers, announce and ask for hours of a fast clock; status 1 where one is lost or told twice."""
    report = asyncio.run(live(rooms, hours, seed))
    if as_json:
        click.echo(json.dumps(asdict(report) | {"good": report.good}))
    else:
        click.echo(
            f"{report.rooms} rooms, {report.hours:g} hours in {report.wall_s:.0f} s: {report.timers} timers and "
            f"{report.announcements} announcements, told {report.told} times; lamps switched {report.switched} times, "
            f"{report.commands} other sentences and {report.calls} calls that several rooms heard\n"
            f"lost {len(report.lost)}, twice {len(report.twice)}, in another room {len(report.elsewhere)}, "
            f"answered wrongly {len(report.wrong)}"
        )
        for each in [*report.lost, *report.twice, *report.elsewhere, *report.wrong][:10]:
            click.echo(f"  {each}")
    ctx.exit(0 if report.good else 1)


class Room:
    """One conversation, and everything that was said in it."""

    def __init__(self, number: int, parts: Parts) -> None:
        self.name, self.area = f"room {number}", area_of(number)
        self.conversation = Conversation(parts, settings=replace(ROOM_SETTINGS, room=self.area))
        self.conversation.wakes_itself = True
        self.said: list[str] = []
        self.woken: list[bool] = []  # for each wake word heard here, whether it was answered here
        self._news = asyncio.Event()

    async def listen(self) -> None:
        """Note each reply."""
        async for event in self.conversation.events():
            if isinstance(event, ReplyDone):
                self.said.append(event.said or event.error)
                self._news.set()
            elif isinstance(event, Woken | Overheard):
                self.woken.append(isinstance(event, Woken))
                self._news.set()

    async def decided(self, count: int) -> bool:
        """Return whether this room answers the wake word number `count` that it heard, once that is known."""
        async with asyncio.timeout(WITHIN_S):
            while len(self.woken) < count:
                self._news.clear()
                await self._news.wait()
        return self.woken[count - 1]

    async def say(self, words: str) -> str:
        """Say something, and return the reply to it, which is the next that is no announcement."""
        before = len(self.said)
        await self.conversation.respond(words)
        async with asyncio.timeout(WITHIN_S):
            while True:
                self._news.clear()
                for reply in self.said[before:]:
                    if not _is_told(reply):
                        return reply
                await self._news.wait()


def area_of(number: int) -> str:
    """Return where the room of a number is."""
    return AREAS[number] if number < len(AREAS) else f"Chamber {_letters(number)}"


def _is_told(sentence: str) -> bool:
    return sentence.endswith("is done.") or sentence.startswith("Announcement ")


async def live(rooms: int, hours: float, seed: int) -> Report:
    """Run the hours; returns what became of what was set. Raises ReparteeError where Mosquitto is missing."""
    from assistant.home.demo import mosquitto

    began = time.perf_counter()
    report = Report(rooms=rooms, hours=hours)
    moment, lamps = FastMoment(), Lamps([area_of(number) for number in range(rooms)])
    with tempfile.TemporaryDirectory(prefix="repartee-bench-") as folder, mosquitto() as url:
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(lamps.living(url))
            config = Config(Path(folder))
            config = replace(config, smart_home=replace(config.smart_home, broker=url))
            parts = await stack.enter_async_context(Parts.open(config))
            await stack.enter_async_context(parts.at_home(FOUND_WITHIN_S))
            parts.own_skills = OwnSkills(parts.config, moment)
            parts.skills = parts.own_skills.load()
            service = Service(parts)
            service.sessions.wakes.clock = lambda: time.monotonic() + moment.steady()
            everyone = [Room(number, parts) for number in range(rooms)]
            for room in everyone:
                stack.enter_context(service.sessions.opened(room.conversation, name=room.name))
                stack.push_async_callback(room.conversation.close)
            tasks = [asyncio.create_task(room.listen()) for room in everyone]
            tasks.append(asyncio.create_task(service.skills()))
            chance = random.Random(seed)  # noqa: S311 (no secret)
            await _evening(report, service, moment, everyone, chance, lamps)
            service.stop()
            await asyncio.wait([tasks.pop()])
            for task in tasks:
                task.cancel()
    report.wall_s = time.perf_counter() - began
    return report


async def _evening(
    report: Report,
    service: Service,
    moment: FastMoment,
    everyone: list[Room],
    chance: random.Random,
    lamps: Lamps,
) -> None:
    """Let an evening pass, minute by minute."""
    expected: dict[str, str] = {}  # what has to be told, and in which room; "" for every room
    wanted: dict[str, list[str]] = defaultdict(list)  # what each lamp has to be told, by where it is
    for minute in range(round(report.hours * 60)):
        for room in everyone:
            what = chance.random()
            if what < 0.3:
                name = f"dish {_letters(len(expected))}"
                length = chance.randint(1, 20)
                reply = await room.say(f"set a {name} timer for {length} minutes")
                report.timers += 1
                expected[f"Your {name} timer is done."] = room.name
                _note(report, reply.startswith(f"The {name} timer is set"), room, reply)
            elif what < 0.4:
                report.commands += 1
                reply = await room.say(f"what is {minute} plus {chance.randint(1, 99)}")
                _note(report, reply.startswith("That is "), room, reply)
            elif what < 0.5:
                report.commands += 1
                reply = await room.say(f"add thing {_letters(minute)} to the {room.name.replace(' ', '')} list")
                _note(report, " list" in reply, room, reply)
            elif what < 0.6:
                wish = chance.choice(("on", "off"))
                name, length = f"dish {_letters(len(expected))}", chance.randint(1, 20)
                joined = what > 0.55
                timer = f" and set a {name} timer for {length} minutes" * joined
                reply = await room.say(f"turn {wish} the lamp{timer}")
                wanted[room.area].append(wish.upper())
                report.switched += 1
                right = "lamp" in reply.lower() and (not joined or f"The {name} timer is set" in reply)
                _note(report, right, room, reply)
                if joined:
                    report.timers += 1
                    expected[f"Your {name} timer is done."] = room.name
        if chance.random() < 0.2:
            sentence = f"Announcement number {minute}."
            report.announcements += 1
            where = chance.choice(["", *everyone]) if chance.random() < 0.5 else ""
            to = where.name if isinstance(where, Room) else ""
            expected[sentence] = to
            await service.announce(sentence, to=to)
        if len(everyone) > 1 and chance.random() < 0.2:
            await _call(report, service.sessions.wakes, chance.sample(everyone, chance.randint(2, len(everyone))))
        await moment.advance(STEP_S)
    await moment.advance(21 * 60)
    await _until_quiet(everyone)
    await lamps.until(report.switched, WITHIN_S)
    _count(report, everyone, expected)
    for room in everyone:
        if lamps.heard[room.area] != wanted[room.area]:
            report.wrong.append(f"the lamp of {room.area} got {lamps.heard[room.area]} for {wanted[room.area]}")


async def _call(report: Report, wakes: Wakes, near: list[Room]) -> None:
    """Say a wake word in the hearing of some rooms, the first of which is the nearest; all hear it at once."""
    report.calls += 1
    counts = {room.name: len(room.woken) + 1 for room in near}
    clock, now_s = wakes.clock, wakes.clock()
    wakes.clock = lambda: now_s
    for distance, room in reversed(list(enumerate(near))):
        room.conversation.woken("okay_nabu", loudness=-20.0 - 4 * distance)
    wakes.clock = clock
    answered = [room.name for room in near if await room.decided(counts[room.name])]
    if answered != [near[0].name]:
        report.wrong.append(f"a call that {near[0].name} heard best was answered by {answered}")


def _letters(number: int) -> str:
    """Return a number as letters, for a name without figures in it."""
    text = ""
    while True:
        number, rest = divmod(number, 26)
        text = chr(97 + rest) + text
        if not number:
            return f"z{text}"


async def _until_quiet(everyone: list[Room]) -> None:
    """Wait until nothing more is said anywhere."""
    count = -1
    while count != (count := sum(len(room.said) for room in everyone)):  # noqa: ASYNC110 (of silence there is no event)
        await asyncio.sleep(1.0)


def _count(report: Report, everyone: list[Room], expected: dict[str, str]) -> None:
    for room in everyone:
        told = Counter(sentence for sentence in room.said if _is_told(sentence))
        report.told += told.total()
        for sentence, where in expected.items():
            here = where in ("", room.name)
            count = told.pop(sentence, 0)
            if here and count == 0:
                report.lost.append(f"{room.name}: {sentence}")
            elif here and count > 1:
                report.twice.append(f"{room.name}: {sentence}")
            elif not here and count:
                report.elsewhere.append(f"{room.name}: {sentence}")
        report.elsewhere += [f"{room.name}: {sentence}" for sentence in told]


def _note(report: Report, right: bool, room: Room, reply: str) -> None:
    if not right:
        report.wrong.append(f"{room.name}: {reply}")
