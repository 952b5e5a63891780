"""Several servers share one store: they see each other's changes, lose nothing, and go on when the database is gone."""

import contextlib
import re
import signal
import sqlite3
import subprocess
import sys
import threading
import time
import traceback

import numpy as np
import pytest

from engines.errors import ReparteeError
from knowledge.formats.registry import VERSIONS
from knowledge.library import Library
from knowledge.size import measure
from knowledge.store.postgres import migrations
from knowledge.store.postgres.database import Database
from knowledge.store.postgres.store import open_store
from knowledge.store.records import StoreError, StoreFullError
from tests.knowledge.store.stored import put
from tests.knowledge.texts import tokenize
from tests.paths import ROOT
from tests.postgres import PASSWORD

ADD = """
import sys
from pathlib import Path
from knowledge import library
from tests.knowledge.texts import tokenize

home, store, name, count = sys.argv[1:]
opened = library.Library.open(Path(home), tokenize, store=store)
print("ready", flush=True)
sys.stdin.readline()

def texts():
    for number in range(int(count)):
        yield "of both", f"This is what both of them add, by {name}, number {number}."
        yield f"{name}-{number}", f"The unique{name}{number}word stands here."
        print(number, flush=True)

opened.add_texts(texts())
opened.close()
print("done", opened.notes, flush=True)
"""


@pytest.fixture
def server(shared, tmp_path):
    """Open the library of a server by its name; all are closed at the end."""
    libraries = []

    def begin(name, **options):
        options.setdefault("store", shared.url)
        libraries.append(Library.open(tmp_path / name, options.pop("tokenize", tokenize), **options))
        return libraries[-1]

    yield begin
    for library in libraries:
        library.close()


@pytest.fixture
def store(shared, tmp_path):
    with contextlib.closing(open_store(shared.url, tmp_path / "home", tokenize)) as opened:
        yield opened


def until(condition):
    """Wait until something is so, however slow the machine is."""
    give_up = time.monotonic() + 120
    while not (found := condition()):
        assert time.monotonic() < give_up, "it never came to be"
        time.sleep(0.005)
    return found


def found(library, word):
    return [hit.passage.document for hit in library.search(word)]


def contents(path):
    """What a copy holds, passages and changes with their numbers."""
    with contextlib.closing(sqlite3.connect(path)) as copy:
        return {
            table: copy.execute(f"SELECT * FROM {table} ORDER BY 1").fetchall()
            for table in ("documents", "passages", "changes")
        }


def test_servers_see_each_others_changes(server):
    kitchen, hall = server("kitchen"), server("hall")
    kitchen.add_texts([("lamp", "The lamp is 41 metres tall."), ("key", "The key lies under the stone.")])
    assert found(kitchen, "lamp") == ["lamp"], "who added it finds it at once"
    until(lambda: found(hall, "lamp") == ["lamp"])
    until(lambda: len(hall.documents()) == 2)
    version = kitchen.version
    hall.remove(1)
    hall.add_texts([("key", "The key lies on the shelf.")])
    until(lambda: not found(kitchen, "lamp") and found(kitchen, "shelf") == ["key"] and not found(kitchen, "stone"))
    assert kitchen.version > version
    assert [each.id for each in kitchen.documents()] == [each.id for each in hall.documents()] == [2]
    assert kitchen.notes == hall.notes == []


def test_a_server_that_comes_later_or_again_takes_up_the_rest(server, tmp_path):
    kitchen = server("kitchen")
    kitchen.add_texts([("lamp", "The lamp is 41 metres tall."), ("key", "The key lies under the stone.")])
    hall = server("hall")
    assert found(hall, "lamp") == ["lamp"]
    hall.close()
    kitchen.remove(1)
    kitchen.add_texts(
        (f"more-{n}", f"The unique{n}word stands here.") for n in range(40)
    )  # more than is fetched at once
    hall = server("hall")
    assert not found(hall, "lamp")
    assert found(hall, "unique39word") == ["more-39"]
    kitchen.close()
    hall.close()
    copies = [contents(next((tmp_path / name).glob("postgresql-*/knowledge.db"))) for name in ("kitchen", "hall")]
    assert copies[0] == copies[1]
    assert len(copies[0]["documents"]) == 41


def test_a_server_that_is_older_does_not_put_back_its_own_reading(server, tmp_path, monkeypatch):
    path = tmp_path / "lamp.md"
    path.write_text("The lamp is 41 metres tall.")
    kitchen, hall = server("kitchen"), server("hall")
    assert kitchen.add([path]).added == (path,)
    with monkeypatch.context() as newer:
        newer.setitem(VERSIONS, "markdown", VERSIONS["markdown"] + 1)
        assert hall.add([path]).replaced == (path,)
    assert kitchen.add([path]).unchanged == hall.add([path]).unchanged == (path,)


