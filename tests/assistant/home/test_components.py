"""What every component understands of its device's states, and what its commands send: one row for each."""

from __future__ import annotations

from typing import Any

import pytest

from assistant.home.devices.components.component import CommandError
from assistant.home.devices.house import House
from assistant.home.entities import Act
from tests.assistant.home.houses import announce, publish, sent

C, S = {"command_topic": "c"}, {"state_topic": "s"}
BOTH = {**C, **S}

# Component, keys, (topic, payload), the value afterwards, attributes afterwards (those named).
STATES: list[tuple[str, dict[str, Any], list[tuple[str, Any]], Any, dict[str, Any]]] = [
    ("switch", BOTH, [("s", "ON")], "on", {}),
    ("switch", BOTH, [("s", "OFF")], "off", {}),
    ("switch", BOTH, [("s", "ON"), ("s", "maybe")], "on", {}),
    ("switch", BOTH, [("s", "ON"), ("s", "None")], None, {}),
    ("switch", {**BOTH, "payload_on": "1", "payload_off": "0"}, [("s", "1")], "on", {}),
    ("switch", {**BOTH, "payload_on": "go", "state_on": "running"}, [("s", "running")], "on", {}),
    (
        "switch",
        {**BOTH, "payload_on": True, "payload_off": False, "value_template": "{{ value_json.x }}"},
        [("s", {"x": False})],
        "off",
        {},
    ),
    (
        "switch",
        {**BOTH, "value_template": "{{ value_json.relay[1].state | upper }}"},
        [("s", {"relay": [{}, {"state": "on"}]})],
        "on",
        {},
    ),
    (
        "switch",
        {**BOTH, "value_template": "{{ value_json.state }}"},
        [("s", {"state": "ON"}), ("s", {"rssi": 1})],
        "on",
        {},
    ),
    ("switch", {**BOTH, "value_template": "{{ value_json.state }}"}, [("s", "ON")], "on", {}),
    ("switch", {**BOTH, "value_template": "{{ value_json.state }}"}, [("s", "ON"), ("s", "[]")], "on", {}),
    ("sensor", S, [("s", "hello")], "hello", {}),
    ("sensor", {**S, "value_template": "{{ value_json.t }}"}, [("s", {"t": "fine"}), ("s", "broken")], "fine", {}),
    (
        "sensor",
        {**S, "encoding": "", "value_template": "{{ value | unpack('>H') }}", "unit_of_measurement": "W"},
        [("s", b"\xff\x01")],
        65281,
        {},
    ),
    ("sensor", S, [("s", "007")], "007", {}),
    ("sensor", S, [("s", "42")], 42, {}),
    ("sensor", {**S, "unit_of_measurement": "°C"}, [("s", "21.50")], 21.5, {}),
    ("sensor", {**S, "unit_of_measurement": "°C"}, [("s", "21"), ("s", "broken")], 21, {}),
    ("sensor", {**S, "unit_of_measurement": "°C"}, [("s", "nan")], None, {}),
    (
        "sensor",
        {**S, "state_class": "measurement", "value_template": "{{ value_json['t'] | round(1) }}"},
        [("s", {"t": 20.96})],
        21.0,
        {},
    ),
    (
        "sensor",
        {**S, "device_class": "timestamp"},
        [("s", "2026-01-01T00:00:00+00:00")],
        "2026-01-01T00:00:00+00:00",
        {},
    ),
    ("sensor", {**S, "device_class": "date"}, [("s", "2026-01-02"), ("s", "tomorrow")], "2026-01-02", {}),
    ("sensor", {**S, "device_class": "timestamp"}, [("s", "yesterday")], None, {}),
    ("sensor", {**S, "options": ["a", "b"], "device_class": "enum"}, [("s", "a"), ("s", "c")], "a", {}),
    ("sensor", S, [("s", "x"), ("s", "None")], None, {}),
    ("sensor", {**S, "encoding": "latin-1"}, [("s", "grün".encode("latin-1"))], "grün", {}),
    ("sensor", S, [("s", "fine"), ("s", b"\xff\xfe\xfd")], "fine", {}),
    ("binary_sensor", S, [("s", "ON")], "on", {}),
    ("binary_sensor", {**S, "payload_on": "open", "payload_off": "shut"}, [("s", "shut")], "off", {}),
    ("light", BOTH, [("s", "ON")], "on", {}),
    ("light", {**BOTH, "state_value_template": "{{ value_json.p }}"}, [("s", {"p": "OFF"})], "off", {}),
    (
        "light",
        {**BOTH, "brightness_command_topic": "bc", "brightness_state_topic": "b", "brightness_scale": 100},
        [("s", "ON"), ("b", "30"), ("b", "0")],
        "on",
        {"brightness": 30},
    ),
    (
        "light",
        {**BOTH, "brightness_command_topic": "bc", "brightness_state_topic": "b"},
        [("b", "128")],
        None,
        {"brightness": 50},
    ),
    (
        "light",
        {**BOTH, "color_temp_command_topic": "tc", "color_temp_state_topic": "t"},
        [("t", "250")],
        None,
        {"kelvin": 4000},
    ),
    (
        "light",
        {**BOTH, "color_temp_command_topic": "tc", "color_temp_state_topic": "t", "color_temp_kelvin": True},
        [("t", "2700")],
        None,
        {"kelvin": 2700},
    ),
    (
        "light",
        {**BOTH, "rgb_command_topic": "rc", "rgb_state_topic": "r"},
        [("r", "0,128,0")],
        None,
        {"rgb": (0, 255, 0), "brightness": 50},
    ),
    (
        "light",
        {
            **BOTH,
            "rgb_command_topic": "rc",
            "rgb_state_topic": "r",
            "brightness_state_topic": "b",
            "brightness_command_topic": "bc",
        },
        [("r", "10,20,30"), ("b", "255")],
        None,
        {"rgb": (10, 20, 30), "brightness": 100},
    ),
    (
        "light",
        {**BOTH, "hs_command_topic": "hc", "hs_state_topic": "h"},
        [("h", "240,100")],
        None,
        {"rgb": (0, 0, 255)},
    ),
    (
        "light",
        {**BOTH, "xy_command_topic": "xc", "xy_state_topic": "x"},
        [("x", "0.701,0.299")],
        None,
        {"rgb": (255, 0, 0)},
    ),
    (
        "light",
        {**BOTH, "rgbw_command_topic": "rc", "rgbw_state_topic": "r"},
        [("r", "0,0,0,255")],
        None,
        {"rgb": (255, 255, 255), "brightness": 100},
    ),
    (
        "light",
        {**BOTH, "effect_command_topic": "ec", "effect_state_topic": "e", "effect_list": ["rainbow"]},
        [("e", "rainbow")],
        None,
        {"effect": "rainbow"},
    ),
    ("light", {**BOTH, "schema": "json"}, [("s", {"state": "ON", "brightness": 51})], "on", {"brightness": 20}),
    (
        "light",
        {**BOTH, "schema": "json", "brightness_scale": 254},
        [("s", {"state": "ON", "brightness": 254})],
        "on",
        {"brightness": 100},
    ),
    (
        "light",
        {**BOTH, "schema": "json", "supported_color_modes": ["color_temp", "xy"]},
        [("s", {"state": "ON", "color_mode": "color_temp", "color_temp": 370, "color": {"x": 0.4, "y": 0.4}})],
        "on",
        {"kelvin": 2702, "color_mode": "color_temp"},
    ),
    (
        "light",
        {**BOTH, "schema": "json", "supported_color_modes": ["rgb"]},
        [("s", {"state": "ON", "color_mode": "rgb", "color": {"r": 1, "g": 2, "b": 3}})],
        "on",
        {"rgb": (1, 2, 3)},
    ),
    (
        "light",
        {**BOTH, "schema": "json", "supported_color_modes": ["hs"]},
        [("s", {"state": "ON", "color_mode": "hs", "color": {"h": 120, "s": 100}})],
        "on",
        {"rgb": (0, 255, 0)},
    ),
    (
        "light",
        {**BOTH, "schema": "json", "supported_color_modes": ["color_temp"], "color_temp_kelvin": True},
        [("s", {"state": "ON", "color_mode": "color_temp", "color_temp": 3000})],
        "on",
        {"kelvin": 3000},
    ),
    (
        "light",
        {**BOTH, "schema": "json", "rgb": True},
        [("s", {"state": "ON", "color": {"r": 9, "g": 8, "b": 7}})],
        "on",
        {"rgb": (9, 8, 7)},
    ),
    ("light", {**BOTH, "schema": "json"}, [("s", {"state": "ON"}), ("s", {"state": None})], None, {}),
    ("light", {**BOTH, "schema": "json"}, [("s", {"state": "OFF"}), ("s", "nonsense"), ("s", "[]")], "off", {}),
    (
        "light",
        {
            **BOTH,
            "schema": "template",
            "command_on_template": "on",
            "command_off_template": "off",
            "state_template": "{{ value.split(',')[0] }}",
            "brightness_template": "{{ value.split(',')[1] }}",
            "red_template": "{{ value.split(',')[2] }}",
            "green_template": "{{ value.split(',')[3] }}",
            "blue_template": "{{ value.split(',')[4] }}",
        },
        [("s", "on,51,255,0,9")],
        "on",
        {"brightness": 20, "rgb": (255, 0, 9)},
    ),
    ("cover", BOTH, [("s", "opening")], "opening", {}),
    ("cover", {**BOTH, "state_closed": "down"}, [("s", "down")], "closed", {}),
    ("cover", BOTH, [("s", "closing"), ("s", "stopped")], "closed", {}),
    ("cover", {"position_topic": "p"}, [("p", "0")], "closed", {"position": 0}),
    ("cover", {"position_topic": "p"}, [("p", "40")], "open", {"position": 40}),
    (
        "cover",
        {"position_topic": "p", "position_open": 0, "position_closed": 255},
        [("p", "51")],
        "open",
        {"position": 80},
    ),
    (
        "cover",
        {"position_topic": "p", "position_template": "{{ value_json.pos }}"},
        [("p", {"pos": 100})],
        "open",
        {"position": 100},
    ),
    ("cover", {**BOTH, "position_topic": "p"}, [("p", "60"), ("s", "stopped")], "open", {"position": 60}),
    (
        "cover",
        {"position_topic": "p", "tilt_status_topic": "t"},
        [("p", {"position": 10, "tilt_position": 70})],
        "open",
        {"position": 10, "tilt": 70},
    ),
    ("cover", {**BOTH, "tilt_status_topic": "t", "tilt_min": -180, "tilt_max": 180}, [("t", "0")], None, {"tilt": 50}),
    ("valve", BOTH, [("s", "open")], "open", {}),
    ("valve", {**BOTH, "reports_position": True}, [("s", "0")], "closed", {"position": 0}),
    (
        "valve",
        {**BOTH, "reports_position": True},
        [("s", {"state": "opening", "position": 30})],
        "opening",
        {"position": 30},
    ),
    ("fan", BOTH, [("s", "ON")], "on", {}),
    (
        "fan",
        {**BOTH, "percentage_command_topic": "pc", "percentage_state_topic": "p", "speed_range_max": 3},
        [("p", "2")],
        None,
        {"percentage": 66},
    ),
    (
        "fan",
        {**BOTH, "percentage_command_topic": "pc", "percentage_state_topic": "p"},
        [("p", "40"), ("p", "None")],
        None,
        {"percentage": None},
    ),
    (
        "fan",
        {**BOTH, "preset_mode_command_topic": "pc", "preset_mode_state_topic": "p", "preset_modes": ["eco"]},
        [("p", "eco"), ("p", "other")],
        None,
        {"preset": "eco"},
    ),
    (
        "fan",
        {**BOTH, "oscillation_command_topic": "oc", "oscillation_state_topic": "o"},
        [("o", "oscillate_on")],
        None,
        {"oscillating": True},
    ),
    (
        "fan",
        {**BOTH, "direction_command_topic": "dc", "direction_state_topic": "d"},
        [("d", "reverse")],
        None,
        {"direction": "reverse"},
    ),
    ("lock", BOTH, [("s", "LOCKED")], "locked", {}),
    ("lock", BOTH, [("s", "UNLOCKING")], "unlocking", {}),
    ("lock", BOTH, [("s", "JAMMED")], "jammed", {}),
    ("lock", {**BOTH, "state_unlocked": "free"}, [("s", "free")], "unlocked", {}),
    ("climate", {"mode_state_topic": "m"}, [("m", "heat"), ("m", "party")], "heat", {}),
    (
        "climate",
        {"current_temperature_topic": "t", "temperature_state_topic": "w", "action_topic": "a"},
        [("t", "19.5"), ("w", "21"), ("a", "heating")],
        None,
        {"current_temperature": 19.5, "temperature": 21, "action": "heating"},
    ),
    ("climate", {"mode_state_topic": "m", "value_template": "{{ value_json.m }}"}, [("m", {"m": "cool"})], "cool", {}),
    (
        "climate",
        {"temperature_low_state_topic": "l", "temperature_high_state_topic": "h"},
        [("l", "18"), ("h", "24")],
        None,
        {"temperature_low": 18, "temperature_high": 24},
    ),
    (
        "climate",
        {
            "preset_mode_command_topic": "pc",
            "preset_mode_state_topic": "p",
            "preset_modes": ["eco"],
            "fan_mode_state_topic": "f",
            "swing_mode_state_topic": "w",
        },
        [("p", "eco"), ("f", "low"), ("w", "on")],
        None,
        {"preset": "eco", "fan_mode": "low", "swing_mode": "on"},
    ),
    (
        "water_heater",
        {"mode_state_topic": "m", "current_temperature_topic": "t"},
        [("m", "eco"), ("t", "50")],
        "eco",
        {"current_temperature": 50},
    ),
    (
        "humidifier",
        {
            **BOTH,
            "target_humidity_command_topic": "hc",
            "target_humidity_state_topic": "h",
            "mode_state_topic": "m",
            "mode_command_topic": "mc",
            "modes": ["baby"],
            "current_humidity_topic": "u",
        },
        [("s", "ON"), ("h", "45"), ("h", "999"), ("m", "baby"), ("u", "38")],
        "on",
        {"humidity": 45, "mode": "baby", "current_humidity": 38},
    ),
    ("number", BOTH, [("s", "7")], 7, {}),
    ("number", {**BOTH, "min": 0, "max": 1, "step": 0.1}, [("s", "0.5"), ("s", "2")], 0.5, {}),
    ("number", {**BOTH, "payload_reset": "gone"}, [("s", "7"), ("s", "gone")], None, {}),
    ("select", {**BOTH, "options": ["a", "b"]}, [("s", "b"), ("s", "c")], "b", {}),
    ("select", {**BOTH, "options": ["a", "b"]}, [("s", "b"), ("s", "none")], None, {}),
    ("select", {**BOTH, "options": ["a", "none"]}, [("s", "none")], "none", {}),
    ("text", BOTH, [("s", "hello\x00 there")], "hello there", {}),
    ("siren", BOTH, [("s", "ON")], "on", {}),
    (
        "siren",
        BOTH,
        [("s", {"state": "ON", "tone": "fire", "volume_level": 0.5, "duration": 3})],
        "on",
        {"tone": "fire", "volume": 50, "duration": 3},
    ),
    (
        "vacuum",
        BOTH,
        [("s", {"state": "docked", "battery_level": 61, "fan_speed": "min"})],
        "docked",
        {"battery": 61, "fan_speed": "min"},
    ),
    ("vacuum", BOTH, [("s", {"state": "cleaning"}), ("s", {"state": "dancing"})], "cleaning", {}),
    ("lawn_mower", {"activity_state_topic": "s"}, [("s", "mowing")], "mowing", {}),
    ("alarm_control_panel", BOTH, [("s", "armed_away")], "armed_away", {}),
    ("alarm_control_panel", BOTH, [("s", "triggered"), ("s", "what")], "triggered", {}),
    ("device_tracker", S, [("s", "home")], "home", {}),
    ("date", BOTH, [("s", "2026-11-25"), ("s", "tomorrow")], "2026-11-25", {}),
    ("datetime", BOTH, [("s", "2026-11-25T21:00:00+00:00")], "2026-11-25T21:00:00+00:00", {}),
    ("device_tracker", {**S, "payload_not_home": "gone"}, [("s", "gone")], "not_home", {}),
    (
        "update",
        S,
        [("s", {"installed_version": "1", "latest_version": "2"})],
        "on",
        {"installed_version": "1", "latest_version": "2"},
    ),
    ("update", S, [("s", {"installed_version": "1.10", "latest_version": "1.9"})], "off", {}),
    ("update", S, [("s", {"installed_version": "v1.9", "latest_version": "1.10"})], "on", {}),
    ("update", S, [("s", {"installed_version": "b7f", "latest_version": "a01"})], "on", {}),
    ("update", {**S, "latest_version_topic": "l"}, [("s", "2"), ("l", "2")], "off", {}),
]


