"""The house as a whole: ids and names, availability, time, confirmation, and what a message touches."""

from __future__ import annotations

import pytest

from assistant.home.devices import house as house_module
from assistant.home.devices import topics as topics_module
from assistant.home.devices.components.component import CommandError
from assistant.home.devices.house import House
from assistant.home.entities import Act, State
from tests.assistant.home.houses import announce, publish, sent

BOTH = {"command_topic": "c", "state_topic": "s"}


@pytest.mark.parametrize(
    ("keys", "name", "entity_id"),
    [
        ({"name": "Sofa lamp"}, "Sofa lamp", "switch.sofa_lamp"),
        ({"name": "Lamp", "device": {"name": "Sofa"}}, "Sofa Lamp", "switch.sofa_lamp"),
        ({"name": "Sofa lamp", "device": {"name": "Sofa"}}, "Sofa lamp", "switch.sofa_lamp"),
        ({"name": "Lamp", "device": {"name": "Sofa lamp"}}, "Sofa lamp", "switch.sofa_lamp"),
        ({"name": None, "device": {"name": "Sofa lamp"}}, "Sofa lamp", "switch.sofa_lamp"),
        ({"device": {"name": "Sofa"}, "device_class": "outlet"}, "Sofa outlet", "switch.sofa_outlet"),
        ({"name": None, "device": {"name": "Sofa"}, "device_class": "outlet"}, "Sofa", "switch.sofa"),
        ({}, "The object", "switch.the_object"),
        ({"name": "Küche Größe"}, "Küche Größe", "switch.kuche_grosse"),
        ({"name": "灯"}, "灯", "switch.the_object"),
        ({"name": "A", "object_id": "My own ID"}, "A", "switch.my_own_id"),
        ({"name": "A", "default_entity_id": "switch.mine"}, "A", "switch.mine"),
        ({"name": " A\x00B\n\tC\u202e "}, "A B C", "switch.a_b_c"),
        ({"name": "x" * 1000}, "x" * 100, "switch." + "x" * 100),
        ({"name": 42}, "42", "switch.42"),
        ({"name": "<b>Lamp</b>"}, "<b>Lamp</b>", "switch.b_lamp_b"),
    ],
)
def test_an_entity_is_named_after_its_device_and_itself(keys, name, entity_id):
    house = House()
    changes = publish(house, "homeassistant/switch/the_object/config", {"command_topic": "c", **keys})
    entity = house.entity(entity_id)
    assert changes.added == [entity_id]
    assert entity is not None
    assert entity.name == name


def test_equal_names_have_different_ids():
    house = House()
    ids = [announce(house, "switch", {**BOTH, "name": "Lamp"}, object_id) for object_id in ("a", "b", "c")]
    assert ids == ["switch.lamp", "switch.lamp_2", "switch.lamp_3"]


def test_a_renamed_entity_keeps_its_id_its_state_and_its_subscriptions():
    house = House()
    announce(house, "switch", {**BOTH, "name": "Old", "unique_id": "u"})
    publish(house, "s", "ON")
    version = house.version
    changes = publish(house, "homeassistant/switch/thing/config", {**BOTH, "name": "New", "unique_id": "u"})
    assert (changes.added, changes.changed, changes.removed) == ([], ["switch.old"], [])
    assert (changes.subscribe, changes.unsubscribe) == ([], [])
    assert house.entities()[0].name == "New"
    assert house.state("switch.old").value == "on"
    assert house.version > version


def test_an_id_is_kept_while_the_entity_is_away_and_in_the_next_house():
    house = House()
    keys = {**BOTH, "name": "Old", "unique_id": "u"}
    announce(house, "switch", keys)
    publish(house, "homeassistant/switch/thing/config", "")
    assert announce(house, "switch", keys | {"name": "New"}) == "switch.old"
    next_house = House(ids=house.ids())
    announce(next_house, "switch", {"command_topic": "x", "name": "Old"}, "other")
    assert announce(next_house, "switch", keys | {"name": "Newer"}) == "switch.old"


