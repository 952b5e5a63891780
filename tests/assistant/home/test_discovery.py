"""Announcements: their spellings, devices with many entities, what is skipped and how that is told."""

from __future__ import annotations

import logging

import pytest

from assistant.home.devices import abbreviations, discovery
from assistant.home.devices.house import House
from tests.assistant.home.houses import publish, sent

DEVICE = {"identifiers": ["d"], "name": "Garage"}
ORIGIN = {"name": "firmware"}


def skipped(caplog) -> list[str]:
    return [record.getMessage() for record in caplog.records if "skipped" in record.getMessage()]


@pytest.mark.parametrize(
    ("short", "long"),
    [
        ("stat_t", "state_topic"),
        ("cmd_t", "command_topic"),
        ("val_tpl", "value_template"),
        ("uniq_id", "unique_id"),
        ("avty_t", "availability_topic"),
        ("avty_tpl", "availability_template"),
        ("bri_cmd_t", "brightness_command_topic"),
        ("bri_scl", "brightness_scale"),
        ("clr_temp_cmd_tpl", "color_temp_command_template"),
        ("clr_temp_k", "color_temp_kelvin"),
        ("fx_list", "effect_list"),
        ("hum_stat_t", "target_humidity_state_topic"),
        ("hum_state_tpl", "target_humidity_state_template"),
        ("curr_temp_t", "current_temperature_topic"),
        ("temp_hi_cmd_t", "temperature_high_command_topic"),
        ("swing_mode_stat_tpl", "swing_mode_state_template"),
        ("pr_mode_val_tpl", "preset_mode_value_template"),
        ("pl_avail", "payload_available"),
        ("pl_ret", "payload_return_to_base"),
        ("pl_arm_nite", "payload_arm_night"),
        ("pl_osc_on", "payload_oscillation_on"),
        ("pl_rst_pr_mode", "payload_reset_preset_mode"),
        ("stat_clsd", "state_closed"),
        ("stat_jam", "state_jammed"),
        ("set_pos_tpl", "set_position_template"),
        ("pos", "reports_position"),
        ("pos_t", "position_topic"),
        ("pos_clsd", "position_closed"),
        ("tilt_status_tpl", "tilt_status_template"),
        ("strt_mw_cmd_t", "start_mowing_command_topic"),
        ("act_stat_t", "activity_state_topic"),
        ("act_t", "action_topic"),
        ("set_fan_spd_t", "set_fan_speed_topic"),
        ("fanspd_lst", "fan_speed_list"),
        ("l_ver_tpl", "latest_version_template"),
        ("json_attr_t", "json_attributes_topic"),
        ("whit_cmd_t", "white_command_topic"),
        ("rgbww_val_tpl", "rgbww_value_template"),
        ("sup_clrm", "supported_color_modes"),
        ("ops", "options"),
        ("opt", "optimistic"),
        ("unit_of_meas", "unit_of_measurement"),
        ("b_tpl", "blue_template"),
        ("cmd_off_tpl", "command_off_template"),
        ("stat_val_tpl", "state_value_template"),
        ("t", "topic"),
    ],
)
def test_an_abbreviation_is_spelled_out(short, long):
    assert abbreviations.expand({short: 1}, abbreviations.ABBREVIATIONS) == {long: 1}
    assert abbreviations.expand({long: 1}, abbreviations.ABBREVIATIONS) == {long: 1}


def test_no_long_spelling_is_an_abbreviation_of_another():
    assert not set(abbreviations.ABBREVIATIONS) & set(abbreviations.ABBREVIATIONS.values())


def test_the_long_spelling_counts_where_both_are_there():
    assert abbreviations.expand({"stat_t": "a", "state_topic": "b"}, abbreviations.ABBREVIATIONS) == {
        "state_topic": "b"
    }


