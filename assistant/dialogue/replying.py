"""The speaking half of a conversation: replies made, said clause by clause, cut off, remembered as far as heard."""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from assistant.dialogue.events import Reason, ReplyAudio, ReplyDone, ReplyStarted, ReplyText, Status
from assistant.dialogue.history import REMEMBERED, Exchange, History
from assistant.dialogue.listening import UserTurn
from assistant.dialogue.outbox import Outbox, audio_ms
from assistant.dialogue.playback import Playback
from assistant.dialogue.speaking import Clause, Speaker
from assistant.dialogue.speculation import Speculation
from assistant.dialogue.turn_taking import CutReply, TurnTaking
from assistant.turn.budget import Budget, now_ms
from assistant.turn.events import Reply
from assistant.turn.turn import look_up, take
from assistant.turn.understanding import Context
from engines.errors import ReparteeError
from knowledge.collections import Collections

if TYPE_CHECKING:
    from assistant.parts import Parts

UNEXPECTED = "Something unexpected went wrong while answering; the log has the details."
NOTHING_HEARD = "Sorry, I did not hear a question."
NOTHING_ASIDE = "That is nothing to look up, and nothing is done outside the conversation."

logger = logging.getLogger(__name__)

Source = str | UserTurn | asyncio.Task[UserTurn | None]


@dataclass
class _Made:
    """A reply, and what of its sentence was said `before`, in an earlier generation."""

    reply: Reply
    before: str = ""
    budget: Budget | None = None
    started_ms: float = 0.0
    aside: bool = False  # no part of the conversation

    @property
    def text(self) -> str:
        return self.reply.spoken[len(self.before) :]


Make = Callable[["_UnderWay"], Awaitable[_Made]]


@dataclass
class _UnderWay:
    """A reply from its beginning on; `told` is what was said of it before it was whole, by the task `telling`."""

    generation: int
    make: Make | None = None
    turn: int | None = None
    tag: object = None
    notice: str = ""  # said without having been asked for
    task: asyncio.Task[None] | None = None
    reply: Reply | None = None
    playback: Playback = field(default_factory=Playback)
    told: str = ""
    telling: asyncio.Task[None] | None = None
    pieces: asyncio.Queue[str | None] = field(default_factory=asyncio.Queue)
    found_ms: float = 0.0  # when its first words were there
    audible_ms: float = 0.0  # when its first sound was

    def stop(self) -> None:
        """Make no more of it, and say no more."""
        for task in (self.task, self.telling):
            if task is not None:
                task.cancel()


