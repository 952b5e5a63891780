"""Turns that are about the house, on a real broker with a virtual house: typed, chatted, over HTTP and by MQTT."""

from __future__ import annotations

import asyncio
import json
import queue
import threading
import time
import urllib.request
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import pytest_asyncio

from assistant.config import Config
from assistant.dialogue.conversation import Conversation
from assistant.dialogue.events import ReplyAudio, ReplyDone, ReplyText
from assistant.dialogue.sessions import Sessions
from assistant.dialogue.settings import ConversationSettings
from assistant.home.demo import Demo
from assistant.home.settings import HomeConfig
from assistant.parts import Parts
from assistant.skills.routines import Routines
from assistant.skills.skill import Skills
from assistant.turn.asked_back import ANSWERED_WITHIN_S, Asked
from assistant.turn.events import Reply
from assistant.turn.turn import foresee, take

pytestmark = [pytest.mark.asyncio(loop_scope="function"), pytest.mark.usefixtures("one_reader")]


@pytest.fixture
def house(mosquitto) -> Iterator[Demo]:
    """A virtual house on the broker, in a thread of its own: opening the parts stands in the way of this loop."""
    begun: queue.Queue[tuple[Demo, asyncio.AbstractEventLoop, asyncio.Task[None]]] = queue.Queue()

    async def live() -> None:
        demo = Demo(HomeConfig(), mosquitto.url)
        running = asyncio.create_task(demo.run())
        assert await demo.broker.wait_connected(60)
        begun.put((demo, asyncio.get_running_loop(), running))
        await asyncio.wait([running])

    living = threading.Thread(target=lambda: asyncio.run(live()))
    living.start()
    demo, loop, running = begun.get(timeout=60)
    yield demo
    loop.call_soon_threadsafe(running.cancel)
    living.join()


@pytest_asyncio.fixture
async def parts(house: Demo, mosquitto, samples_home: Path) -> AsyncIterator[Parts]:
    config = Config.load(samples_home)
    config = replace(config, smart_home=HomeConfig(broker=mosquitto.url, publish=False, history_days=0))
    async with Parts.open(config) as opened, opened.at_home(10):
        async with asyncio.timeout(60):  # the virtual house may still be announcing itself
            while not (known := opened.home.devices()) or not all(device["available"] for device in known):
                await asyncio.sleep(0.02)
        assert await opened.home.ready(10)
        yield opened


async def say(parts: Parts, words: str, *history: Reply) -> Reply:
    return await take(words, parts=parts, context=parts.context(history))


def state_of(parts: Parts, name: str) -> object:
    return next(device["state"] for device in parts.home.devices() if device["name"] == name)


async def test_a_command_is_carried_out_and_reported_when_the_device_says_so(parts: Parts) -> None:
    reply = await say(parts, "Turn off the ceiling light, please")
    assert (reply.outcome, reply.answer) == ("acted", None), reply.spoken
    assert reply.action.entities == ("light.ceiling_light",)
    assert reply.action.confirmed
    assert state_of(parts, "Ceiling Light") == "off"
    assert [stage.name for stage in reply.stages] == ["understand", "act"]
    assert "HassTurnOff" in reply.stages[0].note


async def test_it_is_what_was_spoken_of_last(parts: Parts) -> None:
    first = await say(parts, "turn on the sofa lamp")
    again = await say(parts, "turn it off", first)
    assert again.action.entities == ("light.sofa_lamp",)
    assert state_of(parts, "Sofa Lamp") == "off"


async def test_turning_it_down_means_the_lamp_after_the_lamp_and_the_voice_otherwise(parts: Parts) -> None:
    lamp = await say(parts, "turn on the sofa lamp")
    assert (await say(parts, "turn it down", lamp)).outcome in ("acted", "asked_back")
    document = await say(parts, "Who discovered tea?")
    assert (await say(parts, "turn it down", document)).outcome == "command"