@pytest.mark.parametrize(("component", "keys", "messages", "value", "attributes"), STATES)
def test_a_state_is_understood(component, keys, messages, value, attributes):
    house = House()
    entity = announce(house, component, keys)
    for topic, payload in messages:
        publish(house, topic, payload)
    state = house.state(entity)
    assert state.value == value
    assert type(state.value) is type(value)
    assert {name: state.attributes.get(name) for name in attributes} == attributes


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


REFUSED: list[tuple[str, dict[str, Any], str, dict[str, Any]]] = [
    ("switch", C, "open", {}),
    ("switch", C, "set_value", {"value": 1}),
    ("light", C, "turn_on", {"brightness": 50}),
    ("light", C, "turn_on", {"rgb": (1, 2, 3)}),
    ("light", C, "turn_on", {"kelvin": 3000}),
    ("light", {**C, "rgb_command_topic": "r"}, "turn_on", {"rgb": "red"}),
    ("light", {**C, "effect_command_topic": "e", "effect_list": ["a"]}, "turn_on", {"effect": "b"}),
    ("cover", {**C, "payload_stop": None}, "stop", {}),
    ("cover", C, "set_position", {"position": 3}),
    ("cover", {"set_position_topic": "p"}, "set_position", {}),
    ("climate", {"temperature_command_topic": "t"}, "set_temperature", {"temperature": 100}),
    ("climate", {"temperature_command_topic": "t"}, "set_temperature", {"temperature": float("nan")}),
    ("climate", {"mode_command_topic": "m"}, "set_mode", {"mode": "party"}),
    ("light", {**C, "color_temp_command_topic": "t", "max_mireds": 400}, "turn_on", {"kelvin": 1000}),
    ("number", C, "set_value", {"value": 101}),
    ("number", C, "set_value", {"value": "many"}),
    ("select", {**C, "options": ["a"]}, "select", {"option": "b"}),
    ("text", {**C, "max": 3}, "set_value", {"value": "long"}),
    ("text", {**C, "pattern": "[a-z]+"}, "set_value", {"value": "7"}),
    ("alarm_control_panel", {**BOTH, "code": "1234"}, "disarm", {}),
    ("alarm_control_panel", {**BOTH, "code": "1234"}, "disarm", {"code": "4321"}),
    ("vacuum", C, "pause", {}),
    ("time", C, "set_value", {"value": "seven"}),
    ("sensor", S, "turn_on", {}),
    ("switch", {**C, "command_template": "{{ value.nothing() }}"}, "turn_on", {}),
]


