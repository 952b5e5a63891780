"""Speeds and positions: a fan has few of them, and a cover that is open a little is not open yet."""

import json

import pytest

from assistant.home import acting
from assistant.home.devices.house import House
from assistant.home.entities import Act, State
from tests.assistant.home import houses
from tests.assistant.home.test_home import announce, doing, running, until

FAN = {
    "name": "Fan",
    "unique_id": "fan",
    "state_topic": "fan/state",
    "command_topic": "fan/set",
    "percentage_state_topic": "fan/speed",
    "percentage_command_topic": "fan/speed/set",
}
COVER = {
    "name": "Gate",
    "unique_id": "gate",
    "state_topic": "gate/state",
    "command_topic": "gate/set",
    "position_topic": "gate/position",
}


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(acting, "CONFIRM_S", 0.3)


@pytest.mark.parametrize(
    ("speeds", "wanted", "told", "settled"),
    [
        (4, 75, 75, True),
        (4, 75, 50, False),
        (4, 75, 100, False),
        (4, 75, 64, False),
        (4, 75, 74, True),
        (4, 60, 75, True),  # it was told the next speed that it has
        (4, 60, 50, False),
        (3, 50, 66, True),
        (3, 50, 33, False),
        (3, 66, 66, True),
        (3, 100, 100, True),
        (100, 40, 40, True),
        (100, 40, 41, True),  # within what is rounded
        (100, 40, 43, False),
        (255, 51, 51, True),
        (255, 51, 54, False),
    ],
)
def test_a_fan_is_at_a_speed_that_it_has(speeds, wanted, told, settled):
    house = House()
    entity = houses.announce(house, "fan", {**FAN, "speed_range_max": speeds})
    state = State(value="on", attributes={"percentage": told})
    assert house.compared(Act(entity, "set_percentage", {"percentage": wanted}), state).settled is settled


@pytest.mark.parametrize("speeds", [2, 3, 4, 6, 7, 100, 255])
def test_every_speed_that_a_fan_is_told_is_confirmed_when_it_has_it(speeds):
    house = House()
    entity = houses.announce(house, "fan", {**FAN, "speed_range_max": speeds})
    houses.publish(house, "fan/state", "ON")
    for wanted in range(1, 101):
        act = Act(entity, "set_percentage", {"percentage": wanted})
        (message,) = house.encode(act)
        houses.publish(house, "fan/speed", message.payload)
        assert house.compared(act, house.state(entity)).settled, wanted


@pytest.mark.parametrize(
    ("service", "value", "position", "settled"),
    [
        ("open", "open", 30, False),
        ("open", "open", 97, False),
        ("open", "open", 98, True),
        ("open", "open", 100, True),
        ("open", "opening", 100, False),
        ("open", "open", None, True),  # it tells none
        ("close", "closed", 0, True),
        ("close", "closed", 2, True),
        ("close", "closed", 30, False),
        ("close", "open", 1, True),
        ("close", "open", 3, False),
        ("close", "open", 0, False),  # a state of before
        ("close", "closing", 1, False),
        ("close", "closed", None, True),
    ],
)
def test_a_cover_that_tells_its_position_is_open_or_closed_at_its_end(service, value, position, settled):
    house = House()
    entity = houses.announce(house, "cover", COVER)
    state = State(value=value, attributes={} if position is None else {"position": position})
    assert house.compared(Act(entity, service), state).settled is settled


def test_a_position_that_is_only_assumed_says_nothing_of_a_cover():
    house = House()
    keys = {key: value for key, value in COVER.items() if key != "position_topic"} | {"set_position_topic": "gate/go"}
    entity = houses.announce(house, "cover", keys)
    houses.publish(house, "gate/state", "open")
    house.assume(Act(entity, "set_position", {"position": 30}), 1000.0)
    assert house.state(entity).attributes["position"] == 30
    assert house.compared(Act(entity, "open"), house.state(entity)).settled


async def test_a_fan_is_told_at_the_speed_that_it_has(mosquitto, witness, tmp_path):
    announce(witness, ("homeassistant/fan/fan/config", {**FAN, "speed_range_max": 4}))
    witness.publish("fan/state", "ON", retain=True)
    witness.publish("fan/speed", "2", retain=True)
    async with running(mosquitto.url, tmp_path) as home:

        async def at(percentage):
            outcome = await home.carry_out(doing("set_percentage", "fan.fan", percentage=percentage))
            return outcome.spoken, outcome.confirmed

        assert await at(75) == ("The fan did not answer.", False)  # it says nothing
        assert await at(50) == ("The fan is at 50 percent already.", False)
        assert await at(40) == ("The fan is at 50 percent already.", False)
        witness.answers["fan/speed/set"] = lambda _: ("fan/speed", "2")
        assert await at(75) == ("The fan did not answer.", False)  # it stays as it was
        witness.answers["fan/speed/set"] = lambda payload: ("fan/speed", payload)
        assert await at(75) == ("The fan is at 75 percent.", True)
        assert await at(90) == ("The fan is at 100 percent.", True)


@pytest.mark.parametrize(("service", "word", "end"), [("open", "opening", 100), ("close", "closing", 0)])
async def test_a_cover_that_is_open_a_little_opens_or_closes_to_its_end(
    mosquitto, witness, tmp_path, service, word, end
):
    both = {"position_topic": "gate/state", "position_template": "{{ value_json.position }}"}
    keys = {**COVER, **both, "value_template": "{{ value_json.state }}"}
    announce(witness, ("homeassistant/cover/gate/config", keys))

    def tells(state, position):
        return "gate/state", json.dumps({"state": state, "position": position})

    witness.publish(*tells("open", 30), retain=True)
    async with running(mosquitto.url, tmp_path) as home:

        async def told():
            outcome = await home.carry_out(doing(service, "cover.gate"))
            return outcome.spoken, outcome.confirmed

        assert await told() == (f"The gate is {word}.", False)  # it says nothing, as slow ones do
        witness.answers["gate/set"] = lambda _: tells("open", 30)
        assert await told() == (f"The gate is {word}.", False)
        witness.answers["gate/set"] = lambda _: tells(word, 31)
        assert await told() == (f"The gate is {word}.", False)
        witness.publish(*tells("open", 60))  # it was stopped
        await until(lambda: home.state("cover.gate").attributes["position"] == 60)
        done = "open" if service == "open" else "closed"
        witness.answers["gate/set"] = lambda _: tells(done, end)
        assert await told() == (f"The gate is {done}.", True)
        witness.answers.clear()
        assert await told() == (f"The gate is {done} already.", False)
