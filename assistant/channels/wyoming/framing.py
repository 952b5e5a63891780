"""Events as bytes: a line of JSON, then the data and the payload whose lengths it tells. Nothing here does I/O.

The library's own reader takes a line, a length or a payload of any size, and takes broken JSON for the end of the
stream; this one bounds all three and says what was wrong.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from engines.errors import ReparteeError

if TYPE_CHECKING:
    from wyoming.event import Event

MAX_LINE = 64 * 1024  # older clients put the data, a text to say for one, into the line
MAX_DATA = 256 * 1024
MAX_PAYLOAD = 1024 * 1024  # half a minute of 16 kHz audio in one chunk


class FramingError(ReparteeError):
    """Bytes that are no event, or one that is too large. What follows them cannot be read either."""


class Framer:
    """Takes the bytes of one connection as they come and returns the events they complete."""

    def __init__(self) -> None:
        self._bytes = bytearray()
        self._searched = 0  # bytes known to hold no end of line
        self._header: dict[str, Any] | None = None

    @property
    def within(self) -> bool:
        """Whether an event has begun and is not complete."""
        return bool(self._bytes) or self._header is not None

    def feed(self, data: bytes) -> Iterator[Event]:
        """Yield the events that `data` completes, in order. Raises FramingError; nothing can be fed after that."""
        self._bytes += data
        while (event := self._next()) is not None:
            yield event

    def _next(self) -> Event | None:
        from wyoming.event import Event

        if self._header is None:
            self._header = self._read_line()
        if self._header is None:
            return None
        lengths = self._header["data_length"], self._header["payload_length"]
        if len(self._bytes) < sum(lengths):
            return None
        header, self._header = self._header, None
        data, payload = self._cut(lengths[0]), self._cut(lengths[1])
        more = _object(data, "The data") if data else {}
        return Event(type=header["type"], data={**header["data"], **more}, payload=payload or None)

    def _read_line(self) -> dict[str, Any] | None:
        end = self._bytes.find(b"\n", self._searched, MAX_LINE + 1)
        if end < 0:
            if len(self._bytes) > MAX_LINE:
                raise FramingError(f"An event begins with a line of JSON of at most {MAX_LINE} bytes; this is longer.")
            self._searched = len(self._bytes)
            return None
        self._searched = 0
        header = _object(self._cut(end + 1), "The line that begins an event")
        kind = header.get("type")
        if not isinstance(kind, str) or not 0 < len(kind) <= 100:
            raise FramingError("An event has a type of 1 to 100 characters; this one has none.")
        inline = header.get("data")
        if inline is not None and not isinstance(inline, dict):
            raise FramingError("The data of an event is a JSON object; this is none.")
        return {
            "type": kind,
            "data": inline or {},
            "data_length": _length(header, "data_length", MAX_DATA),
            "payload_length": _length(header, "payload_length", MAX_PAYLOAD),
        }

    def _cut(self, size: int) -> bytes:
        piece = bytes(self._bytes[:size])
        del self._bytes[:size]
        return piece


def pack(event: Event) -> bytes:
    """Return the bytes of an event."""
    from wyoming.version import __version__

    data = json.dumps(event.data, ensure_ascii=False).encode() if event.data else b""
    header: dict[str, object] = {"type": event.type, "version": __version__}
    if data:
        header["data_length"] = len(data)
    if event.payload:
        header["payload_length"] = len(event.payload)
    return json.dumps(header).encode() + b"\n" + data + (event.payload or b"")


def _object(data: bytes, what: str) -> dict[str, Any]:
    try:
        found = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise FramingError(f"{what} is not JSON.") from error
    if not isinstance(found, dict):
        raise FramingError(f"{what} is a JSON object; this is none.")
    return found


def _length(header: dict[str, Any], name: str, most: int) -> int:
    length = header.get(name)
    if length is None:
        return 0
    if type(length) is not int or not 0 <= length <= most:
        raise FramingError(f"{name} is a whole number from 0 to {most}; this one is not.")
    return length
