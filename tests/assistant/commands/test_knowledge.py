"""`repartee knowledge` through the real command line, with the bundled reader's vocabulary."""

import contextlib
import json
import re
import signal
import sqlite3
import subprocess
import sys
import time

import pytest
from click.testing import CliRunner

from assistant import cli
from tests.processes import AS_ANYONE


@pytest.fixture
def repartee(tmp_path):
    """Run `repartee --home HOME knowledge ...` and return click's result."""

    def run(*arguments):
        return CliRunner().invoke(cli.main, ["--home", str(tmp_path / "home"), "knowledge", *map(str, arguments)])

    return run


@pytest.fixture
def documents(tmp_path):
    folder = tmp_path / "documents"
    folder.mkdir()
    (folder / "tower.md").write_text("# The Tower\n\n## Height\n\nIt is 41 metres tall.\n")
    (folder / "tea.txt").write_text("All about Tea\n\nGreen tea is brewed at 75 degrees.\n")
    return folder


def refused(result):
    """Check that `result` is status 2 with one sentence, and return the sentence."""
    assert result.exit_code == 2
    assert result.stdout == ""
    (sentence,) = result.stderr.strip().splitlines()
    assert sentence.startswith("repartee: ")
    return sentence.removeprefix("repartee: ")


def test_without_a_terminal_it_is_said_now_and_then_how_far_it_is(repartee, documents, monkeypatch):
    monkeypatch.setattr("assistant.commands.knowledge.TOLD_S", 0.001)
    added = repartee("add", documents)
    assert (added.exit_code, added.stdout) == (0, "2 added; the store now has 2 passages.\n")
    first, *_ = said = added.stderr.splitlines()
    assert first == "repartee: Still at work, reading the first document."
    assert all(re.fullmatch(r"repartee: Still at work, .*\.", line) for line in said)


def test_documents_are_added_listed_found_and_removed(repartee, documents):
    added = repartee("add", documents)
    assert (added.exit_code, added.stdout) == (0, "2 added; the store now has 2 passages.\n")
    assert repartee("add", documents).stdout == "2 unchanged; the store now has 2 passages.\n"
    listed = repartee("list").stdout
    assert "The Tower" in listed
    assert "All about Tea" in listed
    found = repartee("search", "How tall is it?").stdout
    assert "The Tower > Height" in found
    assert "It is 41 metres tall." in found
    assert repartee("remove", "1").stdout == "Document 1 was removed.\n"
    assert repartee("search", "green tea").stdout == "No passage has these words.\n"


def test_a_collection_is_named_and_shown(repartee, documents):
    added = repartee("add", "--collection", "work", documents / "tea.txt")
    assert added.exit_code == 0
    assert "Nobody may ask work over the network yet" in added.stderr
    assert repartee("add", documents).stdout == "1 added, 1 unchanged; the store now has 2 passages.\n"
    listed = json.loads(repartee("list", "--json").stdout)
    assert [(document["title"], document["collection"]) for document in listed] == [
        ("All about Tea", "work"),
        ("The Tower", ""),
    ]
    assert "collection" in repartee("list").stdout
    assert "75 degrees" in repartee("search", "green tea").stdout  # who is at this machine asks everything
    for command in ("add", "watch"):
        assert "'Work' is no name for a collection" in refused(repartee(command, "--collection", "Work", documents))


def test_json_is_complete(repartee, documents):
    added = json.loads(repartee("add", "--json", documents).stdout)
    assert sorted(added) == ["added", "failed", "gone", "passages", "removed", "replaced", "skipped", "unchanged"]
    assert added["added"] == [str(documents / "tea.txt"), str(documents / "tower.md")]
    listed = json.loads(repartee("list", "--json").stdout)
    assert [document["title"] for document in listed] == ["All about Tea", "The Tower"]
    assert listed[1]["path"] == str(documents / "tower.md")
    assert listed[1]["bytes"] == (documents / "tower.md").stat().st_size
    (hit,) = json.loads(repartee("search", "--json", "how tall").stdout)
    assert hit["text"] == "It is 41 metres tall."
    assert hit["headings"] == ["Height"]
    assert hit["end"] - hit["start"] == len(hit["text"])
    assert hit["score"] > 0
    assert hit["page"] is None