@pytest.mark.parametrize("topic", ["homeassistant/switch/o/config", "homeassistant/switch/node-1/o_2/config"])
def test_one_entity_is_announced_with_and_without_a_node(topic):
    house = House()
    assert publish(house, topic, {"name": "Fan", "cmd_t": "c"}).added == ["switch.fan"]


def test_the_base_topic_stands_at_the_start_or_the_end_of_every_topic():
    house = House()
    keys = {"~": "base", "name": "L", "cmd_t": "~/set", "stat_t": "stat/~", "avty": [{"t": "~/lwt"}], "pl_on": "~"}
    changes = publish(house, "homeassistant/switch/o/config", keys)
    assert changes.subscribe == ["stat/base", "base/lwt"]
    assert sent(house, "switch.l", "turn_on") == [("base/set", "~")]


def device(**components: object) -> dict[str, object]:
    return {"dev": DEVICE, "o": ORIGIN, "cmps": components}


def test_a_device_announces_all_its_entities_and_shares_its_topics():
    house = House()
    announced = device(
        door={"p": "cover", "unique_id": "1", "name": "Door"},
        light={"platform": "light", "uniq_id": "2", "name": None, "command_topic": "~/l", "~": "own"},
    )
    announced |= {"~": "base", "cmd_t": "~/c", "stat_t": "~/s", "avty_t": "~/lwt", "qos": 1}
    changes = publish(house, "homeassistant/device/d/config", announced)
    assert changes.added == ["cover.garage_door", "light.garage"]
    assert sent(house, "cover.garage_door", "open") == [("base/c", "OPEN")]
    assert sent(house, "light.garage", "turn_on") == [("own/l", "ON")]
    assert not house.state("light.garage").available
    publish(house, "base/lwt", "online")
    assert house.state("light.garage").available
    assert house.state("cover.garage_door").available


def test_a_component_with_nothing_but_its_platform_is_removed_and_the_others_stay():
    house = House()
    sensor = {"p": "sensor", "state_topic": "s"}
    publish(
        house, "homeassistant/device/d/config", device(a=sensor | {"unique_id": "a"}, b=sensor | {"unique_id": "b"})
    )
    changes = publish(house, "homeassistant/device/d/config", device(a={"p": "sensor"}))
    assert (changes.removed, len(house.entities())) == (["sensor.garage"], 1)
    assert publish(house, "homeassistant/device/d/config", "").removed == ["sensor.garage_2"]


def test_an_empty_payload_removes_an_entity_and_its_subscriptions():
    house = House()
    publish(house, "homeassistant/switch/o/config", {"name": "L", "cmd_t": "c", "stat_t": "s"})
    changes = publish(house, "homeassistant/switch/o/config", "")
    assert (changes.removed, changes.unsubscribe, house.entities()) == (["switch.l"], ["s"], [])
    assert not publish(house, "homeassistant/switch/o/config", "")


def test_an_entity_moves_into_its_device_without_being_lost():
    house = House()
    single, all_in_one = "homeassistant/sensor/o/config", "homeassistant/device/d/config"
    publish(house, single, {"name": "T", "stat_t": "s", "uniq_id": "u"})
    publish(house, "s", "5")
    publish(house, single, {"migrate_discovery": True})
    changes = publish(house, all_in_one, device(t={"p": "sensor", "uniq_id": "u", "stat_t": "s", "name": "T"}))
    assert (changes.added, changes.removed) == ([], [])
    assert not publish(house, single, "").removed
    assert house.state("sensor.t").value == 5
    assert publish(house, all_in_one, "").removed == ["sensor.t"]


def test_a_unique_id_belongs_to_the_first_until_it_is_gone(caplog):
    house = House()
    publish(house, "homeassistant/switch/a/config", {"name": "A", "cmd_t": "a", "uniq_id": "u"})
    assert not publish(house, "homeassistant/switch/b/config", {"name": "B", "cmd_t": "b", "uniq_id": "u"})
    assert skipped(caplog) == ["Announcement skipped: homeassistant/switch/b/config: unique_id is that of switch.a"]
    changes = publish(house, "homeassistant/switch/a/config", "")
    assert (changes.removed, changes.added) == (["switch.a"], ["switch.a"])
    assert sent(house, "switch.a", "turn_on") == [("b", "ON")]


