"""What waits is bounded; when there is too much, the latest message of each topic stays."""

from aiomqtt import Message

from assistant.home.mqtt import inbox as module
from assistant.home.mqtt.inbox import Inbox


def message(topic, payload):
    return Message(topic, payload, 0, False, 0, None)


def taken(inbox):
    return [(message.topic, message.payload) for message in (inbox.get_nowait() for _ in range(inbox.qsize()))]


async def test_messages_come_out_as_they_went_in():
    inbox = Inbox()
    for number in range(5):
        inbox.put_nowait(message("a", b"%d" % number))
    assert taken(inbox) == [("a", b"%d" % number) for number in range(5)]


async def test_the_latest_of_each_topic_stays_when_there_are_too_many(monkeypatch):
    monkeypatch.setattr(module, "MAX_WAITING", 10)
    inbox = Inbox()
    for number in range(1000):
        inbox.put_nowait(message(f"topic/{number % 3}", b"%d" % number))
        assert inbox.qsize() <= 10
    assert dict(taken(inbox)) == {"topic/0": b"999", "topic/1": b"997", "topic/2": b"998"}


async def test_the_oldest_go_when_even_the_latest_are_too_many(monkeypatch, caplog):
    monkeypatch.setattr(module, "MAX_WAITING", 10)
    inbox = Inbox()
    for number in range(1000):
        inbox.put_nowait(message(f"topic/{number}", b""))
    left = taken(inbox)
    assert len(left) <= 10
    assert left[-1][0] == "topic/999"
    assert "faster than they can be read" in caplog.text


async def test_bytes_are_bounded_too(monkeypatch):
    monkeypatch.setattr(module, "MAX_WAITING_BYTES", 1000)
    inbox = Inbox()
    for number in range(100):
        inbox.put_nowait(message(f"topic/{number}", bytes(90)))
        assert inbox.qsize() * 90 <= 1000
    assert taken(inbox)[-1][0] == "topic/99"


async def test_a_giant_is_ignored_and_told_once(caplog):
    inbox = Inbox()
    for _ in range(3):
        inbox.put_nowait(message("giant", bytes(module.MAX_PAYLOAD + 1)))
    inbox.put_nowait(message("small", bytes(module.MAX_PAYLOAD)))
    assert [topic for topic, _ in taken(inbox)] == ["small"]
    assert caplog.text.count("giant: a message of 1048577 bytes was ignored") == 1
