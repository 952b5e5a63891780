"""The doctor reports; it never fails, whatever is broken."""

import json
from dataclasses import replace

import pytest

from assistant.commands.doctor import show
from assistant.config import Config
from assistant.doctor.checks import Finding
from plugins.bert_cpu import here, missing


def findings(result) -> dict[str, dict]:
    assert result.returncode == 0, result.stderr
    return {finding["name"]: finding for finding in json.loads(result.stdout)["findings"]}


def test_a_healthy_home(samples_home, repartee):
    found = findings(repartee(samples_home, "doctor", "--json"))
    assert not [finding for finding in found.values() if finding["state"] == "broken"]
    assert "sha256 " in found["weights"]["detail"]
    assert found["store"]["detail"].startswith("13 documents, ")
    assert found["slot"]["detail"].startswith("In the 10 ms slot this machine reads ")
    assert "This one will read." in "".join(f["detail"] for f in found.values() if f["topic"] == "runtimes")
    assert {"core", "processor", "recognizer", "voice espeak", "voice flite", "sound devices"} <= set(found)
    assert all(
        finding["remedy"] for finding in found.values() if finding["topic"] == "extras" and finding["state"] != "ok"
    )


@pytest.mark.parametrize(
    ("break_it", "name"),
    [
        (lambda home: (home / "repartee.toml").write_text("[reader]\nthreads = 'many'"), "repartee.toml"),
        (lambda home: (home / "repartee.toml").write_text("[reader]\nmodel = '/none'"), "reader"),
        (lambda home: (home / "knowledge.db").write_bytes(b"not a database" * 1000), "knowledge"),
        (lambda home: (home / "repartee.toml").write_text("[reader]\nruntime = 'steam'"), "steam"),
    ],
)
def test_what_is_broken_is_reported_and_the_rest_still_examined(own_home, repartee, break_it, name):
    break_it(own_home)
    found = findings(repartee(own_home, "doctor", "--json"))
    assert found[name]["state"] == "broken"
    assert found[name]["detail"]
    assert found["processor"]["state"] == "ok"


@pytest.mark.skipif(bool(missing()), reason=missing())
def test_the_kernels_that_will_read_are_those_that_were_asked_for(own_home, repartee):
    narrowest = here()[-1].name
    found = findings(repartee(own_home, "doctor", "--json", env={"REPARTEE_READER_ISA": narrowest}))
    assert f"({narrowest})" in found["cpu"]["detail"]
    assert found["cpu"]["detail"].endswith(" This one will read.")
    result = repartee(own_home, "doctor", "--json", env={"REPARTEE_READER_ISA": "mmx"})
    broken = [each for each in json.loads(result.stdout)["findings"] if each["state"] == "broken"]
    assert [(each["name"], "no kernels named 'mmx'" in each["detail"]) for each in broken] == [("cpu", True)]


def test_a_runtime_that_there_is_not_is_told_with_those_that_there_are(own_home, repartee):
    found = findings(repartee(own_home, "doctor", "--json", env={"REPARTEE_READER_RUNTIME": "steam"}))
    assert found["steam"]["detail"] == "There is no runtime 'steam'"
    assert found["steam"]["remedy"].startswith("choose auto or one of ")


def test_settings_in_effect_are_shown_and_secrets_are_not(own_home, repartee):
    (own_home / "repartee.toml").write_text("[serve]\ntoken = 'hunter2'\n[budget]\nread = 7\n")
    result = repartee(own_home, "doctor", "--json")
    settings = json.loads(result.stdout)["settings"]
    assert settings["budget"]["read"] == 7
    assert settings["serve"]["token"] == "(set)"
    for shown in (result.stdout, repartee(own_home, "doctor").stdout):
        assert "hunter2" not in shown


def test_for_people_it_ends_with_a_verdict(tmp_path, repartee):
    result = repartee(tmp_path / "new", "doctor")
    assert result.returncode == 0
    assert result.stdout.endswith("Nothing is broken.\n")
    assert "repartee knowledge add PATH" in result.stdout
    assert not (tmp_path / "new").exists()


def test_a_satellite_that_is_away_is_named_and_an_open_door_is_broken(own_home, repartee):
    settings = "[serve]\nwyoming = 'tcp://127.0.0.1:10300'\n[satellites.addresses]\nkitchen = 'tcp://127.0.0.1:1'\n"
    (own_home / "repartee.toml").write_text(settings)
    found = findings(repartee(own_home, "doctor", "--json"))
    assert found["server"]["state"] == "ok"
    assert found["satellite kitchen"]["state"] == "missing"
    (own_home / "repartee.toml").write_text("[serve]\nwyoming = 'tcp://0.0.0.0:10300'\n")
    found = findings(repartee(own_home, "doctor", "--json"))
    assert found["Wyoming"]["state"] == "broken"
    assert "wyoming_allow" in found["Wyoming"]["detail"]


def test_a_terminal_obeys_nothing_of_a_report(tmp_path, capsys):
    finding = Finding("devices", "lamp\x1b[1m", "broken", "said \x1b]0;renamed\x07", "see \x1b[2J")
    show([finding], Config(tmp_path, speech=replace(Config(tmp_path).speech, voice="es\x1b[3m")))
    shown = capsys.readouterr().out
    assert "lamp␛[1m" in shown
    assert "voice=es␛[3m" in shown
    assert "\x1b" not in shown
