"""The virtual house announces itself so that the real one understands it, and each device behaves in its own time."""

import json

import pytest

from assistant.home.devices.house import House as RealHouse
from assistant.home.entities import Act
from assistant.home.virtual_house import House


@pytest.fixture
def virtual():
    return House()


@pytest.fixture
def real(virtual):
    """A house that has heard everything."""
    house = RealHouse()
    hear(house, virtual.announcement())
    return house


def hear(house, messages):
    for message in messages:
        house.receive(message.topic, message.payload.encode(), False, 0.0)


def act(real, virtual, entity_id, service, **values):
    for message in real.encode(Act(entity_id, service, values)):
        virtual.receive(message.topic, message.payload)
    hear(real, virtual.news())


def test_every_device_is_understood_with_its_state(real, virtual):
    devices = real.devices()
    assert len(devices) == len(virtual.devices) == 14
    assert all(device["available"] and device["state"] is not None and device["area"] for device in devices)


def test_a_lamp_obeys_at_once(real, virtual):
    act(real, virtual, "light.sofa_lamp", "turn_on", brightness=40, rgb=(255, 0, 0))
    state = real.state("light.sofa_lamp")
    assert (state.value, state.attributes["brightness"], state.attributes["rgb"]) == ("on", 40, (255, 0, 0))


def test_a_blind_takes_its_time_and_stops_where_it_is_told(real, virtual):
    act(real, virtual, "cover.blinds", "close")
    assert real.state("cover.blinds").value == "closing"
    virtual.tick(2.0)
    hear(real, virtual.news())
    assert real.state("cover.blinds").attributes["position"] == 75
    act(real, virtual, "cover.blinds", "stop")
    virtual.tick(60.0)
    hear(real, virtual.news())
    assert (real.state("cover.blinds").value, real.state("cover.blinds").attributes["position"]) == ("open", 75)
    act(real, virtual, "cover.blinds", "set_position", position=0)
    virtual.tick(60.0)
    hear(real, virtual.news())
    assert real.state("cover.blinds").value == "closed"


def test_a_lock_turns_for_two_seconds(real, virtual):
    act(real, virtual, "lock.front_door", "unlock")
    assert real.state("lock.front_door").value == "unlocking"
    virtual.tick(1.0)
    virtual.tick(1.5)
    hear(real, virtual.news())
    assert real.state("lock.front_door").value == "unlocked"


def test_a_room_warms_up_to_what_it_is_set_to(real, virtual):
    act(real, virtual, "climate.bedroom_heating", "set_temperature", temperature=21)
    assert real.state("climate.bedroom_heating").attributes["action"] == "heating"
    for _ in range(100):
        virtual.tick(1.0)
    hear(real, virtual.news())
    attributes = real.state("climate.bedroom_heating").attributes
    assert 20.8 <= attributes["current_temperature"] <= 21
    assert attributes["temperature"] == 21


def test_a_fan_has_speeds(real, virtual):
    act(real, virtual, "fan.bedroom_fan", "set_percentage", percentage=30)
    assert real.state("fan.bedroom_fan").value == "on"
    assert real.state("fan.bedroom_fan").attributes["percentage"] == 30
    act(real, virtual, "fan.bedroom_fan", "turn_off")
    assert real.state("fan.bedroom_fan").value == "off"


def test_one_that_is_silent_hears_nothing():
    virtual = House(silent=("landing lamp",))
    device = virtual.receive("repartee-demo/landing_lamp/light/set", '{"state":"ON"}')
    assert device is not None
    assert device.state["state"] == "OFF"


@pytest.mark.parametrize(
    "payload", ["", "[", "[]", "nan", "1e999", '{"brightness": "x"}', '{"color": 3}', "{" * 100_000]
)
def test_nonsense_changes_nothing_and_breaks_nothing(virtual, payload):
    before = json.dumps([device.state for device in virtual.devices])
    for device in virtual.devices:
        for what in ("light", "power", "move", "position", "bolt", "mode", "temperature", "percentage", "nothing"):
            virtual.receive(f"{device.topic}/{what}/set", payload)
    after = json.dumps([device.state for device in virtual.devices])
    assert after == before
    virtual.receive("repartee-demo", "ON")
    virtual.receive("repartee-demo/no/such/set", "ON")


def test_only_what_changed_is_published_again(real, virtual):
    assert virtual.news() == []
    virtual.receive("repartee-demo/fridge/power/set", "OFF")
    assert [message.topic for message in virtual.news()] == ["repartee-demo/fridge/state"]


def test_its_removal_leaves_an_empty_house(real, virtual):
    hear(real, virtual.removal())
    assert real.devices() == []