def test_one_who_waits_for_a_unique_id_can_give_up():
    house = House()
    for name in "ab":
        publish(house, f"homeassistant/switch/{name}/config", {"name": name, "cmd_t": name, "uniq_id": "u"})
    publish(house, "homeassistant/switch/b/config", "")
    assert publish(house, "homeassistant/switch/a/config", "").added == []


BAD = [
    ("switch/o", {"name": "X"}, "command_topic is missing"),
    ("sensor/o", {"name": "X"}, "state_topic is missing"),
    ("sensor/o", {"stat_t": "a/#"}, "state_topic must be a topic without wildcards"),
    ("switch/o", {"cmd_t": "a/+/b"}, "command_topic must be a topic without wildcards"),
    ("switch/o", {"cmd_t": ["a"]}, "command_topic must be a topic without wildcards"),
    ("switch/o", {"cmd_t": "a\x00b"}, "command_topic must be a topic without wildcards"),
    ("switch/o", {"cmd_t": "c", "qos": 3}, "qos must be one of"),
    ("switch/o", {"cmd_t": "c", "opt": "perhaps"}, "optimistic must be true or false"),
    ("switch/o", {"cmd_t": "c", "stat_t": "s", "val_tpl": "{{ x"}, "value_template cannot be read"),
    ("switch/o", {"cmd_t": "c", "stat_t": "s", "val_tpl": 5}, "value_template must be a template"),
    ("switch/o", {"cmd_t": "c", "name": {"a": 1}}, "name must be a text"),
    ("switch/o", {"cmd_t": "c", "avty": "lwt"}, "availability must be a list"),
    ("switch/o", {"cmd_t": "c", "avty": [{"pl_avail": "x"}]}, "availability.topic is missing"),
    ("switch/o", {"cmd_t": "c", "avty_mode": "most"}, "availability_mode must be one of"),
    ("switch/o", {"cmd_t": "c", "e": "rot13"}, "encoding is not known"),
    ("light/o", {"cmd_t": "c", "schema": "yaml"}, "schema must be one of"),
    ("light/o", {"cmd_t": "c", "bri_scl": 0}, "brightness_scale must be a whole number"),
    ("light/o", {"cmd_t": "c", "schema": "template"}, "command_on_template is missing"),
    ("light/o", {"cmd_t": "c", "schema": "json", "sup_clrm": ["pink"]}, "supported_color_modes has the unknown 'pink'"),
    ("number/o", {"cmd_t": "c", "min": 5, "max": 1}, "max must be above min"),
    ("number/o", {"cmd_t": "c", "min": "low"}, "min must be a number"),
    ("select/o", {"cmd_t": "c"}, "options is missing"),
    ("select/o", {"cmd_t": "c", "ops": [{}]}, "options must be a list"),
    ("humidifier/o", {"cmd_t": "c"}, "target_humidity_command_topic is missing"),
    ("alarm_control_panel/o", {"cmd_t": "c"}, "state_topic is missing"),
    ("event/o", {"stat_t": "c"}, "event_types is missing"),
    ("cover/o", {"cmd_t": "c", "pos_open": 1, "pos_clsd": 1}, "position_open must differ"),
    ("cover/o", {}, "command_topic is missing"),
    ("text/o", {"cmd_t": "c", "ptrn": "("}, "pattern is no regular expression"),
    ("text/o", {"cmd_t": "c", "ptrn": "((a{999}){999}){999}"}, "pattern is no regular expression"),
    ("switch/o", "{", "payload is not JSON"),
    ("switch/o", "[1]", "payload is not a JSON object"),
    ("switch/o", b"\xff\xfe", "payload is not JSON"),
    ("switch/o", "[" * 100_000, "payload is not JSON"),
    ("switch/o", '{"a": "' + "x" * 300_000 + '"}', "payload has 300009 bytes"),
    ("toaster/o", {"cmd_t": "c"}, "component toaster is not known"),
    ("switch/o!", {"cmd_t": "c"}, "topic has characters"),
    ("device/o", {"o": ORIGIN, "cmps": {}}, "device must have identifiers or connections"),
    ("device/o", {"dev": DEVICE, "cmps": {}}, "origin must have a name"),
    ("device/o", {"dev": DEVICE, "o": ORIGIN}, "components must be an object"),
    (
        "device/o",
        {"dev": DEVICE, "o": ORIGIN, "cmps": {"a": {"p": "toaster", "x": 1}}},
        "a.platform 'toaster' is not known",
    ),
    ("device/o", {"dev": DEVICE, "o": ORIGIN, "cmps": {"a": {"p": "switch", "cmd_t": "c"}}}, "a.unique_id is missing"),
    (
        "device/o",
        {"dev": DEVICE, "o": ORIGIN, "cmps": {"a": {"p": "switch", "uniq_id": "c"}}},
        "a.command_topic is missing",
    ),
    ("device/o", {"dev": DEVICE, "o": ORIGIN, "cmps": {"a": 3}}, "a.components must hold objects"),
]