def test_another_topic_is_subscribed_when_the_announcement_changes():
    house = House()
    announce(house, "switch", BOTH)
    changes = publish(house, "homeassistant/switch/thing/config", {**BOTH, "state_topic": "t", "name": "Thing"})
    assert (changes.subscribe, changes.unsubscribe) == (["t"], ["s"])
    publish(house, "s", "ON")
    assert house.state("switch.thing").value is None


def test_an_entity_announced_later_hears_the_last_message_of_its_topic():
    house = House()
    announce(house, "sensor", {"state_topic": "s", "value_template": "{{ value_json.a }}", "name": "A"}, "a")
    publish(house, "s", {"a": 1, "b": 2})
    changes = publish(
        house,
        "homeassistant/sensor/b/config",
        {"state_topic": "s", "value_template": "{{ value_json.b }}", "name": "B"},
    )
    assert house.state("sensor.b").value == 2
    assert changes.subscribe == []


def test_a_long_last_message_is_asked_for_again():
    house = House()
    announce(house, "sensor", {"state_topic": "s", "name": "A"}, "a")
    publish(house, "s", "x" * 10_000)
    changes = publish(house, "homeassistant/sensor/b/config", {"state_topic": "s", "name": "B"})
    assert changes.subscribe == ["s"]


def test_the_same_announcement_again_changes_nothing():
    house = House()
    announce(house, "switch", BOTH)
    assert not publish(house, "homeassistant/switch/thing/config", {"name": "Thing", **BOTH})


def test_areas_come_from_the_device_else_from_the_configuration():
    house = House(areas={"plug": "Kitchen", "Lamp": "Hall"})
    announce(house, "switch", {**BOTH, "name": "Plug"}, "a")
    announce(house, "switch", {**BOTH, "name": "Lamp", "device": {"name": "Lamp", "suggested_area": "Bedroom"}}, "b")
    assert {entity.id: entity.area for entity in house.entities()} == {
        "switch.plug": "Kitchen",
        "switch.lamp": "Bedroom",
    }


def test_names_are_all_that_people_may_say():
    house = House(
        aliases={"sofa light": "Living room Lamp", "lounge": "Living room"}, floors={"Upstairs": ["Bedroom"]}, areas={}
    )
    announce(
        house,
        "light",
        {**BOTH, "name": "Lamp", "device": {"name": "Living room", "suggested_area": "Living room"}},
        "a",
    )
    announce(house, "switch", {**BOTH, "name": "Fan", "device": {"name": "Attic"}}, "b")
    announce(house, "switch", {**BOTH, "name": "Fan", "device": {"name": "Cellar"}}, "c")
    names = house.names()
    assert dict(names.entities) == {
        "light.living_room_lamp": ("Living room Lamp", "Lamp", "sofa light"),
        "switch.attic_fan": ("Attic Fan",),  # "Fan" alone would be either
        "switch.cellar_fan": ("Cellar Fan",),
    }
    assert names.areas == {"Bedroom": (), "Living room": ("lounge",)}
    assert names.floors == {"Upstairs": ("Bedroom",)}
    publish(house, "s", "ON")
    assert house.names() is names


def test_the_list_of_devices_has_the_stable_fields():
    house = House()
    announce(house, "light", {**BOTH, "availability_topic": "lwt", "device": {"name": "Sofa", "suggested_area": "Den"}})
    listed = {"id": "light.sofa_thing", "name": "Sofa Thing", "domain": "light", "area": "Den"}
    assert house.devices() == [listed | {"state": None, "available": False}]
    publish(house, "lwt", "online")
    publish(house, "s", "ON")
    assert house.devices() == [listed | {"state": "on", "available": True}]
    publish(house, "lwt", "offline")
    assert house.devices() == [listed | {"state": None, "available": False}]


