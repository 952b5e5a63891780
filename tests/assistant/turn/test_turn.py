"""The turn on real parts: cited answers, slots that are kept, many turns at once, and a loop that is never blocked."""

import asyncio
import json
import sys

import pytest
import pytest_asyncio

from assistant.config import Config
from assistant.parts import Parts
from assistant.samples import bundled_questions, is_right
from assistant.skills.skill import SkillCall, Skills
from assistant.turn.budget import DEFAULT_SLOTS, Budget
from assistant.turn.events import Reply
from assistant.turn.turn import Foreseen, foresee, take
from assistant.turn.understanding import Context, QuestionError
from engines.errors import ReparteeError

SLOW = dict.fromkeys(DEFAULT_SLOTS, 60000.0)


pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def parts(samples_home):
    parts = Parts.open(Config.load(samples_home, {"REPARTEE_READER_PASSAGES": "6"}))
    yield parts
    await parts.close()


async def ask(parts, words, *, budget=None, history=(), **options) -> Reply:
    return await take(
        words, parts=parts, context=Context(history=history, skills=parts.skills), budget=budget, **options
    )


def text_of(reply: Reply) -> str | None:
    return reply.answer.text if reply.answer else None


async def test_a_reply_cites_the_document_verbatim(parts):
    reply = await ask(parts, "Who was the first keeper of the lighthouse?", budget=Budget(SLOW))
    assert reply.answer.text == "Martha Reed"
    assert reply.spoken == "Martha Reed, according to The Marlow Point Lighthouse."
    documents = {document.path: document.id for document in parts.library.documents()}
    for citation in reply.citations:
        text = parts.library.text(documents[citation.document])
        assert text[citation.start : citation.end] == citation.text
        start, end = citation.span_in_passage
        assert citation.passage[start:end] == citation.text
    assert json.dumps(reply.to_json())


async def test_the_bundled_questions_are_answered(parts):
    """With time for every passage; the few that may fail are those a small reader gets wrong."""
    questions = bundled_questions()
    wrong = [
        question
        for question, expected in questions.items()
        if not is_right(text_of(await ask(parts, question, budget=Budget(SLOW))), expected)
    ]
    assert len(wrong) <= 0.2 * len(questions), wrong


async def test_a_slot_of_nothing_is_noted_and_still_gives_a_reply(parts):
    tight = Budget(dict.fromkeys(DEFAULT_SLOTS, 0))
    reply = await ask(parts, "Who was the first keeper of the lighthouse?", budget=tight)
    retrieve, read = reply.stages[1:]
    assert retrieve.over
    assert "looked for 5 of 6 passages" in retrieve.note
    assert " of " in read.note
    assert reply.spoken


async def test_stages_before_the_turn_stay_in_the_ledger(parts):
    budget = Budget()
    budget.record("endpoint", 160, "looks complete")
    reply = await ask(parts, "Who discovered tea?", transcript="who discovered tea", budget=budget)
    assert [stage.name for stage in reply.stages] == ["endpoint", "understand", "retrieve", "read"]
    assert reply.transcript == "who discovered tea"


async def test_many_at_once_each_get_their_own_answer(parts):
    asked = {
        "Who was the first keeper of the lighthouse?": "Martha Reed",
        "Who worked out the meaning of the bees' dance?": "Karl von Frisch",
        "Who made the great tower clock?": "Anna Lindqvist",
    }
    questions = list(asked) * 5
    replies = await asyncio.gather(*(ask(parts, question, budget=Budget(SLOW)) for question in questions))
    for question, reply in zip(questions, replies, strict=True):
        assert reply.question == question
        assert asked[question] in text_of(reply)


