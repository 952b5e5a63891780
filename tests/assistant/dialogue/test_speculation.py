import asyncio

from assistant.dialogue.speculation import Speculation
from assistant.turn.events import Reply
from engines.errors import ReparteeError
from tests.assistant.replies import answered


class Answers:
    """An answerer that takes its time: it answers when `release` is called, in order."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.turnstile = asyncio.Semaphore(0)

    async def __call__(self, text: str) -> Reply:
        self.asked.append(text)
        await self.turnstile.acquire()
        if text == "refused":
            raise ReparteeError("No.")
        return answered(text, text)


async def settle() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


async def test_the_reply_to_the_final_words_is_there_at_once() -> None:
    answers = Answers()
    speculation = Speculation(answers)
    speculation.consider("how tall is it")
    answers.turnstile.release()
    await settle()
    assert speculation.found("How tall is it?") is not None
    foreseen = await speculation.take("How tall is it?")
    assert foreseen is not None
    assert foreseen.reply.spoken == "how tall is it"
    assert foreseen.early_ms >= 0
    assert (speculation.hits, speculation.misses) == (1, 0)


async def test_other_final_words_are_a_miss() -> None:
    answers = Answers()
    speculation = Speculation(answers)
    speculation.consider("how tall is")
    answers.turnstile.release()
    await settle()
    assert await speculation.take("how tall is it") is None
    assert (speculation.hits, speculation.misses) == (0, 1)


async def test_the_newest_partial_replaces_those_that_waited() -> None:
    answers = Answers()
    speculation = Speculation(answers)
    for words in ("how", "how tall", "how tall is", "how tall is it"):
        speculation.consider(words)
        await settle()
    for _ in range(4):
        answers.turnstile.release()
    await settle()
    assert answers.asked == ["how", "how tall is it"]
    assert speculation.found("how tall is it") is not None


async def test_a_reply_still_being_read_is_waited_for() -> None:
    answers = Answers()
    speculation = Speculation(answers)
    speculation.consider("how tall is it")
    taking = asyncio.create_task(speculation.take("how tall is it"))
    await settle()
    assert not taking.done()
    answers.turnstile.release()
    assert await taking is not None


async def test_words_that_cannot_be_answered_are_a_miss_and_not_an_error() -> None:
    answers = Answers()
    speculation = Speculation(answers)
    speculation.consider("refused")
    answers.turnstile.release()
    assert await speculation.take("refused") is None


async def test_what_is_forgotten_is_neither_found_nor_reported() -> None:
    answers, found = Answers(), []
    speculation = Speculation(answers, lambda text, _: found.append(text))
    speculation.consider("how tall is it")
    await settle()
    speculation.forget()
    answers.turnstile.release()
    await settle()
    assert found == []
    assert await speculation.take("how tall is it") is None
