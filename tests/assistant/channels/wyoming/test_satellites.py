"""A satellite of the tests' own, which speaks as wyoming-satellite does, with the real conversation behind it."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import shutil
import socket
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile
from wyoming.asr import Transcript
from wyoming.audio import AudioChunk, AudioStop
from wyoming.event import Event, Eventable, async_read_event, async_write_event
from wyoming.ping import Ping, Pong
from wyoming.pipeline import PipelineStage, RunPipeline
from wyoming.wake import Detection

from assistant.channels.wyoming.satellite import SatelliteProtocol
from assistant.channels.wyoming.satellites import Times, addresses_of, keep_all
from assistant.config import Config, SatellitesConfig
from assistant.dialogue.events import Heard, Overheard
from assistant.dialogue.settings import ConversationSettings
from assistant.parts import Parts
from assistant.service import Service
from assistant.turn.events import Transcript as Told
from engines.errors import ReparteeError
from tests.paths import SPEECH, TURNS
from tests.ports import free_port

pytestmark = pytest.mark.usefixtures("one_reader")

ASK = RunPipeline(start_stage=PipelineStage.ASR, end_stage=PipelineStage.TTS)
QUICK = Times(ping=0.2, silence=5.0, first_wait=0.05, longest_wait=0.2)


class Satellite:
    """A device on a port of its own: it waits to be run, answers pings, and notes everything else."""

    def __init__(self) -> None:
        self.port = free_port()
        self.said: list[Event] = []
        self.connections = 0
        self.answers = True
        self._news = asyncio.Condition()
        self._writer: asyncio.StreamWriter | None = None
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", self.port)

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None
        await self.hang_up()

    async def hang_up(self) -> None:
        if self._writer is not None:
            self._writer.close()
            with contextlib.suppress(OSError):
                await self._writer.wait_closed()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writer = writer
        self.connections += 1
        while (event := await async_read_event(reader)) is not None:
            if Ping.is_type(event.type):
                if self.answers:
                    await async_write_event(Pong().event(), writer)
                continue
            async with self._news:
                self.said.append(event)
                self._news.notify_all()
        writer.close()

    async def send(self, event: Eventable) -> None:
        assert self._writer is not None
        await async_write_event(event.event(), self._writer)

    async def until(self, kind: str, count: int = 1, within_s: float = 60) -> list[Event]:
        """Return all that was said, once there are `count` events of this type."""
        async with asyncio.timeout(within_s), self._news:
            await self._news.wait_for(lambda: sum(event.type == kind for event in self.said) >= count)
        return list(self.said)

    def kinds(self) -> list[str]:
        """The types of what was said, pieces of sound once."""
        found: list[str] = []
        for event in self.said:
            if event.type != "audio-chunk" or found[-1] != "audio-chunk":
                found.append(event.type)
        return found

    async def speak(self, pcm: np.ndarray) -> None:
        for at in range(0, len(pcm), 1024):
            await self.send(AudioChunk(rate=16_000, width=2, channels=1, audio=pcm[at : at + 1024].tobytes()))
            await asyncio.sleep(0)


def recorded(file: Path) -> np.ndarray:
    pcm, _ = soundfile.read(file, dtype="int16")
    room = np.random.default_rng(1)
    return np.concatenate([room.normal(0, 10, 8000).astype(np.int16), pcm, np.zeros(24000, np.int16)])


@pytest.fixture(scope="module")
def home(samples_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home that no other process lives in: `serve` on the shared one would be told of announcements, and count."""
    return Path(shutil.copytree(samples_home, tmp_path_factory.mktemp("satellites") / "home"))


@pytest.fixture
async def service(home: Path) -> AsyncIterator[Callable[..., object]]:
    """Run a service with satellites: `async with service({"kitchen": satellite}) as running:`."""

    @asynccontextmanager
    async def run(satellites: dict[str, Satellite], times: Times = QUICK, **ear: object) -> AsyncIterator[Service]:
        config = Config(home)
        addresses = {name: f"tcp://127.0.0.1:{satellite.port}" for name, satellite in satellites.items()}
        config = replace(
            config,
            satellites=SatellitesConfig(addresses=addresses, areas={name: name.title() for name in satellites}),
            budget=replace(config.budget, retrieve=60_000.0, read=60_000.0),
            reader=replace(config.reader, passages=4),
            ear=replace(config.ear, **ear),
        )
        async with Parts.open(config) as parts:
            service = Service(parts)
            keeping = asyncio.create_task(keep_all(service, addresses_of(config.satellites), times=times))
            try:
                yield service
            finally:
                service.stop()
                await keeping
                for satellite in satellites.values():
                    await satellite.stop()

    return run


