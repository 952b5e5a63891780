"""What is wanted of a broker, and what each connection has still to be told; without a broker."""

from __future__ import annotations

import pytest

from assistant.home.mqtt.subscriptions import BYTES_AT_ONCE, FILTERS_AT_ONCE, Subscriptions, valid_filter


@pytest.mark.parametrize(
    ("text", "valid"),
    [
        ("a/b", True),
        ("#", True),
        ("a/+/b/#", True),
        ("a/#/b", False),
        ("a#", False),
        ("", False),
        ("a\0", False),
        ("x" * 65_536, False),
        ("\ud800", False),
    ],
)
def test_filters_that_mqtt_allows(text: str, valid: bool) -> None:
    assert valid_filter(text) is valid


def asked(subscriptions: Subscriptions) -> list[list[str]]:
    packets = []
    while batch := subscriptions.next_wanted():
        packets.append(batch)
    return packets


def test_one_packet_holds_many_filters_and_each_wildcard_has_one_of_its_own() -> None:
    subscriptions = Subscriptions()
    subscriptions.add(["a", "b", "c/#", "d", "not/#/allowed", *(f"t/{n}" for n in range(FILTERS_AT_ONCE))])
    sizes = [len(batch) for batch in asked(subscriptions)]
    assert sizes == [2, 1, FILTERS_AT_ONCE, 1]
    subscriptions.add(["x" * BYTES_AT_ONCE, "y"])
    assert [len(batch) for batch in asked(subscriptions)] == [1, 1]
    assert not subscriptions


def test_a_new_connection_is_asked_for_all_that_is_wanted_and_its_own_first() -> None:
    subscriptions = Subscriptions()
    subscriptions.add(["a", "b", "c"])
    asked(subscriptions)
    subscriptions.remove(["b", "unknown"])
    subscriptions.begin("mark")
    assert (asked(subscriptions), subscriptions.next_unwanted()) == ([["mark", "a", "c"]], [])


def test_what_was_never_asked_for_is_not_given_back_and_what_is_wanted_again_stays() -> None:
    subscriptions = Subscriptions()
    subscriptions.add(["a"])
    subscriptions.remove(["a"])  # before any packet
    assert not subscriptions
    subscriptions.add(["a", "b"])
    asked(subscriptions)
    subscriptions.remove(["a", "b"])
    subscriptions.add(["b"])
    assert (subscriptions.next_unwanted(), asked(subscriptions)) == (["a"], [["b"]])
