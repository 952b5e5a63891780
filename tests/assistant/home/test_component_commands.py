"""What the commands of every component send: one row for each, and the codes of the configuration."""

from __future__ import annotations

from typing import Any

import pytest

from assistant.home.devices.components.component import CommandError
from assistant.home.devices.house import House
from assistant.home.entities import Act
from tests.assistant.home.houses import announce, sent
from tests.assistant.home.test_component_states import STATES

C, S = {"command_topic": "c"}, {"state_topic": "s"}
BOTH = {**C, **S}
LIGHT = {**BOTH, "schema": "json"}
# Component, keys, service, values, what is sent.
COMMANDS: list[tuple[str, dict[str, Any], str, dict[str, Any], list[tuple[str, str]]]] = [
    ("switch", C, "turn_on", {}, [("c", "ON")]),
    ("switch", {**C, "payload_off": "0"}, "turn_off", {}, [("c", "0")]),
    ("switch", {**C, "payload_on": True}, "turn_on", {}, [("c", "True")]),
    ("switch", {**C, "command_template": '{"state": "{{ value }}"}'}, "turn_on", {}, [("c", '{"state": "ON"}')]),
    ("light", C, "turn_on", {}, [("c", "ON")]),
    ("light", C, "turn_off", {}, [("c", "OFF")]),
    ("light", {**C, "brightness_command_topic": "b"}, "turn_on", {"brightness": 50}, [("b", "128"), ("c", "ON")]),
    (
        "light",
        {**C, "brightness_command_topic": "b", "on_command_type": "first"},
        "turn_on",
        {"brightness": 50},
        [("c", "ON"), ("b", "128")],
    ),
    (
        "light",
        {**C, "brightness_command_topic": "b", "on_command_type": "brightness", "brightness_scale": 100},
        "turn_on",
        {},
        [("b", "100")],
    ),
    (
        "light",
        {**C, "brightness_command_topic": "b", "brightness_scale": 100},
        "turn_on",
        {"brightness": 0.2},
        [("c", "OFF")],
    ),
    (
        "light",
        {**C, "brightness_command_topic": "b", "brightness_command_template": "{{ value * 2 }}"},
        "turn_on",
        {"brightness": 100},
        [("b", "510"), ("c", "ON")],
    ),
    (
        "light",
        {**C, "brightness_command_topic": "b", "brightness_scale": 254},
        "turn_on",
        {"brightness": 10},
        [("b", "26"), ("c", "ON")],
    ),
    ("light", {**C, "color_temp_command_topic": "t"}, "turn_on", {"kelvin": 4000}, [("t", "250"), ("c", "ON")]),
    (
        "light",
        {**C, "color_temp_command_topic": "t", "color_temp_kelvin": True},
        "turn_on",
        {"kelvin": 4000},
        [("t", "4000"), ("c", "ON")],
    ),
    (
        "light",
        {**C, "color_temp_command_topic": "t", "max_mireds": 400},
        "turn_on",
        {"kelvin": 2500},
        [("t", "400"), ("c", "ON")],
    ),
    (
        "light",
        {**C, "rgb_command_topic": "r", "brightness_command_topic": "b"},
        "turn_on",
        {"rgb": (255, 0, 0)},
        [("r", "255,0,0"), ("c", "ON")],
    ),
    (
        "light",
        {**C, "rgb_command_topic": "r"},
        "turn_on",
        {"rgb": (255, 0, 0), "brightness": 50},
        [("r", "128,0,0"), ("c", "ON")],
    ),
    ("light", {**C, "rgb_command_topic": "r"}, "turn_on", {"brightness": 50}, [("r", "128,128,128"), ("c", "ON")]),
    (
        "light",
        {**C, "rgb_command_topic": "r", "rgb_command_template": "{{ '#%02x%02x%02x' | format(red, green, blue) }}"},
        "turn_on",
        {"rgb": (255, 0, 16)},
        [("r", "#ff0010"), ("c", "ON")],
    ),
    ("light", {**C, "hs_command_topic": "h"}, "turn_on", {"rgb": (0, 255, 0)}, [("h", "120.0,100.0"), ("c", "ON")]),
    ("light", {**C, "xy_command_topic": "x"}, "turn_on", {"rgb": (255, 0, 0)}, [("x", "0.701,0.299"), ("c", "ON")]),
    (
        "light",
        {**C, "effect_command_topic": "e", "effect_list": ["Rainbow"]},
        "turn_on",
        {"effect": "rainbow"},
        [("e", "Rainbow"), ("c", "ON")],
    ),
    ("light", LIGHT, "turn_on", {}, [("c", '{"state":"ON"}')]),
    ("light", LIGHT, "turn_off", {"transition": 2}, [("c", '{"state":"OFF","transition":2}')]),
    (
        "light",
        {**LIGHT, "brightness_scale": 254},
        "turn_on",
        {"brightness": 100},
        [("c", '{"state":"ON","brightness":254}')],
    ),
    (
        "light",
        {**LIGHT, "brightness_scale": 254},
        "turn_on",
        {"brightness": 10},
        [("c", '{"state":"ON","brightness":26}')],
    ),
    (
        "light",
        {**LIGHT, "supported_color_modes": ["color_temp"]},
        "turn_on",
        {"kelvin": 2700},
        [("c", '{"state":"ON","color_temp":370}')],
    ),
    (
        "light",
        {**LIGHT, "supported_color_modes": ["rgb"]},
        "turn_on",
        {"rgb": (255, 0, 0), "brightness": 50},
        [("c", '{"state":"ON","color":{"r":255,"g":0,"b":0},"brightness":128}')],
    ),
    (
        "light",
        {**LIGHT, "supported_color_modes": ["rgb"], "brightness": False},
        "turn_on",
        {"rgb": (255, 0, 0), "brightness": 50},
        [("c", '{"state":"ON","color":{"r":128,"g":0,"b":0}}')],
    ),
    (
        "light",
        {**LIGHT, "supported_color_modes": ["hs"]},
        "turn_on",
        {"rgb": (0, 0, 255)},
        [("c", '{"state":"ON","color":{"h":240.0,"s":100.0}}')],
    ),
    (
        "light",
        {**LIGHT, "supported_color_modes": ["xy"]},
        "turn_on",
        {"rgb": (255, 0, 0)},
        [("c", '{"state":"ON","color":{"x":0.701,"y":0.299}}')],
    ),
    (
        "light",
        {**LIGHT, "effect": True, "effect_list": ["a"]},
        "turn_on",
        {"effect": "a"},
        [("c", '{"state":"ON","effect":"a"}')],
    ),
    (
        "light",
        {
            **C,
            "schema": "template",
            "command_on_template": "on,{{ brightness|d }},{{ red|d }}",
            "command_off_template": "off",
            "brightness_template": "{{ value }}",
        },
        "turn_on",
        {"brightness": 100},
        [("c", "on,255,")],
    ),
    (
        "light",
        {**C, "schema": "template", "command_on_template": "on", "command_off_template": "off {{ transition|d }}"},
        "turn_off",
        {"transition": 3},
        [("c", "off 3")],
    ),
    ("cover", C, "open", {}, [("c", "OPEN")]),
    ("cover", C, "close", {}, [("c", "CLOSE")]),
    ("cover", {**C, "payload_stop": "HALT"}, "stop", {}, [("c", "HALT")]),
    ("cover", {"set_position_topic": "p"}, "set_position", {"position": 30}, [("p", "30")]),
    ("cover", {"set_position_topic": "p"}, "open", {}, [("p", "100")]),
    (
        "cover",
        {"set_position_topic": "p", "position_open": 0, "position_closed": 100},
        "set_position",
        {"position": 30},
        [("p", "70")],
    ),
    (
        "cover",
        {"set_position_topic": "p", "set_position_template": '{"pos": {{ position }}, "of": {{ position_open }}}'},
        "set_position",
        {"position": 30},
        [("p", '{"pos": 30, "of": 100}')],
    ),
    ("cover", {**C, "tilt_command_topic": "t", "tilt_max": 200}, "set_tilt", {"tilt": 50}, [("t", "100")]),
    ("cover", {**C, "tilt_command_topic": "t", "tilt_opened_value": 80}, "open_tilt", {}, [("t", "80")]),
    ("valve", C, "open", {}, [("c", "OPEN")]),
    ("valve", {**C, "reports_position": True}, "close", {}, [("c", "0")]),
    ("valve", {**C, "reports_position": True, "position_open": 200}, "set_position", {"position": 50}, [("c", "100")]),
    ("fan", C, "turn_on", {}, [("c", "ON")]),
    ("fan", {**C, "percentage_command_topic": "p"}, "set_percentage", {"percentage": 40}, [("p", "40")]),
    (
        "fan",
        {**C, "percentage_command_topic": "p", "speed_range_max": 3},
        "set_percentage",
        {"percentage": 50},
        [("p", "2")],
    ),
    ("fan", {**C, "percentage_command_topic": "p"}, "set_percentage", {"percentage": 0}, [("c", "OFF")]),
    ("fan", {**C, "percentage_command_topic": "p"}, "turn_on", {"percentage": 40}, [("c", "ON"), ("p", "40")]),
    (
        "fan",
        {**C, "preset_mode_command_topic": "p", "preset_modes": ["eco"]},
        "set_preset",
        {"preset": "ECO"},
        [("p", "eco")],
    ),
    ("fan", {**C, "oscillation_command_topic": "o"}, "oscillate", {"oscillating": False}, [("o", "oscillate_off")]),
    ("fan", {**C, "direction_command_topic": "d"}, "set_direction", {"direction": "reverse"}, [("d", "reverse")]),
    ("lock", C, "lock", {}, [("c", "LOCK")]),
    ("lock", C, "unlock", {}, [("c", "UNLOCK")]),
    ("lock", {**C, "payload_open": "OPEN"}, "unlatch", {}, [("c", "OPEN")]),
    ("lock", {**C, "command_template": "{{ value }}:{{ code }}"}, "unlock", {"code": "12"}, [("c", "UNLOCK:12")]),
    ("climate", {"temperature_command_topic": "t"}, "set_temperature", {"temperature": 21}, [("t", "21.0")]),
    (
        "climate",
        {"temperature_command_topic": "t", "temperature_command_template": "{{ value | int }} C"},
        "set_temperature",
        {"temperature": 21.5},
        [("t", "21 C")],
    ),
    (
        "climate",
        {"temperature_command_topic": "t", "mode_command_topic": "m"},
        "set_temperature",
        {"temperature": 21, "mode": "heat"},
        [("m", "heat"), ("t", "21.0")],
    ),
    (
        "climate",
        {"temperature_low_command_topic": "l", "temperature_high_command_topic": "h"},
        "set_temperature",
        {"temperature_low": 18, "temperature_high": 24},
        [("l", "18.0"), ("h", "24.0")],
    ),
    ("climate", {"mode_command_topic": "m"}, "set_mode", {"mode": "Cool"}, [("m", "cool")]),
    ("climate", {"mode_command_topic": "m"}, "turn_off", {}, [("m", "off")]),
    ("climate", {"mode_command_topic": "m"}, "turn_on", {}, [("m", "heat")]),
    ("climate", {"mode_command_topic": "m", "power_command_topic": "p"}, "turn_on", {}, [("p", "ON")]),
    ("climate", {"fan_mode_command_topic": "f"}, "set_fan_mode", {"fan_mode": "low"}, [("f", "low")]),
    ("climate", {"swing_mode_command_topic": "f"}, "set_swing_mode", {"swing_mode": "off"}, [("f", "off")]),
    (
        "climate",
        {"preset_mode_command_topic": "p", "preset_modes": ["eco"]},
        "set_preset",
        {"preset": "none"},
        [("p", "none")],
    ),
    ("climate", {"target_humidity_command_topic": "h"}, "set_humidity", {"humidity": 45}, [("h", "45")]),
    ("water_heater", {"temperature_command_topic": "t"}, "set_temperature", {"temperature": 55}, [("t", "55.0")]),
    ("humidifier", {**C, "target_humidity_command_topic": "h"}, "set_humidity", {"humidity": 45}, [("h", "45")]),
    (
        "humidifier",
        {**C, "target_humidity_command_topic": "h", "mode_command_topic": "m", "modes": ["baby"]},
        "set_mode",
        {"mode": "baby"},
        [("m", "baby")],
    ),
    ("button", C, "press", {}, [("c", "PRESS")]),
    ("button", {**C, "payload_press": "go"}, "turn_on", {}, [("c", "go")]),
    ("scene", {**C, "payload_on": "movie"}, "activate", {}, [("c", "movie")]),
    ("number", C, "set_value", {"value": 5.0}, [("c", "5")]),
    (
        "number",
        {**C, "step": 0.5, "command_template": '{"n": {{ value }}}'},
        "set_value",
        {"value": 5.5},
        [("c", '{"n": 5.5}')],
    ),
    ("select", {**C, "options": ["Low", "High"]}, "select", {"option": "low"}, [("c", "Low")]),
    ("text", C, "set_value", {"value": "hello"}, [("c", "hello")]),
    ("time", C, "set_value", {"value": "07:30:00"}, [("c", "07:30:00")]),
    ("siren", C, "turn_on", {}, [("c", '{"state":"ON"}')]),
    (
        "siren",
        {**C, "available_tones": ["fire"]},
        "turn_on",
        {"tone": "fire", "volume": 50, "duration": 3},
        [("c", '{"state":"ON","tone":"fire","duration":3,"volume_level":0.5}')],
    ),
    (
        "siren",
        {**C, "command_template": "{{ state }}", "command_off_template": "quiet"},
        "turn_off",
        {},
        [("c", "quiet")],
    ),
    ("vacuum", C, "start", {}, [("c", "start")]),
    ("vacuum", C, "return_home", {}, [("c", "return_to_base")]),
    ("vacuum", {**C, "supported_features": ["pause", "locate"], "payload_pause": "wait"}, "pause", {}, [("c", "wait")]),
    (
        "vacuum",
        {"set_fan_speed_topic": "f", "fan_speed_list": ["max"], "supported_features": ["fan_speed"]},
        "set_fan_speed",
        {"fan_speed": "max"},
        [("f", "max")],
    ),
    ("lawn_mower", {"start_mowing_command_topic": "m"}, "start", {}, [("m", "start_mowing")]),
    (
        "lawn_mower",
        {"dock_command_topic": "d", "dock_command_template": "{{ value | upper }}"},
        "return_home",
        {},
        [("d", "DOCK")],
    ),
    ("alarm_control_panel", BOTH, "arm_away", {}, [("c", "ARM_AWAY")]),
    ("alarm_control_panel", {**BOTH, "payload_disarm": "off"}, "disarm", {}, [("c", "off")]),
    (
        "alarm_control_panel",
        {**BOTH, "code": "REMOTE_CODE", "command_template": "{{ action }} {{ code }}"},
        "disarm",
        {"code": "1234"},
        [("c", "DISARM 1234")],
    ),
    ("alarm_control_panel", {**BOTH, "code": "1234", "code_arm_required": False}, "arm_home", {}, [("c", "ARM_HOME")]),
    ("update", {**BOTH, "payload_install": "INSTALL"}, "install", {}, [("c", "INSTALL")]),
    ("notify", C, "send_message", {"message": "dinner"}, [("c", "dinner")]),
]