@pytest.mark.parametrize(("where", "payload", "why"), BAD)
def test_a_bad_announcement_is_skipped_with_one_line_that_names_topic_and_key(where, payload, why, caplog):
    house = House()
    topic = f"homeassistant/{where}/config"
    with caplog.at_level(logging.WARNING):
        assert not publish(house, topic, payload)
        publish(house, topic, payload)  # and not again when it is announced again
    lines = skipped(caplog)
    assert len(lines) == 1, lines
    assert lines[0].startswith(f"Announcement skipped: {topic}: {why}")


def test_the_good_entities_of_a_device_are_found_beside_the_bad(caplog):
    house = House()
    announced = device(
        bad={"p": "switch", "uniq_id": "1"},
        good={"p": "switch", "uniq_id": "2", "cmd_t": "c"},
        trigger={"p": "device_automation", "automation_type": "trigger"},
        worse=None,
    )
    assert publish(house, "homeassistant/device/d/config", announced).added == ["switch.garage"]
    assert len(skipped(caplog)) == 2


@pytest.mark.parametrize("component", ["device_automation", "tag", "camera", "image"])
def test_what_nobody_asks_for_is_skipped_in_silence(component, caplog):
    house = House()
    assert not publish(house, f"homeassistant/{component}/o/config", {"topic": "t"})
    assert not caplog.records


def test_a_bad_update_leaves_the_entity_as_it_was(caplog):
    house = House()
    topic = "homeassistant/switch/o/config"
    publish(house, topic, {"name": "L", "cmd_t": "c"})
    assert not publish(house, topic, {"name": "L"})
    assert sent(house, "switch.l", "turn_on") == [("c", "ON")]


def test_an_entity_that_is_off_by_default_is_not_in_the_house(caplog):
    house = House()
    assert not publish(house, "homeassistant/sensor/o/config", {"name": "RSSI", "stat_t": "s", "en": False})
    assert not caplog.records


def test_another_prefix_is_listened_to():
    house = House("ha/discovery")
    assert house.subscriptions()[:2] == ["ha/discovery/+/+/config", "ha/discovery/+/+/+/config"]
    assert publish(house, "ha/discovery/switch/o/config", {"name": "L", "cmd_t": "c"}).added
    assert not publish(house, "homeassistant/switch/o/config", {"name": "L", "cmd_t": "c"})


def test_what_a_device_sent_is_not_kept():
    found = discovery.read("homeassistant/switch/o/config", "homeassistant", b'{"cmd_t": "c", "junk": "x"}')
    assert found is not None
    assert not discovery.build(found.announcements[0]).keys.values