#: What takes values, with one of each that is allowed.
TAKING: list[tuple[str, dict[str, Any], str, dict[str, Any]]] = [
    ("light", {**LIGHT, "supported_color_modes": ["rgb", "color_temp"]}, "turn_on", {"brightness": 50}),
    ("light", {**LIGHT, "supported_color_modes": ["rgb", "color_temp"]}, "turn_on", {"kelvin": 3000}),
    ("light", {**LIGHT, "supported_color_modes": ["rgb", "color_temp"]}, "turn_on", {"rgb": (1, 2, 3)}),
    ("light", LIGHT, "turn_on", {"transition": 2}),
    ("light", LIGHT, "turn_off", {"transition": 2}),
    ("light", LIGHT, "turn_on", {"flash": 2}),
    ("cover", {"set_position_topic": "p"}, "set_position", {"position": 50}),
    ("cover", {"tilt_command_topic": "t"}, "set_tilt", {"tilt": 50}),
    ("valve", {**C, "reports_position": True}, "set_position", {"position": 50}),
    ("fan", {**C, "percentage_command_topic": "p"}, "set_percentage", {"percentage": 50}),
    ("fan", {**C, "percentage_command_topic": "p"}, "turn_on", {"percentage": 50}),
    ("climate", {"temperature_command_topic": "t"}, "set_temperature", {"temperature": 20}),
    ("climate", {"temperature_low_command_topic": "t"}, "set_temperature", {"temperature_low": 20}),
    ("climate", {"temperature_high_command_topic": "t"}, "set_temperature", {"temperature_high": 20}),
    ("climate", {"target_humidity_command_topic": "h"}, "set_humidity", {"humidity": 50}),
    ("water_heater", {"temperature_command_topic": "t"}, "set_temperature", {"temperature": 50}),
    ("humidifier", {**C, "target_humidity_command_topic": "h"}, "set_humidity", {"humidity": 50}),
    ("number", C, "set_value", {"value": 50}),
    ("siren", C, "turn_on", {"volume": 50}),
    ("siren", C, "turn_on", {"duration": 50}),
]
NO_NUMBERS = (-1, 1e7, -0.1, float("nan"), float("inf"), -float("inf"), 10**400, True, False, "50", "", (1, 2, 3))


