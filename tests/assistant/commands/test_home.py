"""`repartee home` as a person types it: devices listed, a command carried out on a virtual house, errors told."""

import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time

import paho.mqtt.client as paho
import pytest

pytestmark = pytest.mark.skipif(
    shutil.which("mosquitto", path=f"{os.environ.get('PATH', '')}:/usr/sbin") is None,
    reason="needs the broker Mosquitto: apt-get install mosquitto",
)


class Printed:
    """What a process has printed so far."""

    def __init__(self, path):
        self._path = path

    def __call__(self):
        return self._path.read_text()

    def will_have(self, line):
        """Whether it has a line, or gets it within a minute: it prints a while after it did something."""
        until = time.monotonic() + 60
        while line not in self() and time.monotonic() < until:
            time.sleep(0.05)
        return line in self()


@contextlib.contextmanager
def demo(home, *arguments):
    """Run the virtual house in `home` until the block ends; the value is what it printed."""
    out = home.parent / "demo.out"
    call = [sys.executable, "-m", "assistant", "--home", str(home), "home", "demo", *arguments]
    with out.open("wb") as output, subprocess.Popen(call, stdout=output, stderr=output) as process:
        try:
            until = time.monotonic() + 60
            while "lives at" not in out.read_text():
                assert process.poll() is None, out.read_text()
                assert time.monotonic() < until
                time.sleep(0.05)
            yield Printed(out)
        finally:
            process.send_signal(signal.SIGINT)
            assert process.wait(60) == 0, out.read_text()


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    """A home in which a virtual house lives."""
    home = tmp_path_factory.mktemp("house") / "home"
    with demo(home, "--silent", "Landing Lamp") as printed:
        yield home, printed


def test_devices_are_listed_as_json_and_as_a_table(repartee, house):
    home, _ = house
    listed = repartee(home, "home", "list", "--json")
    assert listed.returncode == 0, listed.stderr
    devices = {device["id"]: device for device in json.loads(listed.stdout)}
    assert len(devices) == 14
    assert devices["lock.front_door"] == {
        "id": "lock.front_door",
        "name": "Front Door",
        "domain": "lock",
        "area": "Hall",
        "state": "locked",
        "available": True,
    }
    assert all(isinstance(device["available"], bool) for device in devices.values())
    table = repartee(home, "home", "list")
    assert re.search(r"Hall +Front Door +locked +lock\.front_door", table.stdout)
    narrow = repartee(home, "home", "list", env={"COLUMNS": "30"})  # no terminal: a device is a line, its id the end
    assert [line.split()[-1] for line in narrow.stdout.splitlines()[1:]] == [
        line.split()[-1] for line in table.stdout.splitlines()[1:]
    ]
    assert {line.split()[-1] for line in narrow.stdout.splitlines()[1:]} == devices.keys()


def test_a_command_is_carried_out_and_told_as_it_was(repartee, house):
    home, printed = house
    said = repartee(home, "home", "say", "turn on the bedside lamp")
    assert (said.returncode, said.stdout) == (0, "The bedside lamp is on.\n"), said.stderr
    assert printed.will_have('Bedside Lamp: light {"state":"ON"}')
    silent = repartee(home, "home", "say", "turn on the landing lamp", "--json")
    assert silent.returncode == 1
    told = json.loads(silent.stdout)
    assert told["spoken"] == "The landing lamp did not answer."
    assert told["outcome"] == "failed"
    assert told["action"]["entities"] == ["light.landing_lamp"]
    assert told["action"]["confirmed"] is False


def test_a_question_about_the_home_is_answered_from_its_state(repartee, house):
    home, _ = house
    assert repartee(home, "home", "say", "is the kitchen window open?").stdout == "Yes, the kitchen window is open.\n"


def test_what_opens_the_house_is_asked_back_first(repartee, house):
    home, printed = house
    asked = repartee(home, "home", "say", "open the garage door")
    assert asked.stdout.endswith("?\n")
    assert "Garage Door" not in printed().partition("Ctrl-C")[2].replace("is the garage door open", "")
    opened = repartee(home, "home", "say", "--yes", "open the garage door")
    assert opened.stdout == "The garage door is opening.\n"
    assert printed.will_have("Garage Door: move OPEN")