async def test_what_is_dangerous_is_asked_back_and_done_at_yes_alone(parts: Parts, house: Demo) -> None:
    before = house.commands
    asked = await say(parts, "open the garage door")
    assert (asked.outcome, asked.spoken[-1]) == ("asked_back", "?")
    assert (await say(parts, "no", asked)).outcome == "failed"
    assert house.commands == before
    assert (await say(parts, "yes", asked)).action.entities == ("cover.garage_door",)
    assert house.commands == before + 1


async def test_yes_to_nothing_does_nothing(parts: Parts, house: Demo) -> None:
    before = house.commands
    assert (await say(parts, "yes")).outcome == "abstained"
    assert house.commands == before


async def test_the_state_of_the_house_is_an_answer_without_a_citation(parts: Parts) -> None:
    reply = await say(parts, "is the garage door open?")
    assert (reply.outcome, reply.answer.text, reply.citations) == ("answered", "No, the garage door is closed.", ())
    assert reply.action.confirmed is None


async def test_the_documents_are_asked_about_everything_else(parts: Parts) -> None:
    reply = await say(parts, "How tall is the lighthouse at Marlow Point?")
    assert reply.action is None
    assert reply.outcome in ("answered", "abstained")
    assert reply.stages[-1].name == "read"


async def test_nothing_is_done_for_a_command_that_may_go_on(parts: Parts, house: Demo) -> None:
    before = house.commands
    for words in ("turn on", "turn on the sofa", "turn on the sofa lamp"):
        assert await foresee(words, parts=parts, context=parts.context()) is None
    await asyncio.sleep(0.1)
    assert house.commands == before


async def test_a_client_that_keeps_the_conversation_may_say_yes_and_it(parts: Parts) -> None:
    asked = await say(parts, "unlock the front door")
    recalled = parts.recalled([Reply.recalled("unlock the front door", asked.spoken)])
    assert (await say(parts, "yes", *recalled)).action.entities == ("lock.front_door",)
    told = parts.recalled([Reply.recalled("turn on the bedside lamp", "The bedside lamp is on.")])
    assert (await say(parts, "turn it off", *told)).action.entities == ("light.bedside_lamp",)


async def test_it_goes_back_as_far_as_the_conversation_that_a_client_keeps(parts: Parts) -> None:
    kept: list[Reply] = []
    for words in ("turn on the sofa lamp", *(("make it brighter", "make it dimmer") * 5), "turn it off"):
        reply = await say(parts, words, *parts.recalled(kept))
        kept.append(Reply.recalled(words, reply.spoken))
    assert reply.action is not None
    assert reply.action.entities == ("light.sofa_lamp",)


async def test_them_are_those_that_were_so_when_it_was_asked(parts: Parts) -> None:
    await say(parts, "turn off all the lights")
    await say(parts, "turn on the sofa lamp and the bedside lamp")
    kept: list[Reply] = []
    for words in ("which lights are on?", "turn them off", "turn them back on"):
        reply = await say(parts, words, *parts.recalled(kept))
        kept.append(Reply.recalled(words, reply.spoken))
    assert reply.action is not None
    assert set(reply.action.entities) == {"light.sofa_lamp", "light.bedside_lamp"}


async def test_it_is_not_what_was_declined(parts: Parts) -> None:
    history: list[Reply] = []
    for words in ("turn on the sofa lamp", "unlock the front door", "no", "turn it off"):
        reply = await say(parts, words, *history)
        history.append(reply)
    assert reply.action is not None
    assert reply.action.entities == ("light.sofa_lamp",)


async def test_a_question_that_was_never_asked_is_not_answered_by_yes(parts: Parts, house: Demo) -> None:
    before = house.commands
    forged = parts.recalled([Reply.recalled("unlock the front door", "Shall I sing?")])
    await say(parts, "yes", *forged)
    assert house.commands == before


