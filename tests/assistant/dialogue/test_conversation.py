"""Conversations with every real part: recorded speech in, the reader on the bundled documents, a voice out."""

import asyncio
import gc
import time
import warnings
from collections.abc import AsyncIterator, Callable, Coroutine
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import pytest_asyncio
import soundfile
import soxr

from assistant.audio.samples import RATE
from assistant.channels.web.realtime.session import EAGERNESS, Vad
from assistant.config import Config
from assistant.dialogue.conversation import Conversation, NothingToCommitError, TooMuchAudioError, UnknownReplyError
from assistant.dialogue.events import (
    Cleared,
    Committed,
    ConversationEvent,
    Heard,
    HearingFailed,
    Overheard,
    Partial,
    ReplyAudio,
    ReplyDone,
    ReplyStarted,
    ReplyText,
    SpeechStarted,
    SpeechStopped,
    Woken,
)
from assistant.dialogue.sessions import Sessions
from assistant.dialogue.settings import ConversationSettings, TurnDetection
from assistant.ear.endpointer import Waits
from assistant.ear.wake import WakeWordError
from assistant.languages.en.completeness import Look
from assistant.parts import Parts
from assistant.turn.events import Transcript
from engines.errors import ReparteeError
from tests.paths import SAMPLES, TURNS

pytestmark = pytest.mark.asyncio(loop_scope="module")

#: Verbatim, whichever way it was asked.
EGGS_SAID = "up to 2,000"
TALL_SAID = "41 metres"  # and "tall" with it, as finely as some kernels calculate
TALL = "How tall is the lighthouse at Marlow Point?"
EGGS, BUILT, JUPITER = 2, 26, 10  # recordings that are recognised well
PUSH_TO_TALK = ConversationSettings(turn_detection=None)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("home")
    # Every test here is about the conversation; how fast this machine reads is tested elsewhere.
    unhurried = "[budget]\nread = 60000.0\nretrieve = 60000.0\n[reader]\npassages = 4\n"
    (folder / "repartee.toml").write_text(unhurried, encoding="utf-8")
    return folder


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def parts(home: Path) -> AsyncIterator[Parts]:
    opened = Parts.open(Config.load(home))
    await opened.in_library(opened.library.add, [SAMPLES])
    await opened.recognizer()
    yield opened
    await opened.close()


