"""How a device is shown to others: the words of its state."""

from __future__ import annotations

import pytest

from assistant.home.entities import Entity, State
from assistant.home.listing import listed


@pytest.mark.parametrize(
    ("device_class", "on", "off"),
    [
        ("window", "open", "closed"),
        ("door", "open", "closed"),
        ("garage_door", "open", "closed"),
        ("opening", "open", "closed"),
        ("lock", "unlocked", "locked"),
        ("motion", "on", "off"),
        ("smoke", "on", "off"),
        (None, "on", "off"),
    ],
)
def test_doors_and_windows_are_open_or_closed(device_class: str | None, on: str, off: str) -> None:
    sensor = Entity(id="binary_sensor.a", name="A", domain="binary_sensor", device_class=device_class)
    assert listed(sensor, State(value="on"))["state"] == on
    assert listed(sensor, State(value="off"))["state"] == off
    assert listed(sensor, State())["state"] is None
    assert listed(sensor, State(value="on", available=False))["state"] is None


def test_a_lamp_of_that_class_stays_on() -> None:
    lamp = Entity(id="light.a", name="A", domain="light", device_class="window")
    assert listed(lamp, State(value="on"))["state"] == "on"
