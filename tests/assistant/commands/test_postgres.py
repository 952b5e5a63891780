"""The command line and the server with a store in PostgreSQL, each home a server of its own."""

import json
import re
import time

import pytest
from click.testing import CliRunner

from assistant import cli
from assistant.config import Config
from assistant.doctor.checks import _findings, _knowledge, settings
from tests.assistant.channels.web.http.test_http import call, chat, form
from tests.postgres import PASSWORD

TOWER = "# The Tower\n\n## Height\n\nThe tower is 41 metres tall.\n"
UNHURRIED = {"REPARTEE_BUDGET_RETRIEVE": "60000", "REPARTEE_BUDGET_READ": "60000"}


@pytest.fixture
def home(shared, tmp_path):
    """Make the home of a server, by its name; its configuration names the database."""

    def make(name):
        home = tmp_path / name
        home.mkdir(exist_ok=True)
        (home / "repartee.toml").write_text(f'[knowledge]\nstore = "{shared.guarded_url}"\n')
        return home

    return make


def knowledge(home, *arguments):
    """Run `repartee knowledge`."""
    return CliRunner().invoke(cli.main, ["--home", str(home), "knowledge", *map(str, arguments)])


def examined(home):
    """What the doctor says of documents."""
    found = _findings("knowledge", _knowledge, Config.load(home, {}))
    return "".join(f"{each.name} {each.state} {each.detail}\n" for each in found)


def test_commands_of_several_homes_have_one_store(home, shared, repartee, tmp_path):
    tower = tmp_path / "tower.md"
    tower.write_text(TOWER)
    kitchen, hall = home("kitchen"), home("hall")
    doctor = examined(kitchen)
    assert re.search(r"database ok postgresql://postgres@\S+, PostgreSQL \S+, no documents yet", doctor)
    assert "store missing" in doctor
    added = knowledge(kitchen, "add", tower)
    assert (added.exit_code, added.stderr) == (0, "")
    assert added.stdout == "1 added; the store now has 1 passage.\n"
    assert "The Tower" in knowledge(hall, "list").stdout
    assert "41 metres tall" in knowledge(hall, "search", "how tall").stdout
    asked = repartee(hall, "ask", "How tall is the tower?", "--json", env=UNHURRIED)
    assert json.loads(asked.stdout)["citations"][0]["document"] == str(tower), asked.stderr
    doctor += examined(hall)
    assert ", 1 document\n" in doctor
    assert "store ok 1 documents, 1 passages" in doctor
    assert settings(Config.load(hall, {}))["knowledge"]["store"] == "(set)"
    assert knowledge(hall, "remove", "1").exit_code == 0
    assert "41" not in knowledge(kitchen, "search", "how tall").stdout
    with shared.gone():
        refused = knowledge(kitchen, "add", tower)
        assert refused.exit_code == 2
        assert "cannot be reached" in refused.stderr
        doctor += examined(kitchen)
        assert "knowledge broken postgresql://" in doctor
    for shown in (doctor, refused.stderr, asked.stderr):
        assert PASSWORD not in shown
        assert "s3cret" not in shown


def test_a_server_answers_from_what_another_home_added_also_when_the_database_is_gone(home, shared, serve, tmp_path):
    def answered():
        status, _, body = chat(served, "How tall is the tower?")
        assert status == 200
        return "41 metres" in body.decode()

    tower = tmp_path / "tower.md"
    tower.write_text(TOWER)
    with serve(home("hall"), env=UNHURRIED) as served:
        assert not answered()
        assert knowledge(home("kitchen"), "add", tower).exit_code == 0
        give_up = time.monotonic() + 120
        while not answered():
            assert time.monotonic() < give_up
            time.sleep(0.05)
        with shared.gone():
            assert answered()
            body, kind = form("late.md", b"# Late\n\nToo late.")
            status, _, refused = call(f"{served.url}/v1/knowledge/documents", body, kind=kind)
            assert b"cannot be reached" in refused, (status, refused)
            assert answered()
        assert b"s3cret" not in refused + served.log.read_bytes()