def test_a_terminal_obeys_nothing_that_a_device_says(repartee, house):
    """A select shows the options that its announcement brings."""
    home, _ = house
    port = int(re.search(r":(\d+)", (home / "home-demo.json").read_text())[1])
    mode = "Eco \x1b]0;renamed\x07"
    keys = {"name": "Boiler Mode", "state_topic": "boiler", "command_topic": "boiler/set", "options": [mode]}
    client = paho.Client(paho.CallbackAPIVersion.VERSION2)
    client.connect("127.0.0.1", port)
    client.loop_start()

    def publish(topic, payload):
        client.publish(topic, payload, 1, retain=True).wait_for_publish(60)

    try:
        publish("homeassistant/select/boiler/config", json.dumps(keys))
        publish("boiler", mode)
        listed = repartee(home, "home", "list").stdout
        said = repartee(home, "home", "say", "what is the boiler mode").stdout
    finally:
        publish("homeassistant/select/boiler/config", "")
        publish("boiler", "")
        client.loop_stop()
    for shown in (listed, said):
        assert "Eco ␛]0;renamed␇" in shown
        assert "\x1b" not in shown


def test_what_is_not_about_the_home_is_left_alone(repartee, house):
    home, printed = house
    before = printed()
    said = repartee(home, "home", "say", "who was the keeper of the lighthouse")
    assert said.returncode == 1
    assert said.stdout == "I do not understand that as something about the home.\n"
    assert printed() == before


@pytest.mark.parametrize(
    ("words", "status", "outcome"),
    [
        ("turn off the bedside lamp", 0, "acted"),
        ("is the kitchen window open?", 0, "answered"),
        ("open the garage door", 0, "asked_back"),
        ("turn off the bedside lamp and the landing lamp", 0, "acted"),
        ("turn on the landing lamp", 1, "failed"),
        ("turn on the disco ball", 1, "failed"),
        ("who was the keeper of the lighthouse", 1, "abstained"),
        ("", 2, None),
    ],
)
def test_the_exit_status_says_whether_anything_was_done(repartee, house, words, status, outcome):
    home, _ = house
    plain = repartee(home, "home", "say", words)
    as_json = repartee(home, "home", "say", words, "--json")
    assert (plain.returncode, as_json.returncode) == (status, status), plain.stdout + plain.stderr
    if outcome:
        assert plain.stderr == ""
        assert json.loads(as_json.stdout)["outcome"] == outcome


def test_the_doctor_tells_whether_the_broker_answers_and_hides_its_password(repartee, house):
    def broker(**env):
        examined = repartee(house[0], "doctor", "--json", env=env)
        assert "geheim" not in examined.stdout
        findings = json.loads(examined.stdout)["findings"]
        return next(each for each in findings if each["topic"] == "devices" and each["name"] != "Mosquitto")

    there = broker()
    assert there["state"] == "ok"
    assert re.fullmatch(r"mqtt://127\.0\.0\.1:\d+, 14 devices", there["detail"])
    away = broker(REPARTEE_HOME_BROKER="mqtt://user:geheim@127.0.0.1:1")
    assert away["state"] == "broken"
    assert away["detail"].startswith("The broker mqtt://127.0.0.1:1 cannot be reached (Connection refused);")


@pytest.mark.parametrize("words", ["", "x" * 1001])
def test_no_command_and_too_long_ones_are_refused(repartee, tmp_path, words):
    refused = repartee(tmp_path, "home", "say", words)
    assert refused.returncode == 2
    assert "Give a command of at most 1000 characters" in refused.stderr


def test_when_the_demo_has_ended_nothing_of_it_is_left(repartee, tmp_path):
    home = tmp_path / "home"
    with demo(home):
        assert (home / "home-demo.json").stat().st_mode & 0o777 == 0o600
        port = re.search(r":(\d+)", (home / "home-demo.json").read_text())[1]
    assert not (home / "home-demo.json").exists()
    listed = repartee(home, "home", "list")
    assert listed.returncode == 2
    assert "No devices are set up" in listed.stderr
    refused = repartee(home, "home", "list", "--timeout", "1", env={"REPARTEE_HOME_BROKER": f"mqtt://127.0.0.1:{port}"})
    assert refused.returncode == 2
    assert re.fullmatch(rf"repartee: The broker mqtt://127\.0\.0\.1:{port} cannot be reached .*\n", refused.stderr)


def test_a_silent_device_that_there_is_not_is_told(repartee, tmp_path):
    refused = repartee(tmp_path, "home", "demo", "--silent", "Moon")
    assert refused.returncode == 2
    assert refused.stderr.startswith("repartee: There is no device Moon in the virtual house; it has Ceiling Light, ")


def test_a_broker_that_is_no_url_is_told_without_its_password(repartee, tmp_path):
    refused = repartee(tmp_path, "home", "list", env={"REPARTEE_HOME_BROKER": "http://user:geheim@host"})
    assert refused.returncode == 2
    assert refused.stderr.startswith("repartee: home.broker must be a URL such as mqtt://")
    assert "geheim" not in refused.stderr