def test_an_empty_store_says_what_to_do(repartee):
    assert repartee("list").stdout == "The store has no documents; add some with: repartee knowledge add PATH\n"
    assert repartee("list", "--json").stdout == "[]\n"
    assert repartee("search", "anything").stdout == "No passage has these words.\n"


def test_what_fails_is_named_while_the_rest_is_added(repartee, documents):
    (documents / "binary.md").write_bytes(b"\0\1" * 100)
    result = repartee("add", documents)
    assert (result.exit_code, result.stdout) == (0, "2 added, 1 failed; the store now has 2 passages.\n")
    assert result.stderr.startswith(f"repartee: {documents / 'binary.md'} holds binary data")


def test_other_kinds_of_files_are_mentioned(repartee, documents):
    for name in ("a.zip", "b.zip", "c.png"):
        (documents / name).write_bytes(b"x")
    result = repartee("add", documents)
    assert (result.exit_code, result.stdout) == (0, "2 added; the store now has 2 passages.\n")
    assert result.stderr == "repartee: Files of other kinds were left out: 2 .zip, 1 .png.\n"
    assert json.loads(repartee("add", "--json", documents).stdout)["skipped"] == {".zip": 2, ".png": 1}


def test_an_unreadable_folder_is_named_while_the_rest_is_added(tmp_path, documents):
    closed = documents / "closed"
    closed.mkdir()
    (closed / "bees.md").write_text("Bees dance.")
    closed.chmod(0)
    call = [*AS_ANYONE, sys.executable, "-m", "assistant", "--home", tmp_path / "home", "knowledge", "add"]
    some = subprocess.run([*call, documents], capture_output=True, text=True, check=False)
    none = subprocess.run([*call, closed], capture_output=True, text=True, check=False)
    closed.chmod(0o700)
    sentence = f"{closed} cannot be read (Permission denied); check the path and its permissions.\n"
    assert (some.returncode, some.stderr) == (0, f"repartee: {sentence}")
    assert some.stdout == "2 added, 1 failed; the store now has 2 passages.\n"
    assert (none.returncode, none.stdout, none.stderr) == (2, "", f"repartee: Nothing was added: {sentence}")


def test_a_document_that_is_gone_stays_until_it_is_removed_or_pruned(repartee, documents):
    repartee("add", documents)
    (documents / "tea.txt").unlink()
    again = repartee("add", documents)
    assert (again.exit_code, again.stdout) == (0, "1 unchanged; the store now has 2 passages.\n")
    assert again.stderr == (
        f"repartee: {documents / 'tea.txt'} is gone from the disk and still in the store; remove it with: "
        "repartee knowledge remove 1 (all such: add --prune).\n"
    )
    told = json.loads(repartee("add", documents, "--json").stdout)
    assert (told["gone"], told["removed"]) == ([{"id": 1, "path": str(documents / "tea.txt")}], [])
    pruned = repartee("add", documents, "--prune")
    assert (pruned.exit_code, pruned.stderr) == (0, "")
    assert pruned.stdout == "1 unchanged, 1 removed; the store now has 1 passage.\n"
    assert repartee("search", "green tea").stdout == "No passage has these words.\n"


def test_bad_input_is_one_sentence(repartee, documents, tmp_path):
    missing = tmp_path / "missing.md"
    assert refused(repartee("add", documents, missing)) == f"{missing} does not exist; check the path."
    assert repartee("list", "--json").stdout == "[]\n"
    for name in ("a.md", "b.md"):
        (tmp_path / name).write_bytes(b"\0" * 10)
    only = refused(repartee("add", tmp_path / "a.md"))
    assert only.startswith(f"Nothing was added: {tmp_path / 'a.md'} holds binary data")
    assert refused(repartee("remove", "7")) == "There is no document 7; `repartee knowledge list` shows them."
    assert refused(repartee("remove", "9" * 30)).startswith("There is no document 999")
    assert refused(repartee("search", " ")) == "The query is empty; give the words to search for."
    both = repartee("add", tmp_path / "a.md", tmp_path / "b.md")
    assert both.exit_code == 2
    assert "Nothing was added (and 1 more failed): " in both.stderr


