"""`repartee bench home` on a small house: every device is found, every state followed, every figure told."""

import json
import os
import re
import shutil

import pytest

from assistant.benches import home, home_devices

needs_mosquitto = pytest.mark.skipif(
    shutil.which("mosquitto", path=f"{os.environ.get('PATH', '')}:/usr/sbin") is None,
    reason="needs the broker Mosquitto: apt-get install mosquitto",
)


@needs_mosquitto
def test_a_small_house_is_found_and_followed(repartee, tmp_path):
    ran = repartee(tmp_path, "bench", "home", "--devices", 20, "--rate", 200, "--seconds", 0.5, "--json")
    assert ran.returncode == 0, ran.stderr
    report = json.loads(ran.stdout)
    assert report["found"] == 20
    assert 0 < report["right_after_ms"] < float("inf")
    assert report["understand_p95_ms"] >= report["understand_p50_ms"] > 0
    assert report["updates_per_s"] == 200
    assert report["rate_reached"] == home.reached(report["sent_per_s"], 200)


@needs_mosquitto
def test_a_rate_that_was_not_reached_is_told_and_proves_nothing(repartee, tmp_path):
    options = ("--devices", 5, "--rate", 100_000, "--seconds", 0.1)
    report = json.loads(repartee(tmp_path, "bench", "home", *options, "--json").stdout)
    assert report["rate_reached"] is False
    assert report["sent_per_s"] < 95_000
    told = home.told_rate(home.Report(**report))
    assert re.match(r"NOT REACHED: only \d+ states a second were sent, 100000 were asked for; .* no proof", told)
    told = home.told_rate(home.Report(**report | {"rate_reached": True, "updates_per_s": 10}))
    assert re.match(r"\d+ states a second were sent, 10 were asked for", told)


def test_every_device_has_a_name_of_its_own_and_a_last_state():
    names = {home_devices.announcement(number)[1]["device"]["name"] for number in range(2000)}
    assert len(names) == 2000
    steps = home_devices.last_steps(20, 50)
    assert sorted(steps.values()) == [2] * 10 + [3] * 10
