"""Many devices for `repartee bench home`, in a process of their own: announced, and then changing at a steady rate.

`python -m assistant.benches.home_devices URL announce COUNT` and `... URL update COUNT RATE SECONDS`, which prints
when the last update was sent, in Unix seconds.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Iterator
from typing import Any

import aiomqtt

from assistant.home.mqtt.address import Address

KINDS = ("sensor", "light", "switch", "binary_sensor", "climate")
AREAS = ("Kitchen", "Bedroom", "Hall", "Bathroom", "Garage", "Living Room", "Office", "Attic", "Garden", "Cellar")
THINGS = ("Oak", "Elm", "Birch", "Cedar", "Maple", "Willow", "Hazel", "Rowan", "Alder", "Aspen")
_NAMES = {"sensor": "Meter", "light": "Lamp", "switch": "Socket", "binary_sensor": "Contact", "climate": "Heater"}
STEP_S = 0.01


def kind_of(number: int) -> str:
    """Return the domain of a device."""
    return KINDS[number % len(KINDS)]


def announcement(number: int) -> tuple[str, dict[str, Any]]:
    """Return the discovery topic of a device, and what it announces there."""
    kind, base = kind_of(number), f"bench/{number}"
    area = AREAS[number // len(KINDS) % len(AREAS)]
    tree = THINGS[number // (len(KINDS) * len(AREAS)) % len(THINGS)]
    series = number // (len(KINDS) * len(AREAS) * len(THINGS))
    name = f"{tree} {_NAMES[kind]}{f' {series + 1}' if series else ''}"
    config: dict[str, Any] = {
        "name": None,
        "unique_id": f"bench_{number}",
        "device": {"identifiers": [f"bench_{number}"], "name": f"{area} {name}", "suggested_area": area},
        "origin": {"name": "bench"},
        "availability_topic": "bench/availability",
        "state_topic": base,
    }
    if kind == "light":
        config |= {"schema": "json", "brightness": True, "command_topic": f"{base}/set"}
        config["supported_color_modes"] = ["color_temp"]
    elif kind == "sensor":
        config |= {"value_template": "{{ value_json.temperature }}", "unit_of_measurement": "°C"}
        config |= {"device_class": "temperature"}
    elif kind == "climate":
        del config["state_topic"]
        config |= {"modes": ["off", "heat"], "mode_state_topic": base, "mode_command_topic": f"{base}/mode"}
        config |= {"mode_state_template": "{{ value_json.mode }}", "temperature_state_topic": base}
        config |= {"temperature_state_template": "{{ value_json.temperature }}"}
        config |= {"temperature_command_topic": f"{base}/temperature"}
    else:
        config |= {"value_template": "{{ value_json.state }}"}
        if kind == "switch":
            config["command_topic"] = f"{base}/set"
    return f"homeassistant/{kind}/bench_{number}/config", config


def state(number: int, step: int) -> tuple[str, str | float]:
    """Return what a device publishes as its `step`-th state, and the value that it stands for."""
    kind, on = kind_of(number), (step + number) % 2 == 1
    if kind == "sensor":
        return json.dumps({"temperature": step / 10, "linkquality": step % 200}), step / 10
    if kind == "light":
        power = "ON" if on else "OFF"
        return json.dumps({"state": power, "brightness": 1 + step % 255}), power.lower()
    if kind == "climate":
        mode = "heat" if on else "off"
        return json.dumps({"mode": mode, "temperature": 15 + step % 10}), mode
    power = "ON" if on else "OFF"
    return json.dumps({"state": power, "battery": step % 100}), power.lower()


def updates(count: int, total: int) -> Iterator[tuple[int, int]]:
    """Yield (device, step) of `total` updates over `count` devices, in an order that is always the same."""
    for number in range(total):
        yield number * 7919 % count, 1 + number // count


def last_steps(count: int, total: int) -> dict[int, int]:
    """Return each device's last step after `total` updates; 0 for one that had none."""
    return dict.fromkeys(range(count), 0) | dict(updates(count, total))


async def _announce(client: aiomqtt.Client, count: int) -> None:
    for number in range(count):
        topic, config = announcement(number)
        await client.publish(topic, json.dumps(config), retain=True)
        await client.publish(f"bench/{number}", state(number, 0)[0], retain=True)
    await client.publish("bench/availability", "online", qos=1, retain=True)


async def _update(client: aiomqtt.Client, count: int, rate: int, seconds: float) -> None:
    started = time.perf_counter()
    for sent, (number, step) in enumerate(updates(count, int(rate * seconds))):
        if sent % max(1, int(rate * STEP_S)) == 0:
            await asyncio.sleep(max(0.0, started + sent / rate - time.perf_counter()))
        await client.publish(f"bench/{number}", state(number, step)[0], retain=True)
    print(time.time(), time.perf_counter() - started, flush=True)


async def _main(url: str, what: str, *numbers: str) -> None:
    address = Address.parse(url)
    async with aiomqtt.Client(address.host, address.port) as client:
        if what == "announce":
            await _announce(client, int(numbers[0]))
        else:
            await _update(client, int(numbers[0]), int(numbers[1]), float(numbers[2]))


if __name__ == "__main__":
    asyncio.run(_main(*sys.argv[1:]))
