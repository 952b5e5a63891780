"""One connection, over whatever line: carries messages between client, protocol and conversation, and bounds them.

A client that reads slowly is spoken to more slowly: beyond AHEAD_BYTES unread the conversation is not asked for more,
and its voice pauses. Audio of a reply that was interrupted is dropped at the last moment. A client that asks and asks
and does not read is itself not read beyond MAX_QUEUED_BYTES, and disconnected with 1013 where that does not help, or by
the ping it does not answer. A client that sends too fast is read on, so that its pings are answered, and obeyed more
slowly: what it sent waits in a backlog. Audio that has no room in it is refused, with an error that says so.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections import deque
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

import numpy as np

from assistant.audio.samples import RATE, slices
from assistant.channels.json import ApiError, decode
from assistant.channels.limits import Bucket
from assistant.channels.web.realtime import actions
from assistant.channels.web.realtime.actions import Output, Send
from assistant.channels.web.realtime.backlog import Backlog
from assistant.channels.web.realtime.line import Line, LineClosedError, Message, Sound
from assistant.channels.web.realtime.protocol import Protocol
from assistant.dialogue.conversation import Conversation, NothingToCommitError, UnknownReplyError
from engines.errors import ReparteeError

log = logging.getLogger(__name__)

AHEAD_BYTES = 1024 * 1024  # sixteen seconds of speech in base64
MAX_QUEUED_BYTES = 4 * AHEAD_BYTES  # the answers to the last event come on top: an item and its echo at most
SLOW_S = 10.0  # for a client to read below that again
_SLICE = RATE // 10  # samples heard at a time, so that a long append does not keep other sessions waiting


@dataclass(frozen=True)
class Pace:
    """What one connection may send: bursts first, then a steady rate that reading slows down to."""

    events: float = 4000
    events_per_second: float = 400
    audio_s: float = 60
    audio_per_second: float = 4
    responses: float = 20
    responses_per_second: float = 2


class SlowClientError(Exception):
    """The client does not read what it is sent."""


class Connection:
    """Runs one conversation over a line, and the sound that a line plays; `run` returns when either side is done."""

    def __init__(self, line: Line, conversation: Conversation, protocol: Protocol, sound: Sound | None = None) -> None:
        pace = Pace()
        self._line, self._conversation, self._protocol, self._sound = line, conversation, protocol, sound
        self._queue: deque[tuple[str, int | None]] = deque()
        self._queued_bytes = 0
        self._waiting, self._read_on = asyncio.Event(), asyncio.Event()
        self._backlog = Backlog()
        self._deaf = False  # the last audio was refused
        self._event_pace = Bucket(pace.events, pace.events_per_second)
        self._audio_pace = Bucket(pace.audio_s, pace.audio_per_second)
        self._response_pace = Bucket(pace.responses, pace.responses_per_second)

    async def run(self) -> None:
        """Carry until the client leaves, the conversation ends or the client cannot keep up."""
        await self._carry(self._protocol.opened())
        work: list[Callable[[], Coroutine[Any, Any, None]]] = [self._read, self._obey, self._pump, self._write]
        if self._sound is not None:
            work.append(self._follow)
        tasks = [asyncio.create_task(task()) for task in work]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await self._conversation.close()
        await self._close(next((task.exception() for task in done if not task.cancelled()), None))

    async def _close(self, error: BaseException | None) -> None:
        if isinstance(error, LineClosedError):
            log.info("ended %s", error)
            return
        code, reason = 1000, ""
        if isinstance(error, SlowClientError):
            code, reason = 1013, "The client reads too slowly; connect again."
        elif error is not None:
            log.error("a session failed", exc_info=error)
            code, reason = 1011, "Something went wrong in the server; its log says what."
        log.info("ended with %d %s", code, reason)
        await self._line.close(code, reason)
        if isinstance(error, SlowClientError):
            self._line.cut()

    async def _read(self) -> None:
        """Take what the client sends, and say at once what there is no room for."""
        while True:
            message = await self._line.receive()
            if delay := self._event_pace.owe():
                await asyncio.sleep(delay)
            if not self._backlog.refuses(message):
                await self._backlog.put(message)
            elif isinstance(message, str):
                self._refuse_audio(message)
                await self._unread_below(MAX_QUEUED_BYTES)
            await asyncio.sleep(0)  # what waits in the inbox comes without a pause

    def _refuse_audio(self, text: str) -> None:
        try:
            event = decode(text)
        except ApiError as error:
            self._enqueue(self._protocol.error(error))
            return
        event_id = event.get("event_id") if isinstance(event, dict) else None
        sentence = "More audio waits to be heard than there is room for; send it while it is spoken."
        self._refuse("input_audio_buffer_full", sentence, param="audio", event_id=event_id)

    async def _obey(self) -> None:
        """Do what the client sent, in order: audio no faster than it is worth."""
        async for message in self._backlog.messages():
            await self._carry(self._received(message))
            await self._unread_below(MAX_QUEUED_BYTES)

    async def _unread_below(self, limit: int, within_s: float | None = SLOW_S) -> None:
        """Wait until less is unread. Raises SlowClientError."""
        if self._queued_bytes <= limit:
            return
        try:
            async with asyncio.timeout(within_s):
                while self._queued_bytes > limit:
                    self._read_on.clear()
                    await self._read_on.wait()
        except TimeoutError as error:
            raise SlowClientError from error

    def _received(self, message: Message) -> list[Output]:
        if isinstance(message, np.ndarray):
            return [actions.Feed(message, live=True)]
        if message is None:
            refusal = ApiError("invalid_event", "Events are text messages; binary ones are not supported.")
            return [self._protocol.error(refusal)]
        try:
            return self._protocol.feed(decode(message))
        except ApiError as error:
            return [self._protocol.error(error)]

    async def _pump(self) -> None:
        async for event in self._conversation.events():
            await self._carry(self._protocol.on(event))
            await self._unread_below(AHEAD_BYTES, None)
            if self._sound is not None:
                await self._sound.room()

    async def _follow(self) -> None:
        """Tell what becomes of what is played."""
        assert self._sound is not None
        while True:
            await self._carry(self._protocol.played(await self._sound.happened()))

    async def _write(self) -> None:
        while True:
            await self._waiting.wait()
            while self._queue:
                text, generation = self._queue.popleft()
                self._queued_bytes -= len(text)
                if generation is None or self._conversation.current(generation):
                    await self._line.send(text)
                self._read_on.set()
            self._waiting.clear()

    def _enqueue(self, send: Send) -> None:
        text = json.dumps(send.event.to_json(), separators=(",", ":"))
        self._queue.append((text, send.generation))
        self._queued_bytes += len(text)
        self._waiting.set()

    async def _carry(self, outputs: list[Output]) -> None:
        for output in outputs:
            match output:
                case Send():
                    self._enqueue(output)
                case actions.Feed():
                    await self._feed(output)
                case actions.Play() | actions.PlayedOut():
                    self._play(output)
                case actions.Bring():
                    await self._bring(output)
                case actions.Commit():
                    await self._commit(output)
                case actions.Clear():
                    await self._conversation.clear()
                case actions.Respond() | actions.RespondAside() | actions.Say():
                    await self._respond(output)
                case actions.Interrupt():
                    await self._conversation.interrupt()
                case actions.Truncate():
                    await self._truncate(output)
                case actions.Remember() | actions.Forget() | actions.Update():
                    await self._note(output)

    async def _note(self, action: actions.Remember | actions.Forget | actions.Update) -> None:
        match action:
            case actions.Remember():
                self._conversation.remember(action.question, action.answer, action.generation)
            case actions.Forget():
                self._conversation.forget(action.generation)
            case actions.Update():
                await self._conversation.update(action.settings)

    def _play(self, action: actions.Play | actions.PlayedOut) -> None:
        assert self._sound is not None
        if isinstance(action, actions.Play):
            self._sound.play(action.pcm, action.generation)
        else:
            self._sound.end(action.generation)

    async def _feed(self, action: actions.Feed) -> None:
        for pcm in slices(action.pcm, _SLICE):
            await asyncio.sleep(self._audio_pace.owe(len(pcm) / RATE))
            try:
                await self._conversation.hear(pcm)
            except ReparteeError as error:
                if not (action.live and self._deaf):  # a microphone goes on, 50 times a second
                    self._refuse("input_audio_buffer_full", str(error), param="audio")
                self._deaf = True
                return
            self._deaf = False

    async def _bring(self, action: actions.Bring) -> None:
        await asyncio.sleep(self._audio_pace.owe(len(action.pcm) / RATE))
        try:
            await self._conversation.hear_recording(action.pcm, tag=action)
        except ReparteeError as error:
            await self._carry(self._protocol.not_brought(action, str(error)))

    async def _commit(self, action: actions.Commit) -> None:
        try:
            await self._conversation.commit()
        except NothingToCommitError:
            await self._carry(self._protocol.refused(action))

    async def _respond(self, action: actions.Respond | actions.RespondAside | actions.Say) -> None:
        await asyncio.sleep(self._response_pace.owe())
        request = action.request
        speak = request.modality == "audio"
        if isinstance(action, actions.Say):
            await self._conversation.say(action.reply, speak=speak, tag=request)
        elif isinstance(action, actions.RespondAside):
            await self._conversation.respond_aside(action.question, alone=action.alone, speak=speak, tag=request)
        else:
            await self._conversation.respond(action.question, speak=speak, tag=request)

    async def _truncate(self, action: actions.Truncate) -> None:
        try:
            kept = self._conversation.truncate(action.generation, action.heard_ms)
        except UnknownReplyError as error:
            if action.wished:
                self._refuse("item_truncate_invalid_item_id", str(error), event_id=action.event_id or None)
        else:
            await self._carry(self._protocol.truncated(action, kept))

    def _refuse(self, code: str, sentence: str, *, param: str | None = None, event_id: str | None = None) -> None:
        self._enqueue(self._protocol.error(ApiError(code, sentence, param=param, event_id=event_id)))