@pytest.mark.parametrize(("component", "keys", "service", "values", "messages"), COMMANDS)
def test_a_command_is_sent(component, keys, service, values, messages):
    house = House()
    entity = announce(house, component, keys)
    assert sent(house, entity, service, **values) == messages


def test_null_is_a_value_that_was_not_given():
    house = House()
    entity = announce(house, "switch", BOTH)
    assert sent(house, entity, "turn_on", brightness=None) == [("c", "ON")]


def test_every_component_is_in_the_tables():
    from assistant.home.devices.discovery import COMPONENTS

    without_rows = {"event"}  # its own test is in test_house.py
    assert {row[0] for row in STATES} | {row[0] for row in COMMANDS} | without_rows == set(COMPONENTS)


def test_commands_have_the_announced_quality_of_service():
    house = House()
    entity = announce(house, "switch", {**C, "qos": 1})
    assert [message.qos for message in house.encode(Act(entity, "turn_on"))] == [1]


def test_features_and_limits_are_told():
    house = House()
    entity = house.entity(
        announce(
            house,
            "light",
            {
                **LIGHT,
                "supported_color_modes": ["xy", "color_temp"],
                "min_mireds": 250,
                "max_mireds": 500,
                "effect_list": ["x"],
            },
        )
    )
    assert entity is not None
    assert entity.features == {"brightness", "rgb", "color_temp", "effect"}
    assert (entity.minimum, entity.maximum, entity.effects) == (2000, 4000, ("x",))
    assert entity.services == {"turn_on", "turn_off"}