def test_processes_that_add_at_the_same_time_lose_nothing_and_one_may_be_killed(server, shared, tmp_path):
    def start(name, count):
        command = [sys.executable, "-c", ADD, tmp_path / name, shared.url, name, str(count)]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        return subprocess.Popen(command, cwd=ROOT, text=True, **pipes)

    with start("first", 12) as first, start("second", 100_000) as second:
        try:
            for process in (first, second):
                assert process.stdout.readline() == "ready\n", process.stderr.read()
            for process in (first, second):
                process.stdin.write("go\n")
                process.stdin.flush()
            reported = {f"second-{int(second.stdout.readline())}" for _ in range(8)}
            second.send_signal(signal.SIGKILL)
            reported |= {f"second-{number}" for number in second.stdout.read().split()}
            said, problem = first.communicate(timeout=120)
            assert said.splitlines()[-1] == "done []", problem
            reported |= {f"first-{number}" for number in range(12)}
        finally:
            first.kill()
            second.kill()
    kitchen, second_again = server("kitchen"), server("second")
    for library in (kitchen, second_again):
        names = [document.name for document in library.documents()]
        assert len(names) == len(set(names))
        assert set(names) >= reported | {"of both"}
        assert found(library, "uniquefirst11word") == ["first-11"]
        last = max(int(name.partition("-")[2]) for name in reported if name.startswith("second"))
        assert found(library, f"uniquesecond{last}word") == [f"second-{last}"]
        assert library.notes == []
    ((numbers, latest),) = shared.run("SELECT count(DISTINCT sequence), max(sequence) FROM repartee.changes")
    assert numbers == len(kitchen.documents())
    assert latest == shared.run("SELECT sequence FROM repartee.state")[0][0] == kitchen.version
    second_again.add_texts([("later", "The killed one adds again.")])
    until(lambda: found(kitchen, "killed") == ["later"])


def test_while_the_database_is_gone_questions_are_answered_and_changes_refused(server, shared):
    kitchen, hall = server("kitchen"), server("hall")
    kitchen.add_texts([("lamp", "The lamp is 41 metres tall.")])
    until(lambda: found(hall, "lamp"))
    with shared.gone():
        until(lambda: hall.notes)
        assert found(hall, "lamp") == ["lamp"]
        assert hall.text(1) == "The lamp is 41 metres tall."
        for change in (lambda: hall.add_texts([("key", "The key.")]), lambda: hall.remove(1)):
            with pytest.raises(StoreError, match="cannot be reached") as caught:
                change()
            assert "\n" not in str(caught.value)
    kitchen.add_texts([("key", "The key lies under the stone.")])
    until(lambda: found(hall, "stone") == ["key"])
    (gone, back) = hall.notes
    assert gone.endswith(" Until it is back, answers come from what is here.")
    assert back.endswith(f"/{shared.name} is there again.")


def test_a_server_starts_without_the_database_if_it_was_there_before(server, shared):
    kitchen = server("kitchen")
    kitchen.add_texts([("lamp", "The lamp is 41 metres tall.")])
    kitchen.close()
    with shared.gone():
        kitchen = server("kitchen")
        assert found(kitchen, "lamp") == ["lamp"]
        assert "Until it is back, answers come from what is here." in kitchen.notes[0]
        with pytest.raises(StoreError, match="cannot be reached"):
            server("hall")
    until(lambda: kitchen.notes[-1].endswith("is there again."))


def test_a_database_that_is_gone_after_a_change_was_stored_is_told_and_loses_nothing(store, shared, monkeypatch):
    told = []
    monkeypatch.setattr(store, "_tell", told.append)
    monkeypatch.setattr(store, "_fetch", lambda since: (_ for _ in ()).throw(StoreError("It is gone.")))
    put(store)
    assert told == ["It is gone. What was changed is stored there, and is found here later."]
    monkeypatch.undo()
    assert store.pull()
    assert [document.name for document in store.documents()] == ["a"]


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("postgresql://me:{}@127.0.0.1:1/notes", r"postgresql://me@127\.0\.0\.1:1/notes cannot be reached .*refused"),
        ("postgresql://me:{}%zz@host/notes", "is no URL of a database"),
        ("postgresql://me:{}@[::1/notes", "is no URL of a database"),
        ("mysql://me:{}@host/notes", "must be the URL of a database"),
        ("postgresql://me@127.0.0.1:1/notes?password={}", r"//me@127\.0\.0\.1:1/notes cannot be reached"),
    ],
)
def test_a_database_that_cannot_be_reached_is_one_sentence_without_the_password(tmp_path, url, says):
    pytest.importorskip("psycopg", reason="needs psycopg: pip install 'repartee[postgres]'")
    secret = f"hunter{1 + 1}"
    with pytest.raises(StoreError, match=says) as caught:
        Library.open(tmp_path, tokenize, store=url.format(secret))
    assert "\n" not in str(caught.value)
    assert secret not in "".join(traceback.format_exception(caught.value))