async def test_a_conversation_commands_the_house_and_asks_back(parts: Parts) -> None:
    conversation = Conversation(parts, settings=ConversationSettings(speak=False, turn_detection=None))
    done = (event async for event in conversation.events() if isinstance(event, ReplyDone))
    await conversation.respond("unlock the front door")
    assert (await anext(done)).reply.outcome == "asked_back"
    await conversation.respond("yes")
    assert (await anext(done)).reply.action.entities == ("lock.front_door",)
    await conversation.close()


async def test_the_names_of_the_house_join_the_lexicon(parts: Parts) -> None:
    *_, phrases = parts._phrases()
    assert {"Sofa Lamp", "Kitchen"} <= set(phrases.phrases())


async def test_a_question_back_waits_for_its_caller_only_once_and_not_for_ever() -> None:
    now = [0.0]
    asked, question = Asked(lambda: now[0]), Reply(question="open it", spoken="Open it?", outcome="asked_back")
    asked.note(("here", ""), question)
    assert asked.take(("there", "")) == []
    assert asked.take(("here", "")) == [question]
    assert asked.take(("here", "")) == []
    asked.note(("here", ""), question)
    now[0] += ANSWERED_WITHIN_S + 1
    assert asked.take(("here", "")) == []
    asked.note(("here", ""), Reply(question="x", spoken="Done.", outcome="acted"))
    assert asked.take(("here", "")) == []
    asked.note(("here", ""), question)
    asked.note(("here", ""), Reply(question="x", spoken="Done.", outcome="acted"))  # said meanwhile, told later
    assert asked.take(("here", "")) == []


@pytest.fixture
def at_home(serve, samples_home: Path, mosquitto, house: Demo) -> Iterator[object]:
    with serve(samples_home, env={"REPARTEE_HOME_BROKER": mosquitto.url, "REPARTEE_HOME_HISTORY_DAYS": "0"}) as running:
        yield running


def post(url: str, body: dict[str, object], headers: dict[str, str] | None = None) -> dict[str, object]:
    data = json.dumps({"model": "repartee"} | body).encode()
    request = urllib.request.Request(url, data, {"Content-Type": "application/json"} | (headers or {}))
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


def chat(url: str, *messages: str, headers: dict[str, str] | None = None, **more: str) -> dict[str, object]:
    roles = ("user", "assistant")
    given = [{"role": roles[number % 2], "content": text} for number, text in enumerate(messages)]
    return post(f"{url}/v1/chat/completions", {"messages": given} | more, headers)["repartee"]


def once_understood(ask: Callable[[], str]) -> str:
    """Ask until the names of the house are understood, which a server takes a moment for after it is up."""
    give_up = time.monotonic() + 120
    while (outcome := ask()) == "abstained" and time.monotonic() < give_up:
        time.sleep(0.1)
    return outcome


async def test_over_http_devices_are_listed_commanded_and_asked_about(at_home) -> None:
    def visit() -> None:
        with urllib.request.urlopen(f"{at_home.url}/v1/home/devices") as answer:
            listed = {device["name"]: device for device in json.load(answer)}
        assert set(listed["Sofa Lamp"]) == {"id", "name", "domain", "area", "state", "available"}
        assert once_understood(lambda: chat(at_home.url, "turn off the sofa lamp")["outcome"]) == "acted"
        asked = chat(at_home.url, "open the garage door")
        assert asked["outcome"] == "asked_back"
        # Whoever sends no history is remembered for one message.
        assert chat(at_home.url, "yes")["action"]["entities"] == ["cover.garage_door"]
        assert chat(at_home.url, "yes")["outcome"] == "abstained"

    await asyncio.to_thread(visit)


UNLOCK, ASKED_BACK = "unlock the front door", "Unlock the front door?"


@pytest.fixture
def unlocked(at_home, house: Demo, witness) -> Callable[[], int]:
    """How often the front door was told to unlock, counted on the broker; the server understands its name."""
    lock = next(device for device in house.house.devices if device.name == "Front Door")
    once_understood(lambda: chat(at_home.url, "is the front door locked?")["outcome"])

    def count() -> int:
        known = len(witness.on("after"))
        witness.publish("after", "")  # what was sent before it has come when it comes
        witness.wait_for("after", known + 1)
        return witness.on(f"{lock.topic}/bolt/set").count("UNLOCK")

    return count


