"""A person on the other end of the Realtime socket: speaks recordings in real time and takes the times.

The end of speech is known from the recording's construction, so nothing of the server's own idea of it enters the
figures. Times are `time.perf_counter` seconds; audio is int16 mono at 24 kHz, the protocol's rate.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path
from typing import Any

import numpy as np

from assistant.audio.pace import Pace
from assistant.audio.samples import first_audible, slices
from assistant.samples import is_right
from engines.errors import ReparteeError
from engines.json_lines import read_objects

RATE = 24_000
CHUNK_MS = 20
ROOM = 10.0  # root mean square of the noise between recordings
ROOMS = 50  # different chunks of it; they are made beforehand, since many callers share the machine with the server
GIVE_UP_S = 60.0


@dataclass(frozen=True)
class Recording:
    """Speech from its first sample to its last, with pauses inside it."""

    text: str
    answer: str
    pcm: np.ndarray
    pauses_ms: tuple[int, ...]


@dataclass
class Turn:
    """What one spoken question came to; ms are None where it was never answered."""

    recording: Recording
    latency_ms: float | None = None  # true end of speech to the first audible sample
    cut_off: bool = False  # the server took the turn before the speech was over
    transcript: str = ""
    answer: str = ""
    own: bool = True  # the reply answers what this session said
    response: str = ""  # id of the last response to it
    stages: dict[str, float] = field(default_factory=dict)
    foreseen: bool = False

    @property
    def right(self) -> bool:
        """Whether the answer contains what the recording says it should."""
        return is_right(self.answer, (self.recording.answer,))


def load_recordings(folder: Path) -> list[Recording]:
    """Read turns.jsonl and its recordings. Raises ReparteeError where there are none, or one cannot be used."""
    import soundfile
    import soxr

    manifest = folder / "turns.jsonl"
    if not manifest.is_file():
        raise ReparteeError(f"{folder}: there is no turns.jsonl with recordings; give their folder with --recordings.")
    found: list[Recording] = []
    try:
        for _, row in read_objects(manifest):
            pcm, rate = soundfile.read(folder / row["file"], dtype="int16")
            found.append(Recording(row["text"], row["answer"], soxr.resample(pcm, rate, RATE), tuple(row["pauses_ms"])))
    except (ValueError, KeyError, TypeError, OSError, soundfile.SoundFileError) as error:
        raise ReparteeError(
            f"{manifest}, after {len(found)} good lines: {error}; expected file, text, answer and pauses_ms in each."
        ) from error
    if not found:
        raise ReparteeError(f"{manifest} is empty; give a folder with recordings.")
    return found


class Caller:
    """One session. `open` it, then `ask` and `barge_in`; `close` it."""

    def __init__(self, seed: int, *, idle_chunk_ms: int = CHUNK_MS) -> None:
        self.responses: set[str] = set()  # ids of all that were announced to this session
        self._rng = np.random.default_rng(seed)
        self._idle_chunk_ms = idle_chunk_ms
        self._speech: np.ndarray | None = None
        self._spoken_from = 0.0
        self._said = asyncio.Event()
        self._events: asyncio.Queue[tuple[float, dict[str, Any]]] = asyncio.Queue()
        self._tasks: list[asyncio.Task[None]] = []
        self._stack = contextlib.AsyncExitStack()

    async def open(self, url: str, token: str = "") -> None:
        """Connect, choose audio both ways with the server's own turn detection, and begin to send the room's noise."""
        from websockets.asyncio.client import connect

        headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._socket = await self._stack.enter_async_context(
            connect(
                f"{url}?model=repartee", additional_headers=headers, max_size=None, compression=None, open_timeout=60
            )
        )
        audio_format = {"type": "audio/pcm", "rate": RATE}
        audio = {
            "input": {
                "format": audio_format,
                "transcription": {"model": "repartee"},
                "turn_detection": {"type": "server_vad"},
            },
            "output": {"format": audio_format},
        }
        session = {"type": "realtime", "output_modalities": ["audio"], "audio": audio}
        self._tasks = [asyncio.create_task(self._listen())]
        await self._send({"type": "session.update", "session": session})
        await self._wait(lambda event: event["type"] == "session.updated")
        self._tasks.append(asyncio.create_task(self._microphone()))

    async def close(self) -> None:
        """Hang up."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._stack.aclose()

    async def ask(self, recording: Recording, spoken: Callable[[], None] = lambda: None) -> Turn:
        """Speak a question, hear the answer to its end, return the times. `spoken` is called at the end of speech."""
        turn = Turn(recording)
        self._drain()
        ended = await self._speak(recording)
        spoken()
        await self._hear_answer(turn, ended)
        return turn

    async def barge_in(self, recording: Recording) -> float | None:
        """Ask by text, interrupt the answer by speaking; return ms from the first sample of speech to silence."""
        content = [{"type": "input_text", "text": "How tall is the lighthouse at Marlow Point?"}]
        self._drain()
        item = {"type": "message", "role": "user", "content": content}
        await self._send({"type": "conversation.item.create", "item": item})
        await self._send({"type": "response.create"})
        if await self._wait(lambda event: event["type"] == "response.output_audio.delta") is None:
            return None
        await asyncio.sleep(float(self._rng.uniform(0.4, 1.0)))
        self._drain()
        ending = asyncio.create_task(self._speak(recording))
        stopped = await self._wait(lambda event: event["type"] == "input_audio_buffer.speech_started")
        began = self._spoken_from
        turn = Turn(recording)
        await self._hear_answer(turn, await ending)
        return None if stopped is None or not began else (stopped[0] - began) * 1000

    async def _hear_answer(self, turn: Turn, ended: float) -> None:
        """Follow the events of a turn whose speech ended at `ended` up to the end of its reply."""
        heard_s = 0.0
        reply_began = ended
        while True:
            try:
                at, event = await asyncio.wait_for(self._events.get(), GIVE_UP_S)
            except TimeoutError:
                return
            kind = event["type"]
            if kind == "input_audio_buffer.committed":
                turn.cut_off |= at < ended
            elif kind == "conversation.item.input_audio_transcription.completed":
                turn.transcript = f"{turn.transcript} {event['transcript']}".strip()
            elif kind == "response.output_audio.delta" and at > ended:
                samples = np.frombuffer(base64.b64decode(event["delta"]), np.int16)
                audible = first_audible(samples)
                if turn.latency_ms is None and audible is not None:
                    reply_began = at
                    turn.latency_ms = (at - ended + audible / RATE) * 1000
                heard_s += len(samples) / RATE
            elif kind == "response.done" and at > ended and event["response"]["status"] == "completed":
                turn.response = event["response"]["id"]
                self._note(turn, event["response"].get("metadata") or {})
                # The reply is listened to, as a person would before asking the next thing.
                await asyncio.sleep(max(0.0, reply_began + heard_s - time.perf_counter()) + 0.3)
                return

    def _note(self, turn: Turn, metadata: dict[str, str]) -> None:
        turn.answer = metadata.get("repartee_answer", "")
        question = metadata.get("repartee_question", "")
        turn.own = not question or turn.transcript.endswith(question) or question.endswith(turn.transcript)
        for name, _, spent_ms, _, note in json.loads(metadata.get("repartee_stages", "[]")):
            turn.stages[name] = spent_ms
            turn.foreseen |= name == "read" and note.startswith("while you spoke")

    async def _speak(self, recording: Recording) -> float:
        """Say a recording into the microphone; returns when its last sample was due, at that time."""
        self._said.clear()
        self._spoken_from = 0.0
        self._speech = recording.pcm
        await self._said.wait()
        return self._spoken_from + len(recording.pcm) / RATE

    async def _microphone(self) -> None:
        """Send a chunk whenever its last sample would have been recorded."""
        pace = Pace(RATE)
        chunks: Iterator[tuple[int, str]] = iter(())  # of the speech under way: samples, and the event that holds them
        idle = self._idle_chunk_ms * RATE // 1000
        silence = cycle([_append(self._room(idle)) for _ in range(ROOMS)])
        speaking: np.ndarray | None = None
        while True:
            if speaking is None and self._speech is not None:
                speaking, self._spoken_from = self._speech, pace.due
                chunks = self._chunks(speaking)
            samples, event = next(chunks, (0, "")) if speaking is not None else (0, "")
            if speaking is not None and not samples:
                self._speech = speaking = None
                self._said.set()
            if not samples:
                samples, event = idle, next(silence)
            await pace.record(samples)
            await self._socket.send(event)

    def _chunks(self, speech: np.ndarray) -> Iterator[tuple[int, str]]:
        """Yield the events that say a recording; the last one ends in the room's noise."""
        size = RATE * CHUNK_MS // 1000
        for part in slices(speech, size):
            chunk = self._room(size)
            chunk[: len(part)] = part
            yield size, _append(chunk)

    def _room(self, samples: int) -> np.ndarray:
        return self._rng.normal(0, ROOM, samples).astype(np.int16)

    async def _listen(self) -> None:
        async for message in self._socket:
            event = json.loads(message)
            if event["type"] == "response.created":
                self.responses.add(event["response"]["id"])
            self._events.put_nowait((time.perf_counter(), event))

    async def _wait(self, wanted: Callable[[dict[str, Any]], bool]) -> tuple[float, dict[str, Any]] | None:
        """Return the first event that is `wanted`, None if it does not come."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(GIVE_UP_S):
                while True:
                    at, event = await self._events.get()
                    if event["type"] == "error":
                        raise ReparteeError(f"The server refused: {event['error']['message']}")
                    if wanted(event):
                        return at, event
        return None

    async def _send(self, event: dict[str, Any]) -> None:
        await self._socket.send(json.dumps(event))

    def _drain(self) -> None:
        while not self._events.empty():
            self._events.get_nowait()


def _append(pcm: np.ndarray) -> str:
    return json.dumps({"type": "input_audio_buffer.append", "audio": base64.b64encode(pcm.tobytes()).decode()})
