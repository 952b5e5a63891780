"""The broker of compose.yaml, with its own settings: it starts, lets in, and keeps what is retained."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

COMPOSE = Path(__file__).parents[3] / "compose.yaml"
_OWN = ("listener", "allow_anonymous", "set_tcp_nodelay", "persistence_location")  #: a test's broker has its own


def test_the_brokers_settings_are_accepted_and_keep_what_is_retained_over_a_restart(
    make_mosquitto: Callable[..., Any], make_witness: Callable[..., Any], tmp_path: Path
) -> None:
    match = re.search(r"content: \|\n((?: {6}.+\n)+)", COMPOSE.read_text(encoding="utf-8"))
    assert match is not None
    lines = [line.strip() for line in match[1].splitlines()]
    assert {"listener 1883", "set_tcp_nodelay true", "max_queued_messages 0", "persistence true"} <= set(lines)
    kept = tmp_path / "kept"
    kept.mkdir()
    broker = make_mosquitto(*(line for line in lines if not line.startswith(_OWN)), f"persistence_location {kept}/")
    make_witness(broker).publish("home/lamp/state", "ON", retain=True)
    broker.stop()
    broker.start()
    assert make_witness(broker).wait_for("home/lamp/state") == ["ON"]
