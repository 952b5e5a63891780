"""What a component refuses to do: values out of range or of another kind, and what its device cannot do."""

from __future__ import annotations

from typing import Any

import pytest

from assistant.home.devices.components.component import CommandError
from assistant.home.devices.house import House
from assistant.home.entities import Act
from tests.assistant.home.houses import announce, sent

C, S = {"command_topic": "c"}, {"state_topic": "s"}
BOTH = {**C, **S}
LIGHT = {**BOTH, "schema": "json"}

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


@pytest.mark.parametrize(("component", "keys", "service", "values"), REFUSED)
def test_what_a_device_cannot_do_is_said_in_one_sentence_with_its_name(component, keys, service, values):
    house = House()
    entity = announce(house, component, keys)
    with pytest.raises(CommandError, match=r"^Thing cannot do that: .*\.$"):
        house.encode(Act(entity, service, values))
