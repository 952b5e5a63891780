"""One turn, from words to a reply: understand, then do, look up or obey. Read this first.

Every channel calls `take` and nothing else: the command line, the terminal, chat, and a conversation for what is
spoken to it. Words that may not be final go to `foresee`, which looks things up and never does anything.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol, assert_never

from assistant.home.entities import HomeIntent
from assistant.languages.en.control import Control
from assistant.skills.skill import SkillCall
from assistant.turn.budget import Budget, Slot, now_ms
from assistant.turn.events import Action, Answer, Reply, ToolCall
from assistant.turn.several import together
from assistant.turn.tools import calling
from assistant.turn.understanding import Command, Context, Question, Several, Understanding, understand
from engines.errors import ReparteeError

if TYPE_CHECKING:
    from assistant.parts import Parts
    from assistant.turn.last_resort import LastResort

READ_IN_SILENCE_MS = 30.0  # its slot: the shortest pause that ends a turn leaves so much between the words and its end
NOTHING_SAID = "I have not said anything yet."
NO_VOICE = "Nothing is being said aloud here."
SAID_TO = {
    Control.STOP: "Okay.",
    Control.LOUDER: "Louder.",
    Control.QUIETER: "Quieter.",
    Control.SLOWER: "Slower.",
    Control.FASTER: "Faster.",
    Control.AS_USUAL: "At the usual speed.",
}
REPEATS = frozenset({Control.REPEAT, Control.REPEAT_SLOWER, Control.REPEAT_LOUDER})


@dataclass(frozen=True)
class Foreseen:
    """A reply found early; `early_ms` is how long it had waited when it was asked for (negative: it was waited for)."""

    reply: Reply
    early_ms: float
    note: str = ""


class ReadAhead(Protocol):
    """Who may have answered the question already, while it was spoken."""

    async def take(self, question: str) -> Foreseen | None:
        """Return the reply to exactly these words, None if there is none."""


class Steered(Protocol):
    """A voice that the person may steer."""

    def louder(self, steps: int) -> None:
        """Speak so many steps louder; quieter where they are negative."""

    def faster(self, steps: int) -> None:
        """Speak so many steps faster; slower where they are negative, at the usual speed for 0."""


async def take(
    words: str,
    *,
    parts: Parts,
    context: Context,
    budget: Budget | None = None,
    transcript: str | None = None,
    started_ms: float | None = None,
    ahead: ReadAhead | None = None,
    voice: Steered | None = None,
    early: Callable[[str], None] | None = None,
) -> Reply:
    """Take one turn of a person: `words`, heard (then `transcript` says what) or typed.

    `budget` may already carry stages such as "recognise", and the turn may have begun before this call (`started_ms`,
    on the clock of `now_ms`). `ahead` is asked for what was found while the person spoke, `voice` is what
    speaks, None where nobody does. `early` is given the sentences of a reply that is found one
    by one, each as soon as it is there: joined, they are the beginning of what is spoken.
    Raises QuestionError for words that are none, or too many.
    """
    budget = budget or Budget(parts.config.budget.slots())
    started_ms = now_ms() if started_ms is None else started_ms
    if parts.home is not None:
        await parts.home.named()
    with budget.slot("understand") as slot:
        understood = understand(words, context)
        slot.note(_reason(understood))
    match understood:
        case Command():
            reply = _obey(understood.control, words, context, voice)
        case HomeIntent():
            with budget.slot("act") as slot:
                reply = await _carry_out(understood, words, parts)
        case SkillCall():
            with budget.slot("act") as slot:
                reply = await _call(_told(understood, context), words, parts)
        case ToolCall():
            reply = calling(understood, words)
        case Several():
            with budget.slot("act") as slot:
                reply = await _all_of(understood, words, parts, context)
        case Question():
            foreseen = await ahead.take(words) if ahead is not None else None
            if foreseen is not None:
                reply = foreseen.reply
                _enter(foreseen, budget)
            else:
                reply = await parts.answering.answer(understood.text, context.history, budget, context.collections)
            if reply.abstained and parts.last_resort is not None:
                with budget.slot("fallback") as slot:
                    reply = await _ask_another(parts.last_resort, reply, understood.text, parts, context, slot, early)
        case _:
            assert_never(understood)
    total_ms = now_ms() - started_ms
    reply = replace(reply, question=words, transcript=transcript, stages=budget.ledger(), total_ms=total_ms)
    parts.report(reply, context.history)
    return reply


async def foresee(words: str, *, parts: Parts, context: Context) -> Reply | None:
    """Answer words that may not be final, in silence; None for what is no question. Raises QuestionError."""
    slots = parts.config.budget.slots()
    return await look_up(words, parts, context, Budget(slots | {"read": max(slots["read"], READ_IN_SILENCE_MS)}))


async def look_up(words: str, parts: Parts, context: Context, budget: Budget) -> Reply | None:
    """Answer a question from the documents, and do nothing; None for what is none. Raises QuestionError."""
    match understand(words, context):
        case Question(text):
            reply = await parts.answering.answer(text, context.history, budget, context.collections)
            return replace(reply, question=words, stages=budget.ledger(), total_ms=budget.elapsed_ms())
    return None


def _reason(understood: Understanding) -> str:
    match understood:
        case HomeIntent():
            return f"for the home: {understood.intent}; {understood.reason}".rstrip("; ")
        case Command(control):
            return f"a command: {control.value}"
        case SkillCall():
            return f"for {understood.skill}: {understood.intent}"
        case Several(parts):
            return "; ".join(_reason(part) for part in parts)
        case ToolCall(name=name):
            return f"for the client: {name}"
    return ""


def _obey(control: Control, words: str, context: Context, voice: Steered | None) -> Reply:
    """Do what was asked of the voice."""
    if voice is not None:
        _steer(voice, control)
    if control in REPEATS:
        last = context.last or next((reply for reply in reversed(context.history) if reply.remembered), None)
        return Reply(question=words, spoken=last.spoken if last else NOTHING_SAID, outcome="command")
    if voice is None and control is not Control.STOP:
        return Reply(question=words, spoken=NO_VOICE, outcome="command")
    return Reply(question=words, spoken=SAID_TO[control], outcome="command", silent=control is Control.STOP)


def _steer(voice: Steered, control: Control) -> None:
    """Change how a voice speaks from now on."""
    match control:
        case Control.LOUDER | Control.REPEAT_LOUDER:
            voice.louder(1)
        case Control.QUIETER:
            voice.louder(-1)
        case Control.SLOWER | Control.REPEAT_SLOWER:
            voice.faster(-1)
        case Control.FASTER:
            voice.faster(1)
        case Control.AS_USUAL:
            voice.faster(0)


async def _carry_out(intent: HomeIntent, words: str, parts: Parts) -> Reply:
    """Do what is wanted of the house, and say what the devices say of it."""
    assert parts.home is not None  # who understood this
    outcome = await parts.home.carry_out(intent)
    told = outcome.action
    return Reply(
        question=words,
        spoken=outcome.spoken,
        outcome=outcome.kind,
        answer=Answer(outcome.spoken, ()) if outcome.kind == "answered" else None,
        action=Action(
            intent=told["intent"],
            entities=tuple(told["entities"]),
            slots=told["slots"],
            confirmed=told["confirmed"] if outcome.kind in ("acted", "failed") else None,
            results=told.get("results", {}),
        ),
        intent=intent,
    )


def _told(call: SkillCall, context: Context) -> SkillCall:
    """What a skill was asked, with who asks it from where."""
    return replace(call, asker=context.asker, room=context.room, collections=context.collections)


async def _call(call: SkillCall, words: str, parts: Parts) -> Reply:
    said = await parts.skills.call(call, parts)
    action = Action(intent=call.name, entities=said.entities, slots=call.slots)
    return Reply(question=words, spoken=said.spoken, outcome=said.outcome, action=action, intent=said.pending)


async def _all_of(understood: Several, words: str, parts: Parts, context: Context) -> Reply:
    """Do several things one after the other, whatever becomes of those before; the reply tells of each."""
    return together(words, [await _done(part, words, parts, context) for part in understood.parts])


async def _done(part: HomeIntent | SkillCall, words: str, parts: Parts, context: Context) -> Reply:
    """Do one of several things; that it cannot be done is its reply."""
    try:
        if isinstance(part, HomeIntent):
            return await _carry_out(part, words, parts)
        return await _call(_told(part, context), words, parts)
    except ReparteeError as error:
        return Reply(question=words, spoken=str(error), outcome="failed")


async def _ask_another(
    other: LastResort,
    reply: Reply,
    question: str,
    parts: Parts,
    context: Context,
    slot: Slot,
    early: Callable[[str], None] | None,
) -> Reply:
    """Quote another model where the documents gave no answer; the reply as it was where that has none either."""
    k, collections = parts.config.fallback.passages or 1, context.collections
    found = await parts.in_library(parts.library.search, question, k=k, collections=collections)
    passages = [hit.passage.text for hit in found[: parts.config.fallback.passages]]
    quoting, begun = f"{other.name} says: ", False

    def tell(sentence: str) -> None:
        nonlocal begun
        if early is not None:
            early(sentence if begun else quoting + sentence)
        begun = True

    said = await other.answer(question, passages, context.history, slot, tell)
    return replace(reply, spoken=quoting + said, offer=None, fallback=True) if said else reply


async def taken(
    words: str, *, parts: Parts, context: Context, transcript: str | None = None
) -> AsyncGenerator[str | Reply, None]:
    """Take a turn as `take` does; yield the sentences that are there early, and at the end the reply.

    Who stops listening cancels it. Raises QuestionError before anything is yielded.
    """
    pieces: asyncio.Queue[str | None] = asyncio.Queue()
    work = take(words, parts=parts, context=context, transcript=transcript, early=pieces.put_nowait)
    working = asyncio.create_task(work)
    working.add_done_callback(lambda _: pieces.put_nowait(None))
    try:
        while (piece := await pieces.get()) is not None:
            yield piece
        yield await working
    finally:
        working.cancel()


def _enter(foreseen: Foreseen, budget: Budget) -> None:
    """Enter the stages of a reply that was found while the person spoke; nobody waited for them."""
    for stage in foreseen.reply.stages:
        note = "while you spoke"
        if stage.name == "read":
            note += f", {foreseen.early_ms:.0f} ms early{foreseen.note}"
            if stage.budget_ms != budget.slots["read"]:
                note += f"; its slot was that of a pause, {stage.budget_ms:g} ms"
        cut = "; ".join(part for part in stage.note.split("; ") if part and not part.endswith(" ms over"))
        budget.record(stage.name, stage.spent_ms, f"{note}; {cut}" if cut else note, budget_ms=stage.budget_ms)
