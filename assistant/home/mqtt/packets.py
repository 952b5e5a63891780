"""Messages read straight from the bytes of a connection, where they have come as a whole.

A broker answers our subscriptions, all of QoS 0, with PUBLISH packets of QoS 0, thousands a second. paho takes each
apart in a dozen calls; this takes a tenth of that. Every other packet, and one that is odd in any way, is left to paho.
"""

from __future__ import annotations

from typing import NamedTuple

_PUBLISH = 0x30  # of QoS 0; the lowest bit says that it was retained


class Arrived(NamedTuple):
    """A message as it came."""

    topic: str
    payload: bytes
    retain: bool


def publish_at(buffer: bytearray, at: int, *, properties: bool) -> tuple[Arrived, int] | None:
    """Return the message of the PUBLISH packet of QoS 0 that starts at `at`, and where the packet ends.

    None where it is another packet, or not all of it is there. `properties`: the packets are of MQTT 5. (MQTT 5,
    section 3.3; MQTT 3.1.1, section 3.3.)
    """
    size = len(buffer)
    if at >= size or buffer[at] & 0xFE != _PUBLISH:
        return None
    length, start = _varying(buffer, at + 1)
    end = start + length
    if length < 2 or end > size:
        return None
    begin = start + 2
    after = begin + (buffer[start] << 8 | buffer[start + 1])
    if after == begin or after > end:
        return None
    try:
        topic = buffer[begin:after].decode()
    except UnicodeDecodeError:
        return None
    if properties:
        more, after = _varying(buffer, after)
        after += more
        if more < 0 or after > end:
            return None
    return Arrived(topic, bytes(buffer[after:end]), bool(buffer[at] & 1)), end


def _varying(buffer: bytearray, at: int) -> tuple[int, int]:
    """Return the number of variable length at `at` and where it ends; a negative one where it has no end."""
    number = shift = 0
    for place in range(at, min(at + 4, len(buffer))):
        byte = buffer[place]
        number |= (byte & 127) << shift
        if byte < 128:
            return number, place + 1
        shift += 7
    return -1, at
