"""Commands through the real broker: sent once, confirmed by what devices report, and told as it was."""

import asyncio
import contextlib
import gc
import json
import signal
import threading
from datetime import datetime

import pytest

from assistant.home import acting, broker, compiling, connected
from assistant.home import home as module
from assistant.home.entities import Act, HomeIntent
from assistant.home.home import Home
from assistant.home.ourselves import TurnReport
from assistant.home.settings import HomeConfig
from engines.errors import ReparteeError


def lamp(name, **extra):
    """The announcement of a lamp that reports ON and OFF."""
    slug = name.lower().replace(" ", "_")
    return f"homeassistant/light/{slug}/config", {
        "name": name,
        "unique_id": slug,
        "state_topic": f"{slug}/state",
        "command_topic": f"{slug}/set",
        **extra,
    }


def announce(witness, *announcements):
    for topic, payload in announcements:
        witness.publish(topic, json.dumps(payload), retain=True)


def obeys(witness, name):
    """Let a lamp do what it is told."""
    slug = name.lower().replace(" ", "_")
    witness.publish(f"{slug}/state", "OFF", retain=True)
    witness.answers[f"{slug}/set"] = lambda payload: (f"{slug}/state", payload)


@contextlib.asynccontextmanager
async def running(url, folder, *, serving=False, wished=None, **settings):
    home = Home.open(HomeConfig(broker=url, **settings), folder, serving=serving, stages=("read", "act"))
    if wished is not None:
        home.on_wish(wished)
    async with connected.running(home):
        assert await home.ready(60), home.problem
        yield home


async def until(condition, timeout=60.0):
    async with asyncio.timeout(timeout):
        while not condition():
            await asyncio.sleep(0.005)


def doing(service, *ids, **values):
    return HomeIntent(kind="act", intent="Test", acts=tuple(Act(each, service, values) for each in ids))


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(broker, "FIRST_WAIT_S", 0.02)
    monkeypatch.setattr(broker, "LONGEST_WAIT_S", 0.1)
    monkeypatch.setattr(acting, "CONFIRM_S", 0.3)


async def test_who_speaks_before_the_names_are_known_is_waited_for(mosquitto, witness, tmp_path, monkeypatch):
    announce(witness, lamp("Hall Lamp"))
    begun, go_on, build = threading.Event(), threading.Event(), compiling._grammar_of

    def slowly(*names):
        begun.set()
        assert go_on.wait(60)
        return build(*names)

    monkeypatch.setattr(compiling, "_grammar_of", slowly)
    home = Home.open(HomeConfig(broker=mosquitto.url), tmp_path)
    async with connected.running(home):
        await until(begun.is_set)
        waiting = asyncio.create_task(home.named())
        await asyncio.sleep(0)
        assert home.understand("turn on the hall lamp") is None
        assert not waiting.done()
        go_on.set()
        await waiting
        assert home.understand("turn on the hall lamp").acts == (Act("light.hall_lamp", "turn_on"),)
        await home.named()  # at once from now on


async def test_of_what_is_not_here_it_is_said_after_the_rest_is_done(mosquitto, witness, tmp_path):
    announce(witness, lamp("Hall Lamp", optimistic=True))
    async with running(mosquitto.url, tmp_path) as home:
        outcome = await home.carry_out(home.understand("turn on the hall lamp and the disco ball"))
        assert outcome.kind == "acted"
        assert outcome.spoken.endswith(". I know of no disco ball here.")


async def test_what_is_on_the_broker_is_found_with_its_state(mosquitto, witness, tmp_path):
    announce(witness, lamp("Hall Lamp", device={"identifiers": ["a"], "name": "Hall", "suggested_area": "Hall"}))
    witness.publish("hall_lamp/state", "ON", retain=True)
    async with running(mosquitto.url, tmp_path) as home:
        (device,) = home.devices()
        assert (device["domain"], device["area"], device["state"], device["available"]) == ("light", "Hall", "on", True)
        assert home.understand("turn off the hall lamp").kind == "act"
        mosquitto.kill()
        await until(lambda: not home.connected)
        assert [(each["state"], each["available"]) for each in home.devices()] == [(None, False)]


