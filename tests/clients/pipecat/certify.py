"""Drives the server with Pipecat, unmodified: certify.py URL QUESTION.pcm OTHER.pcm

Audio is int16 at 24 kHz. All scenarios run at the same time, each in a pipeline of its own.
Prints what came out of each, one JSON object, for the tests to judge.
"""

from __future__ import annotations

import asyncio
import inspect
import json
import sys
import time
import traceback
from pathlib import Path
from typing import Any, Self

from loguru import logger
from pipecat.frames.frames import (
    ErrorFrame,
    Frame,
    InputAudioRawFrame,
    InterimTranscriptionFrame,
    InterruptionFrame,
    LLMFullResponseStartFrame,
    LLMRunFrame,
    LLMTextFrame,
    MetricsFrame,
    TranscriptionFrame,
    TTSAudioRawFrame,
    UserStartedSpeakingFrame,
    UserStoppedSpeakingFrame,
    VADUserStartedSpeakingFrame,
    VADUserStoppedSpeakingFrame,
)
from pipecat.metrics.metrics import LLMUsageMetricsData
from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.worker import PipelineParams, PipelineWorker
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.processors.aggregators.llm_response_universal import LLMContextAggregatorPair, LLMUserAggregatorParams
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor
from pipecat.services.openai.realtime import events
from pipecat.services.openai.realtime.llm import OpenAIRealtimeLLMService
from pipecat.turns.user_start import VADUserTurnStartStrategy
from pipecat.turns.user_stop import SpeechTimeoutUserTurnStopStrategy
from pipecat.turns.user_turn_strategies import UserTurnStrategies
from pipecat.workers.runner import WorkerRunner

RATE = 24_000
PIECE = RATE // 50 * 2  # bytes of 20 ms

#: What 1.4 asks for with a service of speech to speech, and later versions find out for themselves. Without it the
#: transcript of a turn begins another one there, which cuts off a reply that has begun before the transcript is taken.
_MODE = inspect.signature(LLMContextAggregatorPair).parameters["realtime_service_mode"].default
SPEECH_TO_SPEECH = {"realtime_service_mode": True} if _MODE is False else {}


class Watch(FrameProcessor):
    """Notes the frames that pass; one stands on either side of the service."""

    def __init__(self, seen: dict[str, Any]) -> None:
        super().__init__()
        self._seen = seen
        self._waiting: dict[str, list[asyncio.Future[Frame]]] = {}
        self.heard, self.more = 0, asyncio.Event()  # pieces of sound that have passed

    def wait(self, name: str) -> asyncio.Future[Frame]:
        future: asyncio.Future[Frame] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(name, []).append(future)
        return asyncio.ensure_future(asyncio.wait_for(future, 60))

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        seen = self._seen
        if isinstance(frame, InputAudioRawFrame):
            self.heard += 1
            self.more.set()
        elif isinstance(frame, LLMFullResponseStartFrame):
            seen["replies"].append("")
        elif isinstance(frame, LLMTextFrame):
            seen["text"] += frame.text
            seen["replies"][-1:] = ["".join((*seen["replies"][-1:], frame.text))]
        elif isinstance(frame, TTSAudioRawFrame):
            seen["audio_ms"] += len(frame.audio) * 500 / RATE
        elif isinstance(frame, InterimTranscriptionFrame):
            seen["deltas"] += frame.text
        elif isinstance(frame, TranscriptionFrame):
            seen["transcripts"].append(frame.text)
        elif isinstance(frame, ErrorFrame):
            seen["errors"].append(frame.error)
        elif isinstance(frame, InterruptionFrame):
            seen["interruptions"] += 1
        elif isinstance(frame, MetricsFrame):
            usages = [data.value for data in frame.data if isinstance(data, LLMUsageMetricsData)]
            seen["tokens"] += sum(usage.total_tokens for usage in usages)
        for future in self._waiting.pop(type(frame).__name__, []):
            if not future.done():
                future.set_result(frame)
        await self.push_frame(frame, direction)