async def test_a_question_is_heard_and_answered_where_it_was_asked(service) -> None:
    kitchen, hall = Satellite(), Satellite()
    await kitchen.start()
    await hall.start()
    async with service({"kitchen": kitchen, "hall": hall}) as running:
        await kitchen.until("run-satellite")
        await hall.until("run-satellite")
        assert sorted((one.name, one.area) for one in running.sessions) == [("hall", "Hall"), ("kitchen", "Kitchen")]
        await kitchen.send(ASK)
        await kitchen.speak(recorded(TURNS / "00-slt.flac"))
        found = await kitchen.until("audio-stop")
        assert kitchen.kinds() == [
            "run-satellite",
            "voice-started",
            "voice-stopped",
            "transcript",
            "audio-start",
            "audio-chunk",
            "audio-stop",
        ]
        heard = next(Transcript.from_event(event) for event in found if event.type == "transcript")
        assert "lighthouse" in heard.text.lower()
        sound = b"".join(event.payload for event in found if event.type == "audio-chunk")
        assert np.abs(np.frombuffer(sound, np.int16)).max() > 1000
        # The pipeline is over: what the microphone sends now is not listened to.
        await kitchen.speak(recorded(TURNS / "01-rms.flac"))
        await kitchen.send(Ping())
        await kitchen.until("pong")
        assert kitchen.kinds()[-2:] == ["audio-stop", "pong"]
        assert hall.kinds() == ["run-satellite"]


async def test_an_announcement_reaches_one_room_or_all_and_only_those_connected(service) -> None:
    kitchen, hall = Satellite(), Satellite()
    await kitchen.start()
    async with service({"kitchen": kitchen, "hall": hall}) as running:
        await kitchen.until("run-satellite")
        assert await running.announce("Dinner is ready.", to="hall") == 0
        await hall.start()
        await hall.until("run-satellite")
        assert await running.announce("Dinner is ready.", to="KITCHEN") == 1
        await kitchen.until("audio-stop")
        assert hall.kinds() == ["run-satellite"]
        async with asyncio.timeout(60):  # one whose first connection took too long is connected to once more
            while len(running.sessions) != 2:
                await asyncio.sleep(0.02)
        assert await running.announce("Good night.") == 2
        await kitchen.until("audio-stop", 2)
        await hall.until("audio-stop")


async def test_a_satellite_that_goes_away_is_connected_to_again(service) -> None:
    kitchen = Satellite()
    await kitchen.start()
    async with service({"kitchen": kitchen}) as running:
        await kitchen.until("run-satellite")
        await kitchen.hang_up()
        await kitchen.until("run-satellite", 2)
        assert len(running.sessions) == 1
        await kitchen.stop()
        async with asyncio.timeout(60):
            while len(running.sessions):
                await asyncio.sleep(0.02)
        await kitchen.start()
        await kitchen.until("run-satellite", 3)


async def test_one_that_no_longer_answers_is_given_up_and_tried_again(service) -> None:
    kitchen = Satellite()
    kitchen.answers = False
    await kitchen.start()
    async with service({"kitchen": kitchen}, replace(QUICK, silence=0.5)):
        await kitchen.until("run-satellite", 3)
    assert kitchen.connections >= 3


async def test_after_ten_seconds_without_speech_the_satellite_is_told(service) -> None:
    kitchen = Satellite()
    await kitchen.start()
    async with service({"kitchen": kitchen}):
        await kitchen.until("run-satellite")
        await kitchen.send(ASK)
        await kitchen.speak(np.zeros(11 * 16_000, np.int16))
        *_, told, again = await kitchen.until("run-satellite", 2)
        assert (told.type, told.data["code"]) == ("error", "stt-no-text-recognized")
        assert again.type == "run-satellite", "wyoming-satellite 1.0 waits for nothing else after an error"