async def test_a_command_is_done_when_the_state_says_so(mosquitto, witness, tmp_path):
    announce(witness, lamp("Hall Lamp"), lamp("Sofa Lamp"))
    obeys(witness, "Hall Lamp")
    obeys(witness, "Sofa Lamp")
    async with running(mosquitto.url, tmp_path) as home:
        outcome = await home.carry_out(doing("turn_on", "light.hall_lamp", "light.sofa_lamp"))
        assert outcome.spoken == "The hall lamp and the sofa lamp are on."
        assert outcome.action["confirmed"] is True
        assert outcome.action["entities"] == ["light.hall_lamp", "light.sofa_lamp"]
        assert home.state("light.hall_lamp").value == "on"
    assert witness.on("hall_lamp/set") == ["ON"]
    assert [retained for topic, _, retained in witness.seen if topic == "hall_lamp/set"] == [False]


async def test_commands_are_never_kept_by_the_broker(mosquitto, witness, make_witness, tmp_path):
    announce(witness, lamp("Hall Lamp"))
    obeys(witness, "Hall Lamp")
    async with running(mosquitto.url, tmp_path) as home:
        await home.carry_out(doing("turn_on", "light.hall_lamp"))
    later = make_witness(mosquitto)
    later.wait_for("hall_lamp/state")
    assert later.on("hall_lamp/set") == []


async def test_what_failed_and_what_worked_is_told_by_name(mosquitto, witness, tmp_path):
    away = lamp("Porch Lamp", availability_topic="porch/online")
    announce(witness, lamp("Hall Lamp"), lamp("Dead Lamp"), away)
    obeys(witness, "Hall Lamp")
    witness.publish("dead_lamp/state", "OFF", retain=True)
    witness.publish("porch/online", "offline", retain=True)
    async with running(mosquitto.url, tmp_path) as home:
        intent = doing("turn_on", "light.hall_lamp", "light.dead_lamp", "light.porch_lamp", "light.gone")
        outcome = await home.carry_out(intent)
    assert outcome.kind == "acted"
    assert outcome.spoken == (
        "The hall lamp is on. The dead lamp did not answer. The porch lamp is not reachable. "
        "That device is no longer there."
    )
    assert outcome.action["confirmed"] is False
    assert outcome.action["results"] == {
        "light.hall_lamp": "done",
        "light.dead_lamp": "silent",
        "light.porch_lamp": "unavailable",
        "light.gone": "refused",
    }
    assert witness.on("porch_lamp/set") == []


async def test_what_cannot_be_done_is_refused_in_a_sentence_and_sent_to_nobody(mosquitto, witness, tmp_path):
    announce(witness, lamp("Hall Lamp"))
    async with running(mosquitto.url, tmp_path) as home:
        outcome = await home.carry_out(doing("lock", "light.hall_lamp"))
    assert (outcome.kind, outcome.spoken) == ("failed", "Hall Lamp cannot do that: it has no lock.")
    assert witness.on("hall_lamp/set") == []


def cover(**extra):
    return "homeassistant/cover/gate/config", {
        "name": "Gate",
        "unique_id": "gate",
        "state_topic": "gate/state",
        "command_topic": "gate/set",
        **extra,
    }


async def test_what_is_slow_is_told_as_under_way(mosquitto, witness, tmp_path):
    announce(witness, cover())
    witness.publish("gate/state", "closed", retain=True)
    witness.answers["gate/set"] = lambda payload: ("gate/state", "opening") if payload == "OPEN" else None
    async with running(mosquitto.url, tmp_path) as home:
        opening = await home.carry_out(doing("open", "cover.gate"))
        assert (opening.spoken, opening.confirmed) == ("The gate is opening.", False)
        assert opening.results[0].fate == "under_way"
        closing = await home.carry_out(doing("close", "cover.gate"))  # it says nothing within the time
        assert (closing.spoken, closing.confirmed) == ("The gate is closing.", False)
        witness.publish("gate/state", "closed")
        await until(lambda: home.state("cover.gate").value == "closed")
        shut = await home.carry_out(doing("close", "cover.gate"))  # it says nothing, and had said so before
        assert (shut.spoken, shut.confirmed) == ("The gate is closed already.", False)
        witness.answers["gate/set"] = lambda _: ("gate/state", "closed")
        shut = await home.carry_out(doing("close", "cover.gate"))
        assert (shut.spoken, shut.confirmed) == ("The gate is closed.", True)


