"""A socket read at once into memory gives the same bytes, the same ends and the same errors."""

import socket

import pytest

from assistant.home.mqtt import buffered as module
from assistant.home.mqtt.buffered import BufferedSocket


@pytest.fixture
def pair():
    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    with ours, theirs:
        yield BufferedSocket(ours), theirs


def test_bytes_come_in_pieces_of_any_size(pair):
    ours, theirs = pair
    theirs.sendall(b"abcdef")
    ours.fill()
    assert (ours.recv(1), ours.recv(2), ours.pending()) == (b"a", b"bc", 3)
    theirs.sendall(b"ghi")
    ours.fill()
    assert ours.recv(100) == b"defghi"
    with pytest.raises(BlockingIOError):
        ours.recv(1)


def test_what_came_before_the_end_is_read_before_it(pair):
    ours, theirs = pair
    theirs.sendall(b"last")
    theirs.close()
    ours.fill()
    assert (ours.ended, ours.recv(10), ours.recv(10)) == (True, b"last", b"")


def test_an_error_is_raised_after_what_came_before_it(pair):
    ours, theirs = pair
    theirs.sendall(b"last")
    ours.fill()
    ours._inner.close()
    ours.fill()
    assert ours.recv(10) == b"last"
    with pytest.raises(OSError, match="Bad file descriptor"):
        ours.recv(10)


def test_no_more_than_the_most_is_taken_over(pair, monkeypatch):
    monkeypatch.setattr(module, "PIECE", 10)
    monkeypatch.setattr(module, "MOST", 35)
    ours, theirs = pair
    theirs.sendall(bytes(100))
    ours.fill()
    assert ours.pending() == 40
    assert len(ours.recv(30)) == 30
    ours.fill()
    assert ours.pending() == 40
