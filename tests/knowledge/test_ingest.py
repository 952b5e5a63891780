"""Documents are found on the disk, and one that cannot be read never ends a folder."""

import contextlib
import hashlib
import os
import shutil
import sqlite3

import pytest

from knowledge.formats.process import Converter
from knowledge.formats.registry import VERSIONS
from knowledge.ingest import SPLITTING, find, load
from knowledge.text import DocumentError
from tests.paths import SAMPLES


def test_a_document_that_is_too_large_is_refused(tmp_path):
    path = tmp_path / "large.txt"
    path.write_bytes(b"x" * 2048)
    with pytest.raises(DocumentError, match=r"has 0\.00195 MB and the limit is 0\.000977 MB; split it\."):
        load(path, max_bytes=1024)
    assert len(load(path, max_bytes=2048)) == 2048


def test_a_pipe_is_refused_without_waiting_for_it(tmp_path):
    os.mkfifo(tmp_path / "pipe.txt")
    with pytest.raises(DocumentError, match="is not a file"):
        load(tmp_path / "pipe.txt")


def test_a_link_to_nothing_is_called_that(tmp_path):
    link = tmp_path / "lost.md"
    link.symlink_to(tmp_path / "nowhere.md")
    with pytest.raises(DocumentError, match="is a link to what does not exist"):
        load(link)


def test_another_kind_of_file_is_refused(tmp_path):
    (tmp_path / "x.zip").write_bytes(b"PK")
    with pytest.raises(DocumentError, match=r"x\.zip is not a document that can be read; expected .*\.md"):
        load(tmp_path / "x.zip")


def test_folders_are_walked_without_hidden_files_and_loops(tmp_path):
    for name in ("b.md", "a.txt", "sub/c.HTML", "sub/.hidden.md", ".git/d.md", "sub/e.zip", "elsewhere/f.md"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("Text.")
    (tmp_path / "sub" / "loop").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "sub" / "again").symlink_to(tmp_path / "sub", target_is_directory=True)
    found = [path.relative_to(tmp_path).as_posix() for path in find(tmp_path, pytest.fail)]
    assert found == ["a.txt", "b.md", "elsewhere/f.md", "sub/c.HTML"]


def test_a_folder_that_is_not_there_is_told(tmp_path, monkeypatch):
    for name in ("a", "b", "c"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "x.md").write_text("Text.")
    found, told = [], []
    for path in find(tmp_path, told.append):
        found.append(path.relative_to(tmp_path).as_posix())
        shutil.rmtree(tmp_path / "b", ignore_errors=True)  # while the walk is in "a"
    assert found == ["a/x.md", "c/x.md"]
    assert [(error.filename, error.strerror) for error in told] == [
        (str(tmp_path / "b"), "No such file or directory"),
    ]


def test_one_bad_file_never_ends_a_folder(library, tmp_path):
    folder = tmp_path / "documents"
    (folder / "sub").mkdir(parents=True)
    good = [folder / name for name in ("a.md", "m.md", "sub/z.txt")]
    for path in good:
        path.write_text(f"The good {path.name} stands here.")
    bad = {
        "self.md": lambda path: path.symlink_to(path),
        "ring.md": lambda path: path.symlink_to(folder / "ring2.md"),
        "ring2.md": lambda path: path.symlink_to(folder / "ring.md"),
        "nowhere.md": lambda path: path.symlink_to(folder / "missing.md"),
        "pipe.md": os.mkfifo,
        "binary.html": lambda path: path.write_bytes(b"\0" * 64),
        "empty.md": lambda path: path.write_bytes(b""),
    }
    for name, make in bad.items():
        make(folder / name)
    odd = {
        "number.html": b"<ol start=" + b"9" * 4301 + b"><li>one</ol>",
        "undefined.html": b"<meta charset=undefined><p>caf\xe9</p>",
        "instruction.html": b"<?php " + b"x" * 300 + b" ?><p>Hello</p>",
        "surrogate.html": b"<meta charset=utf-7><p>+2AA- caf\xe9</p>",
    }
    for name, content in odd.items():
        (folder / name).write_bytes(content)
    (folder / "sub" / "round").symlink_to(folder, target_is_directory=True)
    (folder / "selfdir").symlink_to(folder / "selfdir", target_is_directory=True)
    report = library.add([folder, folder / "self.md", folder / "selfdir"])
    assert set(report.added) == {*good, *(folder / name for name in odd)}
    failed = {path.name: sentence for path, sentence in report.failed}
    assert sorted(failed) == sorted([*bad, "selfdir"])
    assert all(str(folder) in sentence and sentence.endswith(".") for sentence in failed.values())
    assert library.search("z stands here")


def test_unchanged_documents_start_no_process(library, lighthouse, monkeypatch):
    library.add([lighthouse])

    def fail(*_, **__):
        pytest.fail("a process was started")

    monkeypatch.setattr("subprocess.Popen", fail)
    assert library.add([lighthouse]).unchanged == (lighthouse,)


@pytest.fixture
def notes(tmp_path):
    """A document of two kinds each."""
    paths = (tmp_path / "notes.md", tmp_path / "more.txt")
    for path in paths:
        path.write_text("The kettle is blue.")
    return paths


def test_what_an_older_converter_has_read_is_read_anew(library, notes, monkeypatch):
    library.add(notes)
    monkeypatch.setitem(VERSIONS, "markdown", VERSIONS["markdown"] + 1)
    assert (report := library.add(notes)).replaced == notes[:1]
    assert report.unchanged == notes[1:]
    assert library.add(notes).unchanged == notes
    library.add_texts([("t", "A text.")])
    monkeypatch.setattr("knowledge.ingest.SPLITTING", SPLITTING + 1)
    assert library.add(notes).replaced == notes
    before = library.version
    library.add_texts([("t", "A text.")])
    assert library.version > before
    assert len(library.documents()) == 3


def test_what_a_newer_version_has_read_stays(library, notes, monkeypatch):
    with monkeypatch.context() as newer:
        newer.setitem(VERSIONS, "markdown", VERSIONS["markdown"] + 1)
        newer.setattr("knowledge.ingest.SPLITTING", SPLITTING + 1)
        library.add(notes)
    assert library.add(notes).unchanged == notes
    notes[0].write_text("The kettle is red.")
    assert library.add(notes).replaced == notes[:1]


def test_what_was_stored_before_converters_had_versions_is_read_anew(library, notes, home):
    library.add(notes)
    with contextlib.closing(sqlite3.connect(home / "knowledge.db")) as connection:
        digest = hashlib.sha256(b"\5" + notes[0].read_bytes()).digest()
        connection.execute("UPDATE documents SET digest = ?", (digest,))
        connection.commit()
    assert library.add(notes).replaced == notes


def test_many_documents_share_one_process(library, monkeypatch):
    started = []

    class Counted(Converter):
        def close(self):
            started.append(self.started)
            super().close()

    monkeypatch.setattr("knowledge.ingest.Converter", Counted)
    assert len(library.add([SAMPLES]).added) == 13
    assert set(started) <= {0, 1}


def test_files_of_other_kinds_are_counted_and_what_programs_put_there_is_not_taken(library, tmp_path):
    folder = tmp_path / "documents"
    for name in ("a.md", "b.ZIP", "sub/c.zip", "d.mp4", "LICENSE", ".hidden", "node_modules/x/readme.md", "sub/e.csv2"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("Some text.")
    report = library.add([folder])
    assert report.added == (folder / "a.md",)
    assert dict(report.skipped) == {".zip": 2, ".mp4": 1, "": 1, ".csv2": 1}