def dimming(entity, brightness):
    act = Act(entity, "turn_on", {"brightness": brightness})
    return HomeIntent(kind="act", intent="HassLightSet", acts=(act,))


@pytest.mark.parametrize("before", [{"state": "OFF"}, {"state": "ON", "brightness": 51}])
async def test_a_value_that_the_device_does_not_report_is_not_claimed(mosquitto, witness, tmp_path, before):
    announce(witness, lamp("Hall Lamp", schema="json", brightness=True))
    witness.publish("hall_lamp/state", json.dumps(before), retain=True)
    witness.answers["hall_lamp/set"] = lambda _: ("hall_lamp/state", '{"state": "ON"}')
    async with running(mosquitto.url, tmp_path) as home:
        outcome = await home.carry_out(dimming("light.hall_lamp", 50))
        assert outcome.spoken == "The hall lamp is on, but does not report whether it is at 50 percent."
        assert (outcome.kind, outcome.confirmed) == ("acted", False)
        assert outcome.action["results"] == {"light.hall_lamp": "sent"}
        witness.answers["hall_lamp/set"] = lambda payload: ("hall_lamp/state", payload)
        outcome = await home.carry_out(dimming("light.hall_lamp", 50))
        assert (outcome.spoken, outcome.confirmed) == ("The hall lamp is at 50 percent.", True)


async def test_nor_is_one_that_its_announcement_leaves_out_nor_waited_for(mosquitto, witness, tmp_path, monkeypatch):
    monkeypatch.setattr(acting, "CONFIRM_S", 60.0)
    announce(witness, lamp("Hall Lamp", brightness_command_topic="hall_lamp/dim", on_command_type="first"))
    obeys(witness, "Hall Lamp")
    async with running(mosquitto.url, tmp_path) as home:
        async with asyncio.timeout(30):
            outcome = await home.carry_out(dimming("light.hall_lamp", 50))
    assert outcome.spoken == "The hall lamp is on, but does not report whether it is at 50 percent."
    assert not outcome.confirmed


async def test_what_is_as_it_is_wanted_and_says_nothing_is_so_already_and_not_confirmed(
    mosquitto, witness, tmp_path, monkeypatch
):
    monkeypatch.setattr(acting, "CONFIRM_S", 60.0)
    announce(witness, lamp("Hall Lamp"), lamp("Dead Lamp"))
    witness.publish("dead_lamp/state", "ON", retain=True)
    witness.publish("hall_lamp/state", "ON", retain=True)
    witness.answers["hall_lamp/set"] = lambda payload: ("hall_lamp/state", payload)
    async with running(mosquitto.url, tmp_path) as home, asyncio.timeout(30):
        silent = await home.carry_out(doing("turn_on", "light.dead_lamp"))
        assert (silent.kind, silent.spoken, silent.confirmed) == ("acted", "The dead lamp is on already.", False)
        assert silent.action["results"] == {"light.dead_lamp": "already"}
        monkeypatch.setattr(acting, "ALREADY_S", 60.0)
        again = await home.carry_out(doing("turn_on", "light.hall_lamp"))  # it says so again
        assert (again.spoken, again.confirmed) == ("The hall lamp is on.", True)
    assert witness.on("dead_lamp/set") == ["ON"]


async def test_that_a_device_is_there_confirms_nothing(mosquitto, witness, tmp_path):
    announce(witness, lamp("Hall Lamp", availability_topic="hall_lamp/there"))
    witness.publish("hall_lamp/there", "online", retain=True)
    witness.publish("hall_lamp/state", "ON", retain=True)
    witness.answers["hall_lamp/set"] = lambda _: ("hall_lamp/there", "online")
    async with running(mosquitto.url, tmp_path) as home:
        outcome = await home.carry_out(doing("turn_on", "light.hall_lamp"))
    assert (outcome.spoken, outcome.confirmed) == ("The hall lamp is on already.", False)