async def test_the_event_loop_turns_while_a_passage_is_read(parts, monkeypatch):
    ticks, turned, run = 0, [], parts.reader.runtime.run

    async def tick():
        nonlocal ticks
        while True:
            await asyncio.sleep(0.001)
            ticks += 1

    def watched(*inputs):
        for _ in range(200):  # a busy machine may have no core for the loop for a while
            before = ticks
            logits = run(*inputs)
            if ticks > before:
                turned.append(ticks - before)
                break
        return logits

    monkeypatch.setattr(parts.reader.runtime, "run", watched)
    interval = sys.getswitchinterval()
    sys.setswitchinterval(60)  # nobody is made to give way: the loop turns only where `run` lets it
    ticking = asyncio.create_task(tick())
    try:
        await ask(parts, "How tall is the lighthouse?", budget=Budget(SLOW))
    finally:
        sys.setswitchinterval(interval)
        ticking.cancel()
    assert turned


async def test_the_reader_is_asked_with_numbers_as_the_documents_write_them(parts, monkeypatch):
    asked, read = [], parts.reader.read

    def listening(question, *rest, **options):
        asked.append(question)
        return read(question, *rest, **options)

    monkeypatch.setattr(parts.reader, "read", listening)
    reply = await ask(parts, "Who was the keeper of the lighthouse in 1,868?", budget=Budget(SLOW))
    assert asked == ["Who was the keeper of the lighthouse in 1868?"]
    assert reply.question.endswith("1,868?")


async def test_a_cancelled_turn_leaves_the_parts_usable(parts):
    turn = asyncio.create_task(ask(parts, "How tall is the lighthouse?", budget=Budget(SLOW)))
    await asyncio.sleep(0.002)
    turn.cancel()
    with pytest.raises(asyncio.CancelledError):
        await turn
    assert (await ask(parts, "Who discovered tea?", budget=Budget(SLOW))).citations


async def test_an_unusable_question_is_refused(parts):
    for question in ("", "?" * 2000):
        with pytest.raises(QuestionError):
            await ask(parts, question)


async def test_an_empty_library_says_so(tmp_path):
    parts = Parts.open(Config(tmp_path))
    try:
        reply = await ask(parts, "Who discovered tea?")
        assert (reply.abstained, reply.confidence) == (True, 0.0)
        assert reply.spoken.startswith("I have no documents yet.")
    finally:
        await parts.close()


async def test_a_missing_model_is_one_sentence_and_frees_the_store(tmp_path):
    config = Config.load(tmp_path, {"REPARTEE_READER_MODEL": str(tmp_path / "none.safetensors")})
    with pytest.raises(ReparteeError, match=r"none\.safetensors"):
        Parts.open(config)


TALL = "How tall is the lighthouse at Marlow Point?"


async def test_a_command_has_a_ledger_of_its_own(parts):
    first = await ask(parts, TALL, budget=Budget(SLOW))
    again = await ask(parts, "repeat that, please", history=(first,))
    assert (again.outcome, again.spoken, again.answer) == ("command", first.spoken, None)
    assert [(stage.name, stage.note) for stage in again.stages] == [("understand", "a command: repeat")]
    assert again.question == "repeat that, please"
    assert again.total_ms > 0
    assert not again.remembered


async def test_what_was_said_last_is_repeated_whatever_was_commanded_since(parts):
    first = await ask(parts, TALL, budget=Budget(SLOW))
    louder = await ask(parts, "louder", history=(first,), voice=Steered())
    assert (await ask(parts, "say that again", history=(first, louder))).spoken == first.spoken
    assert (await ask(parts, "repeat that")).spoken == "I have not said anything yet."


class Steered:
    """A voice that notes how it is steered."""

    def __init__(self) -> None:
        self.steps = []

    def louder(self, steps):
        self.steps.append(("louder", steps))

    def faster(self, steps):
        self.steps.append(("faster", steps))