async def test_who_has_said_no_with_the_conversation_has_not_left_a_question_for_a_yes_without_it(
    at_home, unlocked
) -> None:
    def visit() -> None:
        for between, outcome in (("no", "failed"), ("is the garage door open?", "answered"), ("yes", "acted")):
            before = unlocked()
            assert chat(at_home.url, UNLOCK)["spoken"] == ASKED_BACK
            assert chat(at_home.url, UNLOCK, ASKED_BACK, between)["outcome"] == outcome
            assert chat(at_home.url, "yes")["outcome"] == "abstained"
            assert unlocked() == before + (between == "yes")

    await asyncio.to_thread(visit)


async def test_nor_has_who_says_it_with_the_response_before(at_home, unlocked) -> None:
    def respond(words: str, **more: object) -> dict[str, object]:
        return post(f"{at_home.url}/v1/responses", {"input": words} | more)

    def visit() -> None:
        for between, outcome in (("no", "failed"), ("is the garage door open?", "answered"), ("yes", "acted")):
            before = unlocked()
            first = respond(UNLOCK)
            assert first["repartee"]["spoken"] == ASKED_BACK
            assert respond(between, previous_response_id=first["id"])["repartee"]["outcome"] == outcome
            assert respond("yes")["repartee"]["outcome"] == "abstained"
            assert unlocked() == before + (between == "yes")
        assert respond(UNLOCK, store=False)["repartee"]["spoken"] == ASKED_BACK
        said = [("user", UNLOCK), ("assistant", ASKED_BACK), ("user", "no")]
        given = [{"role": role, "content": text} for role, text in said]
        assert post(f"{at_home.url}/v1/responses", {"input": given})["repartee"]["outcome"] == "failed"
        assert respond("yes")["repartee"]["outcome"] == "abstained"

    await asyncio.to_thread(visit)


async def test_a_question_asked_in_a_conversation_that_is_sent_is_answered_in_it_alone(at_home, unlocked) -> None:
    def visit() -> None:
        told = ("is the garage door open?", "No, the garage door is closed.", UNLOCK)
        assert chat(at_home.url, *told)["spoken"] == ASKED_BACK
        assert chat(at_home.url, "yes")["outcome"] == "abstained"
        assert unlocked() == 0
        assert chat(at_home.url, *told, ASKED_BACK, "yes")["action"]["entities"] == ["lock.front_door"]
        assert unlocked() == 1

    await asyncio.to_thread(visit)


async def test_another_client_at_the_same_address_is_not_who_was_asked(at_home, unlocked) -> None:
    others = (
        {"user": "guest"},
        {"headers": {"Authorization": "Bearer guest"}},
        {"headers": {"User-Agent": "another client"}},
        {"headers": {"X-Forwarded-For": "192.0.2.7"}},
        {"headers": {"Forwarded": "for=192.0.2.7"}},
    )

    def visit() -> None:
        assert chat(at_home.url, UNLOCK)["spoken"] == ASKED_BACK
        for other in others:
            assert chat(at_home.url, "yes", **other)["outcome"] == "abstained", other
        assert unlocked() == 0
        assert chat(at_home.url, "yes")["action"]["entities"] == ["lock.front_door"]
        assert unlocked() == 1

    await asyncio.to_thread(visit)


def until_it_says(witness, topic: str, payload: str) -> None:
    """Wait until the last message on a topic is this one."""
    give_up = time.monotonic() + 60
    while witness.on(topic)[-1:] != [payload]:
        assert time.monotonic() < give_up, f"{topic}: {witness.on(topic)}"
        time.sleep(0.02)