async def test_who_never_reports_is_told_as_sent_and_remembered(mosquitto, witness, tmp_path):
    topic, blind = lamp("Old Lamp")
    del blind["state_topic"]
    announce(witness, (topic, blind))
    async with running(mosquitto.url, tmp_path) as home:
        outcome = await home.carry_out(doing("turn_on", "light.old_lamp"))
        assert outcome.spoken == "I told the old lamp to turn on; it does not report back."
        assert (outcome.kind, outcome.confirmed) == ("acted", False)
        assert home.state("light.old_lamp").value == "on"
    assert witness.wait_for("old_lamp/set") == ["ON"]


async def test_toggling_is_confirmed_by_the_other_state(mosquitto, witness, tmp_path):
    announce(witness, lamp("Hall Lamp"))
    obeys(witness, "Hall Lamp")
    async with running(mosquitto.url, tmp_path) as home:
        assert home.understand("toggle the hall lamp").acts == (Act("light.hall_lamp", "toggle"),)
        assert (await home.carry_out(doing("toggle", "light.hall_lamp"))).spoken == "The hall lamp is on."
        assert (await home.carry_out(doing("toggle", "light.hall_lamp"))).spoken == "The hall lamp is off."


async def test_a_broker_that_is_killed_in_the_middle_of_a_command_gets_it_at_most_once(
    mosquitto, make_witness, tmp_path, monkeypatch
):
    monkeypatch.setattr(acting, "CONFIRM_S", 20.0)
    witness = make_witness(mosquitto)
    announce(witness, lamp("Hall Lamp", qos=1))
    witness.publish("hall_lamp/state", "OFF", retain=True)
    async with running(mosquitto.url, tmp_path) as home:
        mosquitto.signal(signal.SIGSTOP)
        command = asyncio.create_task(home.carry_out(doing("turn_on", "light.hall_lamp")))
        await asyncio.sleep(0.05)
        mosquitto.kill()
        outcome = await command
        assert outcome.kind == "failed"
        assert outcome.spoken.startswith("The hall lamp may not have heard: the connection to mqtt://127.0.0.1:")
        refused = await home.carry_out(doing("turn_on", "light.hall_lamp"))
        assert refused.spoken.startswith("I cannot reach the devices: the connection to the broker")
        mosquitto.start()
        await until(lambda: home.connected)
        fresh = make_witness(mosquitto)
        announce(fresh, lamp("Hall Lamp", qos=1))
        obeys(fresh, "Hall Lamp")
        assert await home.ready(60)
        assert (await home.carry_out(doing("turn_on", "light.hall_lamp"))).confirmed
        await asyncio.sleep(0.1)
        assert fresh.on("hall_lamp/set") == ["ON"]


async def test_a_broker_that_dies_before_the_confirmation_leaves_the_command_unconfirmed(
    mosquitto, witness, tmp_path, monkeypatch
):
    monkeypatch.setattr(acting, "CONFIRM_S", 20.0)
    announce(witness, lamp("Hall Lamp"))
    witness.publish("hall_lamp/state", "OFF", retain=True)
    async with running(mosquitto.url, tmp_path) as home:
        command = asyncio.create_task(home.carry_out(doing("turn_on", "light.hall_lamp")))
        await asyncio.to_thread(witness.wait_for, "hall_lamp/set")
        mosquitto.kill()
        outcome = await asyncio.wait_for(command, 60)
        assert outcome.spoken.startswith("The hall lamp did not answer: the connection to the broker")
        assert not outcome.confirmed


async def test_devices_that_come_go_and_change_their_names_are_understood_and_told(mosquitto, witness, tmp_path):
    async with running(mosquitto.url, tmp_path) as home:
        told = []
        stop = home.on_change(lambda ids: told.append(set(ids)))
        assert (
            home.understand("turn on the hall lamp") is None or home.understand("turn on the hall lamp").kind != "act"
        )
        announce(witness, lamp("Hall Lamp"))
        await until(lambda: (meant := home.understand("turn on the hall lamp")) and meant.kind == "act")
        announce(witness, ("homeassistant/light/hall_lamp/config", lamp("Hall Lamp")[1] | {"name": "Moon"}))
        await until(lambda: (meant := home.understand("turn on the moon")) and meant.kind == "act")
        assert [device["id"] for device in home.devices()] == ["light.hall_lamp"]
        witness.publish("homeassistant/light/hall_lamp/config", "", retain=True)
        await until(lambda: home.devices() == [])
        await until(lambda: any("light.hall_lamp" in ids for ids in told))
        stop()
        count = len(told)
        announce(witness, lamp("Hall Lamp"))
        await until(lambda: home.devices())
        await asyncio.sleep(0.1)
        assert len(told) == count