@pytest.mark.parametrize("name", ["Cellar Alarm", "cellar alarm", "Panel", "the siren box"])
def test_a_code_of_the_configuration_is_sent_and_is_no_part_of_the_command(name: str) -> None:
    house = House(codes={name: "0815"}, aliases={"the siren box": "Cellar Alarm"})
    keys = {**BOTH, "name": "Panel", "device": {"name": "Cellar", "identifiers": "p"}, "code": "REMOTE_CODE"}
    if name != "Panel":
        keys |= {"name": "Cellar Alarm", "device": {"name": "Cellar Alarm", "identifiers": "p"}}
    entity = announce(house, "alarm_control_panel", {**keys, "command_template": "{{ action }} {{ code }}"})
    act = Act(entity, "disarm", {})
    assert sent(house, entity, "disarm") == [("c", "DISARM 0815")]
    assert sent(house, entity, "disarm", code="4711") == [("c", "DISARM 4711")]
    assert "0815" not in repr((act, house.entity(entity), house.devices(), house.names()))


def test_a_code_of_the_configuration_opens_a_lock_and_another_ones_does_not() -> None:
    house = House(codes={"Gate": "12", "Shed": "34"})
    keys = {**C, "command_template": "{{ value }}:{{ code }}"}
    gate = announce(house, "lock", {**keys, "name": "Gate"}, "gate")
    door = announce(house, "lock", {**keys, "name": "Door"}, "door")
    assert sent(house, gate, "unlock") == [("c", "UNLOCK:12")]
    assert sent(house, door, "unlock") == [("c", "UNLOCK:None")]


def test_a_panel_without_its_code_says_so() -> None:
    house = House()
    entity = announce(house, "alarm_control_panel", {**BOTH, "name": "Panel", "code": "1234"})
    with pytest.raises(CommandError, match=r"^Panel cannot do that: it needs its code, and home\.codes has none\.$"):
        house.encode(Act(entity, "disarm", {}))