def test_a_password_opens_the_database_and_a_wrong_one_is_not_shown(shared, tmp_path):
    with contextlib.closing(Library.open(tmp_path, tokenize, store=shared.guarded_url)) as library:
        library.add_texts([("lamp", "The lamp is 41 metres tall.")])
    (folder,) = tmp_path.glob("postgresql-*")
    assert PASSWORD.encode() not in b"".join(file.read_bytes() for file in folder.rglob("*") if file.is_file())
    wrong = re.sub(r"postgres:[^@]+@", "postgres:wr0ng@", shared.guarded_url)
    with pytest.raises(StoreError, match="password authentication failed") as caught:
        Library.open(tmp_path / "other", tokenize, store=wrong)
    assert "wr0ng" not in "".join(traceback.format_exception(caught.value))


def test_what_a_server_says_is_passed_on_without_the_password():
    psycopg = pytest.importorskip("psycopg", reason="needs psycopg: pip install 'repartee[postgres]'")
    said = psycopg.OperationalError("connection failed: FATAL: nobody is called s3cret/ here.\nHint: s3cret/")
    assert str(Database("postgresql://me:s3cret%2F@host/notes")._problem(said)) == (
        "postgresql://me@host/notes cannot be reached (nobody is called … here)."
    )


def test_names_with_signs_that_it_cannot_hold_are_kept_without_these(server):
    kitchen = server("kitchen")
    for _ in range(2):
        kitchen.add_texts([("ta\0p", "The tap \0 drips.")])
    (document,) = kitchen.documents()
    assert (document.name, document.title, kitchen.text(1)) == ("ta\ufffdp", "ta\ufffdp", "The tap \0 drips.")
    assert found(kitchen, "drips") == ["ta\ufffdp"]


def test_without_psycopg_it_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(StoreError, match=r"pip install 'repartee\[postgres\]'"):
        Library.open(tmp_path, tokenize, store="postgresql://host/notes")


def test_reading_alone_reaches_no_database(server, shared, tmp_path):
    with pytest.raises(StoreError, match=r"has no copy of .* yet"):
        server("kitchen", readonly=True)
    kitchen = server("kitchen")
    kitchen.add_texts([("lamp", "The lamp is 41 metres tall.")])
    kitchen.close()
    with shared.gone():
        reader = server("kitchen", readonly=True)
        assert found(reader, "lamp") == ["lamp"]
        assert (reader.readonly, reader.notes) == (True, [])


def test_what_is_copied_nobody_else_may_read(server, tmp_path):
    kitchen = server("kitchen")
    kitchen.add_texts([("lamp", "The lamp is 41 metres tall.")])
    modes = {file.stat().st_mode & 0o077 for file in (tmp_path / "kitchen").rglob("*")}
    assert modes == {0}


def test_a_damaged_copy_is_made_again(server, tmp_path):
    kitchen = server("kitchen")
    kitchen.add_texts([("lamp", "The lamp is 41 metres tall.")])
    kitchen.close()
    (copy,) = (tmp_path / "kitchen").glob("postgresql-*/knowledge.db")
    copy.write_bytes(b"\x07" * 5000)
    kitchen = server("kitchen")
    assert found(kitchen, "lamp") == ["lamp"]
    assert re.search(r"knowledge\.db is damaged .*; it is copied again from postgresql://", kitchen.notes[0])


def test_a_database_that_was_made_anew_is_copied_again(server, shared):
    kitchen = server("kitchen")
    kitchen.add_texts([("lamp", "The lamp is 41 metres tall.")])
    shared.run("DROP SCHEMA repartee CASCADE")
    hall = server("hall")
    hall.add_texts([("key", "The key lies under the stone.")])
    with pytest.raises(StoreError, match="was made anew; start again"):
        kitchen.add_texts([("more", "There is more.")])
    kitchen.close()
    kitchen = server("kitchen")
    assert (found(kitchen, "lamp"), found(kitchen, "stone")) == ([], ["key"])
    assert "was made anew, so it is copied again." in kitchen.notes[0]


