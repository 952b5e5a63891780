"""The person's spoken turns as the client knows them: by the ids of their items, from speech_started on."""

from __future__ import annotations

from collections import OrderedDict

from assistant.channels.web.realtime.items import new_id

#: Turns whose item ids are remembered while their transcripts may still come.
_RECENT = 16


class Turns:
    """Those of one session, by the number that the conversation counts them with."""

    def __init__(self) -> None:
        self._ids: OrderedDict[int, str] = OrderedDict()
        self.coming = 0  # that are committed, and whose items are not there yet
        self.withdrawn = False  # the item of the newest was deleted

    def id_of(self, turn: int) -> str:
        """Return the id of the item that a turn is, or will be."""
        if turn not in self._ids:
            self._ids[turn] = new_id("item")
            while len(self._ids) > _RECENT:
                self._ids.popitem(last=False)
        return self._ids[turn]

    def another_id(self, turn: int) -> str:
        """Return a new id for a turn: somebody took the one it was told by."""
        self._ids.pop(turn, None)
        return self.id_of(turn)

    def came(self) -> None:
        """Take that the item of one that was coming is there."""
        self.refused()
        self.withdrawn = False

    def refused(self) -> None:
        """Take that one that was coming will not."""
        self.coming = max(0, self.coming - 1)

    def deleted(self, turn: int) -> None:
        """Take that the item of a turn was deleted."""
        if turn == next(reversed(self._ids), None):
            self.withdrawn = True