async def test_without_a_wake_word_of_ours_a_satellite_that_wants_one_is_told(service) -> None:
    kitchen = Satellite()
    await kitchen.start()
    async with service({"kitchen": kitchen}):
        await kitchen.until("run-satellite")
        await kitchen.send(RunPipeline(start_stage=PipelineStage.WAKE, end_stage=PipelineStage.TTS))
        assert "ear.wake_words" in (await kitchen.until("error"))[-1].data["text"]


async def test_a_satellite_without_a_wake_word_of_its_own_is_listened_to_for_ours(service) -> None:
    pytest.importorskip("pymicro_wakeword", reason="needs the extra wake")
    kitchen = Satellite()
    await kitchen.start()
    async with service({"kitchen": kitchen}, wake_words=("hey_jarvis",)):
        await kitchen.until("run-satellite")
        await kitchen.send(RunPipeline(start_stage=PipelineStage.WAKE, end_stage=PipelineStage.TTS))
        await kitchen.speak(recorded(SPEECH / "weather-slt.flac"))
        await kitchen.speak(recorded(TURNS / "hey-jarvis.flac"))
        await kitchen.until("detection")
        assert "voice-started" not in kitchen.kinds()[: kitchen.kinds().index("detection")]
        await kitchen.speak(recorded(TURNS / "00-slt.flac"))
        await kitchen.until("transcript")
        await kitchen.until("audio-stop")
        # wyoming-satellite 1.0 streams on, and runs no second pipeline.
        await kitchen.speak(np.concatenate([np.zeros(16_000, np.int16), recorded(TURNS / "hey-jarvis.flac")]))
        await kitchen.until("detection", 2)


def test_what_comes_after_the_end_is_heard_where_we_listen_for_the_word_until_the_satellite_stops() -> None:
    """The satellite's three ways: it streams always, after its voice detector, or after a wake word of its own."""
    heard = Heard(turn=1, transcript=Told(text="What time is it?"))
    sound = AudioChunk(rate=16_000, width=2, channels=1, audio=bytes(640)).event()
    for first, goes_on in ((PipelineStage.WAKE, True), (PipelineStage.ASR, False)):
        protocol = SatelliteProtocol(ConversationSettings(), ("hey_jarvis",))
        protocol.receive(RunPipeline(start_stage=first, end_stage=PipelineStage.TTS).event())
        protocol.tell(heard)
        assert bool(protocol.receive(sound)) == goes_on
        protocol.receive(AudioStop().event())  # as with --vad, where no wake word came in time
        assert not protocol.receive(sound)
        protocol.receive(RunPipeline(start_stage=first, end_stage=PipelineStage.TTS).event())
        assert protocol.receive(sound)


async def test_of_two_that_hear_their_own_wake_word_the_earlier_answers_and_the_other_is_told_and_goes_quiet(
    service,
) -> None:
    kitchen, hall = Satellite(), Satellite()
    await kitchen.start()
    await hall.start()
    async with service({"kitchen": kitchen, "hall": hall}) as running:
        for heard in (kitchen, hall):
            await heard.until("run-satellite")
        begun, ticks = time.monotonic(), itertools.count()
        running.sessions.wakes.clock = lambda: begun + next(ticks) / 1000  # one is earlier, on any machine
        for heard in (kitchen, hall):  # as wyoming-satellite does: what it wants, what it heard, then its sound
            await heard.send(ASK)
            await heard.send(Detection(name="okay_nabu"))
            await heard.send(Ping())
            await heard.until("pong")  # it was taken
        running.sessions.wakes.clock = time.monotonic
        assert (await hall.until("run-satellite", 2))[-2].data["code"] == "duplicate_wake_up_detected"
        await hall.speak(recorded(TURNS / "00-slt.flac"))
        await kitchen.speak(recorded(TURNS / "00-slt.flac"))
        await kitchen.until("audio-stop")
        assert hall.kinds() == ["run-satellite", "pong", "error", "run-satellite"]
        assert [kind for kind in kitchen.kinds() if kind not in ("run-satellite", "pong")] == [
            "voice-started",
            "voice-stopped",
            "transcript",
            "audio-start",
            "audio-chunk",
            "audio-stop",
        ]


class Ears:
    """Stands where the wake word is found: it is heard once, after a second of whatever comes."""

    def __init__(self, words: tuple[str, ...]) -> None:
        self._word, self._left = words[0], 16_000

    def detect(self, pcm: np.ndarray) -> str | None:
        before, self._left = self._left, self._left - len(pcm)
        return self._word if before > 0 >= self._left else None


