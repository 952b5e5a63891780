"""Bytes and events, and every event that is spoken, by reflection over the library and the sources."""

from __future__ import annotations

import ast
import asyncio
import importlib
import inspect
import json
import pkgutil

import pytest
import wyoming
from hypothesis import given
from hypothesis import strategies as st
from wyoming.event import Event, Eventable, async_read_event, async_write_event

from assistant.channels.wyoming.framing import MAX_DATA, MAX_LINE, MAX_PAYLOAD, Framer, FramingError, pack
from assistant.channels.wyoming.protocol import RECEIVERS
from tests.paths import ROOT

#: What a field of each type is filled with.
SAMPLES = {"text": "héllo\n", "rate": 16000, "width": 2, "channels": 1, "audio": b"\0\1" * 40, "name": "okay_nabu"}
NOT_EVENTS = {"http", "util", "zeroconf", "pyaudioop"}


def event_classes() -> dict[str, type[Eventable]]:
    found = {}
    for module in pkgutil.iter_modules(wyoming.__path__):
        if module.name in NOT_EVENTS:
            continue
        for name, cls in inspect.getmembers(importlib.import_module(f"wyoming.{module.name}"), inspect.isclass):
            if issubclass(cls, Eventable) and cls is not Eventable:
                found[name] = cls
    return found


def sample_of(cls: type[Eventable]) -> Event:
    """Return an event of a class, its required fields and its context filled."""
    from wyoming.pipeline import PipelineStage

    values = SAMPLES | {"context": {"conversation_id": "1"}, "start_stage": PipelineStage.ASR}
    values |= {"end_stage": PipelineStage.TTS, "id": "t1", "total_seconds": 5, "is_active": True}
    fields = inspect.signature(cls).parameters.values()
    known = {field.name: values[field.name] for field in fields if field.name in values}
    missing = [f.name for f in fields if f.default is inspect.Parameter.empty and f.name not in known]
    assert not missing, f"{cls.__name__} has fields without a sample: {missing}"
    return cls(**known).event()


def spoken() -> set[str]:
    """The names of the library's event classes that our sources make or read."""
    named = set()
    for path in (ROOT / "assistant" / "channels" / "wyoming").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("wyoming."):
                named |= {alias.name for alias in node.names}
    return named & event_classes().keys()


async def test_every_event_of_the_library_survives_both_ways() -> None:
    assert len(event_classes()) > 30
    assert {"Handled", "NotHandled", "Intent", "Transcript", "SynthesizeStopped", "Detection"} <= spoken()
    for cls in event_classes().values():
        event = sample_of(cls)
        reader = asyncio.StreamReader()
        reader.feed_data(pack(event))
        reader.feed_eof()
        assert await async_read_event(reader) == event, cls
        (back,) = Framer().feed(pack(event))
        assert back == event, cls
        assert cls.from_event(back).event() == cls.from_event(event).event()


def test_every_type_that_is_received_is_one_of_the_library() -> None:
    assert RECEIVERS.keys() <= {sample_of(cls).type for cls in event_classes().values()}


class _Bytes:
    """A writer that keeps what it is given."""

    def __init__(self) -> None:
        self.data = b""

    def write(self, data: bytes) -> None:
        self.data += data

    def writelines(self, lines) -> None:
        self.data += b"".join(lines)

    async def drain(self) -> None:
        pass


@given(st.lists(st.integers(1, 60), max_size=40))
def test_what_the_library_writes_is_read_however_it_is_cut(cuts: list[int]) -> None:
    events = [sample_of(cls) for name, cls in event_classes().items() if name in ("AudioChunk", "Ping", "Synthesize")]

    async def written() -> bytes:
        writer = _Bytes()
        for event in events:
            await async_write_event(event, writer)
        return writer.data

    data, framer, found = asyncio.run(written()), Framer(), []
    for cut in [*cuts, len(data)]:
        found += framer.feed(data[:cut])
        data = data[cut:]
    assert found == events
    assert not framer.within


def line(**header: object) -> bytes:
    return json.dumps(header).encode() + b"\n"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"x" * (MAX_LINE + 1), "at most"),
        (b"{" + b" " * MAX_LINE + b"\n", "at most"),
        (b"hello\n", "not JSON"),
        (b"\xff\xfe\n", "not JSON"),
        (b"[" * 30_000 + b"\n", "not JSON"),
        (b"[]\n", "a JSON object"),
        (b"{}\n", "type"),
        (line(type=""), "type"),
        (line(type=["a"]), "type"),
        (line(type="ping", data=[]), "data of an event"),
        (line(type="ping", data_length=-1), "data_length"),
        (line(type="ping", data_length=MAX_DATA + 1), "data_length"),
        (line(type="ping", data_length=1.5), "data_length"),
        (line(type="ping", data_length=True), "data_length"),
        (line(type="audio-chunk", payload_length=MAX_PAYLOAD + 1), "payload_length"),
        (line(type="audio-chunk", payload_length="12"), "payload_length"),
        (line(type="ping", data_length=2) + b"no", "not JSON"),
        (line(type="ping", data_length=2) + b"[]", "a JSON object"),
    ],
)
def test_what_is_no_event_is_refused_with_a_sentence(data: bytes, said: str) -> None:
    with pytest.raises(FramingError, match=said):
        list(Framer().feed(data))


def test_events_before_broken_bytes_are_not_lost_and_half_an_event_is_known_for_one() -> None:
    framer = Framer()
    found = []
    with pytest.raises(FramingError):
        found.extend(event.type for event in framer.feed(line(type="ping") + b"nonsense\n"))
    assert found == ["ping"]
    framer = Framer()
    assert [event.type for event in framer.feed(line(type="ping") + b'{"type"')] == ["ping"]
    assert framer.within
