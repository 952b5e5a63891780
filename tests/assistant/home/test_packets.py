"""Messages read straight from bytes are those that were sent; all that is odd is left to the library."""

import pytest
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from assistant.home.mqtt.packets import Arrived, publish_at


def packet(topic, payload, *, retain=False, qos=0, properties=None):
    """Return the bytes of a message, which are written independently of what reads them (MQTT 5, section 3.3)."""
    rest = len(topic.encode()).to_bytes(2, "big") + topic.encode() + (b"\0\1" if qos else b"")
    rest += b"" if properties is None else properties.pack()
    rest += payload
    length, left = b"", len(rest)
    while left >= 128:
        length, left = length + bytes((left % 128 | 128,)), left // 128
    return bytes((0x30 | qos << 1 | retain,)) + length + bytes((left,)) + rest


def all_of(data, **options):
    messages, at = [], 0
    while (found := publish_at(bytearray(data), at, **{"properties": False, **options})) is not None:
        message, at = found
        messages.append(message)
    return messages, at


@pytest.mark.parametrize("size", [0, 1, 100, 127, 128, 16_383, 16_384, 300_000])
def test_messages_of_any_length_are_read_one_after_the_other(size):
    data = packet("a/b", b"x" * size, retain=True) + packet("grün", b"\0\xff")
    assert all_of(data) == ([Arrived("a/b", b"x" * size, True), Arrived("grün", b"\0\xff", False)], len(data))


def test_the_properties_of_mqtt_5_are_passed_over():
    properties = Properties(PacketTypes.PUBLISH)
    properties.MessageExpiryInterval = 5
    properties.UserProperty = ("k" * 100, "v" * 100)
    data = packet("a", b"1", properties=properties) + packet("a", b"2", properties=Properties(PacketTypes.PUBLISH))
    assert all_of(data, properties=True) == ([Arrived("a", b"1", False), Arrived("a", b"2", False)], len(data))


def test_a_packet_that_has_not_come_as_a_whole_waits():
    data = packet("topic", b"payload" * 50)
    assert [end for end in range(len(data)) if publish_at(bytearray(data[:end]), 0, properties=False)] == []


@pytest.mark.parametrize(
    "data",
    [
        packet("a", b"1", qos=1),
        b"\xd0\x00",  # an answer to a ping
        b"\x30\x00",
        b"\x30\x02\x00\x00",  # no topic, as with an alias of MQTT 5
        b"\x30\x03\x00\x05a",  # a topic longer than the packet
        b"\x30\x03\x00\x01\xff",  # a topic that is not UTF-8
        b"\x30\x80\x80\x80\x80\x01" + b"\x00" * 300,  # a length of five bytes
        b"\x31",
    ],
)
def test_every_other_packet_is_left_alone(data):
    assert publish_at(bytearray(data), 0, properties=False) is None


@pytest.mark.parametrize("data", [b"\x30\x03\x00\x01a", b"\x30\x04\x00\x01a\x09", b"\x30\x04\x00\x01a\x80"])
def test_properties_without_an_end_are_left_alone(data):
    assert publish_at(bytearray(data), 0, properties=True) is None
