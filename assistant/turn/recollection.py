"""What was meant in conversations that clients keep: they send back the words, and not which devices those were for.

To understand old words again is not enough: "which lights are on?" means others by then, and "it" goes back further
than anybody wants to read at every turn. So what a turn meant is kept here, by the words of its conversation.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Sequence
from hashlib import blake2b
from typing import TYPE_CHECKING

from assistant.turn.events import Outcome, Reply

if TYPE_CHECKING:
    from assistant.home.entities import HomeIntent

_MOST = 2_000  #: turns; the oldest are forgotten
_LATELY = 3  #: exchanges by which a turn is found in a conversation whose beginning the client left out


class Recollection:
    """The last turns of a process about the house. Not safe between threads."""

    def __init__(self) -> None:
        self._meant: OrderedDict[bytes, tuple[HomeIntent | None, Outcome]] = OrderedDict()

    def note(self, history: Sequence[Reply], reply: Reply) -> None:
        """Keep what the newest turn of a conversation meant."""
        for key in _keys([*history, reply]):
            self._meant[key] = (reply.intent, reply.outcome)
            self._meant.move_to_end(key)
        while len(self._meant) > _MOST:
            self._meant.popitem(last=False)

    def meant(self, conversation: Sequence[Reply]) -> tuple[HomeIntent | None, Outcome] | None:
        """Return what the newest turn of a conversation meant and came to; None where it is not known."""
        return next((found for key in _keys(conversation) if (found := self._meant.get(key)) is not None), None)


def _keys(conversation: Sequence[Reply]) -> Iterator[bytes]:
    """Yield by what the newest turn is found: the whole conversation, then the last exchanges of a longer one."""
    yield _key(conversation)
    if len(conversation) >= _LATELY:
        yield _key(conversation[-_LATELY:]) + b"lately"


def _key(conversation: Sequence[Reply]) -> bytes:
    digest = blake2b(digest_size=16)
    for reply in conversation:
        for words in (reply.question, reply.spoken):
            digest.update(" ".join(words.split()).encode() + b"\0")
    return digest.digest()
