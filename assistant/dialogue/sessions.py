"""Which conversations are open in this process, and who can be told something that nobody asked for."""

from __future__ import annotations

import contextlib
import json
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

from assistant.dialogue.conversation import Conversation
from assistant.dialogue.waking import Wakes
from assistant.neighbours import Neighbours

#: By what a person talks: a Wyoming satellite, the page, another client of the Realtime protocol, this machine's own
#: microphone and loudspeaker.
Kind = Literal["satellite", "page", "realtime", "listen"]
ANNOUNCED = "announce"  #: the kind of message by which other processes are told to say something
RETRACTED = "retract"  #: and to say it no longer
OWN = "sess_"  #: with which the ids of this process's conversations begin


@dataclass(frozen=True)
class Session:
    """An open conversation: `name` is who it is with, `area` where they are; empty if unknown."""

    id: str
    conversation: Conversation
    name: str = ""
    area: str = ""
    kind: Kind = "realtime"

    def meant(self, to: str) -> bool:
        """Whether `to`, an id, a name or an area, speaks of this one; "" speaks of all."""
        return not to or to == self.id or to.casefold() in (self.name.casefold(), self.area.casefold())


class Sessions:
    """The open conversations, by id; no more than `most` at once. `neighbours` are the other processes of the home."""

    def __init__(self, most: int, neighbours: Neighbours | None = None) -> None:
        self.most = most
        self._open: dict[str, Session] = {}
        self._neighbours = neighbours
        self.wakes = Wakes(self._others_wait, neighbours)
        self._listeners: list[Callable[[], None]] = []

    def __len__(self) -> int:
        return len(self._open)

    def __iter__(self) -> Iterator[Session]:
        return iter(tuple(self._open.values()))

    @property
    def full(self) -> bool:
        """Whether no further conversation is taken."""
        return len(self) >= self.most

    def on_change(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Call `callback` when a conversation is opened or has ended, until what is returned is called."""
        self._listeners.append(callback)
        return lambda: self._listeners.remove(callback)

    @contextmanager
    def opened(
        self, conversation: Conversation, *, name: str = "", area: str = "", kind: Kind = "realtime"
    ) -> Iterator[Session]:
        """Hold `conversation` open under an id of its own."""
        session = Session(f"{OWN}{secrets.token_hex(8)}", conversation, name, area, kind)
        self._open[session.id] = session
        conversation.known_as(name or session.id)
        conversation.wakes = self.wakes
        self._changed()
        try:
            yield session
        finally:
            del self._open[session.id]
            self._changed()

    def _changed(self) -> None:
        for callback in tuple(self._listeners):
            callback()

    def _others_wait(self, who: str) -> bool:
        talks = [session.conversation for session in self]
        return any(talk.id != who and talk.waits_for_a_word for talk in talks)

    async def announce(self, text: str, *, to: str = "", urgent: bool = False) -> int:
        """Say `text` in every open conversation, or in those whose id, name or area is `to`; returns in how many.

        In each as soon as nobody speaks there; `urgent`, at once. The home's other processes are told; of them, those
        are counted that are meant by their name.
        """
        meant = [session for session in self if session.meant(to)]
        for session in meant:
            await session.conversation.announce(text, urgent=urgent)
        if self._neighbours is None or to.startswith(OWN):
            return len(meant)
        reached = self._neighbours.tell(ANNOUNCED, json.dumps({"text": text, "to": to, "urgent": urgent}))
        if to and reached:
            reached = sum(name.casefold() == to.casefold() for name in self._neighbours.others())
        return len(meant) + reached

    async def announce_here(self, message: str) -> None:
        """Say in this process what another one announced."""
        with contextlib.suppress(ValueError, KeyError, TypeError):
            given = json.loads(message)
            for session in self:
                if session.meant(str(given["to"])):
                    await session.conversation.announce(str(given["text"]), urgent=bool(given["urgent"]))

    def retract(self, text: str) -> None:
        """Take back an announcement where it waits to be said."""
        self.retract_here(text)
        if self._neighbours is not None and text:
            self._neighbours.tell(RETRACTED, text)

    def retract_here(self, text: str) -> None:
        """Take back an announcement in this process."""
        for session in self:
            session.conversation.retract(text)