def test_the_largest_document_is_a_setting(repartee, documents, tmp_path):
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "repartee.toml").write_text("[knowledge]\nmax_document_mb = 0.001\n")
    (documents / "tea.txt").write_text("Tea. " * 1000)
    assert "and the limit is 0.001 MB; split it." in repartee("add", documents).stderr


def test_a_corrupt_store_is_one_sentence(repartee, documents, tmp_path):
    repartee("add", documents)
    store = tmp_path / "home" / "knowledge.db"
    store.write_bytes(b"not a database, however long one looks at it " * 200)
    for arguments in (["list"], ["search", "tea"], ["remove", "1"], ["add", documents]):
        assert refused(repartee(*arguments)) == (
            f"{store} is damaged (file is not a database); move it away and add your documents again."
        )
    assert store.read_bytes().startswith(b"not a database")


def test_names_and_titles_do_not_reach_the_terminal_as_they_are(repartee, documents):
    evil = "\x1b]52;c;aGk=\x07\x9b2J\u202e"
    (documents / f"a{evil}.md").write_text(
        f"# The {evil} Tower\n\n## In {evil}\n\nIt is {evil} 41 metres tall. {'More. ' * 99}\n"
    )
    (documents / f"b{evil}.md").write_bytes(b"\0" * 10)
    outputs = [repartee("add", documents)]
    (documents / f"a{evil}.md").unlink()
    outputs += [repartee("add", documents), repartee("list"), repartee("search", "how tall is the tower")]
    outputs += [repartee("add", documents / f"b{evil}.md"), repartee("add", f"missing{evil}")]
    for result in outputs:
        assert not set(result.stdout + result.stderr) & set("\x1b\x07\x9b\u202e")
    shown = "".join(result.stdout + result.stderr for result in outputs)
    assert shown.count("␛]52;c;aGk=␇") > 6
    listed = repartee("list", "--json").stdout
    assert evil in json.loads(listed)[0]["path"]
    assert "\x1b" not in listed


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_stopped_add_says_so_and_keeps_what_was_added(repartee, tmp_path, number):
    folder = tmp_path / "documents"
    folder.mkdir()
    for n in range(150):
        (folder / f"{n:03}.md").write_text(f"# Report {n}\n\nThe number{n}word stands here.\n" * 5)
    call = [sys.executable, "-m", "assistant", "--home", tmp_path / "home", "knowledge", "add", folder]
    process = subprocess.Popen(call, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    store = tmp_path / "home" / "knowledge.db"
    deadline = time.monotonic() + 60
    while not (store.exists() and stored(store) >= 5):
        assert process.poll() is None, process.stderr.read()
        assert time.monotonic() < deadline
        time.sleep(0.01)
    process.send_signal(number)
    output, errors = process.communicate(timeout=60)
    assert (process.returncode, output) == (128 + number, "")
    said = re.fullmatch(
        r"repartee: Stopped after (\d+) of 150 documents; what was added stays, give the same again for the rest\.\n",
        errors,
    )
    assert int(said[1]) >= 5
    kept = stored(store)
    assert int(said[1]) <= kept <= int(said[1]) + 1
    assert repartee("add", folder).stdout.startswith(f"{150 - kept} added, {kept} unchanged; ")


def stored(path):
    """Count the documents in a store that another process may be making."""
    with contextlib.suppress(sqlite3.OperationalError), contextlib.closing(sqlite3.connect(path)) as connection:
        return connection.execute("SELECT count(*) FROM documents").fetchone()[0]
    return 0


def test_a_repaired_index_is_mentioned(repartee, documents, tmp_path):
    repartee("add", documents)
    (tmp_path / "home" / "index" / "meta.json").write_text("{")
    result = repartee("search", "how tall")
    assert "41 metres" in result.stdout
    assert result.stderr.startswith("repartee: The search index was made again (")
    assert repartee("search", "how tall").stderr == ""
