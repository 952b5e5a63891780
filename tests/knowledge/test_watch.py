"""Folders that are watched: real files, real events of the system, a real store."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from knowledge.formats.registry import VERSIONS
from knowledge.ingest import AddReport
from knowledge.library import Library
from knowledge.watch import Watch

pytest.importorskip("watchfiles", reason="watchfiles (extra documents) is not installed")


@pytest.fixture
def folder(tmp_path) -> Path:
    made = tmp_path / "documents"
    (made / "sub").mkdir(parents=True)
    (made / "tea.md").write_text("Tea is brewed for four minutes.")
    return made


@contextmanager
def watching(library: Library, *paths: Path, polling: bool | None = None) -> Iterator[Callable[[], None]]:
    """Watch until the block ends, which is given a call that waits for the next report."""
    stop, told = threading.Event(), threading.Semaphore(0)

    def tell(report: AddReport) -> None:
        if report.added or report.replaced or report.removed or report.failed:
            told.release()

    def next_report() -> None:
        assert told.acquire(timeout=60)

    watch = Watch(library, paths, tell)
    thread = threading.Thread(target=watch.run, args=(stop,), kwargs={"polling": polling})
    thread.start()
    try:
        next_report()  # of what is there
        yield next_report
    finally:
        stop.set()
        thread.join(60)
    assert not thread.is_alive()


def found(library: Library, words: str) -> str:
    return " ".join(hit.passage.text for hit in library.search(words))


@pytest.mark.parametrize("polling", [None, True])
def test_what_is_saved_renamed_and_deleted_is_taken_up(library, folder, polling):
    with watching(library, folder, polling=polling) as next_report:
        assert "four minutes" in found(library, "tea")
        (folder / "sub" / "coffee.txt").write_text("Coffee wants water of 94 degrees.")
        next_report()
        assert "94 degrees" in found(library, "coffee")
        # As editors save: a new file takes the place of the old one.
        (folder / "~tea.tmp").write_text("Tea is brewed for five minutes.")
        (folder / "~tea.tmp").rename(folder / "tea.md")
        next_report()
        assert "five minutes" in found(library, "tea")
        assert "four minutes" not in found(library, "tea")
        (folder / "sub" / "coffee.txt").rename(folder / "mocha.txt")
        next_report()
        while {Path(document.path).name for document in library.documents()} != {"tea.md", "mocha.txt"}:
            next_report()  # the new name and the old one may come apart
        (folder / "mocha.txt").unlink()
        next_report()
        assert found(library, "coffee") == ""


def test_a_folder_that_is_moved_takes_its_documents_along(library, folder):
    (folder / "sub" / "coffee.txt").write_text("Coffee wants water of 94 degrees.")
    with watching(library, folder) as next_report:
        (folder / "sub").rename(folder / "drinks")
        while {Path(document.path).parent.name for document in library.documents()} != {"documents", "drinks"}:
            next_report()
        assert "94 degrees" in found(library, "coffee")


def test_a_drive_that_is_not_there_takes_nothing_with_it(library, folder):
    told: list[AddReport] = []
    watch = Watch(library, [folder], told.append)
    watch.look()
    (folder / "tea.md").rename(folder.parent / "tea.md")
    (folder / "sub").rmdir()
    watch.look()
    assert "four minutes" in found(library, "tea")
    folder.rmdir()
    watch.look()
    watch.take([folder / "tea.md"])
    assert "four minutes" in found(library, "tea")


def test_what_is_new_in_a_watched_folder_gets_its_collection(library, folder):
    told: list[AddReport] = []
    watch = Watch(library, [folder], told.append, collection="work")
    watch.look()
    (folder / "new.md").write_text("# New\n\nThe new kettle is blue.")
    watch.take([folder / "new.md"])
    assert {document.collection for document in library.documents()} == {"work"}


def test_what_an_older_converter_has_read_is_read_anew(library, folder, monkeypatch):
    told: list[AddReport] = []
    watch = Watch(library, [folder], told.append)
    watch.look()
    monkeypatch.setitem(VERSIONS, "markdown", VERSIONS["markdown"] + 1)
    watch.look()
    assert [report.replaced for report in told] == [(), (folder / "tea.md",)]


def test_what_programs_leave_beside_documents_is_not_looked_at(library, folder):
    told: list[AddReport] = []
    watch = Watch(library, [folder], told.append)
    for name in ("photo.png", ".tea.md.swp", "node_modules/x/readme.md", ".git/notes.md"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("x")
        watch.take([folder / name])
    assert told == []


def test_a_folder_that_is_moved_away_and_made_again_is_watched_again(library, folder, monkeypatch):
    monkeypatch.setattr("knowledge.watch.COMPARED_S", 0.2)
    with watching(library, folder) as next_report:
        folder.rename(folder.with_name("elsewhere"))
        folder.mkdir()
        (folder / "cake.md").write_text("Cake is baked for forty minutes.")
        while "forty minutes" not in found(library, "cake"):
            next_report()
        (folder / "soup.md").write_text("Soup simmers for an hour.")
        while "an hour" not in found(library, "soup"):
            next_report()
