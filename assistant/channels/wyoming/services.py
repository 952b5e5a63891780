"""What one client asked for, done with the parts of this process: its actions, one after the other."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, assert_never

from assistant.audio.samples import RATE, slices
from assistant.channels.wyoming.protocol import (
    Action,
    BeginHearing,
    BeginSaying,
    BeginWaking,
    EndHearing,
    EndSaying,
    EndWaking,
    Hear,
    Listen,
    SayMore,
    Send,
    Take,
    Understand,
    error_event,
)
from assistant.dialogue.history import Exchange, History
from assistant.dialogue.playback import Playback
from assistant.dialogue.utterance import Utterance
from assistant.ear.wake import WakeWordError, WakeWords
from assistant.home.entities import Act, HomeIntent
from assistant.home.understanding.acts import intent_name
from assistant.languages.en.clauses import clauses_of, is_whole
from assistant.skills.skill import SkillCall
from assistant.turn.events import Reply
from assistant.turn.turn import taken
from assistant.turn.understanding import Several, Understanding, understand
from engines.errors import ReparteeError

if TYPE_CHECKING:
    from wyoming.event import Event

    from assistant.config import Config
    from assistant.parts import Parts

MOST_CONVERSATIONS = 1000
CHUNK_MS = 100  # of speech in one event, at most
SLICE = RATE // 10  # samples looked at for a wake word before others have their turn


class Conversations:
    """What was said, by the id that a client carries in its contexts; those that were silent longest are forgotten."""

    def __init__(self, expires_s: float) -> None:
        self._expires_s = expires_s
        self._known: OrderedDict[str, tuple[History, list[int]]] = OrderedDict()

    def history(self, name: str) -> History:
        """Return the history of the conversation called `name`, which has just been used."""
        history, _ = self._known.setdefault(name, (History(self._expires_s), [0]))
        self._known.move_to_end(name)
        while len(self._known) > MOST_CONVERSATIONS:
            self._known.popitem(last=False)
        history.touch(time.monotonic())
        return history

    def add(self, name: str, reply: Reply) -> None:
        """Remember a reply of the conversation called `name`."""
        history, count = self._known.setdefault(name, (History(self._expires_s), [0]))
        if reply.remembered:
            count[0] += 1
            history.add(count[0], Exchange(reply, Playback()))


@dataclass(kw_only=True)
class House:
    """What all connections share. `info` answers `describe`, and tells a client what is here."""

    parts: Parts
    info: Event
    conversations: Conversations = field(init=False)

    def __post_init__(self) -> None:
        self.conversations = Conversations(self.config.conversation.expires_s)

    @property
    def config(self) -> Config:
        """The settings in effect."""
        return self.parts.config

    def area_of(self, context: Mapping[str, Any]) -> str:
        """Return where the person is who speaks through the device that a context names, "" where that is not set."""
        areas = self.config.satellites.areas
        named = (context.get(key) for key in ("area", "satellite_id", "device_id"))
        area, *devices = (name if isinstance(name, str) else "" for name in named)
        return area or next((areas[name] for name in devices if name in areas), "")


class Services:
    """Does the actions of one connection, in order. `post` sends an event at once, `send` waits for the client."""

    def __init__(self, house: House, post: Callable[[Event], None], send: Callable[[Event], Awaitable[None]]) -> None:
        self._house, self._post, self._send = house, post, send
        self._utterance: Utterance | None = None
        self._heard_for: Mapping[str, Any] | None = None
        self._streaming = False  # transcript-start was sent
        self._wake: WakeWords | None = None
        self._woken, self._listened = False, 0
        self._speech = _Speech(house.parts, send)

    async def do(self, action: Action) -> None:
        """Do one action; one that fails is answered with an `error`. Raises OSError where the client is gone."""
        try:
            await self._do(action)
        except ReparteeError as error:
            self._drop()
            await self._send(error_event(str(error), "failed"))

    async def _do(self, action: Action) -> None:
        match action:
            case Send(event):
                await self._send(event)
            case BeginHearing(context):
                await self._begin_hearing(context)
            case Hear(pcm):
                if self._utterance is not None and len(pcm):
                    self._utterance.feed(pcm)
            case EndHearing():
                await self._end_hearing()
            case BeginWaking() | Listen() | EndWaking():
                await self._watch(action)
            case BeginSaying():
                self._speech = _Speech(self._house.parts, self._send)
            case SayMore(text):
                await self._speech.more(text)
            case EndSaying(streamed):
                await self._speech.end(streamed=streamed)
            case Take(text, context):
                await self._take(text, context)
            case Understand(text, context):
                await self._tell_meaning(text, context)
            case _:
                assert_never(action)

    def close(self) -> None:
        """Drop what is under way."""
        self._drop()

    def _drop(self) -> None:
        if self._utterance is not None:
            self._utterance.cancel()
        self._utterance, self._wake, self._streaming = None, None, False

    async def _begin_hearing(self, context: Mapping[str, Any] | None) -> None:
        parts = self._house.parts
        self._drop()
        recognizer = await parts.recognizer()
        self._heard_for = context
        self._utterance = Utterance(
            1,
            recognizer.stream(),
            parts.load,
            partial=self._partial,
            hypothesis=lambda *_: None,
            settled=lambda *_: None,
        )

    def _partial(self, _turn: int, _text: str, appended: str) -> None:
        from wyoming.asr import TranscriptChunk, TranscriptStart

        if not self._streaming:
            self._post(TranscriptStart(context=self._sent_back()).event())
        self._post(TranscriptChunk(text=f" {appended}" if self._streaming else appended).event())
        self._streaming = True

    async def _end_hearing(self) -> None:
        from wyoming.asr import Transcript, TranscriptChunk, TranscriptStart, TranscriptStop

        if self._utterance is None:
            return
        said = await self._utterance.finish()
        context = self._sent_back()
        if not self._streaming:  # the whole is one piece
            await self._send(TranscriptStart(context=context).event())
            await self._send(TranscriptChunk(text=said.text).event())
        await self._send(TranscriptStop().event())
        await self._send(Transcript(text=said.text, context=context).event())
        self._utterance, self._streaming = None, False

    def _sent_back(self) -> dict[str, Any] | None:
        return dict(self._heard_for) if self._heard_for is not None else None

    async def _watch(self, action: BeginWaking | Listen | EndWaking) -> None:
        from wyoming.wake import Detection, NotDetected

        match action:
            case BeginWaking(words):
                set_up = self._house.config.ear.wake_words
                if not set_up:
                    raise WakeWordError("No wake word is set up here; set ear.wake_words.")
                if missing := [word for word in words if word not in set_up]:
                    raise WakeWordError(f"{', '.join(missing)} is not set up here; ear.wake_words is what is.")
                self._wake = await asyncio.to_thread(WakeWords, words or set_up)
                self._woken, self._listened = False, 0
            case Listen(pcm):
                if self._wake is None:
                    return
                for piece in slices(pcm, SLICE):
                    self._listened += len(piece)
                    if (word := self._wake.detect(piece)) is not None:
                        self._woken = True
                        await self._send(Detection(name=word, timestamp=self._listened * 1000 // RATE).event())
                    await asyncio.sleep(0)
            case EndWaking():
                if self._wake is not None and not self._woken:
                    await self._send(NotDetected().event())
                self._wake = None

    async def _take(self, text: str, context: Mapping[str, Any]) -> None:
        from wyoming.handle import Handled, HandledChunk, HandledStart, HandledStop, NotHandled

        house, sent_back = self._house, dict(context)
        name = sent_back.get("conversation_id")
        if not isinstance(name, str) or not name:
            sent_back["conversation_id"] = name = secrets.token_hex(8)
        history = house.conversations.history(name).replies()
        room = house.area_of(context)
        told = ""
        async with aclosing(taken(text, parts=house.parts, context=house.parts.context(history, room=room))) as pieces:
            async for piece in pieces:
                if isinstance(piece, Reply):
                    reply = piece
                    break
                if not told:
                    await self._send(HandledStart(context=sent_back).event())
                await self._send(HandledChunk(text=piece).event())
                told += piece
        house.conversations.add(name, reply)
        if reply.outcome in ("failed", "abstained") and not reply.fallback:
            await self._send(NotHandled(text=reply.spoken, context=sent_back).event())
            return
        if not told:
            await self._send(HandledStart(context=sent_back).event())
        if rest := reply.spoken[len(told) :]:
            await self._send(HandledChunk(text=rest).event())
        await self._send(HandledStop().event())
        await self._send(Handled(text=reply.spoken, context=sent_back).event())  # for who does not read pieces

    async def _tell_meaning(self, text: str, context: Mapping[str, Any]) -> None:
        for event in self._understood(text, context):
            await self._send(event)

    def _understood(self, text: str, context: Mapping[str, Any]) -> list[Event]:
        from wyoming.intent import IntentsStart, IntentsStop, NotRecognized

        house, name = self._house, context.get("conversation_id")
        history = house.conversations.history(name).replies() if isinstance(name, str) and name else ()
        sent_back = dict(context) or None
        understood = understand(text, house.parts.context(history, room=house.area_of(context)))
        wanted = understood.parts if isinstance(understood, Several) else (understood,)
        asked = [
            each.question for each in wanted if isinstance(each, HomeIntent) and each.kind in ("ask_back", "refuse")
        ]
        if asked:  # nothing is told of the others: whoever does them must not do them without this one
            return [NotRecognized(text=" ".join(asked), context=sent_back).event()]
        intents = [intent for each in wanted for intent in self._intents(each, sent_back)]
        if not intents:
            return [NotRecognized(text="That is no command.", context=sent_back).event()]
        if len(intents) == 1:
            return intents
        return [IntentsStart(context=sent_back).event(), *intents, IntentsStop(context=sent_back).event()]

    def _intents(self, meant: Understanding, sent_back: dict[str, Any] | None) -> list[Event]:
        """Return what is to be done as intents: one for each kind of thing that is done in the house."""
        from wyoming.intent import Entity, Intent

        match meant:
            case HomeIntent(acts=acts) if len({intent_name((act,)) for act in acts}) > 1:
                return self._by_name(acts, sent_back)
            case HomeIntent(intent=name, slots=slots) | SkillCall(name=name, slots=slots):
                entities = [Entity(name=key, value=value) for key, value in slots.items()]
                return [Intent(name=name, entities=entities, context=sent_back).event()]
        return []

    def _by_name(self, acts: Sequence[Act], sent_back: dict[str, Any] | None) -> list[Event]:
        """Return an intent for each act, by the name of what it is done to."""
        from wyoming.intent import Entity, Intent

        home = self._house.parts.home
        intents: list[Event] = []
        for act in acts:
            known = home.entity(act.entity_id) if home is not None else None
            slots = {"name": known.name if known is not None else act.entity_id, **act.values}
            entities = [Entity(name=key, value=value) for key, value in slots.items()]
            intents.append(Intent(name=intent_name((act,)), entities=entities, context=sent_back).event())
        return intents


class _Speech:
    """A text being said while it comes: its clauses as soon as they are whole."""

    def __init__(self, parts: Parts, send: Callable[[Event], Awaitable[None]]) -> None:
        self._parts, self._send = parts, send
        self._waiting = ""
        self._begun = False
        self._sent_ms = 0

    async def more(self, text: str) -> None:
        """Say what `text` completes."""
        self._waiting += text
        *whole, self._waiting = clauses_of(self._waiting) or [""]
        if is_whole(self._waiting):
            whole, self._waiting = [*whole, self._waiting], ""
        for clause in whole:
            await self._say(clause)

    async def end(self, *, streamed: bool) -> None:
        """Say the rest; there is an `audio-start` and an `audio-stop` even where there was nothing to say."""
        from wyoming.audio import AudioStop
        from wyoming.tts import SynthesizeStopped

        await self._say(self._waiting)
        self._waiting = ""
        await self._begin((await self._parts.synthesizer()).rate)
        await self._send(AudioStop(timestamp=self._sent_ms).event())
        if streamed:
            await self._send(SynthesizeStopped().event())
        self._begun, self._sent_ms = False, 0

    async def _say(self, text: str) -> None:
        voice = await self._parts.synthesizer()
        async with aclosing(voice.stream(text)) as chunks:
            async for pcm in chunks:
                await self._begin(voice.rate)
                for event in audio_chunks(pcm, voice.rate, self._sent_ms):
                    await self._send(event)
                self._sent_ms += len(pcm) * 500 // voice.rate

    async def _begin(self, rate: int) -> None:
        from wyoming.audio import AudioStart

        if not self._begun:
            self._begun = True
            await self._send(AudioStart(rate=rate, width=2, channels=1, timestamp=0).event())


def audio_chunks(pcm: bytes, rate: int, at_ms: int) -> list[Event]:
    """Return int16 mono PCM at `rate` Hz, which begins at `at_ms` of the sound, as `audio-chunk` events."""
    from wyoming.audio import AudioChunk

    size = 2 * rate * CHUNK_MS // 1000
    return [
        AudioChunk(
            rate=rate, width=2, channels=1, audio=pcm[at : at + size], timestamp=at_ms + at * 500 // rate
        ).event()
        for at in range(0, len(pcm), size)
    ]