def test_servers_with_different_vocabularies_each_have_their_tokens(server):
    def letters(text):
        return tokenize(" ".join(text))

    kitchen = server("kitchen")
    kitchen.add_texts([("lamp", "The lamp is tall.")])
    hall = server("hall", tokenize=letters)
    hall.add_texts([("key", "The key is small.")])
    until(lambda: found(kitchen, "key"))
    for library, tokenizer in ((kitchen, tokenize), (hall, letters)):
        passages = [library.search(word)[0].passage for word in ("lamp", "key")]
        assert [each.tokens.ids.tolist() for each in passages] == [
            tokenizer(each.text).ids.tolist() for each in passages
        ]
    assert hall.notes == kitchen.notes == []


def test_who_may_not_ask_a_collection_soon_may_not_on_other_servers(server):
    kitchen, hall = server("kitchen"), server("hall")
    kitchen.add_texts([("lamp", "The lamp is 41 metres tall.")])
    until(lambda: found(hall, "lamp"))
    kitchen._store.move("text:lamp", "work")
    until(lambda: not hall.search("lamp", collections=frozenset({""})))
    assert found(hall, "lamp") == ["lamp"]


class Maker:
    """One vector a token, which counts how many passages it was made of."""

    dims, bm25, digest = 2, 0.0, "one"

    def __init__(self):
        self.made = 0

    def passages(self, texts):
        self.made += len(texts)
        return [np.stack([ids % 100, ids % 50], axis=1).astype(np.int8) for _, ids in texts]

    def question(self, text):
        return np.array([[1, 0]], np.float32)


def ranked(library):
    library.rank_with(Maker())
    library.finish()
    made = library._vectors.of(library._store.identities())
    counted = library._maker._maker.made
    return counted, {identity: bytes(codes) for identity, codes in made.items()}


def test_vectors_are_made_by_one_server_and_fetched_by_the_others(server, shared):
    def kept():
        return shared.run("SELECT count(*) FROM repartee.made")[0][0]

    kitchen = server("kitchen")
    texts = [("lamp", "The lamp is tall."), ("key", "The key is small."), ("copy", "The key is small.")]
    kitchen.add_texts(texts, title=lambda _: "Notes")
    made, vectors = ranked(kitchen)
    assert (made, len(vectors), kept()) == (2, 3, 2), "what is the same is made once"
    hall = server("hall")
    assert ranked(hall) == (0, vectors)
    hall.close()
    kitchen.close()
    kitchen = server("kitchen")
    kitchen.remove(3)
    assert kept() == 2, "another passage still has it"
    kitchen.remove(2)
    assert kept() == 1
    kitchen.add_texts([("lamp", "The lamp is no longer here.")])
    assert kept() == 0
    other = server("attic", tokenize=lambda text: tokenize(" ".join(text)))
    assert ranked(other)[0] == 1
    assert kept() == 0, "nothing is kept under what no passage of the truth has"


def test_without_the_database_vectors_are_made_here(server, shared):
    kitchen = server("kitchen")
    kitchen.add_texts([("lamp", "The lamp is tall.")])
    with shared.gone():
        made, vectors = ranked(kitchen)
    assert (made, len(vectors)) == (1, 1)


def test_a_writer_that_does_not_finish_keeps_others_waiting_only_so_long(store, shared, monkeypatch):
    import psycopg

    monkeypatch.setattr("knowledge.store.postgres.database.BUSY_S", 0.05)
    put(store)
    store._database.close()  # the next connection waits less long
    with psycopg.connect(shared.url) as other:
        other.execute("SELECT * FROM repartee.state FOR UPDATE")
        with pytest.raises(StoreError, match=r"was locked by another server for 0\.05 s; try again"):
            put(store, "b")
    put(store, "b")
    assert store.count() == 2


@pytest.mark.parametrize(
    ("code", "kind", "says"),
    [
        ("53100", StoreFullError, "cannot grow, its disk is full"),
        ("25006", StoreError, "can only be read; name the server that can be written"),
        ("42501", StoreError, "may not be changed by this user"),
        ("XX001", StoreError, r"could not be read or written \(it hurts\); nothing in it was changed"),
    ],
)
def test_what_the_server_refuses_is_one_sentence_and_changes_nothing(store, shared, code, kind, says):
    put(store)
    shared.run(
        "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION 'it hurts' USING ERRCODE = '{code}'; END $$"
    )
    shared.run("CREATE TRIGGER refuse BEFORE INSERT ON repartee.passages FOR EACH ROW EXECUTE FUNCTION refuse()")
    before = store.sequence
    with pytest.raises(kind, match=says):
        put(store, text="Two now.")
    shared.run("DROP TRIGGER refuse ON repartee.passages")
    assert (store.pull(), store.sequence, store.text(1)) == (False, before, "One sentence.")
    assert put(store, text="Two now.") is True