@pytest.mark.parametrize(
    ("mode", "messages", "available"),
    [
        ("all", ["a online"], False),
        ("all", ["a online", "b online"], True),
        ("all", ["a online", "b online", "a offline"], False),
        ("any", [], False),
        ("any", ["b online"], True),
        ("any", ["a offline", "b online"], True),
        ("latest", ["a online", "b offline"], False),
        ("latest", ["b offline", "a online"], True),
        ("latest", ["a online", "b nonsense"], True),
    ],
)
def test_availability_of_several_topics(mode, messages, available):
    house = House()
    entity = announce(
        house, "switch", {**BOTH, "availability": [{"topic": "a"}, {"t": "b"}], "availability_mode": mode}
    )
    for message in messages:
        publish(house, *message.split())
    assert house.state(entity).available is available


def test_availability_has_its_own_payloads_and_template():
    house = House()
    keys = {"avty_t": "lwt", "avty_tpl": "{{ value_json.s }}", "pl_avail": "up", "pl_not_avail": "down"}
    entity = announce(house, "switch", BOTH | keys)
    assert publish(house, "lwt", {"s": "up"}).states == [entity]
    assert publish(house, "lwt", {"s": "up"}).states == []
    assert publish(house, "lwt", {"s": "down"}).states == [entity]


def test_an_entity_announced_later_knows_whether_its_bridge_is_there():
    house = House()
    for name in "ab":
        publish(house, f"homeassistant/switch/{name}/config", {**BOTH, "name": name, "avty_t": "lwt"})
        publish(house, "lwt", "online")
    assert all(house.state(entity.id).available for entity in house.entities())


def test_a_message_touches_only_those_who_listen_to_its_topic():
    house = House()
    for index in range(300):
        announce(house, "sensor", {"state_topic": f"s/{index}", "name": f"S{index}"}, f"s{index}")
    changes = publish(house, "s/7", "5")
    assert (list(changes.heard), changes.states) == (["sensor.s7"], ["sensor.s7"])
    changes = publish(house, "s/7", "5")
    assert (list(changes.heard), changes.states) == (["sensor.s7"], [])
    assert not publish(house, "unknown", "5").heard


def test_a_sensor_expires_and_comes_back():
    house = House()
    entity = announce(house, "sensor", {"state_topic": "s", "expire_after": 30})
    assert not house.state(entity).available
    publish(house, "s", "5", now=100)
    assert house.state(entity).available
    publish(house, "s", "5", now=110)
    assert house.tick(135).states == []
    assert house.due() == 140
    assert house.tick(140).states == [entity]
    assert not house.state(entity).available
    assert publish(house, "s", "5", now=150).states == [entity]
    assert house.state(entity).available


def test_a_motion_ends_by_itself():
    house = House()
    entity = announce(house, "binary_sensor", {"state_topic": "s", "off_delay": 5})
    publish(house, "s", "ON", now=100)
    publish(house, "s", "ON", now=103)
    assert house.tick(106).states == []
    assert house.tick(108).states == [entity]
    assert house.state(entity).value == "off"


def test_timers_that_are_put_off_do_not_pile_up():
    house = House()
    announce(house, "sensor", {"state_topic": "s", "expire_after": 30})
    for now in range(5000):
        publish(house, "s", "5", now=now)
    assert len(house._reports._timers) < 2000


def test_when_a_value_changed_is_known_unless_the_broker_had_kept_it():
    house = House()
    entity = announce(house, "switch", BOTH)
    publish(house, "s", "ON", retain=True, now=10)
    assert house.state(entity).changed_at == 0
    publish(house, "s", "OFF", retain=False, now=20)
    publish(house, "s", "OFF", retain=False, now=30)
    assert house.state(entity).changed_at == 20


def test_an_event_is_what_happens_now():
    house = House()
    entity = announce(house, "event", {"state_topic": "s", "event_types": ["press", "hold"]})
    assert publish(house, "s", {"event_type": "press"}, retain=True).states == []
    assert publish(house, "s", {"event_type": "press"}, retain=False).states == [entity]
    assert publish(house, "s", {"event_type": "press"}, retain=False).states == [entity]
    assert publish(house, "s", {"event_type": "kick"}, retain=False).states == []
    assert house.state(entity).value == "press"