async def test_ids_outlive_a_restart_and_a_new_name(mosquitto, witness, tmp_path):
    announce(witness, lamp("Hall Lamp"))
    async with running(mosquitto.url, tmp_path) as home:
        assert [device["id"] for device in home.devices()] == ["light.hall_lamp"]
    announce(witness, ("homeassistant/light/hall_lamp/config", lamp("Hall Lamp")[1] | {"name": "Moon"}))
    async with running(mosquitto.url, tmp_path) as home:
        assert [(device["id"], device["name"]) for device in home.devices()] == [("light.hall_lamp", "Moon")]


async def test_the_past_is_answered_from_the_history(mosquitto, witness, tmp_path):
    contact = {"name": "Back Door", "unique_id": "d", "state_topic": "door", "device_class": "door"}
    announce(witness, ("homeassistant/binary_sensor/door/config", contact))
    witness.publish("door", "OFF", retain=True)
    async with running(mosquitto.url, tmp_path, serving=True) as home:
        asked = home.understand("when was the back door last opened?")
        assert (await home.carry_out(asked)).spoken == (
            "The back door has not been opened since today, when I began to watch."
        )
        witness.publish("door", "ON", retain=True)
        await until(lambda: home.state("binary_sensor.back_door").value == "on")
        assert (await home.carry_out(asked)).spoken == "The back door was last opened just now."
    async with running(mosquitto.url, tmp_path) as home:  # another process, which does not record
        asked = home.understand("when was the back door last opened?")
        assert (await home.carry_out(asked)).spoken == "The back door was last opened just now."


async def test_after_a_reconnection_the_past_is_known_from_what_the_broker_tells_again(
    make_mosquitto, make_witness, tmp_path, monkeypatch
):
    minute, now = 60.0, [datetime.now().replace(hour=12, minute=0).timestamp()]  # noqa: DTZ005 (local time)
    monkeypatch.setattr(module.time, "time", lambda: now[0])
    mosquitto = make_mosquitto("persistence true", f"persistence_location {tmp_path}/")
    witness = make_witness(mosquitto)
    kettle = {"name": "Kettle", "unique_id": "k", "state_topic": "kettle", "command_topic": "kettle/set"}
    door = {"name": "Back Door", "unique_id": "d", "state_topic": "door", "device_class": "door"}
    dimmed = {"brightness_state_topic": "hall_lamp/dim", "brightness_command_topic": "hall_lamp/dim/set"}
    announce(
        witness,
        ("homeassistant/switch/kettle/config", kettle),
        ("homeassistant/binary_sensor/door/config", door),
        lamp("Hall Lamp", **dimmed),
    )
    for topic, payload in (("kettle", "ON"), ("door", "OFF"), ("hall_lamp/dim", "51")):
        witness.publish(topic, payload, retain=True)
    async with running(mosquitto.url, tmp_path, serving=True) as home:

        async def asked(words):
            return (await home.carry_out(home.understand(words))).spoken

        witness.publish("hall_lamp/state", "ON")
        await until(lambda: home.state("light.hall_lamp").value == "on")
        now[0] += 10 * minute
        mosquitto.stop()
        await until(lambda: not home.connected)
        now[0] += 60 * minute
        mosquitto.start()
        assert await home.ready(60)
        now[0] += 30 * minute
        assert await asked("how long was the kettle on today?") == "The kettle was on for 40 minutes today."
        assert await asked("was the kettle on half a minute ago?") == "Yes, the kettle was on 30 seconds ago."
        unknown = "I do not know what the {} was doing {} ago: I was not watching."
        assert await asked("was the kettle on 60 minutes ago?") == unknown.format("kettle", "1 hour")
        assert await asked("was the hall lamp on half a minute ago?") == unknown.format("hall lamp", "30 seconds")
        back = make_witness(mosquitto)
        back.publish("door", "ON", retain=True)
        back.publish("hall_lamp/state", "ON")
        await until(lambda: home.state("binary_sensor.back_door").value == "on")
        assert await home.ready(60)
        now[0] += 10 * minute
        assert await asked("when was the back door last opened?") == (
            "The back door was last opened 10 minutes ago, at 13:40."
        )
        assert await asked("was the hall lamp on half a minute ago?") == "Yes, the hall lamp was on 30 seconds ago."


