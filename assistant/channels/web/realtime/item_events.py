"""What a client is told of items that enter its conversation and leave it."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.channels.web.realtime import server_events
from assistant.channels.web.realtime.actions import Output, Send
from assistant.channels.web.realtime.items import Item, Items


def added(items: Items, item: Item, after: str | None = None) -> list[Output]:
    """Put a complete item in its place, as `Items.add` does, and return what tells of it. Raises ApiError."""
    previous, dropped = items.add(item, after)
    shown = item.to_json()
    return [
        Send(server_events.ItemAdded(item=shown, previous_item_id=previous)),
        Send(server_events.ItemDone(item=shown, previous_item_id=previous)),
        *deleted(dropped),
    ]


def deleted(item_ids: Sequence[str]) -> list[Output]:
    """Return what tells that items are gone."""
    return [Send(server_events.ItemDeleted(item_id=item_id)) for item_id in item_ids]
