"""Several processes, killed processes and read-only homes: real ones."""

import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import pytest

from knowledge.index.index import exclusive
from tests.paths import ROOT

ADD = """
import sys
from pathlib import Path
from knowledge import library
from tests.knowledge.texts import tokenize

library.BATCH = 9
opened = library.Library.open(Path(sys.argv[1]), tokenize)
print("ready", flush=True)
report = opened.add([Path(sys.argv[2])], lambda event: print(event.path.name, flush=True))
assert not report.failed, report.failed
assert not report.notes, report.notes
opened.close()
"""

# Everything is imported and used once before the rights are given up, because a module may lie where nobody may read.
READ = """
import os, sys
from pathlib import Path
from engines.errors import ReparteeError
from knowledge.library import Library
from tests.knowledge.texts import LIGHTHOUSE, tokenize

def use(home, document):
    library = Library.open(home, tokenize)
    try:
        library.add([document])
    except ReparteeError as error:
        print(error)
    print(library.search("Who was the first keeper?")[0].passage.text)
    print(library.readonly, library.notes)
    library.close()

document = Path(sys.argv[2], "lighthouse.md")
document.write_text(LIGHTHOUSE)
use(Path(sys.argv[2], "home"), document)
if os.getuid() == 0:
    os.setgid(65534)
    os.setuid(65534)
use(Path(sys.argv[1]), document)
"""


@pytest.fixture
def start():
    """Run a program with arguments; whatever still runs at the end of the test is killed, its pipes are closed."""
    started = []

    def begin(code, *arguments):
        command = [sys.executable, "-c", code, *map(str, arguments)]
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        started.append(process)
        return process

    yield begin
    for process in started:
        process.kill()
        process.communicate()


@pytest.fixture
def documents(tmp_path):
    folder = tmp_path / "documents"
    folder.mkdir()
    for n in range(120):
        (folder / f"{n:03}.md").write_text(
            f"# Report {n}\n\nThe unique{n}word stands here. " + "It is followed by more. " * (n % 30)
        )
    return folder


def test_a_killed_process_loses_nothing_that_it_reported(opened, home, documents, start):
    moments = random.Random(1871)
    reported = set()
    for _ in range(6):
        process = start(ADD, home, documents)
        assert process.stdout.readline() == "ready\n"
        for _ in range(moments.randrange(1, 30)):
            reported.add(process.stdout.readline().strip())
        time.sleep(moments.uniform(0, 0.02))
        process.send_signal(signal.SIGKILL)
        reported |= set(process.communicate()[0].split())
        assert process.returncode == -signal.SIGKILL

        library = opened()
        stored = {Path(document.path).name for document in library.documents()}
        assert stored >= reported
        for name in sorted(stored):
            (first, *_) = library.search(f"unique{int(name[:3])}word")
            assert Path(first.passage.document).name == name
        library.close()
        with sqlite3.connect(home / "knowledge.db") as connection:
            assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    report = opened().add([documents])
    assert len(report.added) + len(report.unchanged) == 120
    assert len(report.unchanged) >= len(reported)


def test_one_process_asks_while_another_adds(opened, home, documents, start):
    library = opened()
    process = start(ADD, home, documents)
    counts = []
    while process.poll() is None:
        counts.append(len(library.search("unique0word report", 100)))
        time.sleep(0.005)
    assert process.returncode == 0, process.stderr.read()
    assert counts == sorted(counts)
    assert len(set(counts)) > 2
    assert Path(library.search("unique119word")[0].passage.document).name == "119.md"
    assert library.notes == []


def test_opening_while_another_process_adds_does_not_wait_for_it(opened, home, documents, start):
    process = start(ADD, home, documents)
    assert process.stdout.readline() == "ready\n"
    waits = []
    while process.poll() is None:
        began = time.perf_counter()
        opened(readonly=True).search("report")
        waits.append(time.perf_counter() - began)
    assert process.returncode == 0, process.stderr.read()
    assert len(waits) > 2  # who waits for what is added opens once
    assert max(waits) < 1


def test_two_processes_add_at_once(opened, home, documents, start):
    others = documents.with_name("others")
    shutil.copytree(documents, others)
    for path in others.iterdir():
        path.write_text(path.read_text().replace("unique", "other"))
    processes = [start(ADD, home, documents), start(ADD, home, others)]
    for process in processes:
        _, errors = process.communicate()
        assert process.returncode == 0, errors
    library = opened()
    assert library.notes == []
    assert len(library.documents()) == 240
    for n in (0, 60, 119):
        for word, folder in (("unique", documents), ("other", others)):
            assert Path(library.search(f"{word}{n}word")[0].passage.document).parent == folder


def test_an_index_that_is_being_written_for_long_is_one_sentence(opened, home, lighthouse, monkeypatch):
    monkeypatch.setattr("knowledge.index.keeper.WRITER_WAIT_S", 0.2)
    library = opened()
    with exclusive(home / "index", 0):
        report = library.add([lighthouse])
    assert report.added == (lighthouse,)
    (note,) = report.notes
    assert note.startswith("Another process is writing the search index. The search index lags behind: ")
    assert library.search("keeper") == []
    assert opened().search("keeper")


