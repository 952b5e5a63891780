"""The speaking half of a conversation: replies made, said clause by clause, cut off, remembered as far as heard."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from assistant.dialogue.events import Reason, ReplyAudio, ReplyDone, ReplyStarted, ReplyText, Status
from assistant.dialogue.history import Exchange, History
from assistant.dialogue.listening import HeardTurn
from assistant.dialogue.outbox import Outbox, audio_ms
from assistant.dialogue.playback import Playback
from assistant.dialogue.speaking import Clause, Speaker
from assistant.dialogue.speculation import Speculation
from assistant.turn.budget import Budget, now_ms
from assistant.turn.events import Reply
from assistant.turn.turn import take
from assistant.turn.understanding import Context
from engines.errors import ReparteeError

if TYPE_CHECKING:
    from assistant.parts import Parts

UNEXPECTED = "Something unexpected went wrong while answering; the log has the details."
NOTHING_HEARD = "Sorry, I did not hear a question."

logger = logging.getLogger(__name__)

Source = str | HeardTurn | Awaitable[HeardTurn | None]


@dataclass
class _Made:
    """A reply, and what of its sentence was said `before`, in an earlier generation."""

    reply: Reply
    before: str = ""
    budget: Budget | None = None
    started_ms: float = 0.0

    @property
    def text(self) -> str:
        return self.reply.spoken[len(self.before) :]


@dataclass
class _UnderWay:
    generation: int
    task: asyncio.Task[None] | None = None
    reply: Reply | None = None
    playback: Playback = field(default_factory=Playback)


class Replying:
    """Makes one reply at a time. Generations count from 1; those up to `stale` may not be heard any more."""

    def __init__(self, parts: Parts, outbox: Outbox, history: History, speculation: Speculation) -> None:
        self.speaker: Speaker | None = None
        self.generation = self.stale = 0
        self._parts, self._outbox, self._history, self._speculation = parts, outbox, history, speculation
        self._under_way: _UnderWay | None = None
        self._latest = _UnderWay(0)  # the reply under way, or else the last one
        self._loading = asyncio.Lock()
        outbox.handed = self.handed_over

    @property
    def under_way(self) -> int | None:
        """The generation being made or sent."""
        return self._under_way.generation if self._under_way is not None else None

    def playing(self, now: float) -> bool:
        """Whether the person is probably hearing a reply at `now` (`now_ms`)."""
        return self.generation > self.stale and self._latest.playback.playing(now)

    def played_ms(self, now: float) -> float:
        """How much of the latest reply has probably been heard."""
        return self._latest.playback.position_ms(now)

    def handed_over(self, event: ReplyAudio) -> None:
        """Note that the channel took this audio."""
        if event.generation == self._latest.generation:
            self._latest.playback.hand_over(audio_ms(event), now_ms())

    async def load_speaker(self) -> Speaker:
        """Return the speaker; the voice is loaded at the first call."""
        async with self._loading:
            if self.speaker is None:
                self.speaker = Speaker(await self._parts.synthesizer())
        return self.speaker

    def start(self, source: Source, *, turn: int | None, speak: bool, carried: str = "") -> int:
        """Begin to answer; returns the generation. `carried` are words of the turn before that belong to these."""
        return self._begin(turn, self._answer(source, carried), speak)

    def announce(self, text: str, *, speak: bool) -> int:
        """Say something that nobody asked for; returns the generation."""

        async def announcement() -> _Made:
            return _Made(Reply(question="", spoken=text, outcome="command"))

        return self._begin(None, announcement(), speak)

    def go_on(self, generation: int, *, turn: int | None, speak: bool) -> int | None:
        """Say the rest of a reply that was cut off, from the clause in which it was; None if there is no rest."""
        exchange = self._history.get(generation)
        if exchange is None or not exchange.reply.spoken[exchange.resume_at :].strip():
            return None
        self._history.forget(generation)
        at = exchange.resume_at

        async def rest() -> _Made:
            return _Made(exchange.reply, before=exchange.reply.spoken[:at])

        return self._begin(turn, rest(), speak)

    def cut_off(self, heard_ms: float | None, reason: Reason) -> int | None:
        """Stop the reply being made or played; returns its generation, None if there was none."""
        under, latest, now = self._under_way, self._latest, now_ms()
        if under is None and not self.playing(now):
            return None
        self.stale, self._under_way = self.generation, None
        self._outbox.drop(self.generation)
        heard = self._cut(latest, latest.playback.position_ms(now) if heard_ms is None else heard_ms)
        if under is not None:
            if under.task is not None:
                under.task.cancel()
            said = under.playback.said
            self._outbox.put(ReplyDone(under.generation, under.reply, "cancelled", reason, said, heard))
        return self.generation

    def truncate(self, generation: int, heard_ms: float) -> str | None:
        """Cut what is remembered of a reply to what was heard; returns the text kept, None for an unknown reply."""
        if generation == self._latest.generation and generation:
            return self._cut(self._latest, heard_ms)
        exchange = self._history.get(generation)
        return exchange.cut(heard_ms) if exchange is not None else None

    async def close(self) -> None:
        """Stop what is under way without a word more."""
        self.stale = self.generation
        if self.speaker is not None:
            self.speaker.forget()
        task = self._latest.task
        if task is not None and not task.done():
            task.cancel()
            await asyncio.wait([task])

    def _begin(self, turn: int | None, making: Awaitable[_Made], speak: bool) -> int:
        self.generation += 1
        under = self._under_way = self._latest = _UnderWay(self.generation)
        self._outbox.put(ReplyStarted(self.generation, turn))
        under.task = asyncio.create_task(self._run(under, making, speak))
        return under.generation

    def _cut(self, under: _UnderWay, heard_ms: float) -> str:
        exchange = self._history.get(under.generation)
        return exchange.cut(heard_ms) if exchange is not None else under.playback.heard(heard_ms)

    async def _run(self, under: _UnderWay, making: Awaitable[_Made], speak: bool) -> None:
        error = ""
        try:
            made = await making
            under.reply = made.reply
            if made.reply.remembered:
                self._history.add(under.generation, Exchange(made.reply, under.playback, made.before))
            if speak and not made.reply.silent and not self._parts.muted:
                await self._say(under, made)
            else:
                self._outbox.put(ReplyText(under.generation, made.text))
        except ReparteeError as problem:
            error = str(problem)
        except Exception:
            logger.exception("A reply failed")
            error = UNEXPECTED
        if self._under_way is under:
            self._under_way = None
            said = under.playback.said or ("" if error or under.reply is None else under.reply.spoken)
            status: Status = "failed" if error else "completed"
            self._outbox.put(ReplyDone(under.generation, under.reply, status, "", said, said, error))

    async def _say(self, under: _UnderWay, made: _Made) -> None:
        found_ms = now_ms()
        speaker = await self.load_speaker()
        audible = False
        async with aclosing(speaker.say(made.text)) as pieces:
            async for piece in pieces:
                if isinstance(piece, Clause):
                    under.playback.begin_clause(piece.text)
                    self._outbox.put(ReplyText(under.generation, piece.text))
                    continue
                if not audible and made.budget is not None:
                    made.budget.record("first_audio", now_ms() - found_ms, speaker.voice.name)
                    total_ms = now_ms() - made.started_ms
                    under.reply = replace(made.reply, stages=made.budget.ledger(), total_ms=total_ms)
                audible = True
                event = ReplyAudio(under.generation, piece, speaker.voice.rate)
                under.playback.add(audio_ms(event))
                self._outbox.put(event)
                await self._outbox.room()
        await self._outbox.room(0)

    async def _answer(self, source: Source, carried: str) -> _Made:
        turn = source if isinstance(source, HeardTurn) else None
        if not isinstance(source, str | HeardTurn):
            turn = await source
            if turn is None or not turn.text:
                return _Made(Reply(question="", spoken=NOTHING_HEARD, outcome="failed"))
        budget = Budget(self._parts.config.budget.slots())
        started_ms = now_ms()
        if turn is None:
            words = str(source)
        else:
            words = f"{carried} {turn.text}".strip()
            started_ms = turn.ended_ms - turn.silence_ms
            if turn.allowed_ms:  # nobody waits for the end of a recording, or of push-to-talk
                budget.record("endpoint", turn.silence_ms, turn.note, budget_ms=turn.allowed_ms)
            budget.record("recognise", turn.recognise_ms)
        reply = await take(
            words,
            parts=self._parts,
            context=self.context(),
            budget=budget,
            transcript=turn.text if turn is not None else None,
            started_ms=started_ms,
            ahead=self._speculation if turn is not None else None,
            volume=self._louder,
        )
        return _Made(reply, budget=budget, started_ms=started_ms)

    def context(self) -> Context:
        """What the next turn may know of this conversation."""
        last = self._history.last()
        return self._parts.context(self._history.replies(), last=last.reply if last is not None else None)

    def _louder(self, steps: int) -> None:
        if self.speaker is not None:
            self.speaker.louder(steps)