@pytest.mark.parametrize(
    ("component", "keys", "act", "state", "settled"),
    [
        ("switch", BOTH, ("turn_on", {}), State(value="on"), True),
        ("switch", BOTH, ("turn_on", {}), State(value="off"), False),
        ("switch", BOTH, ("turn_on", {}), State(value="on", available=False), False),
        ("switch", {"command_topic": "c"}, ("turn_on", {}), State(), None),
        ("switch", {**BOTH, "optimistic": True}, ("turn_on", {}), State(value="on"), None),
        ("button", {"command_topic": "c"}, ("press", {}), State(), None),
        ("cover", BOTH, ("open", {}), State(value="opening"), False),
        ("cover", BOTH, ("stop", {}), State(value="open"), None),
        ("lock", BOTH, ("lock", {}), State(value="locked"), True),
        ("number", {**BOTH, "step": 0.5}, ("set_value", {"value": 5}), State(value=5.2), True),
        ("number", {**BOTH, "step": 0.5}, ("set_value", {"value": 5}), State(value=5.5), False),
    ],
)
def test_a_state_confirms_a_command_or_does_not(component, keys, act, state, settled):
    house = House()
    entity = announce(house, component, keys)
    assert house.compared(Act(entity, *act), state).settled is settled


LAMP = {**BOTH, "schema": "json", "supported_color_modes": ["xy", "color_temp"]}


@pytest.mark.parametrize(
    ("wanted", "told", "settled"),
    [
        ({"brightness": 50}, {"brightness": 51}, True),
        ({"brightness": 50}, {"brightness": 80}, False),
        ({"brightness": 50}, {}, False),
        ({}, {}, True),
        ({"kelvin": 2700}, {"kelvin": 2702}, True),
        ({"kelvin": 2700}, {"kelvin": 4000}, False),
        ({"kelvin": 2700}, {"rgb": (255, 0, 0)}, False),
        ({"rgb": (255, 0, 0)}, {"rgb": (250, 30, 20)}, True),
        ({"rgb": (255, 0, 0)}, {"rgb": (0, 255, 0)}, False),
        ({"rgb": (255, 0, 0)}, {"kelvin": 2700}, False),
    ],
)
def test_a_lamp_confirms_as_exactly_as_it_can(wanted, told, settled):
    house = House()
    entity = announce(house, "light", LAMP)
    assert house.compared(Act(entity, "turn_on", wanted), State(value="on", attributes=told)).settled is settled


def test_a_cover_on_its_way_says_so():
    house = House()
    entity = announce(house, "cover", BOTH)
    publish(house, "s", "opening")
    assert house.under_way(Act(entity, "open"), house.state(entity))
    assert not house.under_way(Act(entity, "close"), house.state(entity))


def test_a_device_that_never_reports_is_taken_at_its_command():
    house = House()
    entity = announce(house, "light", {"command_topic": "c", "brightness_command_topic": "b"})
    act = Act(entity, "turn_on", {"brightness": 40})
    assert house.assume(act, 50.0).states == [entity]
    state = house.state(entity)
    assert (state.value, state.attributes["brightness"], state.changed_at) == ("on", 40, 50.0)


def test_a_device_that_reports_is_not_assumed_to_do_anything():
    house = House()
    entity = announce(house, "switch", BOTH)
    assert not house.assume(Act(entity, "turn_on"), 50.0)
    assert house.state(entity).value is None


@pytest.mark.parametrize(
    ("component", "state", "service", "payload"),
    [
        ("switch", "ON", "toggle", "OFF"),
        ("switch", "OFF", "toggle", "ON"),
        ("switch", "", "toggle", "ON"),
        ("cover", "open", "toggle", "CLOSE"),
        ("cover", "closed", "toggle", "OPEN"),
        ("lock", "UNLOCKED", "toggle", "LOCK"),
        ("cover", "closed", "turn_on", "OPEN"),
        ("cover", "open", "turn_off", "CLOSE"),
        ("scene", "", "turn_on", "ON"),
    ],
)
def test_a_service_is_found_under_its_other_name(component, state, service, payload):
    house = House()
    entity = announce(house, component, BOTH)
    publish(house, "s", state)
    assert sent(house, entity, service) == [("c", payload)]