def test_threads_share_a_library(library, documents):
    problems = []

    def ask():
        try:
            for n in range(100):
                library.search(f"unique{n}word report")
        except Exception as error:
            problems.append(error)

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    library.add([documents])
    for thread in threads:
        thread.join()
    assert problems == []
    assert library.search("unique7word")[0].passage.title == "Report 7"


@pytest.fixture
def locked_home(opened, home, lighthouse):
    """A home that the process of READ may read but not write, whoever runs the tests."""
    library = opened()
    library.add([lighthouse])
    library.close()
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        copied = Path(shutil.copytree(home, Path(folder, "home")))
        yield copied
        for path in [copied, *copied.rglob("*")]:
            path.chmod(0o755)


def lock(home, *, index_readable):
    for path in [*home.rglob("*"), home]:
        path.chmod(0o555 if path.is_dir() else 0o444)
    if not index_readable:
        (home / "index" / "meta.json").chmod(0)


@pytest.mark.parametrize("index_readable", [True, False])
def test_a_read_only_home_answers_and_refuses_to_add(locked_home, tmp_path, index_readable, start):
    lock(locked_home, index_readable=index_readable)
    before = sorted(path.name for path in locked_home.rglob("*"))
    process = start(READ, locked_home, tmp_path)
    output, errors = process.communicate()
    assert process.returncode == 0, errors
    lines = output.splitlines()[2:]
    sentence = (
        f"{locked_home / 'knowledge.db'} cannot be written; check its permissions or choose another home with --home."
    )
    assert lines[0] == sentence
    assert lines[1] == "The first keeper was Martha Reed. She stayed for 29 years."
    assert lines[2].startswith("True")
    assert ("was made again" in lines[2]) is not index_readable
    assert sorted(path.name for path in locked_home.rglob("*")) == before


def test_a_read_only_home_left_by_a_killed_process_still_answers(locked_home, tmp_path, start):
    # The latest documents are in the write-ahead log only, as a kill leaves them.
    extra = tmp_path / "extra"
    extra.mkdir()
    for n in range(30):
        (extra / f"{n}.md").write_text(f"Extra unique{n}word.")
    process = start(ADD, locked_home, extra)
    for _ in range(12):
        process.stdout.readline()
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert (locked_home / "knowledge.db-wal").stat().st_size > 0
    lock(locked_home, index_readable=True)
    process = start(READ, locked_home, tmp_path)
    output, errors = process.communicate()
    assert process.returncode == 0, errors
    assert "The first keeper was Martha Reed." in output.splitlines()[3]


FULL = """
import sys
from pathlib import Path
from engines.errors import ReparteeError
from knowledge.library import Library
from tests.knowledge.texts import LIGHTHOUSE, tokenize

room = Path(sys.argv[1])
home, document = room / "home", room / "lighthouse.md"
document.write_text(LIGHTHOUSE)
library = Library.open(home, tokenize)
library.add([document])
library.close()
with (room / "filling").open("wb", buffering=0) as filling:
    try:
        while True:
            filling.write(bytes(4096))
    except OSError:
        pass
told = []
full = Library.open(home, tokenize, tell=told.append)
print(full.search("Who was the first keeper?")[0].passage.text)
print(told)
try:
    full.add([document])
except ReparteeError as error:
    print(error)
full.close()
(room / "filling").unlink()
document.write_text(LIGHTHOUSE + "Another keeper came.")
again = Library.open(home, tokenize)
again.add([document])
print(len(again.search("Another keeper")), again.notes)
again.close()
"""


def on_a_small_disk(folder, code):
    """Run Python code on a file system of 4 MB of its own, whose root is the first argument."""
    script = 'mount -t tmpfs -o size=4m tmpfs "$1" && exec "$0" -c "$2" "$1"'
    call = ["unshare", "--map-root-user", "--mount", "sh", "-c", script]
    if shutil.which("unshare") is None or subprocess.run([*call[:3], "true"], capture_output=True).returncode:
        pytest.skip("this kernel lets nobody mount a file system of their own")
    call = [*call, sys.executable, str(folder), code]
    done = subprocess.run(call, cwd=ROOT, capture_output=True, text=True, check=False)
    if "mount:" in done.stderr:
        pytest.skip(done.stderr.strip())
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_a_full_disk_is_read_and_told(tmp_path):
    found, told, refused, again = on_a_small_disk(tmp_path, FULL)
    path = tmp_path / "home" / "knowledge.db"
    assert found == "The first keeper was Martha Reed. She stayed for 29 years."
    assert told == f"['{path} can only be read, the disk is full; free some space to add documents.']"
    assert refused == f"{path} cannot grow, the disk is full; free some space and try again."
    assert again == "1 []"


def test_what_the_home_holds_is_its_owners_alone(library, home, lighthouse):
    library.add([lighthouse])
    library.remove(1)
    library.add([lighthouse])
    modes = {path.relative_to(home).as_posix(): path.stat().st_mode & 0o777 for path in home.rglob("*")}
    assert home.stat().st_mode & 0o777 == modes.pop("index") == 0o700
    assert {"knowledge.db", "knowledge.db-wal", "knowledge.db-shm", "index.lock", "index/meta.json"} <= set(modes)
    assert {name: mode for name, mode in modes.items() if mode != 0o600} == {}