class Line:
    """A pipeline around the service."""

    def __init__(
        self,
        url: str,
        *,
        modality: str = "audio",
        detection: Any = None,
        question: str | None = None,
        strategies: UserTurnStrategies | None = None,
    ) -> None:
        self.seen: dict[str, Any] = {"text": "", "audio_ms": 0.0, "deltas": "", "interruptions": 0, "tokens": 0}
        self.seen |= {"transcripts": [], "errors": [], "items": [], "replies": []}
        audio_input = events.AudioInput(
            transcription=events.InputAudioTranscription(model="whisper-1"), turn_detection=detection
        )
        properties = events.SessionProperties(
            output_modalities=[modality], audio=events.AudioConfiguration(input=audio_input)
        )
        self.service = OpenAIRealtimeLLMService(
            api_key="none",
            base_url=f"{url.replace('http', 'ws')}/v1/realtime",
            settings=OpenAIRealtimeLLMService.Settings(model="repartee", session_properties=properties),
        )

        @self.service.event_handler("on_conversation_item_created")
        async def created(_service: Any, item_id: str, item: Any) -> None:
            self.seen["items"].append([item_id, item.role])

        context = LLMContext([{"role": "user", "content": question}] if question else [])
        params = LLMUserAggregatorParams(user_turn_strategies=strategies)
        pair = LLMContextAggregatorPair(context, user_params=params, **SPEECH_TO_SPEECH)
        self.before, self.after = Watch(self.seen), Watch(self.seen)
        parts = [pair.user(), self.before, self.service, self.after, pair.assistant()]
        rates = PipelineParams(audio_in_sample_rate=RATE, audio_out_sample_rate=RATE, enable_usage_metrics=True)
        self.worker = PipelineWorker(Pipeline(parts), params=rates, cancel_on_idle_timeout=False)
        self._told = 0
        self.context = context

    async def __aenter__(self) -> Self:
        started = asyncio.Event()

        @self.worker.event_handler("on_pipeline_started")
        async def ready(_worker: Any, _frame: Any) -> None:
            started.set()

        runner = WorkerRunner(handle_sigint=False)
        await runner.add_workers(self.worker)
        self._running = asyncio.create_task(runner.run())
        await asyncio.wait_for(started.wait(), 60)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.worker.cancel()
        await self._running

    async def hear(self, data: bytes) -> None:
        await self.worker.queue_frame(InputAudioRawFrame(data, RATE, 1))
        self._told += 1

    async def say(self, pcm: bytes) -> None:
        """Send audio as fast as it is taken, until the service has all of it: what ends a turn may overtake it."""
        for start in range(0, len(pcm), PIECE):
            await self.hear(pcm[start : start + PIECE])
            await asyncio.sleep(0)
        async with asyncio.timeout(60):
            while self.after.heard < self._told:
                self.after.more.clear()
                await self.after.more.wait()

    async def speak(self, pcm: bytes) -> None:
        """Send audio as a microphone would, and silence after it until cancelled."""
        began, sent = time.monotonic(), 0
        while True:
            await self.hear(pcm[sent : sent + PIECE] or bytes(PIECE))
            sent += PIECE
            await asyncio.sleep(max(0.0, began + sent / 2 / RATE - time.monotonic()))


async def text(url: str, _clips: list[bytes]) -> dict[str, Any]:
    async with Line(url, modality="text", question="How tall is the lighthouse at Marlow Point?") as line:
        ended = line.after.wait("LLMFullResponseEndFrame")
        await line.worker.queue_frame(LLMRunFrame())
        await ended
        return line.seen


async def spoken(url: str, clips: list[bytes]) -> dict[str, Any]:
    async with Line(url, detection=events.TurnDetection(silence_duration_ms=300)) as line:
        ended = line.after.wait("LLMFullResponseEndFrame")
        speaking = asyncio.create_task(line.speak(clips[0]))
        await ended
        speaking.cancel()
        return line.seen


async def push_to_talk(url: str, clips: list[bytes]) -> dict[str, Any]:
    async with Line(url, detection=False) as line:
        ended = line.after.wait("LLMFullResponseEndFrame")
        await line.worker.queue_frame(UserStartedSpeakingFrame())
        await line.say(clips[0])
        await line.worker.queue_frame(UserStoppedSpeakingFrame())
        await ended
        await asyncio.sleep(0.5)  # the transcript may come after the reply
        return line.seen