def test_tables_are_made_once_by_servers_that_come_together(shared):
    databases = [Database(shared.url) for _ in range(4)]
    barrier, seen = threading.Barrier(4), []

    def come(database):
        barrier.wait()
        with database.reading() as connection:
            seen.extend(connection.execute("SELECT identity FROM repartee.state").fetchall())

    threads = [threading.Thread(target=come, args=[each]) for each in databases]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for each in databases:
        each.close()
    assert len(seen) == 4
    assert len(set(seen)) == 1


def test_an_older_format_is_brought_to_todays_in_one_go_or_left_as_it_is(shared, tmp_path, monkeypatch):
    with contextlib.closing(open_store(shared.url, tmp_path, tokenize)) as store:
        put(store)
    half = "ALTER TABLE repartee.documents ADD COLUMN spoken text NOT NULL DEFAULT 'yes'"
    monkeypatch.setattr(migrations, "STEPS", (*migrations.STEPS, f"{half}; SELECT 1 / 0"))
    with pytest.raises(StoreError, match="division by zero"):
        open_store(shared.url, tmp_path / "other", tokenize)
    assert shared.run("SELECT format FROM repartee.state") == [(1,)]
    monkeypatch.setattr(migrations, "STEPS", (migrations.STEPS[0], half))
    with contextlib.closing(open_store(shared.url, tmp_path, tokenize)) as store:
        assert store.count() == 1
    assert shared.run("SELECT format, (SELECT spoken FROM repartee.documents) FROM repartee.state") == [(2, "yes")]
    monkeypatch.undo()
    with pytest.raises(StoreError, match="has format 2, of a newer version of Repartee; this one reads up to 1"):
        open_store(shared.url, tmp_path / "other", tokenize)


def test_a_schema_of_another_program_is_left_alone(shared, tmp_path):
    shared.run("CREATE SCHEMA repartee")
    shared.run("CREATE TABLE repartee.theirs (x int)")
    with pytest.raises(StoreError, match="has a schema repartee of another program; choose another database"):
        open_store(shared.url, tmp_path, tokenize)
    shared.run("DROP TABLE repartee.theirs")  # an empty one was made for us
    open_store(shared.url, tmp_path, tokenize).close()


def test_a_user_without_rights_is_told_which(shared, tmp_path):
    shared.run(f"CREATE ROLE {shared.name}_guest LOGIN")
    guest = shared.url.replace("postgres@", f"{shared.name}_guest@")
    with pytest.raises(StoreError, match=r"may not be changed by this user; let it make the schema repartee"):
        open_store(guest, tmp_path, tokenize)
    shared.run(f"CREATE SCHEMA repartee AUTHORIZATION {shared.name}_guest")
    with contextlib.closing(open_store(guest, tmp_path, tokenize)) as store:
        assert put(store) is False


def test_looking_makes_nothing(shared, tmp_path):
    from knowledge.store.postgres.store import look

    said, has_copy = look(shared.guarded_url, tmp_path)
    assert re.fullmatch(r"postgresql://postgres@127\.0\.0\.1:\d+/\w+, PostgreSQL 1\d\.\d+, no documents yet", said)
    assert not has_copy
    assert shared.run("SELECT to_regnamespace('repartee')") == [(None,)]
    with contextlib.closing(open_store(shared.guarded_url, tmp_path, tokenize)) as store:
        put(store)
    said, has_copy = look(shared.guarded_url, tmp_path)
    assert said.endswith(", 1 document")
    assert has_copy


def test_closing_waits_for_no_network(server, shared):
    kitchen = server("kitchen")
    with shared.gone():
        until(lambda: kitchen.notes)
        kitchen.close()
    assert all(thread.name != "follower" for thread in threading.enumerate())
    assert isinstance(kitchen.notes[0], str)
    with pytest.raises(ReparteeError):
        kitchen.add_texts([("late", "Too late.")])


def test_measuring_is_for_a_database_without_documents(shared):
    sized = measure(20, 1, lambda _: None, shared.url)
    assert (sized.found, len(sized.spent)) == (100, 1)
    assert sized.copied_per_second > 0
    with pytest.raises(ReparteeError, match="has documents already"):
        measure(20, 1, lambda _: None, shared.url)