class Person:
    """Talks with a conversation, as a channel does, and remembers every event."""

    def __init__(self, parts: Parts, settings: ConversationSettings | None = None) -> None:
        self.conversation = Conversation(parts, settings=settings)
        self.events: list[ConversationEvent] = []
        self._came = asyncio.Event()
        self._task = asyncio.create_task(self._collect())
        self._room = np.random.default_rng(0)

    async def _collect(self) -> None:
        async for event in self.conversation.events():
            self.events.append(event)
            self._came.set()

    def all(self, kind: type) -> list:
        return [event for event in self.events if isinstance(event, kind)]

    async def until(self, kind: type, count: int = 1, *, seconds: float = 120) -> list:
        async with asyncio.timeout(seconds):
            while len(self.all(kind)) < count:
                self._came.clear()
                await self._came.wait()
        return self.all(kind)

    async def say(self, number: int, *, after_ms: int = 700, speed: float = 1.0) -> None:
        speech, _ = soundfile.read(next(TURNS.glob(f"{number:02d}-*.flac")), dtype="int16")
        silence = [self._room.normal(0, 10, ms * 16).astype(np.int16) for ms in (300, after_ms)]
        await self.play(np.concatenate([silence[0], speech, silence[1]]), speed=speed)

    async def play(self, pcm: np.ndarray, *, speed: float = 1.0) -> None:
        """Speak at `speed` times real time, on a schedule that does not drift."""
        began = time.perf_counter()
        for at in range(0, len(pcm), 320):
            await asyncio.sleep(max(0.0, began + at / 16_000 / speed - time.perf_counter()))
            await self.conversation.hear(pcm[at : at + 320])

    async def ask(self, text: str) -> ReplyDone:
        before = len(self.all(ReplyDone))
        await self.conversation.respond(text)
        return (await self.until(ReplyDone, before + 1))[-1]

    async def leave(self) -> None:
        await self.conversation.close()
        await self._task


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no stall of a busy machine pass for a microphone that has fallen silent."""
    monkeypatch.setattr("assistant.dialogue.conversation.NO_AUDIO_S", 60.0)


@pytest_asyncio.fixture(loop_scope="module")
async def person(parts: Parts) -> AsyncIterator[Callable[..., Person]]:
    people: list[Person] = []

    def arrive(settings: ConversationSettings | None = None) -> Person:
        people.append(Person(parts, settings))
        return people[-1]

    yield arrive
    for one in people:
        await one.leave()


async def test_a_spoken_question_is_answered_aloud_and_cited(person: Callable[..., Person]) -> None:
    visitor = person()
    await visitor.say(EGGS)
    (done,) = await visitor.until(ReplyDone)
    assert done.status == "completed"
    assert done.reply.answer.text == EGGS_SAID
    assert done.reply.transcript == visitor.all(Heard)[0].transcript.text
    assert done.reply.citations[0].document.endswith("bees.md")
    assert done.said == done.reply.spoken == "".join(event.text for event in visitor.all(ReplyText))
    assert [stage.name for stage in done.reply.stages] == [
        "endpoint",
        "recognise",
        "understand",
        "retrieve",
        "read",
        "first_audio",
    ]
    kinds = [type(event) for event in visitor.events if not isinstance(event, Partial | ReplyText | ReplyAudio)]
    assert kinds == [SpeechStarted, SpeechStopped, Committed, Heard, ReplyStarted, ReplyDone]
    first = np.frombuffer(visitor.all(ReplyAudio)[0].pcm, np.int16)
    assert np.abs(first[: visitor.all(ReplyAudio)[0].rate // 100]).max() > 200


async def test_the_answer_was_found_while_the_person_spoke(person: Callable[..., Person]) -> None:
    visitor = person()
    await visitor.say(EGGS, after_ms=130)  # a pause, but not the end
    async with asyncio.timeout(120):
        listening, speculation = visitor.conversation._listening, visitor.conversation.speculation
        while not (visitor.all(ReplyStarted) or (not listening.unsure and speculation.found(listening.settled or ""))):
            await asyncio.sleep(0.01)
    await visitor.play(np.zeros(16_000, np.int16))
    (done,) = await visitor.until(ReplyDone)
    assert visitor.conversation.speculation.hits == 1
    read = next(stage for stage in done.reply.stages if stage.name == "read")
    assert "while you spoke" in read.note


async def test_without_speculation_the_answer_is_the_same(person: Callable[..., Person]) -> None:
    visitor = person(ConversationSettings(speculate=False))
    await visitor.say(EGGS)
    (done,) = await visitor.until(ReplyDone)
    assert done.reply.answer.text == EGGS_SAID
    assert visitor.conversation.speculation.hits == 0
    assert not any("while you spoke" in stage.note for stage in done.reply.stages)


async def test_nothing_is_replied_while_the_person_still_speaks(person: Callable[..., Person]) -> None:
    visitor = person()
    await visitor.say(BUILT, after_ms=0)  # has a pause of 450 ms in it, after "when was the"
    assert not visitor.all(ReplyStarted)
    assert len(visitor.all(SpeechStarted)) == 1
    await visitor.play(np.zeros(16_000, np.int16))
    (done,) = await visitor.until(ReplyDone)
    assert "1868" in done.reply.answer.text


async def test_partials_only_ever_grow_by_words(person: Callable[..., Person]) -> None:
    visitor = person()
    await visitor.say(EGGS)
    await visitor.until(Heard)
    partials = visitor.all(Partial)
    assert partials
    text = ""
    for partial in partials:
        text = f"{text} {partial.appended}".strip()
        assert partial.text == text


async def test_speaking_over_a_reply_stops_it_and_cuts_the_history(person: Callable[..., Person]) -> None:
    visitor = person()
    await visitor.conversation.hear(np.zeros(1600, np.int16))
    generation = await visitor.conversation.respond(TALL)
    await visitor.until(ReplyDone)  # made and sent in full, and still playing at the other end
    await asyncio.sleep(0.5)
    assert visitor.conversation.current(generation)
    await visitor.say(JUPITER, after_ms=800)
    assert not visitor.conversation.current(generation)
    done = (await visitor.until(ReplyDone, 2))[1]
    assert done.reply.answer.text == "Jupiter"
    remembered = visitor.conversation._history.replies()[0].spoken
    assert remembered != visitor.all(ReplyDone)[0].reply.spoken
    assert visitor.all(ReplyDone)[0].reply.spoken.startswith(remembered)


async def test_interrupting_a_reply_in_the_making_leaves_nothing_of_it_but_its_end(
    person: Callable[..., Person],
) -> None:
    visitor = person()
    generation = await visitor.conversation.respond(TALL)
    await visitor.until(ReplyAudio)
    await visitor.conversation.interrupt(heard_ms=0)
    count = len(visitor.all(ReplyAudio))
    (done,) = await visitor.until(ReplyDone)
    assert (done.status, done.reason, done.heard) == ("cancelled", "client_cancelled", "")
    await asyncio.sleep(0.3)
    assert len(visitor.all(ReplyAudio)) == count
    assert visitor.conversation.replying is None
    assert not visitor.conversation.current(generation)


async def test_no_audio_comes_after_close(person: Callable[..., Person]) -> None:
    visitor = person()
    await visitor.conversation.respond(TALL)
    await visitor.until(ReplyAudio)
    await visitor.conversation.close()
    count = len(visitor.events)
    await asyncio.sleep(0.3)
    assert not [event for event in visitor.events[count:] if isinstance(event, ReplyAudio | ReplyText)]


async def test_a_cough_during_a_reply_lets_it_go_on(person: Callable[..., Person]) -> None:
    visitor = person()
    await visitor.conversation.hear(np.zeros(1600, np.int16))
    first = await visitor.conversation.respond(TALL)
    await visitor.until(ReplyDone)
    await asyncio.sleep(0.4)
    # Voiced, loud and short, and no word of any language.
    time_s = np.arange(16_000 // 3) / 16_000
    hum = 9000 * np.sign(np.sin(2 * np.pi * 140 * time_s)) * np.hanning(len(time_s)) * (1 + 0.5 * np.sin(60 * time_s))
    await visitor.play(np.concatenate([hum, np.zeros(16_000)]).astype(np.int16))
    assert visitor.all(SpeechStarted), "the hum is taken for a voice, or there is nothing to recover from"
    if not any(done.generation > first for done in visitor.all(ReplyDone)):
        await visitor.until(ReplyDone, 2)
    before, again = visitor.all(ReplyDone)[:2]
    assert again.reply.answer.text == before.reply.answer.text
    assert again.reply.answer.text.startswith(TALL_SAID)
    assert visitor.all(ReplyDone)[0].reply.spoken.endswith(again.said)


async def test_words_of_its_own_that_come_back_are_not_answered(person: Callable[..., Person]) -> None:
    visitor = person()
    await visitor.conversation.hear(np.zeros(1600, np.int16))
    await visitor.conversation.announce("How many eggs can the queen lay a day? How many eggs can the queen lay a day?")
    await visitor.until(ReplyAudio)
    await visitor.say(EGGS, after_ms=1200)
    (heard,) = await visitor.until(Heard)
    assert "queen" in heard.transcript.text
    assert visitor.all(SpeechStarted), "an echo that is not heard says nothing about one that is"
    await asyncio.sleep(0.1)  # what is decided about a turn is decided as its words come
    assert [started.turn for started in visitor.all(ReplyStarted)] == [None], "the announcement, and no answer"


async def test_push_to_talk_answers_what_was_committed(person: Callable[..., Person]) -> None:
    visitor = person(PUSH_TO_TALK)
    await visitor.say(EGGS, after_ms=0, speed=20)
    assert not visitor.all(SpeechStarted)
    await visitor.conversation.commit()
    await visitor.conversation.respond()
    (done,) = await visitor.until(ReplyDone)
    assert done.reply.answer.text == EGGS_SAID
    kinds = [type(event) for event in visitor.events if not isinstance(event, Partial | ReplyText | ReplyAudio)]
    assert kinds == [Committed, ReplyStarted, Heard, ReplyDone] or kinds == [Committed, Heard, ReplyStarted, ReplyDone]
    tag = object()
    await visitor.conversation.respond(tag=tag)
    again = (await visitor.until(ReplyDone, 2))[1]
    assert (again.status, again.reply.answer.text, again.tag) == ("completed", EGGS_SAID, tag), "answered again"
    assert visitor.all(ReplyStarted)[1].tag is tag


async def test_who_asks_for_a_reply_before_anybody_spoke_is_greeted(person: Callable[..., Person]) -> None:
    visitor = person(PUSH_TO_TALK)
    await visitor.conversation.respond()
    (done,) = await visitor.until(ReplyDone)
    assert (done.status, done.reply.spoken) == ("completed", "Hello. Ask me something.")


async def test_a_commit_of_almost_nothing_says_how_much_is_missing(person: Callable[..., Person]) -> None:
    visitor = person(PUSH_TO_TALK)
    with pytest.raises(NothingToCommitError, match="0 ms"):
        await visitor.conversation.commit()
    await visitor.conversation.hear(np.zeros(1599, np.int16))
    with pytest.raises(NothingToCommitError, match="99 ms"):
        await visitor.conversation.commit()


async def test_cleared_audio_is_not_part_of_the_next_turn(person: Callable[..., Person]) -> None:
    visitor = person(PUSH_TO_TALK)
    await visitor.say(JUPITER, after_ms=0, speed=50)
    await visitor.conversation.clear()
    await visitor.until(Cleared)
    await visitor.say(EGGS, after_ms=0, speed=20)
    await visitor.conversation.commit()
    (heard,) = await visitor.until(Heard)
    assert "eggs" in heard.transcript.text
    assert "planet" not in heard.transcript.text


async def test_a_minute_without_a_commit_is_refused(person: Callable[..., Person]) -> None:
    visitor = person(PUSH_TO_TALK)
    await visitor.conversation.hear(np.zeros(16_000 * 60, np.int16))
    with pytest.raises(TooMuchAudioError):
        await visitor.conversation.hear(np.zeros(1600, np.int16))


async def test_cancelling_a_reply_that_waits_for_the_words_loses_no_word(person: Callable[..., Person]) -> None:
    visitor = person(PUSH_TO_TALK)
    for turn in (1, 2):
        await visitor.say(EGGS, after_ms=0, speed=50)
        await visitor.conversation.commit()
        await visitor.conversation.respond(tag="unwanted")
        await asyncio.sleep(0.01 * turn)
        await visitor.conversation.interrupt()
        heard = await visitor.until(Heard, turn)
        assert "eggs" in heard[-1].transcript.text
        await visitor.conversation.respond(tag="wanted")
        done = (await visitor.until(ReplyDone, 2 * turn))[-2:]
        assert [(event.tag, event.status) for event in done] == [("unwanted", "cancelled"), ("wanted", "completed")]
        assert done[1].reply.answer.text == EGGS_SAID
    assert len(visitor.all(Heard)) == len(visitor.all(Committed)) == 2


def words_held_back(visitor: Person) -> asyncio.Event:
    """Keep the final words of the utterance under way back until the event is set."""
    utterance, words_come = visitor.conversation._listening._utterance, asyncio.Event()
    finish = utterance.finish

    async def slowly(**how: Any) -> Transcript:
        await words_come.wait()
        return await finish(**how)

    utterance.finish = slowly
    return words_come


async def test_speaking_again_before_the_words_are_there_carries_them(person: Callable[..., Person]) -> None:
    visitor = person(ConversationSettings(turn_detection=TurnDetection(create_response=False, adaptive=False)))
    speaking = asyncio.create_task(visitor.say(EGGS, after_ms=300))
    await visitor.until(SpeechStarted)
    words_come = words_held_back(visitor)
    await visitor.until(Committed)
    await visitor.conversation.respond()
    await speaking
    speaking = asyncio.create_task(visitor.say(JUPITER))
    await visitor.until(SpeechStarted, 2)
    words_come.set()
    await speaking
    await visitor.until(Committed, 2)
    await visitor.conversation.respond()
    done = await visitor.until(ReplyDone, 2)
    assert [event.status for event in done] == ["cancelled", "completed"]
    first, second = (event.transcript.text for event in visitor.all(Heard))
    assert done[1].reply.question == f"{first} {second}"


async def test_a_turn_that_cannot_be_recognised_is_told_once(person: Callable[..., Person]) -> None:
    visitor = person(PUSH_TO_TALK)
    await visitor.say(EGGS, after_ms=0, speed=50)
    utterance = visitor.conversation._listening._utterance

    async def broken() -> None:
        raise ZeroDivisionError

    utterance.finish = broken
    await visitor.conversation.commit()
    await visitor.conversation.respond()
    (failed,) = await visitor.until(HearingFailed)
    assert failed.sentence.endswith("the log has the details.")
    (done,) = await visitor.until(ReplyDone)
    assert done.reply.outcome == "failed"
    assert not visitor.all(Heard)


async def test_new_turn_detection_in_mid_utterance_loses_nothing(person: Callable[..., Person]) -> None:
    visitor = person(ConversationSettings(turn_detection=TurnDetection(adaptive=False)))
    speaking = asyncio.create_task(visitor.say(EGGS))
    await visitor.until(SpeechStarted)
    await asyncio.sleep(0.3)
    patient = TurnDetection(silence_ms=500, threshold=0.6, create_response=False, adaptive=False)
    await visitor.conversation.update(ConversationSettings(turn_detection=patient))
    await speaking
    (heard,) = await visitor.until(Heard)
    assert "how many eggs" in heard.transcript.text
    assert len(visitor.all(SpeechStarted)) == len(visitor.all(SpeechStopped)) == 1
    assert not visitor.all(ReplyStarted)


class Scripted:
    """A recognizer that hears what is written, and finds it out `after_s` later, however much audio comes meanwhile."""

    speaker, unsure, hypothesis = None, False, ""

    def __init__(self, text: str, after_s: float) -> None:
        self.text, self.after_s = text, after_s

    def stream(self, _speaker: object) -> "Scripted":
        return self

    async def feed(self, _pcm: np.ndarray) -> None:
        return None

    async def settle(self) -> str:
        await asyncio.sleep(self.after_s)
        return self.text

    async def finish(self) -> Transcript:
        return Transcript(self.text)

    def cancel(self) -> None:
        pass


#: Words, and how they look to who has looked for an answer: a statement, questions with and without an answer, a
#: request, one that lacks something, halves of questions, and a comma as Whisper writes it.
HEARD = {
    "My uncle once sailed to the islands in a storm.": Look.OPEN,
    TALL: Look.COMPLETE,
    "Who won the football world cup in 1998?": Look.DOUBTFUL,
    "What time is it?": Look.COMPLETE,
    "Set a timer.": Look.UNFINISHED,
    "When was the lighthouse": Look.UNFINISHED,
    "How old is": Look.UNFINISHED,
    "When the needle falls,": Look.OPEN,
    "And so, my fellow Americans": Look.OPEN,
}


async def silence_waited_for(person: Callable[..., Person], eagerness: str, text: str, after_s: float) -> int:
    """Return how long after the last sample of speech a turn ends, in ms of audio that is sent without a pause."""
    detection = Vad(type="semantic_vad", eagerness=eagerness).turn_detection(240, create_response=False)
    visitor = person(ConversationSettings(turn_detection=detection))
    visitor.conversation._recognizer = Scripted(text, after_s)
    speech, _ = soundfile.read(next(TURNS.glob("13-*.flac")), dtype="int16")
    room = np.random.default_rng(1).normal(0, 10, 6 * RATE).astype(np.int16)
    pcm = np.concatenate([room[: RATE // 2], speech[:21_481], room])  # tests/data/turns/turns.jsonl
    for at in range(0, len(pcm), 320):
        await visitor.conversation.hear(pcm[at : at + 320])
    await visitor.until(Heard)
    (stopped,) = visitor.all(SpeechStopped)
    await visitor.leave()
    return stopped.audio_ms - 500 - 21_481 * 1000 // RATE


@pytest.mark.parametrize("text", HEARD)
async def test_low_eagerness_waits_longer_always_in_audio_and_not_by_the_clock(
    person: Callable[..., Person], text: str
) -> None:
    waited = {}
    for eagerness, delays in (("low", (0.0, 0.1)), ("medium", (0.4, 0.1)), ("auto", (0.0, 0.4)), ("high", (0.5, 0.0))):
        same = {await silence_waited_for(person, eagerness, text, after_s) for after_s in delays}
        assert len(same) == 1, f"{eagerness}: {same}, as late as the words are known"
        waited[eagerness] = same.pop()
        allowed = Waits.around(240 * EAGERNESS[eagerness]).for_look(HEARD[text])
        assert allowed - 32 <= waited[eagerness] <= allowed, eagerness  # a frame of 32 ms more would be too many
    assert waited["high"] <= waited["auto"] == waited["medium"] < waited["low"]


async def test_push_to_talk_in_mid_utterance_takes_what_was_heard_with_what_follows(
    person: Callable[..., Person],
) -> None:
    visitor = person()
    speaking = asyncio.create_task(visitor.say(EGGS, after_ms=0))
    await visitor.until(SpeechStarted)
    await asyncio.sleep(1.0)
    await visitor.conversation.update(PUSH_TO_TALK)
    await visitor.until(SpeechStopped)
    await speaking
    assert not visitor.all(Committed)
    await visitor.conversation.commit()
    (heard,) = await visitor.until(Heard)
    assert "how many eggs" in heard.transcript.text
    assert not visitor.all(ReplyStarted)
    await visitor.conversation.respond()
    (done,) = await visitor.until(ReplyDone)
    assert done.reply.answer.text == EGGS_SAID


@pytest.mark.parametrize(("before", "after"), [(True, False), (False, True)])
async def test_a_turn_that_ended_is_answered_as_was_set_then(
    person: Callable[..., Person], before: bool, after: bool
) -> None:
    """Its words come after turn detection was switched off, or on."""
    settings = {True: ConversationSettings(turn_detection=TurnDetection(adaptive=False)), False: PUSH_TO_TALK}
    visitor = person(settings[before])
    await visitor.say(EGGS, after_ms=0)
    words_come = words_held_back(visitor)
    if before:
        await visitor.play(np.zeros(16_000, np.int16))
    else:
        await visitor.conversation.commit()
    await visitor.until(Committed)
    await visitor.conversation.update(settings[after])
    words_come.set()
    await visitor.until(Heard)
    if before:
        (done,) = await visitor.until(ReplyDone)
        assert done.reply.answer.text == EGGS_SAID
    else:
        await asyncio.sleep(0.5)
        assert not visitor.all(ReplyStarted), "who holds a button asks for the answer"


async def test_a_microphone_that_falls_silent_without_silence_ends_the_turn(
    person: Callable[..., Person], monkeypatch: pytest.MonkeyPatch
) -> None:
    visitor = person()
    await visitor.say(EGGS, after_ms=0)
    monkeypatch.setattr("assistant.dialogue.conversation.NO_AUDIO_S", 0.2)
    await visitor.conversation.hear(np.zeros(16, np.int16))  # the last that comes
    (done,) = await visitor.until(ReplyDone)
    assert done.reply.answer.text == EGGS_SAID


async def test_a_wake_word_that_is_refused_stays_refused(person: Callable[..., Person]) -> None:
    visitor = person(ConversationSettings(wake_words=("nonsense",)))
    for _ in range(3):
        with pytest.raises(WakeWordError, match="nonsense"):
            await visitor.conversation.hear(np.zeros(512, np.int16))
    assert visitor.conversation._listening.waiting == 0, "it has not become push-to-talk"
    await visitor.conversation.update(ConversationSettings())
    await visitor.say(EGGS)
    assert await visitor.until(ReplyDone)


async def test_a_missing_voice_is_told_by_the_reply(
    person: Callable[..., Person], parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def missing() -> None:
        raise ReparteeError("There is no voice; install one.")

    monkeypatch.setattr(parts, "synthesizer", missing)
    unseen: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: unseen.append(context))
    visitor = person()
    await visitor.conversation.hear(np.zeros(512, np.int16))
    done = await visitor.ask(TALL)
    assert (done.status, done.error) == ("failed", "There is no voice; install one.")
    await visitor.conversation.close()
    visitor.conversation._voice_task = None
    gc.collect()
    asyncio.get_running_loop().set_exception_handler(None)
    assert not unseen, "an exception was never retrieved"


async def test_an_announcement_waits_until_nobody_speaks(person: Callable[..., Person]) -> None:
    visitor = person()
    await visitor.conversation.respond(TALL)
    await visitor.conversation.announce("The tea is ready.")
    (first,) = await visitor.until(ReplyDone)
    assert first.status == "completed"
    assert len(visitor.all(ReplyStarted)) == 1, "the reply is still being played"
    (_, second) = await visitor.until(ReplyDone, 2)
    assert (second.said, second.status) == ("The tea is ready.", "completed")
    await asyncio.sleep(2)
    speaking = asyncio.create_task(visitor.say(EGGS))
    await visitor.until(SpeechStarted)
    await visitor.conversation.announce("The eggs are ready.")
    await speaking
    third, fourth = (await visitor.until(ReplyDone, 4))[2:]
    assert third.reply.answer.text == EGGS_SAID
    assert third.status == "completed"
    assert fourth.said == "The eggs are ready."


async def test_an_urgent_announcement_waits_for_nobody(person: Callable[..., Person]) -> None:
    visitor = person()
    await visitor.conversation.respond(TALL)
    await visitor.until(ReplyAudio)
    await visitor.conversation.announce("Fire!", urgent=True)
    first, second = await visitor.until(ReplyDone, 2)
    assert (first.status, first.reason, second.said) == ("cancelled", "superseded", "Fire!")


async def test_an_announcement_that_made_way_for_a_question_is_made_again_after_its_answer(
    person: Callable[..., Person],
) -> None:
    visitor = person()
    await visitor.conversation.announce("The tea is ready. It has drawn for four minutes, which is enough for any tea.")
    await visitor.until(ReplyStarted)
    await visitor.conversation.respond(TALL)
    announced, answered, again = await visitor.until(ReplyDone, 3)
    assert (announced.status, announced.reason) == ("cancelled", "superseded")
    assert answered.status == "completed"
    assert again.said.startswith("The tea is ready.")
    assert again.status == "completed"
    await visitor.conversation.close()
    assert len(visitor.all(ReplyStarted)) == 3


async def test_no_more_is_heard_for_a_channel_that_takes_nothing(parts: Parts) -> None:
    conversation = Conversation(parts, settings=PUSH_TO_TALK)
    hearing = asyncio.create_task(conversation.hear(np.zeros(1600, np.int16)))
    await hearing
    for number in range(1000):
        try:
            await asyncio.wait_for(conversation.respond(speak=False, tag=number), 0.2)
        except TimeoutError:
            break
    else:
        pytest.fail("a thousand replies were queued")
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(conversation.hear(np.zeros(1600, np.int16)), 0.2)
    events = conversation.events()
    assert (await anext(events)).tag == 0
    for _ in range(5):  # and what is said of the last one, which is still being made
        await anext(events)
    await asyncio.wait_for(conversation.hear(np.zeros(1600, np.int16)), 60)
    await conversation.close()


@pytest.mark.parametrize("words", ["but", "and it", "no", "i", "", "who", "What?", "and when", "what the"])
async def test_a_word_or_two_that_name_nothing_get_no_reply(parts: Parts, words: str) -> None:
    conversation = Conversation(parts)
    assert conversation._says_nothing(words)
    assert not conversation._says_nothing("stop")
    assert not conversation._says_nothing("what is it")
    await conversation.close()


async def test_a_question_word_alone_is_a_question_after_another_one(person: Callable[..., Person]) -> None:
    visitor = person()
    await visitor.ask("Who was the first keeper of the lighthouse?")
    says_nothing = visitor.conversation._says_nothing
    assert not any(map(says_nothing, ("When?", "Why?", "and how long", "who")))
    assert says_nothing("what the")
    assert says_nothing("and the")
    assert (await visitor.ask("When?")).reply.question == "When?"


async def test_a_turn_that_the_channel_answers_itself_is_only_heard(person: Callable[..., Person]) -> None:
    visitor = person(ConversationSettings(turn_detection=TurnDetection(create_response=False)))
    await visitor.say(EGGS)
    await visitor.until(Heard)
    assert not visitor.all(ReplyStarted)
    await visitor.conversation.respond()
    (done,) = await visitor.until(ReplyDone)
    assert done.reply.answer.text == EGGS_SAID


async def test_follow_up_questions_are_answered_from_the_conversation(person: Callable[..., Person]) -> None:
    visitor = person()
    assert (await visitor.ask(TALL)).reply.answer.text.startswith(TALL_SAID)
    assert "1868" in (await visitor.ask("When was it built?")).reply.answer.text


async def test_words_about_the_voice_steer_it(person: Callable[..., Person]) -> None:
    visitor = person()
    assert (await visitor.ask("repeat that")).reply.spoken == "I have not said anything yet."
    first = await visitor.ask(TALL)
    assert (await visitor.ask("Could you repeat that, please?")).said == first.said
    before = np.abs(np.frombuffer(visitor.all(ReplyAudio)[-2].pcm, np.int16).astype(int)).mean()
    for _ in range(3):
        await visitor.ask("quieter")
    await visitor.ask("say that again")
    after = np.abs(np.frombuffer(visitor.all(ReplyAudio)[-2].pcm, np.int16).astype(int)).mean()
    assert after < 0.5 * before
    count = len(visitor.all(ReplyAudio))
    await visitor.ask("stop")
    assert len(visitor.all(ReplyAudio)) == count


async def test_what_was_said_is_forgotten_when_the_session_expires(person: Callable[..., Person]) -> None:
    visitor = person(ConversationSettings(expires_s=0.2))
    await visitor.ask(TALL)
    await asyncio.sleep(0.3)
    done = await visitor.ask("repeat that")
    assert done.reply.spoken == "I have not said anything yet."


async def test_truncation_keeps_whole_words_and_refuses_unknown_replies(person: Callable[..., Person]) -> None:
    visitor = person()
    done = await visitor.ask(TALL)
    whole, cut, again = (visitor.conversation.truncate(done.generation, ms) for ms in (60_000, 900, 1800))
    assert whole == done.reply.spoken
    assert whole.startswith(cut)
    assert 0 < len(cut) < len(whole)
    assert again == cut, "what was not heard is not heard afterwards"
    with pytest.raises(UnknownReplyError, match="99"):
        visitor.conversation.truncate(99, 100)


async def test_a_reply_is_truncated_late_too_whether_it_is_remembered_or_not(person: Callable[..., Person]) -> None:
    """A client tells what was heard of a greeting when somebody speaks, and the next reply may have begun by then."""
    visitor = person(PUSH_TO_TALK)
    greeting = await visitor.conversation.respond()
    (greeted,) = await visitor.until(ReplyDone)
    await visitor.ask(TALL)
    kept = visitor.conversation.truncate(greeting, 600)
    assert greeted.reply.spoken.startswith(kept)
    assert 0 < len(kept) < len(greeted.reply.spoken)
    assert len(visitor.conversation._history.replies()) == 1, "a greeting is nothing to go on from"


async def test_a_reply_cut_off_before_its_first_step_leaves_nothing_behind(person: Callable[..., Person]) -> None:
    visitor = person()
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # "coroutine was never awaited"
        for number in range(3):
            await visitor.conversation.respond(TALL, tag=number)
        gc.collect()
    done = await visitor.until(ReplyDone, 3)
    assert [(event.tag, event.status) for event in done] == [(0, "cancelled"), (1, "cancelled"), (2, "completed")]


async def test_a_reply_truncated_while_it_is_made_is_remembered_so(person: Callable[..., Person]) -> None:
    visitor = person()
    generation = await visitor.conversation.respond(TALL)
    await visitor.until(ReplyAudio)
    visitor.conversation.truncate(generation, 700)
    (done,) = await visitor.until(ReplyDone)
    assert done.status == "completed"
    assert done.said.startswith(done.heard)
    assert 0 < len(done.heard) < len(done.said)
    assert visitor.conversation._history.replies()[0].spoken == done.heard


async def test_a_half_duplex_microphone_does_not_hear_the_reply(person: Callable[..., Person]) -> None:
    visitor = person(ConversationSettings(echo_cancelled=False))
    await visitor.conversation.hear(np.zeros(1600, np.int16))
    await visitor.conversation.respond(TALL)
    await visitor.until(ReplyDone)
    said = visitor.all(ReplyAudio)
    made = np.concatenate([np.frombuffer(event.pcm, np.int16) for event in said])
    reply = soxr.resample(made, said[0].rate, RATE)  # as a microphone would hear it
    assert len(reply) > 2 * RATE
    await visitor.play(reply[: 2 * RATE])
    assert not visitor.all(SpeechStarted)


async def test_with_a_wake_word_only_what_follows_it_is_heard(person: Callable[..., Person]) -> None:
    pytest.importorskip("pymicro_wakeword", reason="wake words need the extra [wake], which make test installs")
    visitor = person(ConversationSettings(wake_words=("hey_jarvis",)))
    await visitor.say(EGGS, speed=5)
    assert not visitor.all(SpeechStarted)
    wake_word, _ = soundfile.read(TURNS / "hey-jarvis.flac", dtype="int16")
    await visitor.play(np.concatenate([np.zeros(16_000, np.int16), wake_word]), speed=5)
    await visitor.say(EGGS)
    assert [event.word for event in visitor.all(Woken)] == ["hey_jarvis"]
    (done,) = await visitor.until(ReplyDone)
    assert done.reply.answer.text == EGGS_SAID
    await visitor.say(JUPITER)  # soon after a reply it takes no wake word
    assert len(await visitor.until(ReplyDone, 2)) == 2


async def test_of_two_that_hear_the_wake_word_the_louder_answers_and_the_other_sleeps_on(
    person: Callable[..., Person],
) -> None:
    pytest.importorskip("pymicro_wakeword", reason="wake words need the extra [wake], which make test installs")
    near, far = (person(ConversationSettings(wake_words=("hey_jarvis",))) for _ in range(2))
    sessions, heard_at = Sessions(2), time.monotonic()
    sessions.wakes.clock = lambda: heard_at  # both heard it at once, however slow this machine is
    word, _ = soundfile.read(TURNS / "hey-jarvis.flac", dtype="int16")
    word = np.concatenate([np.zeros(16_000, np.int16), word, np.zeros(8000, np.int16)])
    with sessions.opened(far.conversation), sessions.opened(near.conversation):
        await far.play(word // 8, speed=20)
        await near.play(word, speed=20)
        assert not near.all(Woken)
        sessions.wakes.clock = time.monotonic
        assert [event.word for event in await far.until(Overheard)] == ["hey_jarvis"]
        assert [event.word for event in await near.until(Woken)] == ["hey_jarvis"]
        await far.say(EGGS, speed=5)
        await near.say(EGGS)
        assert (await near.until(ReplyDone))[0].reply.answer.text == EGGS_SAID
    assert not far.all(SpeechStarted)
    assert not far.all(Woken)
    assert not near.all(Overheard)


async def test_a_question_that_cannot_be_asked_fails_with_its_sentence(person: Callable[..., Person]) -> None:
    visitor = person()
    done = await visitor.ask("what " * 1000)
    assert done.status == "failed"
    assert "characters" in done.error


async def test_conversations_at_the_same_time_hear_only_their_own_answers(person: Callable[..., Person]) -> None:
    questions = {TALL: "41 metres", "How many eggs can the queen lay a day?": "2,000", "When is garlic ready?": "July"}
    people = [(person(), question, answer) for question, answer in questions.items() for _ in range(2)]

    async def talk(visitor: Person, question: str, answer: str) -> None:
        for _ in range(2):
            done = await visitor.ask(question)
            assert answer in done.reply.answer.text
        assert {event.generation for event in visitor.all(ReplyAudio)} == {1, 2}

    work: list[Coroutine[object, object, None]] = [talk(*one) for one in people]
    await asyncio.gather(*work)