async def test_what_is_announced_anew_after_a_reconnection_has_not_told_its_state_again(
    make_mosquitto, make_witness, tmp_path
):
    mosquitto = make_mosquitto()
    witness = make_witness(mosquitto)
    announce(witness, lamp("Hall Lamp"), lamp("Old Lamp", optimistic=True))
    async with running(mosquitto.url, tmp_path, serving=True) as home:
        witness.publish("hall_lamp/state", "ON")
        await until(lambda: home.state("light.hall_lamp").value == "on")
        await home.carry_out(doing("turn_on", "light.old_lamp"))
        mosquitto.kill()
        await until(lambda: not home.connected)
        mosquitto.start()
        await until(lambda: home.connected)
        back = make_witness(mosquitto)
        announce(back, lamp("Hall Lamp", device={"identifiers": ["a"], "name": "Hall", "sw_version": "2"}))
        await until(lambda: home.entity("light.hall_lamp").device == "Hall")
        assert await home.ready(60)
        assert await home._history.value_at("light.hall_lamp", module.time.time()) is None
        assert await home._history.value_at("light.old_lamp", module.time.time()) is None
        await home.carry_out(doing("turn_on", "light.old_lamp"))  # it is told what it was told before
        assert await home._history.value_at("light.old_lamp", module.time.time()) == "on"


async def test_the_assistant_is_a_device_with_a_will_and_tells_every_turn(
    mosquitto, make_witness, tmp_path, monkeypatch
):
    monkeypatch.setattr("assistant.home.home.ANSWER_BIRTH_S", 60.0)  # its own birth comes back too
    witness = make_witness(mosquitto)
    async with running(mosquitto.url, tmp_path, serving=True, name="Kitchen voice", room="Kitchen") as home:
        node = home._ourselves.node
        (config,) = await asyncio.to_thread(witness.wait_for, f"homeassistant/device/{node}/config")
        announced = json.loads(config)
        assert announced["device"]["name"] == "Kitchen voice"
        assert announced["device"]["suggested_area"] == "Kitchen"
        assert {each["platform"] for each in announced["components"].values()} == {"sensor", "switch", "text", "event"}
        assert await asyncio.to_thread(witness.wait_for, f"repartee/{node}/availability") == ["online"]
        assert await asyncio.to_thread(witness.wait_for, "homeassistant/status") == ["online"]
        assert home.devices() == []  # not one of its own devices
        async with running(mosquitto.url, tmp_path) as beside:  # nor of another command's of the same home
            assert beside.devices() == []
        async with running(mosquitto.url, tmp_path / "elsewhere") as stranger:
            assert len(stranger.devices()) == 9
        report = TurnReport(
            transcript="is it warm?", spoken="Yes.", outcome="answered", stages={"read": 7.25}, total_ms=12.0
        )
        home.report_turn(report)
        (event,) = await asyncio.to_thread(witness.wait_for, f"repartee/{node}/turn")
        assert json.loads(event)["event_type"] == "answered"
        assert json.loads(witness.wait_for(f"repartee/{node}/stages")[0]) == {"read": 7.2, "total": 12.0}
        assert json.loads(witness.wait_for(f"repartee/{node}/transcript")[0])["text"] == "is it warm?"
    availability = await asyncio.to_thread(witness.wait_for, f"repartee/{node}/availability", 2)
    assert availability == ["online", "offline"]
    async with running(mosquitto.url, tmp_path, serving=True) as home:
        assert home._ourselves.node == node


