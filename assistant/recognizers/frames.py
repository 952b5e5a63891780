"""What goes between a recognizer and its worker process: frames of bytes.

A frame is `HEADER` (bytes that follow, kind, utterance) and its payload; a request, a line of JSON and what follows it.
"""

from __future__ import annotations

import json
import struct
from enum import IntEnum
from typing import Any, BinaryIO

HEADER = struct.Struct("<IBI")
LONGEST_FRAME = 1 << 20


class Kind(IntEnum):
    """What a frame is: those up to CANCEL and DECODE come from the parent, the others go back."""

    DOMAIN = 1  # a request in JSON: cache_dir, key, live: which decoder is wanted first
    OPEN = 2  # JSON: mean or null, whole
    AUDIO = 3  # int16 samples
    SETTLE = 4
    FINISH = 5
    CANCEL = 6
    READY = 7  # JSON: missing, whether there is no such model, or it is damaged
    HEARD = 8  # JSON: bytes decoded, stable words, text so far, whether that is the answer to SETTLE
    FINAL = 9  # JSON: text, mean, note
    FAILED = 10  # a sentence
    DECODE = 11  # a request: what to make of the int16 samples after it
    DECODED = 12  # JSON


def read_frame(stream: BinaryIO) -> tuple[Kind, int, bytes] | None:
    """Return the next frame, or None at the end of input. Raises ValueError for bytes that are no frame."""
    header = stream.read(HEADER.size)
    if len(header) < HEADER.size:
        return None
    size, kind, utterance = HEADER.unpack(header)
    if size > LONGEST_FRAME:
        raise ValueError(f"a frame of {size} bytes; expected at most {LONGEST_FRAME}")
    payload = stream.read(size)
    return (Kind(kind), utterance, payload) if len(payload) == size else None


def frame(kind: Kind, utterance: int, payload: bytes = b"") -> bytes:
    """Return a frame's bytes."""
    return HEADER.pack(len(payload), kind, utterance) + payload


def request(content: dict[str, Any], attached: bytes = b"") -> bytes:
    """Return the payload of a request."""
    return json.dumps(content).encode() + b"\n" + attached


def read_request(payload: bytes) -> tuple[dict[str, Any], bytes]:
    """Return what `request` was given. Raises ValueError for bytes that are no request."""
    line, _, attached = payload.partition(b"\n")
    return json.loads(line), attached