async def test_of_two_that_we_listen_to_the_louder_answers_though_it_was_later(service, monkeypatch) -> None:
    monkeypatch.setattr("assistant.dialogue.conversation.WakeWords", Ears)
    far, near = Satellite(), Satellite()
    await far.start()
    await near.start()
    wanted = RunPipeline(start_stage=PipelineStage.WAKE, end_stage=PipelineStage.TTS)
    tone = np.sin(np.arange(32_000) / 6)
    async with service({"far": far, "near": near}, wake_words=("hey_jarvis",)) as running:
        wakes = running.sessions.wakes
        for satellite in (far, near):
            await satellite.until("run-satellite")
            await satellite.send(wanted)
            await satellite.until("detect")
        now_s = time.monotonic()
        wakes.clock = lambda: now_s  # no machine is too slow for them to be heard as one call
        for count, (satellite, loud) in enumerate(((far, 300), (near, 3000)), 1):
            await satellite.speak((tone * loud).astype(np.int16))
            async with asyncio.timeout(60):
                while len(wakes._waiting) < count:
                    await asyncio.sleep(0.01)
            now_s += 0.01
        wakes.clock = time.monotonic
        assert (await far.until("run-satellite", 2))[-2].data["code"] == "duplicate_wake_up_detected"
        assert (await near.until("detection"))[-1].data["name"] == "hey_jarvis"
        assert "detection" not in far.kinds()
        assert "error" not in near.kinds()


async def test_a_joined_sentence_is_done_in_both_its_parts_for_who_asks_as_home_assistant_does(service) -> None:
    from wyoming.client import AsyncTcpClient
    from wyoming.handle import Handled
    from wyoming.intent import Recognize

    from assistant.channels.wyoming.address import Allowed
    from assistant.channels.wyoming.server import serve

    async with service({}) as running:
        listener = socket.create_server(("127.0.0.1", 0))
        serving = asyncio.create_task(serve(running, listener, Allowed(())))
        async with AsyncTcpClient("127.0.0.1", listener.getsockname()[1], connect_timeout=60) as client:
            text = "What is two plus two, and set a pasta timer for ten minutes."
            await client.write_event(Recognize(text=text).event())
            kinds = [(await client.read_event()) for _ in range(4)]
            assert [event.type for event in kinds] == ["intents-start", "intent", "intent", "intents-stop"]
            assert [event.data["name"] for event in kinds[1:3]] == ["sums.sum", "timers.set"]
            agenda = running.parts.own_skills.agenda
            assert agenda.entries("timer") == [], "it is only told"
            await client.write_event(Transcript(text=text).event())
            while (event := await client.read_event()).type != "handled":
                pass
            assert Handled.from_event(event).text.startswith("That is 4. The pasta timer is set for 10 minutes.")
            assert [entry.name for entry in agenda.entries("timer")] == ["pasta"]
            await agenda.remove(agenda.entries("timer"))
        running.stop()
        await serving


def test_one_that_is_listened_to_for_our_word_is_told_when_another_answers_and_is_heard_on() -> None:
    protocol = SatelliteProtocol(ConversationSettings(), ("hey_jarvis",))
    for again, kinds in ((True, ["not-detected"]), (False, ["error", "run-satellite"])):
        wanted = RunPipeline(start_stage=PipelineStage.WAKE, end_stage=PipelineStage.TTS, restart_on_end=again)
        protocol.receive(wanted.event())
        assert [event.type for event in protocol.tell(Overheard("hey_jarvis"))] == kinds
        assert protocol.listening


async def test_an_announcement_of_the_satellites_own_is_said(service) -> None:
    kitchen = Satellite()
    await kitchen.start()
    async with service({"kitchen": kitchen}):
        await kitchen.until("run-satellite")
        await kitchen.send(
            RunPipeline(start_stage=PipelineStage.TTS, end_stage=PipelineStage.TTS, announce_text="Tea is ready.")
        )
        await kitchen.until("audio-stop")


@pytest.mark.parametrize("uri", ["kitchen", "mqtt://kitchen", "tcp://"])
def test_an_address_that_is_none_is_refused_by_its_name(uri: str) -> None:
    with pytest.raises(ReparteeError, match=r"satellites\.addresses\.kitchen"):
        addresses_of(SatellitesConfig(addresses={"kitchen": uri}))
