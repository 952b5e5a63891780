"""Reflection: an event that is added without a test cannot be forgotten."""

import dataclasses
import json
import types
import typing

import pytest

from assistant.channels.json import ApiError
from assistant.channels.web.realtime import client_events, server_events
from assistant.channels.web.realtime.events import Event

SAMPLES = {bool: True, str: "words", int: 7, dict: {"key": [1, None]}}


def event_types(module: types.ModuleType) -> list[type[Event]]:
    public = (value for name, value in vars(module).items() if not name.startswith("_"))
    return [value for value in public if isinstance(value, type) and issubclass(value, Event) and value is not Event]


ALL = event_types(client_events) + event_types(server_events)


def example(event: type[Event]) -> Event:
    values = {}
    for field, kind in typing.get_type_hints(event).items():
        if field == "type":
            continue
        options = typing.get_args(kind) if isinstance(kind, types.UnionType) else (kind,)
        values[field] = SAMPLES[typing.get_origin(options[0]) or options[0]]
    return event(**values)


def test_all_events_are_found_and_their_names_differ():
    assert len(event_types(client_events)) == 11
    assert len(event_types(server_events)) == 35
    assert len({event.type for event in ALL}) == len(ALL)


@pytest.mark.parametrize("event", ALL, ids=lambda event: event.type)
def test_every_event_round_trips_through_json(event):
    original = example(event)
    assert event.from_json(json.loads(json.dumps(original.to_json()))) == original


@pytest.mark.parametrize("event", ALL, ids=lambda event: event.type)
def test_every_event_round_trips_with_nothing_but_what_it_must_have(event):
    required = {
        field.name: SAMPLES[typing.get_origin(kind) or kind]
        for field in dataclasses.fields(event)
        if field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
        for kind in [typing.get_type_hints(event)[field.name]]
    }
    original = event(**required)
    assert event.from_json(original.to_json()) == original


def test_every_client_event_is_recognised_by_its_name():
    for event in event_types(client_events):
        assert client_events.parse(example(event).to_json()) == example(event)


@pytest.mark.parametrize("event", event_types(client_events), ids=lambda event: event.type)
def test_a_missing_or_mistyped_field_is_named_and_the_client_event_too(event):
    for field in dataclasses.fields(event):
        if field.name == "event_id":
            continue
        data = example(event).to_json() | {field.name: object}
        with pytest.raises(ApiError) as caught:
            client_events.parse(data)
        assert (caught.value.code, caught.value.param, caught.value.event_id) == ("invalid_type", field.name, "words")


@pytest.mark.parametrize("data", [None, 3, [], "text", {}, {"type": 4}, {"type": "session.nonsense", "event_id": 9}])
def test_what_is_no_event_is_refused_with_a_sentence(data):
    with pytest.raises(ApiError, match=r"\.$"):
        client_events.parse(data)
