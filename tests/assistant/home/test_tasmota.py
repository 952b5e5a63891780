"""Tasmota's own discovery."""

from __future__ import annotations

import pytest

from assistant.home.devices.house import House
from tests.assistant.home.houses import publish, sent

MAC = "5CCF7F8A1B2C"
CONFIG = {
    "ip": "192.0.2.7",
    "dn": "Desk",
    "fn": ["Desk", None],
    "hn": "desk",
    "mac": MAC,
    "md": "Sonoff",
    "ty": 0,
    "if": 0,
    "ofln": "Offline",
    "onln": "Online",
    "state": ["OFF", "ON", "TOGGLE", "HOLD"],
    "sw": "14.1.0",
    "t": "desk",
    "ft": "%prefix%/%topic%/",
    "tp": ["cmnd", "stat", "tele"],
    "rl": [1, 0, 0],
    "swc": [-1, 1],
    "swn": [None, "Door"],
    "so": {"4": 0},
    "lk": 1,
    "lt_st": 0,
    "ver": 1,
}


def tasmota(**changes) -> House:
    house = House()
    publish(house, f"tasmota/discovery/{MAC}/config", CONFIG | changes)
    publish(house, "tele/desk/LWT", "Online")
    return house


def test_a_relay_is_a_switch_that_reports_on_both_topics():
    house = tasmota()
    assert house.state("switch.desk").available
    publish(house, "tele/desk/STATE", {"POWER": "ON"})
    assert house.state("switch.desk").value == "on"
    publish(house, "stat/desk/RESULT", {"POWER": "OFF"})
    assert house.state("switch.desk").value == "off"
    assert sent(house, "switch.desk", "turn_on") == [("cmnd/desk/POWER", "ON")]
    publish(house, "tele/desk/LWT", "Offline")
    assert not house.state("switch.desk").available


def test_several_relays_are_numbered_and_named():
    house = tasmota(rl=[1, 1], fn=["Lamp", "Fan"])
    assert sent(house, "switch.desk_fan", "turn_off") == [("cmnd/desk/POWER2", "OFF")]
    publish(house, "stat/desk/RESULT", {"POWER1": "ON"})
    assert house.state("switch.desk_lamp").value == "on"
    assert house.state("switch.desk_fan").value is None


@pytest.mark.parametrize(
    ("kind", "values", "messages"),
    [
        (0, {}, [("POWER", "ON")]),
        (1, {"brightness": 30}, [("POWER", "ON"), ("Dimmer", "30")]),
        (2, {"kelvin": 4000}, [("POWER", "ON"), ("CT", "250")]),
        (3, {"rgb": (255, 0, 0)}, [("POWER", "ON"), ("Color2", "255,0,0")]),
    ],
)
def test_a_light_takes_what_its_kind_can(kind, values, messages):
    house = tasmota(rl=[2], lt_st=kind)
    assert sent(house, "light.desk", "turn_on", **values) == [
        (f"cmnd/desk/{name}", payload) for name, payload in messages
    ]


def test_a_light_reports():
    house = tasmota(rl=[2], lt_st=5)
    publish(house, "tele/desk/STATE", {"POWER": "ON", "Dimmer": 40, "HSBColor": "120,100,40"})
    state = house.state("light.desk")
    assert (state.value, state.attributes["brightness"], state.attributes["rgb"]) == ("on", 40, (0, 255, 0))


def test_two_relays_are_one_shutter():
    house = tasmota(rl=[3, 3])
    assert [entity.domain for entity in house.entities() if entity.domain == "cover"] == ["cover"]
    publish(house, "stat/desk/RESULT", {"Shutter1": {"Position": 30, "Direction": 0}})
    assert house.state("cover.desk").attributes["position"] == 30
    assert sent(house, "cover.desk", "close") == [("cmnd/desk/Backlog", "ShutterClose1")]
    assert sent(house, "cover.desk", "set_position", position=70) == [("cmnd/desk/ShutterPosition1", "70")]


def test_sensors_come_in_a_message_of_their_own():
    house = tasmota()
    sample = {
        "Time": "x",
        "DS18B20": {"Id": "0", "Temperature": 20.1},
        "ENERGY": {"Power": [1, 2], "Total": 3},
        "TempUnit": "F",
    }
    changes = publish(house, f"tasmota/discovery/{MAC}/sensors", {"sn": sample, "ver": 1})
    assert changes.added == [
        "sensor.desk_ds18b20_temperature",
        "sensor.desk_energy_power_1",
        "sensor.desk_energy_power_2",
        "sensor.desk_energy_total",
    ]
    publish(house, "tele/desk/SENSOR", {"DS18B20": {"Temperature": 68.5}, "ENERGY": {"Power": [5, 6], "Total": 7.5}})
    values = {entity.id: (house.state(entity.id).value, entity.unit) for entity in house.entities()}
    assert values["sensor.desk_ds18b20_temperature"] == (68.5, "°F")
    assert values["sensor.desk_energy_power_2"] == (6, "W")


def test_sensors_may_be_announced_before_their_device():
    house = House()
    publish(house, f"tasmota/discovery/{MAC}/sensors", {"sn": {"SHT3X": {"Humidity": 40}}})
    added = publish(house, f"tasmota/discovery/{MAC}/config", CONFIG).added
    assert "sensor.desk_sht3x_humidity" in added


def test_an_attached_switch_is_a_binary_sensor():
    house = tasmota()
    publish(house, "stat/desk/SWITCH2", {"STATE": "ON"})
    assert house.state("binary_sensor.desk_door").value == "on"


def test_a_device_that_comes_online_is_asked_for_its_state_once():
    house = House()
    assert not publish(house, f"tasmota/discovery/{MAC}/config", CONFIG).queries
    queries = publish(house, "tele/desk/LWT", "Online").queries
    assert [(query.topic, query.payload) for query in queries] == [("cmnd/desk/TelePeriod", "")]


def test_an_empty_config_removes_the_device():
    house = tasmota()
    assert set(publish(house, f"tasmota/discovery/{MAC}/config", "").removed) == {
        "switch.desk",
        "binary_sensor.desk_door",
    }
    assert house.entities() == []


@pytest.mark.parametrize(
    "payload",
    ["{", "[]", {"t": "x"}, CONFIG | {"tp": 3}, CONFIG | {"rl": None}, CONFIG | {"tp": ["a"]}, CONFIG | {"t": "a/#"}],
)
def test_a_bad_device_is_skipped_with_a_line(payload, caplog):
    house = House()
    assert not publish(house, f"tasmota/discovery/{MAC}/config", payload).added
    assert caplog.records
    assert all(MAC in record.getMessage() for record in caplog.records)


def test_other_prefixes_and_orders_of_topics():
    house = tasmota(ft="home/%topic%/%prefix%/", tp=["c", "s", "t"])
    assert sent(house, "switch.desk", "turn_on") == [("home/desk/c/POWER", "ON")]