def test_there_is_no_command_for_a_device_that_is_not_there():
    with pytest.raises(CommandError, match=r"no device light\.nowhere"):
        House().encode(Act("light.nowhere", "turn_on"))


def test_all_topics_are_subscribed_again_after_a_reconnection():
    house = House()
    announce(house, "switch", {**BOTH, "availability_topic": "lwt"})
    assert set(house.subscriptions()) == {
        "homeassistant/+/+/config",
        "homeassistant/+/+/+/config",
        "tasmota/discovery/+/config",
        "tasmota/discovery/+/sensors",
        "s",
        "lwt",
    }


def test_a_full_house_takes_nobody_in_until_somebody_leaves(monkeypatch, caplog):
    monkeypatch.setattr(house_module, "MAX_ENTITIES", 2)
    house = House()
    for name in "abcd":
        publish(house, f"homeassistant/switch/{name}/config", {**BOTH, "name": name})
    assert [entity.id for entity in house.entities()] == ["switch.a", "switch.b"]
    assert len(caplog.records) == 1
    publish(house, "homeassistant/switch/a/config", "")
    assert publish(house, "homeassistant/switch/c/config", {**BOTH, "name": "c"}).added == ["switch.c"]


def test_a_megabyte_of_state_is_ignored():
    house = House()
    entity = announce(house, "sensor", {"state_topic": "s"})
    assert not publish(house, "s", "x" * 1_000_000)
    assert house.state(entity).value is None


def test_last_messages_are_kept_up_to_a_limit(monkeypatch):
    monkeypatch.setattr(topics_module, "_KEPT_IN_ALL", 1000)
    house = House()
    for index in range(20):
        announce(house, "sensor", {"state_topic": f"s{index}", "name": f"s{index}"}, f"s{index}")
        publish(house, f"s{index}", "x" * 100)
        publish(house, f"s{index}", "y" * 100)
    assert house._topics._kept == 1000
    for index in range(20):
        publish(house, f"homeassistant/sensor/s{index}/config", "")
    assert house._topics._kept == 0


def test_a_template_may_ask_what_its_own_entity_is_doing():
    house = House()
    toggles = "{% if is_state(entity_id, 'on') %}OFF{% else %}ON{% endif %}"
    entity = announce(house, "binary_sensor", {"state_topic": "s", "value_template": toggles})
    values = []
    for _ in range(3):
        publish(house, "s", "pressed")
        values.append(house.state(entity).value)
    assert values == ["on", "off", "on"]
    template = "{{ states('binary_sensor.thing') }} {{ this.state }} {{ name }}"
    other = announce(house, "sensor", {"state_topic": "t", "value_template": template, "name": "Other"}, "other")
    publish(house, "t", "x")
    assert house.state(other).value == "unknown unknown Other"


def test_a_position_template_knows_the_limits_and_the_last_position():
    house = House()
    template = "{{ [value | int, position_open] | min if state_attr(entity_id, 'current_position') is none else 7 }}"
    entity = announce(house, "cover", {"position_topic": "p", "position_template": template, "position_open": 50})
    publish(house, "p", "80")
    assert house.state(entity).attributes["position"] == 100
    publish(house, "p", "80")
    assert house.state(entity).attributes["position"] == 14


def test_a_thermostat_that_never_reports_starts_from_its_initial_temperature():
    house = House()
    entity = announce(house, "climate", {"temperature_command_topic": "t"})
    assert house.state(entity).attributes["temperature"] == 21
    house.assume(Act(entity, "set_temperature", {"temperature": 23}), 5.0)
    assert house.state(entity).attributes["temperature"] == 23
