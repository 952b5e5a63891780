import asyncio
import contextlib
import threading
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from assistant.recognizers.lexicon import MOST_CHARACTERS, MOST_PHRASES, Contents, Follower, Lexicon
from knowledge.library import Library
from tests.knowledge.texts import tokenize


def source(version: int = 1, **lists: list[str]) -> Any:
    return SimpleNamespace(version=version, **{name: (lambda *_, found=found: found) for name, found in lists.items()})


def test_a_lexicon_says_what_all_its_sources_say() -> None:
    lexicon = Lexicon(
        [source(1, texts=["a text"]), source(7, texts=["another"])], [source(3, phrases=["the lamp", "the lamp", ""])]
    )
    assert lexicon.version() == (1, 7, 3)
    assert lexicon.contents() == Contents(("a text", "another"), ("the lamp",))


def test_there_is_no_more_to_learn_than_can_be_learnt() -> None:
    long = source(texts=["x" * (MOST_CHARACTERS // 2)] * 3)
    many = source(phrases=[f"lamp {number}" for number in range(MOST_PHRASES + 5)])
    contents = Lexicon([long], [many]).contents()
    assert len(contents.texts) == 2
    assert len(contents.phrases) == MOST_PHRASES
    assert contents.characters <= 2 * MOST_CHARACTERS


def test_of_a_large_library_the_last_documents_are_learnt_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assistant.recognizers.lexicon.MOST_CHARACTERS", 40_000)
    with contextlib.closing(Library.open(tmp_path / "home", tokenize)) as library:
        library.add_texts((f"{number}.txt", f"Tale {number}\n\n" + f"Said {number}.\n\n" * 500) for number in range(20))
        texts = Lexicon([library, source(texts=["after it"])]).contents().texts
    assert {f"Tale {number}" for number in range(20)} <= set(texts)
    spoken_of = {int(text.split()[1].rstrip(".")) for text in texts if text.startswith("Said")}
    assert len(spoken_of) >= 5
    assert max(spoken_of) > 15
    assert "after it" in texts
    assert sum(map(len, texts)) <= 40_000


def test_the_key_tells_contents_apart_whatever_is_in_them() -> None:
    different = [
        Contents(("a", "b")),
        Contents(("ab",)),
        Contents(("a",), ("b",)),
        Contents((), ("a", "b")),
        Contents(("\ud800",)),
    ]
    keys = {contents.key("kind") for contents in different}
    assert len(keys) == len(different)
    assert different[0].key("kind") != different[0].key("another kind")
    assert Contents().key("kind") == ""


@pytest.fixture
def documents() -> Any:
    return source(1, texts=["a text"])


async def test_changes_are_learnt_once_and_off_the_event_loop(documents: Any) -> None:
    learnt: list[Contents] = []
    threads: list[int] = []

    def texts(_most: int) -> list[str]:
        threads.append(threading.get_ident())
        return [f"text {documents.version}"]

    async def learn(contents: Contents) -> None:
        learnt.append(contents)

    documents.texts = texts
    follower = Follower(Lexicon([documents]), learn)
    await follower.caught_up()
    await follower.caught_up()
    documents.version = 2
    await follower.caught_up()
    assert [contents.texts for contents in learnt] == [("text 1",), ("text 2",)]
    assert threading.get_ident() not in threads


async def test_what_changes_while_something_is_learnt_is_learnt_after_it(documents: Any) -> None:
    under_way = 0
    go_on = asyncio.Event()
    learnt: list[Contents] = []

    async def learn(contents: Contents) -> None:
        nonlocal under_way
        under_way += 1
        assert under_way == 1
        await go_on.wait()
        learnt.append(contents)
        under_way -= 1

    follower = Follower(Lexicon([documents]), learn)
    follower.look()
    await asyncio.sleep(0.05)
    documents.version, documents.texts = 2, lambda _most: ["newer"]
    caught_up = asyncio.create_task(follower.caught_up())
    await asyncio.sleep(0.05)
    go_on.set()
    await caught_up
    assert learnt[-1].texts == ("newer",)


async def test_what_goes_wrong_is_told_once_and_ends_nothing(documents: Any, caplog: pytest.LogCaptureFixture) -> None:
    calls = 0

    async def learn(_contents: Contents) -> None:
        nonlocal calls
        calls += 1
        raise OSError("the disk is full")

    follower = Follower(Lexicon([documents]), learn)
    for _ in range(3):
        await follower.caught_up()
    assert calls == 1
    assert "the disk is full" in caplog.text
    await follower.close()
    await follower.close()
