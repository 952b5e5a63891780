"""What a process owns is loaded when it is first used: side by side, and ready for what it is used for."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from assistant.config import Config
from assistant.parts import Parts
from assistant.recognizers import choose as recognizers
from assistant.voices import choose as voices


class Opened:
    """A reader or a library, as far as it is owned."""

    vectors = apart = None

    def __init__(self, name: str, noted: list[str]) -> None:
        self.name, self._noted = name, noted

    def close(self) -> None:
        self._noted.append(f"{self.name} closed")


class Loaded:
    """A recognizer or a voice, as far as it is owned."""

    def __init__(self, name: str, noted: list[str]) -> None:
        self.name, self._noted = name, noted
        noted.append(f"{name} loaded")

    async def prepare(self) -> None:
        self._noted.append(f"{self.name} prepared")

    async def close(self) -> None:
        self._noted.append(f"{self.name} closed")


@pytest.fixture
def noted() -> list[str]:
    return []


@pytest.fixture
async def parts(noted: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Parts]:
    """Parts whose recognizer and voice are loaded only once the loading of both has begun."""
    both = threading.Barrier(2, timeout=60)

    def loads(name: str) -> Any:
        def load(*_: object, **__: object) -> Loaded:
            both.wait()
            return Loaded(name, noted)

        return load

    monkeypatch.setattr(recognizers, "load_recognizer", loads("recognizer"))
    monkeypatch.setattr(voices, "load_synthesizer", loads("voice"))
    config = Config.load(tmp_path, {"REPARTEE_SPEECH_RECOGNIZER": "pocketsphinx", "REPARTEE_SPEECH_VOICE": "flite"})
    reader: Any = Opened("reader", noted)
    library: Any = Opened("library", noted)
    parts = Parts(config, reader, library)
    yield parts
    await parts.close()


async def test_recognizer_and_voice_are_loaded_side_by_side_and_once(parts: Parts, noted: list[str]) -> None:
    loaded = await asyncio.gather(parts.recognizer(), parts.synthesizer(), parts.recognizer(), parts.synthesizer())
    assert loaded[:2] == loaded[2:]
    assert sorted(noted) == ["recognizer loaded", "recognizer prepared", "voice loaded"]


async def test_live_speech_is_prepared_for_once_also_where_a_recording_came_first(
    parts: Parts, noted: list[str]
) -> None:
    await asyncio.gather(parts.recognizer(live=False), parts.synthesizer())
    assert "recognizer prepared" not in noted
    for _ in range(2):
        await parts.recognizer()
    assert noted.count("recognizer prepared") == 1


async def test_what_was_opened_is_closed_once_and_the_other_way_round(parts: Parts, noted: list[str]) -> None:
    await asyncio.gather(parts.recognizer(), parts.synthesizer())
    loaded = [line.split()[0] for line in noted if line.endswith(" loaded")]
    for _ in range(2):
        await parts.close()
    closed = [line.split()[0] for line in noted if line.endswith(" closed")]
    assert set(closed[:2]) == set(loaded)
    assert closed[2:] == ["library", "reader"]


async def test_the_first_question_is_not_the_first_that_is_read(samples_home, monkeypatch):
    parts = Parts.open(Config.load(samples_home))
    read = []
    whole = parts.reader.read
    monkeypatch.setattr(
        parts.reader, "read", lambda *given, **options: read.append(given[0]) or whole(*given, **options)
    )
    async with parts:
        assert len(read) >= 2


async def test_parts_without_documents_open_too(tmp_path):
    async with Parts.open(Config.load(tmp_path / "home")) as parts:
        assert await parts.in_library(parts.library.count) == 0
