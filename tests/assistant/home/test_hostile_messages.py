"""Whatever arrives, the house stands: no message raises, and states stay values."""

from __future__ import annotations

import itertools
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.home.devices.abbreviations import ABBREVIATIONS
from assistant.home.devices.components.component import CommandError
from assistant.home.devices.discovery import COMPONENTS
from assistant.home.devices.house import House
from assistant.home.devices.ranges import takes
from assistant.home.devices.templates import limits
from assistant.home.entities import Act

KEYS = sorted({*ABBREVIATIONS, *ABBREVIATIONS.values()})
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from(
        ["t", "{{ value_json.x }}", "{{ value | int }}", "{{ 1 / 0 }}", "json", "template", "ON", "None", "~"]
    )
)
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*KEYS, "x"]), inner, max_size=4),
)
USABLE = {"command_topic": "t", "state_topic": "t", "options": ["a"], "event_types": ["a"], "~": "b"}
USABLE |= {"command_on_template": "{{ brightness }}", "command_off_template": "x", "target_humidity_command_topic": "t"}


@settings(max_examples=60)
@given(st.binary(max_size=200), st.sampled_from(["homeassistant/light/x/config", "homeassistant/device/x/config", "t"]))
def test_bytes_change_nothing_that_matters(payload, topic):
    house = House()
    house.receive("homeassistant/switch/o/config", b'{"cmd_t": "t", "stat_t": "t"}', True, 1.0)
    house.receive(topic, payload, False, 2.0)
    assert house.entity("switch.o") is not None


@settings(max_examples=100)
@given(st.sampled_from(sorted(COMPONENTS)), st.dictionaries(st.sampled_from(KEYS), JSON, max_size=8), JSON)
def test_any_announcement_is_an_entity_or_is_skipped(component, keys, told):
    house = House()
    house.receive(f"homeassistant/{component}/x/config", json.dumps(USABLE | keys).encode(), True, 1.0)
    device = {"dev": {"ids": "d"}, "o": {"name": "o"}, "cmps": {"c": {"p": component, "unique_id": "u", **keys}}}
    house.receive("homeassistant/device/x/config", json.dumps(device).encode(), True, 1.0)
    for topic in (topic for topic in house.subscriptions() if "+" not in topic):
        house.receive(topic, json.dumps(told).encode(), False, 2.0)
        house.receive(topic, str(told).encode(errors="replace"), False, 3.0)
    for entity in house.entities():
        state = house.state(entity.id)
        assert state.value is None or isinstance(state.value, str | int | float)
        json.dumps(house.devices(), allow_nan=False)
        for service in entity.services:
            wanted = {"brightness": 50, "value": 5, "position": 20, "option": "a", "mode": "off"}
            taken = takes(house._things[entity.id].component, service)
            act = Act(entity.id, service, {name: value for name, value in wanted.items() if name in taken})
            try:
                messages = house.encode(act)
            except CommandError:
                continue
            assert all(isinstance(message.payload, str) for message in messages)
            assert house.compared(act, state).settled in (True, False, None)
            house.assume(act, 4.0)
    house.tick(1e12)


@settings(max_examples=50)
@given(
    st.dictionaries(
        st.sampled_from(["t", "ft", "tp", "rl", "dn", "fn", "so", "lt_st", "swc", "sn", "state"]), JSON, max_size=8
    )
)
def test_any_tasmota_device_is_one_or_is_skipped(config):
    house = House()
    usable = {"t": "x", "ft": "%prefix%/%topic%/", "tp": ["c", "s", "t"], "rl": [1, 2], **config}
    for kind in ("config", "sensors"):
        house.receive(f"tasmota/discovery/AABBCC/{kind}", json.dumps(usable).encode(), True, 1.0)
    json.dumps(house.devices())


@pytest.mark.parametrize(
    "topic", ["", "/", "homeassistant/", "homeassistant/config", "homeassistant//x/config", "tasmota/discovery/"]
)
def test_odd_topics_are_nobody(topic):
    assert not House().receive(topic, b"x", False, 1.0)


def _sensors(template: str, count: int = 100) -> House:
    """Return a house with sensors that all listen to t, each with a template of its own: N in it is a number."""
    house = House()
    for number in range(count):
        announced = {"stat_t": "t", "uniq_id": f"u{number}", "val_tpl": template.replace("N", str(number))}
        house.receive(f"homeassistant/sensor/{number}/config", json.dumps(announced).encode(), True, 1.0)
    assert len(house.entities()) == count
    return house


@pytest.mark.parametrize(
    ("template", "payload"),
    [
        ("{{ value|sort|unique|list|length + N }}", "ab" * 100_000),
        ("{{ value|sort|unique|list|length + N }}", "ab" * 4_500),
        ("{% for c in value %}{% for d in [1, 2, 3] %}{% endfor %}{% endfor %}{{ N }}", "ab" * 1_000),
        ("{{ value_json.a }}{# N #}", json.dumps({"a": [1] * 80_000})),
        ("{{ value_json.a }}", json.dumps({"a": [1] * 80_000})),
        ("{% set x = [value, value] %}" + "{% set x = [x, x, x, x, x, x, x, x, x, x] %}" * 30 + "{{ x }}{{ N }}", "1"),
    ],
)
def test_no_message_holds_the_loop_for_long_however_many_listen(template, payload, caplog, monkeypatch):
    """A hundred sensors on one topic and one message of 200 kB once held it for almost a minute.

    Each look at the clock takes a millisecond here, so that how fast the machine is does not count.
    """
    house = _sensors(template, 200)
    caplog.clear()
    looks = itertools.count()
    monkeypatch.setattr(limits.time, "thread_time", lambda: next(looks) / 1000)
    for _ in range(3):
        house.receive("t", payload.encode(), False, 2.0)
        taken = [each for each in house.entities() if house.state(each.id).value is not None]
        assert len(taken) <= 1000 * limits.MESSAGE_SECONDS
    monkeypatch.undo()
    told = [record.getMessage() for record in caplog.records if "not taken by all" in record.getMessage()]
    assert len(told) == 1
    assert told[0].startswith(f"'t': a message of {len(payload)} bytes was not taken by all: ")
    assert "sensor." in told[0]


def test_a_house_goes_on_after_a_message_that_took_its_time(monkeypatch):
    monkeypatch.setattr(limits, "MESSAGE_SECONDS", 0.02)
    house = _sensors("{% for c in value %}{% for d in [1, 2, 3] %}{% endfor %}{% endfor %}{{ value | length + N }}")
    house.receive("t", b"ab" * 1_000, False, 2.0)
    unknown = [each.id for each in house.entities() if house.state(each.id).value is None]
    assert 0 < len(unknown) < 100
    house.receive("t", b"ab", False, 3.0)
    assert sorted(house.state(each.id).value for each in house.entities()) == list(range(2, 102))


def test_a_template_that_is_given_up_is_named_with_its_entity_and_topic(caplog):
    house = _sensors("{{ range(1000)|list|length * 10 ** 999 }}", 1)
    caplog.clear()
    house.receive("t", b"1", False, 2.0)
    (record,) = caplog.records
    (entity,) = house.entities()
    assert record.getMessage().startswith(
        f"The template of {entity.id}, with a message on 't', is not rendered any more"
    )