async def test_volume_and_pace_are_steered_where_somebody_speaks(parts):
    voice = Steered()
    for words in ("Louder!", "could you turn it down please", "slow down", "Speak faster, please.", "normal speed"):
        assert (await ask(parts, words, voice=voice)).outcome == "command"
    assert voice.steps == [("louder", 1), ("louder", -1), ("faster", -1), ("faster", 1), ("faster", 0)]
    assert (await ask(parts, "louder")).spoken == "Nothing is being said aloud here."
    assert (await ask(parts, "slower")).spoken == "Nothing is being said aloud here."


async def test_what_was_said_is_repeated_more_slowly(parts):
    first, voice = await ask(parts, TALL, budget=Budget(SLOW)), Steered()
    for words in ("Say that again more slowly.", "repeat slower", "can you repeat that a bit slower please"):
        assert (await ask(parts, words, history=(first,), voice=voice)).spoken == first.spoken
    assert voice.steps == [("faster", -1)] * 3
    assert (await ask(parts, "repeat that slower", history=(first,))).spoken == first.spoken, "in writing, too"


async def test_stop_is_obeyed_in_silence(parts):
    assert (await ask(parts, "stop")).silent


async def test_a_skill_is_called_within_its_slot(parts):
    reply = await ask(parts, "What can you do?")
    assert (reply.outcome, reply.action.intent) == ("acted", "about.help")
    assert [stage.name for stage in reply.stages] == ["understand", "act"]
    assert "I answer questions from your documents" in reply.spoken


class Switch:
    """A skill that does something when it is called, and counts how often."""

    name, examples = "switch", ("Do it.",)

    def __init__(self) -> None:
        self.done = 0

    def understand(self, words):
        return SkillCall(skill=self.name, intent="do") if words.strip(".!") == "do it" else None

    async def call(self, call, parts):
        self.done += 1
        return "Done."


async def test_nothing_is_done_for_words_that_may_not_be_final(parts, monkeypatch):
    switch = Switch()
    monkeypatch.setattr(parts, "skills", Skills([switch]))
    context = Context(skills=parts.skills)
    for words in ("do it", "stop", "louder"):
        assert await foresee(words, parts=parts, context=context) is None
    assert switch.done == 0
    assert (await ask(parts, "do it")).spoken == "Done."
    assert switch.done == 1
    assert text_of(await foresee("Who discovered tea?", parts=parts, context=context))


async def test_a_follow_up_has_one_slot_for_all_its_readings(parts, monkeypatch):
    given = []
    read = parts.reader.read

    def watched(question, passages, *, slot_ms, threshold):
        given.append((question, slot_ms))
        return read(question, passages, slot_ms=slot_ms, threshold=threshold)

    monkeypatch.setattr(parts.reader, "read", watched)
    history = (await ask(parts, TALL, budget=Budget(SLOW)),)
    given.clear()
    reply = await ask(parts, "And its doors?", history=history, budget=Budget(SLOW | {"read": 1e6}))
    slots = [slot_ms for _, slot_ms in given]
    assert len(slots) > 1
    assert slots == sorted(slots, reverse=True), "each reading has what those before it left"
    assert slots[0] <= 1e6
    given.clear()
    tight = await ask(parts, "And its doors?", history=history, budget=Budget(SLOW | {"read": 1.0}))
    assert len(given) == 1
    assert len([stage for stage in tight.stages if stage.name == "read"]) == 1
    assert "1 of " in tight.stages[-1].note
    assert "readings tried" in reply.stages[-1].note


async def test_what_was_found_early_is_entered_with_its_own_times(parts):
    early = await ask(parts, TALL, budget=Budget(SLOW))

    class Ahead:
        async def take(self, question):
            return Foreseen(early, 120.0) if question == TALL else None

    budget = Budget()
    budget.record("endpoint", 160.0)
    reply = await ask(parts, TALL, budget=budget, transcript=TALL, ahead=Ahead())
    assert [stage.name for stage in reply.stages] == ["endpoint", "understand", "understand", "retrieve", "read"]
    assert reply.stages[-1].note.startswith("while you spoke, 120 ms early")
    assert reply.stages[-1].spent_ms == early.stages[-1].spent_ms