async def test_a_dashboard_wishes_and_old_wishes_are_left_alone(mosquitto, make_witness, tmp_path):
    witness = make_witness(mosquitto)
    wishes = []

    def wished(wish, words):
        wishes.append((wish, words))

    async with running(mosquitto.url, tmp_path, serving=True, wished=wished) as home:
        node = home._ourselves.node
        witness.publish(f"repartee/{node}/say/set", "Dinner  is\nready")
        witness.publish(f"repartee/{node}/mute/set", "ON")
        witness.publish(f"repartee/{node}/ask/set", "old", retain=True)
        await until(lambda: len(wishes) == 3)
        assert wishes == [("say", "Dinner is ready"), ("mute", ""), ("ask", "old")]
        home.report_mute(True)
        states = await asyncio.to_thread(witness.wait_for, f"repartee/{node}/mute", 2)
        assert states == ["OFF", "ON"]
    async with running(mosquitto.url, tmp_path, serving=True, wished=wished):
        assert len(wishes) == 3  # the broker sent the one that it had kept


async def test_another_homes_birth_brings_the_announcement_again(mosquitto, make_witness, tmp_path, monkeypatch):

    monkeypatch.setattr(module, "ANSWER_BIRTH_S", 0.0)
    witness = make_witness(mosquitto)
    async with running(mosquitto.url, tmp_path, serving=True) as home:
        topic = home._ourselves.discovery_topic
        await asyncio.to_thread(witness.wait_for, topic)
        await asyncio.sleep(0.1)
        count = len(witness.on(topic))
        witness.publish("homeassistant/status", "online")
        await asyncio.to_thread(witness.wait_for, topic, count + 1)


async def test_names_change_without_stalling_the_event_loop(mosquitto, witness, tmp_path):
    """The grammar is built on another thread: the one that answers turns never is in it."""
    import threading

    from assistant.home.understanding.grammar import Grammar

    builders = []
    build = Grammar.build

    def watched(*given, **named):
        builders.append(threading.get_ident())
        return build(*given, **named)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Grammar, "build", watched)
        announce(witness, *(lamp(f"Lamp {number}") for number in range(50)))
        async with running(mosquitto.url, tmp_path) as home:
            assert len(home.devices()) == 50
    assert builders
    assert threading.get_ident() not in builders
    assert len(builders) <= 3  # not once for every lamp


def test_without_a_broker_it_is_told_how_to_get_one(tmp_path):
    with pytest.raises(ReparteeError, match=r"write broker = .* repartee home demo"):
        Home.open(HomeConfig(), tmp_path)


async def test_ids_that_cannot_be_read_are_made_anew(mosquitto, witness, tmp_path):
    (tmp_path / "home-ids.json").write_text("[" * 100_000)
    announce(witness, lamp("Hall Lamp"))
    async with running(mosquitto.url, tmp_path) as home:
        assert len(home.devices()) == 1
    assert json.loads((tmp_path / "home-ids.json").read_text())


async def test_a_large_house_is_no_work_for_the_search_for_garbage(mosquitto, witness, tmp_path):
    """Such a search stops every thread: 0.4 s for ten thousand entities, in the middle of somebody's turn."""
    for box in range(12):
        lamps = {
            f"{box}-{slot}": {
                "p": "light", "uniq_id": f"{box}-{slot}", "name": f"Lamp {box} {slot}", "cmd_t": f"c/{box}/{slot}"
            }
            for slot in range(100)
        }  # fmt: skip
        device = {"dev": {"ids": f"box{box}"}, "o": {"name": "o"}, "cmps": lamps}
        announce(witness, (f"homeassistant/device/box{box}/config", device))
    before, own = gc.get_freeze_count(), len(gc.get_objects())
    try:
        async with running(mosquitto.url, tmp_path) as home:
            assert len(home.entities()) == 1_200
            assert gc.get_freeze_count() - before > 1_200 * 5  # the entities, their listeners, their names
            assert len(gc.get_objects()) < own  # a search looks at less than there was without the house
            assert gc.isenabled()
            assert home.understand("turn on lamp 7 77").acts[0].entity_id == "light.lamp_7_77"
    finally:
        gc.unfreeze()