async def local_turns(url: str, clips: list[bytes]) -> dict[str, Any]:
    """A greeting, and two turns whose ends are found here, the second while the reply to the first plays.

    When a turn begins, what was sent is cleared, and its first words are sent again.
    """

    def replies(line: Line) -> list[str]:
        return [reply for reply in line.seen["replies"] if reply]

    stop = SpeechTimeoutUserTurnStopStrategy(user_speech_timeout=0.05)
    strategies = UserTurnStrategies(start=[VADUserTurnStartStrategy()], stop=[stop])
    async with Line(url, detection=False, strategies=strategies) as line:
        greeted = line.after.wait("LLMFullResponseEndFrame")
        await line.worker.queue_frame(LLMRunFrame())
        await greeted
        for number, clip in enumerate(clips, 2):
            await line.say(bytes(15 * PIECE) + clip[: 10 * PIECE])
            begun = line.after.wait("InterruptionFrame")
            await line.worker.queue_frame(VADUserStartedSpeakingFrame(start_secs=0.2))
            await begun
            await line.say(clip[10 * PIECE :])
            playing, ended = line.after.wait("TTSAudioRawFrame"), line.after.wait("LLMFullResponseEndFrame")
            await line.worker.queue_frame(VADUserStoppedSpeakingFrame(stop_secs=0.2))
            await playing
            while number > len(clips) and len(replies(line)) < number:  # the end of the reply before
                await ended
                ended = line.after.wait("LLMFullResponseEndFrame")
        await ended
        line.seen["replies"] = replies(line)
        async with asyncio.timeout(60):
            while len(line.seen["transcripts"]) < len(clips):  # it may come after the reply
                await asyncio.sleep(0.01)
        return line.seen


async def barge_in(url: str, clips: list[bytes]) -> dict[str, Any]:
    """Speak while the reply plays; the service truncates it by itself, by what was played."""
    question = "How tall is the lighthouse at Marlow Point?"
    async with Line(url, detection=events.TurnDetection(silence_duration_ms=300), question=question) as line:
        first, ended = line.after.wait("TTSAudioRawFrame"), line.after.wait("LLMFullResponseEndFrame")
        interrupted = line.after.wait("InterruptionFrame")
        await line.worker.queue_frame(LLMRunFrame())
        await first
        began = time.monotonic()
        speaking = asyncio.create_task(line.speak(clips[1]))
        await ended
        await interrupted
        line.seen["played_ms"] = int((time.monotonic() - began) * 1000)
        first_said, line.seen["text"] = line.seen["text"], ""
        replied = next(item_id for item_id, role in line.seen["items"] if role == "assistant")
        line.seen["said"] = first_said
        item = await line.service.retrieve_conversation_item(replied)
        line.seen["kept"] = item.content[0].transcript
        await line.after.wait("LLMFullResponseEndFrame")
        while not line.seen["text"]:  # that was the interruption, which may end the first reply once more
            await line.after.wait("LLMFullResponseEndFrame")
        speaking.cancel()
        return line.seen


async def error(url: str, _clips: list[bytes]) -> dict[str, Any]:
    """Harmless errors leave the service alive; asking for nothing is a failed response, which it reports."""
    async with Line(url, modality="text", detection=False) as line:
        await line.service.send_client_event(events.ResponseCancelEvent())
        try:
            await line.service.retrieve_conversation_item("no_such_item")
        except Exception as refused:
            line.seen["refused"] = str(refused)
        ended = line.after.wait("LLMFullResponseEndFrame")
        await line.worker.queue_frame(LLMRunFrame())  # there is no question in the context yet
        await ended
        await asyncio.sleep(0.2)
        line.seen["told"] = list(line.seen["errors"])
        ended = line.after.wait("LLMFullResponseEndFrame")
        content = [events.ItemContent(type="input_text", text="When did the railway open?")]
        item = events.ConversationItem(type="message", role="user", content=content)
        await line.service.send_client_event(events.ConversationItemCreateEvent(item=item))
        await line.service.send_client_event(events.ResponseCreateEvent())
        await ended
        return line.seen


async def run(scenario: Any, url: str, clips: list[bytes]) -> dict[str, Any]:
    try:
        return await scenario(url, clips)
    except Exception:
        return {"failed": traceback.format_exc()}


async def main(url: str, *paths: str) -> None:
    logger.remove()
    clips = [Path(path).read_bytes() for path in paths]
    seen = await asyncio.gather(*(run(scenario, url, clips) for scenario in SCENARIOS))
    print(json.dumps({scenario.__name__: each for scenario, each in zip(SCENARIOS, seen, strict=True)}))


SCENARIOS = (text, spoken, push_to_talk, local_turns, barge_in, error)

if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
