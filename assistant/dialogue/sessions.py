"""Which conversations are open in this process, and who can be told something that nobody asked for."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from assistant.dialogue.conversation import Conversation


@dataclass(frozen=True)
class Session:
    """An open conversation: `name` is who it is with, `area` where they are; empty if unknown."""

    id: str
    conversation: Conversation
    name: str = ""
    area: str = ""

    def meant(self, to: str) -> bool:
        """Whether `to`, an id, a name or an area, speaks of this one; "" speaks of all."""
        return not to or to == self.id or to.casefold() in (self.name.casefold(), self.area.casefold())


class Sessions:
    """The open conversations, by id; no more than `most` at once."""

    def __init__(self, most: int) -> None:
        self.most = most
        self._open: dict[str, Session] = {}
        self.on_opened: Callable[[], None] = lambda: None

    def __len__(self) -> int:
        return len(self._open)

    def __iter__(self) -> Iterator[Session]:
        return iter(tuple(self._open.values()))

    @property
    def full(self) -> bool:
        """Whether no further conversation is taken."""
        return len(self) >= self.most

    @contextmanager
    def opened(self, conversation: Conversation, *, name: str = "", area: str = "") -> Iterator[Session]:
        """Hold `conversation` open under an id of its own."""
        session = Session(f"sess_{secrets.token_hex(8)}", conversation, name, area)
        self._open[session.id] = session
        conversation.known_as(name or session.id)
        self.on_opened()
        try:
            yield session
        finally:
            del self._open[session.id]

    async def announce(self, text: str, *, to: str = "", urgent: bool = False) -> int:
        """Say `text` in every open conversation, or in those whose id, name or area is `to`; returns in how many.

        In each as soon as nobody speaks there; `urgent`, at once.
        """
        meant = [session for session in self if session.meant(to)]
        for session in meant:
            await session.conversation.announce(text, urgent=urgent)
        return len(meant)

    def retract(self, text: str) -> None:
        """Take back an announcement where it waits to be said."""
        for session in self:
            session.conversation.retract(text)
