"""Timers and lists on a dashboard: published over a real broker by a real server, and set from there."""

from __future__ import annotations

import asyncio
import json
import time
from pathlib import Path

from assistant.home.shown_skills import ShownEntry, ShownSkills
from tests.assistant.home.test_turns import chat, until_it_says


def until(witness, topic: str, wanted) -> None:
    give_up = time.monotonic() + 60
    while not (seen := witness.on(topic)) or not wanted(json.loads(seen[-1])):
        assert time.monotonic() < give_up, f"{topic}: {seen}"
        time.sleep(0.02)


async def test_a_dashboard_shows_timers_and_lists_and_sets_them(serve, own_home: Path, mosquitto, witness) -> None:
    def visit() -> None:
        settings = {"REPARTEE_HOME_BROKER": mosquitto.url, "REPARTEE_HOME_HISTORY_DAYS": "0"}
        with serve(own_home, env=settings) as at:
            base = "/".join(next(t for t, _, _ in witness.seen if t.startswith("repartee/")).split("/")[:2])
            node = base.partition("/")[2]
            until(
                witness,
                f"homeassistant/device/{node}/config",
                lambda config: (
                    {"timers", "next_timer", "ringing", "stop_ringing", "list_shopping", "list_to_do"}
                    <= config["components"].keys()
                ),
            )
            chat(at.url, "add milk and eggs to the shopping list")
            until_it_says(witness, f"{base}/skills/list_shopping", "milk, eggs")
            witness.publish(f"{base}/skills/list_shopping/set", "Milk, bread,, Tea ")
            until_it_says(witness, f"{base}/skills/list_shopping", "milk, bread, tea")
            assert chat(at.url, "what's on my list?")["spoken"] == "On the shopping list: milk, bread and tea."
            witness.publish(f"{base}/skills/list_shopping/set", "")
            until_it_says(witness, f"{base}/skills/list_shopping", "")
            chat(at.url, "add nails to the hardware list")  # a new list is a new thing on the dashboard
            until(
                witness,
                f"homeassistant/device/{node}/config",
                lambda config: "list_hardware" in config["components"],
            )
            until_it_says(witness, f"{base}/skills/list_hardware", "nails")
            chat(at.url, "set a pasta timer for ten minutes")
            until(witness, f"{base}/skills/timers", lambda timers: timers["count"] == 1 and timers["next"])
            chat(at.url, "wake me in one second")
            until(witness, f"{base}/skills/timers", lambda timers: timers["ringing"] == "ON")
            witness.publish(f"{base}/skills/stop/set", "PRESS")
            until(witness, f"{base}/skills/timers", lambda timers: timers["ringing"] == "OFF")
            assert chat(at.url, "stop")["outcome"] == "command"

    await asyncio.to_thread(visit)


def test_a_long_list_is_shown_in_whole_items() -> None:
    shown = ShownSkills("node", "repartee/node")
    shown.update([], {"shopping": [f"thing number {number}" for number in range(50)]})
    text = shown.states()[-1].payload
    assert len(text) <= 255
    assert text.startswith("thing number 0, ")
    assert text.endswith(", …")


def test_what_is_paused_is_shown_and_is_not_the_next_one() -> None:
    shown = ShownSkills("node", "repartee/node")
    timers = [
        ShownEntry(kind="timer", name="tea", due_at=None, state="paused"),
        ShownEntry(kind="timer", name="pasta", due_at=1_900_000_000.0, state="waiting"),
    ]
    assert shown.update(timers, {})
    assert not shown.update(timers, {})
    told = json.loads(shown.states()[0].payload)
    assert (told["count"], told["next"], told["ringing"]) == (2, "2030-03-17T17:46:40+00:00", "OFF")