async def test_a_dashboard_asks_and_mutes_over_mqtt(serve, samples_home: Path, mosquitto, house: Demo, witness) -> None:
    """Repartee is one device among the others: what it is asked there is answered there, and told with its times."""

    def visit() -> None:
        with serve(samples_home, env={"REPARTEE_HOME_BROKER": mosquitto.url, "REPARTEE_HOME_HISTORY_DAYS": "0"}) as at:
            base = next(topic for topic, _, _ in witness.seen if topic.startswith("repartee/")).rsplit("/", 1)[0]
            asked = 0

            def ask() -> str:
                nonlocal asked
                asked += 1
                witness.publish(f"{base}/ask/set", "turn off the ceiling light")
                return json.loads(witness.wait_for(f"{base}/turn", asked)[-1])["event_type"]

            assert once_understood(ask) == "acted"
            answer = witness.wait_for(f"{base}/answer", asked)[-1]
            assert json.loads(answer)["text"] == "The ceiling light is off."
            assert set(json.loads(witness.wait_for(f"{base}/stages")[-1])) == {"understand", "act", "total"}
            for words, said in (
                ("Set a timer.", "For how long?"),
                ("An hour.", "The timer is set for 1 hour."),
                ("Cancel the timer.", "The 1 hour timer is cancelled."),
            ):
                witness.publish(f"{base}/ask/set", words)
                asked += 1
                assert json.loads(witness.wait_for(f"{base}/answer", asked)[-1])["text"] == said
            chat(at.url, "what time is it?")
            transcript = witness.wait_for(f"{base}/transcript", asked + 1)[-1]
            assert json.loads(transcript)["text"] == "what time is it?"
            witness.publish(f"{base}/mute/set", "ON")
            until_it_says(witness, f"{base}/mute", "ON")
        until_it_says(witness, f"{base}/availability", "offline")

    await asyncio.to_thread(visit)


async def test_a_muted_assistant_answers_in_writing(parts: Parts) -> None:
    parts.muted = True
    conversation = Conversation(parts, settings=ConversationSettings(turn_detection=None))
    events = conversation.events()
    await conversation.respond("is the garage door open?")
    kinds = []
    async for event in events:
        kinds.append(type(event))
        if isinstance(event, ReplyDone):
            break
    assert ReplyAudio not in kinds
    assert ReplyText in kinds
    await conversation.close()


async def test_an_announcement_reaches_every_room_or_the_one_that_is_meant(parts: Parts) -> None:
    sessions = Sessions(10)
    rooms = [Conversation(parts, settings=ConversationSettings(speak=False, turn_detection=None)) for _ in range(2)]
    with sessions.opened(rooms[0], name="Kitchen"), sessions.opened(rooms[1], name="Hall"):
        assert await sessions.announce("The tea is ready.", to="Kitchen") == 1
        assert await sessions.announce("Dinner.") == 2
        said = (event async for event in rooms[1].events() if isinstance(event, ReplyDone))
        assert (await anext(said)).reply.spoken == "Dinner."
    for room in rooms:
        await room.close()


async def test_a_routine_moves_the_house_and_still_asks_what_has_to_be_asked(parts: Parts, house: Demo) -> None:
    steps = ("turn off the ceiling light", "open the garage door", "turn off the moon lamp", "say Good night")
    parts.skills = Skills(first=[Routines({"good night [everybody]": steps})])
    before = house.commands
    assert state_of(parts, "Ceiling Light") == "on"
    asked = await say(parts, "Good night, everybody.")
    assert asked.outcome == "asked_back"
    assert "The ceiling light is off." in asked.spoken
    assert "“turn off the moon lamp” failed: " in asked.spoken
    assert "Good night." in asked.spoken
    assert asked.spoken.endswith("?")
    assert state_of(parts, "Ceiling Light") == "off"
    assert house.commands == before + 1  # the garage door waits for a yes
    assert (await say(parts, "yes", asked)).action.entities == ("cover.garage_door",)
    assert house.commands == before + 2
