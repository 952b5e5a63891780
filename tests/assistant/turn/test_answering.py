"""The turn on real parts: cited answers, slots that are kept, many turns at once, and a loop that is never blocked."""

import asyncio
import dataclasses
import json
import sys

import pytest
import pytest_asyncio

from assistant.commands.bench import bundled_questions, is_right
from assistant.config import Config
from assistant.turn.answering import Assistant
from assistant.turn.budget import Budget
from assistant.turn.understanding import QuestionError
from engines.errors import ReparteeError

SLOW = {"endpoint": 240, "recognise": 50, "understand": 1000, "retrieve": 1000, "read": 60_000, "first_audio": 1000}


pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def assistant(samples_home):
    assistant = Assistant.open(Config.load(samples_home, {"REPARTEE_READER_PASSAGES": "6"}))
    yield assistant
    await assistant.close()


async def test_a_reply_cites_the_document_verbatim(assistant):
    reply = await assistant.answer("Who was the first keeper of the lighthouse?", budget=Budget(SLOW))
    assert reply.answer == "Martha Reed"
    assert reply.spoken == "Martha Reed, according to The Marlow Point Lighthouse."
    documents = {document.path: document.id for document in assistant.library.documents()}
    for citation in reply.citations:
        text = assistant.library.text(documents[citation.document])
        assert text[citation.start : citation.end] == citation.text
        start, end = citation.span_in_passage
        assert citation.passage[start:end] == citation.text
    assert json.dumps(reply.to_json())


async def test_the_bundled_questions_are_answered(assistant):
    """With time for every passage; the few that may fail are those a small reader gets wrong."""
    questions = bundled_questions()
    wrong = [
        question
        for question, expected in questions.items()
        if not is_right((await assistant.answer(question, budget=Budget(SLOW))).answer, expected)
    ]
    assert len(wrong) <= 0.2 * len(questions), wrong


async def test_a_slot_of_nothing_is_noted_and_still_gives_a_reply(assistant):
    tight = Budget({"understand": 0, "retrieve": 0, "read": 0})
    reply = await assistant.answer("Who was the first keeper of the lighthouse?", budget=tight)
    retrieve, read = reply.stages[1:]
    assert retrieve.over
    assert "looked for 5 of 6 passages" in retrieve.note
    assert " of " in read.note
    assert reply.spoken


async def test_stages_before_the_turn_stay_in_the_ledger(assistant):
    budget = Budget()
    budget.record("endpoint", 160, "looks complete")
    reply = await assistant.answer("Who discovered tea?", transcript="who discovered tea", budget=budget)
    assert [stage.name for stage in reply.stages] == ["endpoint", "understand", "retrieve", "read"]
    assert reply.transcript == "who discovered tea"


async def test_many_at_once_each_get_their_own_answer(assistant):
    asked = {
        "Who was the first keeper of the lighthouse?": "Martha Reed",
        "Who worked out the meaning of the bees' dance?": "Karl von Frisch",
        "Who made the great tower clock?": "Anna Lindqvist",
    }
    questions = list(asked) * 5
    replies = await asyncio.gather(*(assistant.answer(question, budget=Budget(SLOW)) for question in questions))
    for question, reply in zip(questions, replies, strict=True):
        assert reply.question == question
        assert asked[question] in (reply.answer or "")


async def test_the_event_loop_turns_while_a_passage_is_read(assistant, monkeypatch):
    ticks, turned, run = 0, [], assistant.reader.runtime.run

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

    monkeypatch.setattr(assistant.reader.runtime, "run", watched)
    interval = sys.getswitchinterval()
    sys.setswitchinterval(60)  # nobody is made to give way: the loop turns only where `run` lets it
    ticking = asyncio.create_task(tick())
    try:
        await assistant.answer("How tall is the lighthouse?", budget=Budget(SLOW))
    finally:
        sys.setswitchinterval(interval)
        ticking.cancel()
    assert turned


async def test_a_cancelled_turn_leaves_the_parts_usable(assistant):
    turn = asyncio.create_task(assistant.answer("How tall is the lighthouse?", budget=Budget(SLOW)))
    await asyncio.sleep(0.002)
    turn.cancel()
    with pytest.raises(asyncio.CancelledError):
        await turn
    assert (await assistant.answer("Who discovered tea?", budget=Budget(SLOW))).citations


async def test_an_unusable_question_is_refused(assistant):
    for question in ("", "?" * 2000):
        with pytest.raises(QuestionError):
            await assistant.answer(question)


async def test_the_reply_is_spoken_and_the_first_sound_is_in_the_ledger(assistant):
    reply = await assistant.answer("Who discovered tea?", budget=Budget(SLOW))
    budget = Budget()
    chunks = [chunk async for chunk in assistant.speak(reply, budget=budget)]
    assert sum(map(len, chunks)) > (await assistant.synthesizer()).rate
    assert [stage.name for stage in budget.ledger()] == ["first_audio"]


async def test_speech_can_be_stopped(assistant):
    reply = dataclasses.replace(await assistant.answer("Who discovered tea?"), spoken="One two three four five. " * 40)
    speech = assistant.speak(reply)
    assert await anext(speech)
    await speech.aclose()
    assert [chunk async for chunk in assistant.speak(dataclasses.replace(reply, spoken="Done."))]


async def test_an_empty_library_says_so(tmp_path):
    assistant = Assistant.open(Config(tmp_path))
    try:
        reply = await assistant.answer("Who discovered tea?")
        assert (reply.abstained, reply.confidence) == (True, 0.0)
        assert reply.spoken.startswith("I have no documents yet.")
    finally:
        await assistant.close()


async def test_a_missing_model_is_one_sentence_and_frees_the_store(tmp_path):
    config = Config.load(tmp_path, {"REPARTEE_READER_MODEL": str(tmp_path / "none.safetensors")})
    with pytest.raises(ReparteeError, match=r"none\.safetensors"):
        Assistant.open(config)