class Replying:
    """Makes one reply at a time. Generations count from 1; those up to `stale` may not be heard any more."""

    def __init__(
        self, parts: Parts, outbox: Outbox, history: History, speculation: Speculation, taking: TurnTaking
    ) -> None:
        self.speaker: Speaker | None = None
        self._wanted = self._spoken_by = ""  # a voice by its name, "" for the server's
        self._speed = 1.0
        self.generation = self.stale = 0
        self.asker = ""
        self.room = ""  # where the person is
        self.tools: tuple[str, ...] = ()  # what the client can be called for
        self.collections: Collections = None  # what they may ask of the documents
        self._parts, self._outbox, self._history = parts, outbox, history
        self._speculation, self._taking = speculation, taking
        self._under_way: _UnderWay | None = None
        self._latest = _UnderWay(0)  # the reply under way, or else the last one
        self._playbacks: OrderedDict[int, Playback] = OrderedDict()  # of the newest replies, remembered or not
        self._loading = asyncio.Lock()
        outbox.handed = self.handed_over

    @property
    def under_way(self) -> int | None:
        """The generation being made or sent."""
        return self._under_way.generation if self._under_way is not None else None

    @property
    def turn_under_way(self) -> int | None:
        """The spoken turn that is being answered."""
        return self._under_way.turn if self._under_way is not None else None

    @property
    def notice(self) -> str:
        """What is being said that nobody asked for, "" where that is something else, or nothing."""
        return self._under_way.notice if self._under_way is not None else ""

    def playing(self, now: float) -> bool:
        """Whether the person is probably hearing a reply at `now` (`now_ms`)."""
        return self.generation > self.stale and self._latest.playback.playing(now)

    def said(self, since: float) -> str:
        """The words that a loudspeaker has said, if it was still at it at `since` (`now_ms`); "" if not."""
        return self._latest.playback.said if self.playing(since) else ""

    def handed_over(self, event: ReplyAudio) -> None:
        """Note that the channel took this audio."""
        if event.generation == self._latest.generation:
            self._latest.playback.hand_over(audio_ms(event), now_ms())

    def speak_with(self, voice: str, speed: float) -> None:
        """Say the next reply with the voice of this name ("" is the server's), `speed` times as fast."""
        self._wanted, self._speed = voice, speed

    async def load_speaker(self) -> Speaker:
        """Return the speaker; its voice is loaded at the first call, and when another one is wanted."""
        async with self._loading:
            if self.speaker is None or self._wanted != self._spoken_by:
                wanted = self._wanted
                voice = await (self._parts.voice(wanted) if wanted else self._parts.synthesizer())
                if self.speaker is None:
                    self.speaker = Speaker(voice)
                self.speaker.use(voice, self._speed)
                self._spoken_by = wanted
            self.speaker.use(self.speaker.voice, self._speed)
        return self.speaker

    def start(self, source: Source, *, turn: int | None, speak: bool, tag: object = None) -> int:
        """Begin to answer; returns the generation."""
        return self._begin(turn, lambda under: self._answer(source, under, speak=speak), speak, tag)

    def announce(self, text: str, *, speak: bool) -> int:
        """Say something that nobody asked for; returns the generation."""
        generation = self.give(Reply(question="", spoken=text, outcome="command"), speak=speak)
        self._latest.notice = text
        return generation

    def give(self, reply: Reply, *, speak: bool, tag: object = None) -> int:
        """Give a reply that is there already; returns the generation."""

        async def given(_under: _UnderWay) -> _Made:
            return _Made(reply)

        return self._begin(None, given, speak, tag)

    def look_up(self, text: str, *, alone: bool, speak: bool, tag: object = None) -> int:
        """Answer a question that is no part of the conversation; returns the generation."""

        async def looked_up(_under: _UnderWay) -> _Made:
            context, budget, started_ms = self.context(), Budget(self._parts.config.budget.slots()), now_ms()
            context = replace(context, history=(), last=None) if alone else context
            reply = await look_up(text, self._parts, context, budget)
            if reply is None:
                reply = Reply(question=text, spoken=NOTHING_ASIDE, outcome="failed")
            reply = replace(reply, question=text, stages=budget.ledger(), total_ms=now_ms() - started_ms)
            self._parts.report(reply)
            return _Made(reply, budget=budget, started_ms=started_ms, aside=True)

        return self._begin(None, looked_up, speak, tag)

    def go_on(self, generation: int, *, turn: int | None, speak: bool) -> int | None:
        """Say the rest of a reply that was cut off, from the clause in which it was; None if there is no rest.

        One that was not found yet is looked for again.
        """
        if generation == self._latest.generation and self._latest.reply is None and self._latest.make is not None:
            return self._begin(turn, self._latest.make, speak)
        exchange = self._history.get(generation)
        if exchange is None or not exchange.reply.spoken[exchange.resume_at :].strip():
            return None
        self._history.forget(generation)
        at = exchange.resume_at

        async def rest(_under: _UnderWay) -> _Made:
            return _Made(exchange.reply, before=exchange.reply.spoken[:at])

        return self._begin(turn, rest, speak)

    def cut_off(self, heard_ms: float | None, reason: Reason) -> CutReply | None:
        """Stop the reply being made or played; returns what was stopped, None if there was nothing."""
        under, latest, now = self._under_way, self._latest, now_ms()
        if under is None and not self.playing(now):
            return None
        self.stale, self._under_way = self.generation, None
        self._outbox.drop(self.generation)
        position_ms = latest.playback.position_ms(now) if heard_ms is None else heard_ms
        heard = self._cut(latest, position_ms, told=heard_ms is not None)
        if under is not None:
            under.stop()
            said = under.playback.said
            self._outbox.put(ReplyDone(under.generation, under.reply, "cancelled", reason, said, heard, tag=under.tag))
        return CutReply(
            generation=latest.generation,
            turn=latest.turn,
            played_ms=position_ms,
            found=latest.reply is not None or bool(latest.told),
            answered=latest.reply is not None and not latest.reply.abstained,
        )

    def truncate(self, generation: int, heard_ms: float) -> str | None:
        """Cut what is remembered of a reply to what was heard; returns the text kept, None for an unknown reply."""
        cut = self._history.get(generation) or self._playbacks.get(generation)
        return cut.cut(heard_ms, told=True) if cut is not None else None

    async def close(self) -> None:
        """Stop what is under way without a word more."""
        self.stale = self.generation
        if self.speaker is not None:
            self.speaker.forget()
        self._latest.stop()
        if self._latest.task is not None:
            await asyncio.wait([self._latest.task])

    def _begin(self, turn: int | None, make: Make, speak: bool, tag: object = None) -> int:
        self.generation += 1
        under = self._under_way = self._latest = _UnderWay(self.generation, make, turn, tag)
        self._playbacks[under.generation] = under.playback
        if len(self._playbacks) > REMEMBERED:
            self._playbacks.popitem(last=False)
        self._outbox.put(ReplyStarted(self.generation, turn, tag))
        under.task = asyncio.create_task(self._run(under, make, speak))
        return under.generation

    def _cut(self, under: _UnderWay, heard_ms: float, *, told: bool) -> str:
        cut = self._history.get(under.generation) or under.playback
        return cut.cut(heard_ms, told=told)

    async def _run(self, under: _UnderWay, make: Make, speak: bool) -> None:
        error = ""
        try:
            made = await make(under)  # not before: who is cut off at once has made nothing
            under.reply = made.reply
            under.found_ms = under.found_ms or now_ms()
            if made.reply.remembered and not made.aside:
                self._history.add(under.generation, Exchange(made.reply, under.playback, made.before))
            if under.telling is not None:
                under.pieces.put_nowait(None)
                await under.telling
            rest = made.text[len(under.told) :]
            if made.reply.call is None and (rest or not under.told):
                await self._say(under, rest, aloud=speak and not made.reply.silent, made=made)
            if speak:
                await self._outbox.room(0)
            self._note_first_audio(under, made)
        except ReparteeError as problem:
            error = str(problem)
        except Exception:
            logger.exception("A reply failed")
            error = UNEXPECTED
        finally:
            if under.telling is not None:
                under.telling.cancel()
        if self._under_way is under:
            self._under_way = None
            said = under.playback.said or ("" if error or under.reply is None else under.reply.spoken)
            status: Status = "failed" if error else "completed"
            heard = said if under.playback.cut_ms is None else under.playback.heard(under.playback.cut_ms)
            self._outbox.put(ReplyDone(under.generation, under.reply, status, "", said, heard, error, under.tag))

    async def _say(self, under: _UnderWay, text: str, *, aloud: bool, made: _Made | None = None) -> None:
        """Hand out some text of a reply, which is `made` if it is whole, and its sound."""
        if not aloud or self._parts.muted:
            self._outbox.put(ReplyText(under.generation, text))
            return
        speaker = await self.load_speaker()
        async with aclosing(speaker.say(text)) as pieces:
            async for piece in pieces:
                if isinstance(piece, Clause):
                    under.playback.begin_clause(piece.text)
                    self._outbox.put(ReplyText(under.generation, piece.text))
                    continue
                if not under.audible_ms:
                    under.audible_ms = now_ms()
                    if made is not None:
                        self._note_first_audio(under, made)
                event = ReplyAudio(under.generation, piece, speaker.voice.rate)
                under.playback.add(audio_ms(event))
                self._outbox.put(event)
                await self._outbox.room()

    async def _tell(self, under: _UnderWay, *, speak: bool) -> None:
        """Say the pieces of a reply that is still being made, as they come."""
        while (piece := await under.pieces.get()) is not None:
            await self._say(under, piece, aloud=speak)

    def _note_first_audio(self, under: _UnderWay, made: _Made) -> None:
        """Enter into the ledger of a reply how long its words waited for the first sound."""
        if made.budget is None or not under.audible_ms or self.speaker is None or under.reply is not made.reply:
            return
        made.budget.record("first_audio", under.audible_ms - under.found_ms, self.speaker.voice.name)
        total_ms = under.audible_ms - made.started_ms
        under.reply = replace(made.reply, stages=made.budget.ledger(), total_ms=total_ms)

    async def _answer(self, source: Source, under: _UnderWay, *, speak: bool) -> _Made:
        turn = source if isinstance(source, UserTurn) else None
        if isinstance(source, asyncio.Task):
            turn = await asyncio.shield(source)  # whoever stops this reply still wants the words
            if turn is None or not self._taking.question:
                return _Made(Reply(question="", spoken=NOTHING_HEARD, outcome="failed"))
        budget = Budget(self._parts.config.budget.slots())
        started_ms = now_ms()
        if turn is None:
            words = str(source)
        else:
            words = self._taking.question
            started_ms = turn.ended_ms - turn.silence_ms
            if turn.note:  # a recording is over before it comes here: nobody decided on its end
                budget.record("endpoint", turn.silence_ms, turn.note, budget_ms=turn.allowed_ms)
            budget.record("recognise", turn.recognise_ms, turn.transcript.note)

        def early(piece: str) -> None:
            under.told += piece
            under.pieces.put_nowait(piece)
            if under.telling is None:
                under.found_ms = now_ms()
                under.telling = asyncio.create_task(self._tell(under, speak=speak))

        reply = await take(
            words,
            parts=self._parts,
            context=self.context(),
            budget=budget,
            transcript=words if turn is not None else None,
            started_ms=started_ms,
            ahead=self._speculation if turn is not None else None,
            voice=self,
            early=early,
        )
        return _Made(reply, budget=budget, started_ms=started_ms)

    def context(self) -> Context:
        """What the next turn may know of this conversation."""
        last = self._history.last()
        known = last.reply if last is not None else None
        return self._parts.context(
            self._history.replies(),
            last=known,
            asker=self.asker,
            room=self.room,
            tools=self.tools,
            collections=self.collections,
        )

    def louder(self, steps: int) -> None:
        """Speak so many steps louder from now on."""
        if self.speaker is not None:
            self.speaker.louder(steps)

    def faster(self, steps: int) -> None:
        """Speak so many steps faster from now on, as fast as usual for 0."""
        if self.speaker is not None:
            self.speaker.faster(steps)
