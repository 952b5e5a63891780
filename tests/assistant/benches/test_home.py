"""`repartee bench home` on a small house: every device is found, every state followed, every figure told."""

import json
import os
import shutil

import pytest

from assistant.benches import home_devices


@pytest.mark.skipif(
    shutil.which("mosquitto", path=f"{os.environ.get('PATH', '')}:/usr/sbin") is None,
    reason="needs the broker Mosquitto: apt-get install mosquitto",
)
def test_a_small_house_is_found_and_followed(repartee, tmp_path):
    ran = repartee(tmp_path, "bench", "home", "--devices", 20, "--rate", 200, "--seconds", 0.5, "--json")
    assert ran.returncode == 0, ran.stderr
    report = json.loads(ran.stdout)
    assert report["found"] == 20
    assert 0 < report["right_after_ms"] < float("inf")
    assert report["understand_p95_ms"] >= report["understand_p50_ms"] > 0


def test_every_device_has_a_name_of_its_own_and_a_last_state():
    names = {home_devices.announcement(number)[1]["device"]["name"] for number in range(2000)}
    assert len(names) == 2000
    steps = home_devices.last_steps(20, 50)
    assert sorted(steps.values()) == [2] * 10 + [3] * 10