@pytest.mark.parametrize(("component", "keys", "service", "values"), TAKING)
def test_a_value_that_is_out_of_range_or_no_number_is_never_cut_and_never_sent(component, keys, service, values):
    house = House()
    entity = announce(house, component, keys)
    assert sent(house, entity, service, **values)
    ((name, allowed),) = values.items()
    wrong = (
        [(allowed[0], bad, allowed[2]) for bad in (-1, 256, float("nan"), True, "1")] + [(1, 2), "red", 5]
        if isinstance(allowed, tuple)
        else NO_NUMBERS
    )
    for value in wrong:
        with pytest.raises(CommandError, match=r"^Thing cannot do that: [^.]+(\.\d[^.]*)*\.$"):
            house.encode(Act(entity, service, {name: value}))


@pytest.mark.parametrize(
    ("component", "keys", "service", "values"),
    [
        ("switch", BOTH, "turn_on", {"brightness": 50}),
        ("light", LIGHT, "turn_off", {"brightness": 50}),
        (
            "light",
            {**LIGHT, "supported_color_modes": ["rgb", "color_temp"]},
            "turn_on",
            {"kelvin": 3000, "rgb": (1, 2, 3)},
        ),
        ("cover", {**C, "set_position_topic": "p"}, "open", {"position": 50}),
        ("siren", {**C, "support_volume_set": False}, "turn_on", {"volume": 50}),
        ("climate", {"temperature_command_topic": "t"}, "set_temperature", {"temperature": 20, "mode": "heat"}),
        ("climate", {"temperature_command_topic": "t"}, "set_temperature", {"temperature": 20, "temperature_low": 18}),
        (
            "climate",
            {"temperature_low_command_topic": "l", "temperature_high_command_topic": "h"},
            "set_temperature",
            {"temperature_low": 24, "temperature_high": 18},
        ),
        ("fan", {**C, "oscillation_command_topic": "o"}, "oscillate", {"oscillating": "no"}),
        ("select", {**C, "options": ["True"]}, "select", {"option": True}),
        ("text", C, "set_value", {"value": True}),
        ("notify", C, "send_message", {"message": (1, 2, 3)}),
    ],
)
def test_a_value_that_would_not_be_sent_or_is_of_another_kind_is_refused(component, keys, service, values):
    house = House()
    entity = announce(house, component, keys)
    with pytest.raises(CommandError, match=r"^Thing cannot do that: .*\.$"):
        house.encode(Act(entity, service, values))


def test_null_is_a_value_that_was_not_given():
    house = House()
    entity = announce(house, "switch", BOTH)
    assert sent(house, entity, "turn_on", brightness=None) == [("c", "ON")]


@pytest.mark.parametrize(("component", "keys", "service", "values"), REFUSED)
def test_what_a_device_cannot_do_is_said_in_one_sentence_with_its_name(component, keys, service, values):
    house = House()
    entity = announce(house, component, keys)
    with pytest.raises(CommandError, match=r"^Thing cannot do that: .*\.$"):
        house.encode(Act(entity, service, values))


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
