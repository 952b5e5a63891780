"""The conversation as its client sees it: an ordered list of items, bounded, each found by its id."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from assistant.channels import unread
from assistant.channels.json import ApiError, Json, checked, clean

#: Items a conversation holds, and the bytes they take; the oldest leave first.
MAX_ITEMS = 500
MAX_BYTES = 2 * 1024 * 1024
MAX_ITEM_BYTES = 512 * 1024
MAX_TEXT = 64 * 1024
ITEM_COST = 1024  # bytes that an item takes besides its texts

_TEXT_PARTS = ("input_text", "output_text", "text")
_AUDIO_PARTS = ("input_audio", "output_audio", "audio")
_FUNCTION_FIELDS = {"function_call": ("call_id", "name", "arguments"), "function_call_output": ("call_id", "output")}


@dataclass
class Item:
    """One item. `turn` is the spoken turn it came from, `generation` the reply that it is or was remembered as.

    `audio_ms` is how much audio of a reply was sent for it, `answered` says that a question needs no answer any more.
    `asks` is what is asked where that is not all of the text: a conversation was packed into it; "" for nothing.
    `unread` are the kinds of its parts that nobody looks at, which are not kept.
    """

    id: str
    type: str = "message"
    role: str = ""
    status: str = "completed"
    content: list[Json] = field(default_factory=list)
    fields: Json = field(default_factory=dict)
    turn: int | None = None
    generation: int | None = None
    audio_ms: int = 0
    answered: bool = False
    asks: str | None = None
    unread: tuple[str, ...] = ()

    def to_json(self) -> Json:
        """Return the item object; absent fields are left out, since clients check optional ones for their type."""
        shown: Json = {"id": self.id, "object": "realtime.item", "type": self.type, "status": self.status}
        if self.type == "message":
            shown |= {"role": self.role, "content": [dict(part) for part in self.content]}
        return shown | self.fields

    def cut_to(self, heard: str) -> None:
        """Keep of a spoken reply what was heard."""
        self.content, self.status = [{"type": "output_audio", "transcript": heard}], "incomplete"

    @property
    def size(self) -> int:
        """The bytes it takes, rounded up."""
        texts = [self.id, *self.fields.values()]
        texts += [value for part in self.content for value in part.values() if isinstance(value, str)]
        return ITEM_COST + sum(len(text) if text.isascii() else 4 * len(text) for text in texts)

    @property
    def text(self) -> str:
        """What was written or said in it."""
        return " ".join(t for part in self.content if (t := part.get("text") or part.get("transcript")))


def item_from_json(data: Json, fallback_id: str) -> Item:
    """Return the item a client wants to create. Raises ApiError for one that cannot be held."""
    item_id = checked(data.get("id") or fallback_id, str, "item.id")
    if len(item_id) > 200:
        raise ApiError("invalid_value", "'item.id' must not be longer than 200 characters.", param="item.id")
    kind = data.get("type", "message")
    if isinstance(kind, str) and kind in _FUNCTION_FIELDS:
        given = {name: checked(data.get(name) or "", str, f"item.{name}") for name in _FUNCTION_FIELDS[kind]}
        return Item(item_id, kind, fields={name: clean(text[:MAX_TEXT]) for name, text in given.items()})
    if kind != "message":
        raise ApiError(
            "invalid_value",
            "'item.type' must be message, function_call or function_call_output; nothing else is supported.",
            param="item.type",
        )
    role = data.get("role")
    if role == "developer":
        role = "system"
    if role not in ("user", "assistant", "system"):
        raise ApiError("invalid_value", "'item.role' must be user, assistant or system.", param="item.role")
    parts = checked(data.get("content") or [], list, "item.content")[:64]
    content = [_part(part, role, n) for n, part in enumerate(parts) if not unread.kinds_in([part])]
    item = Item(item_id, role=role, content=content, unread=tuple(unread.kinds_in(parts)))
    if item.size > MAX_ITEM_BYTES:
        raise ApiError(
            "string_above_max_length",
            f"The item takes {item.size // 1024} KB, at most {MAX_ITEM_BYTES // 1024} are held; send less of it.",
            param="item.content",
        )
    return item


def recording_in(data: Json) -> str | None:
    """Return the base64 of a user's message that is one recording without a transcript; None for any other item."""
    parts = data.get("content")
    if data.get("role") != "user" or not isinstance(parts, list) or len(parts) != 1 or not isinstance(parts[0], dict):
        return None
    audio = parts[0].get("audio")
    wordless = parts[0].get("type") == "input_audio" and not isinstance(parts[0].get("transcript"), str)
    return audio if wordless and isinstance(audio, str) else None


def _part(given: Any, role: str, index: int) -> Json:
    where = f"item.content[{index}]"
    kind = checked(given, dict, where).get("type")
    if kind in _TEXT_PARTS:
        text = checked(given.get("text") or "", str, f"{where}.text")
        return {"type": "output_text" if role == "assistant" else "input_text", "text": _bounded(text, where)}
    if kind in _AUDIO_PARTS and isinstance(given.get("transcript"), str):
        # The audio itself is not kept: the words are what a later turn needs.
        transcript = _bounded(given["transcript"], where)
        return {"type": "output_audio" if role == "assistant" else "input_audio", "transcript": transcript}
    if kind in _AUDIO_PARTS:
        raise ApiError(
            "invalid_value",
            f"'{where}' is audio without a transcript; a recording must be the only part of a user's message.",
            param=where,
        )
    raise ApiError("invalid_value", f"'{where}.type' must be a text, an audio or an image.", param=where)


def _bounded(text: str, where: str) -> str:
    if len(text) > MAX_TEXT:
        raise ApiError("string_above_max_length", f"'{where}' is longer than {MAX_TEXT} characters.", param=where)
    return clean(text)


class Items:
    """The ordered items of one conversation."""

    def __init__(self) -> None:
        self._items: list[Item] = []

    def __iter__(self) -> Iterator[Item]:
        return iter(self._items)

    def __contains__(self, item_id: object) -> bool:
        return any(item.id == item_id for item in self._items)

    def __len__(self) -> int:
        return len(self._items)

    @property
    def last_id(self) -> str | None:
        """The id of the last item."""
        return self._items[-1].id if self._items else None

    def get(self, item_id: str, code: str) -> Item:
        """Return the item. Raises ApiError with `code` for one that is not here."""
        for item in reversed(self._items):
            if item.id == item_id:
                return item
        raise ApiError(code, f"There is no item '{item_id[:100]}' in this conversation.", param="item_id")

    def of_turn(self, turn: int) -> Item | None:
        """Return the user's item of a spoken turn."""
        return next((item for item in reversed(self._items) if item.turn == turn), None)

    @property
    def last_asked(self) -> Item | None:
        """The last item in order that a user said or wrote something in."""
        said = (item for item in reversed(self._items) if item.role == "user" and (item.turn is not None or item.text))
        return next(said, None)

    def since_reply(self) -> list[Item]:
        """Return what the user said or sent after the last reply."""
        found: list[Item] = []
        for item in reversed(self._items):
            if item.role == "assistant":
                break
            if item.role == "user":
                found.insert(0, item)
        return found

    def outputs(self) -> list[Item]:
        """Return the outputs of functions, after all else that was said, that nobody was told yet."""
        found: list[Item] = []
        for item in reversed(self._items):
            if item.type == "function_call_output":
                found.insert(0, item)
            elif item.type == "message" and item.role in ("user", "assistant"):
                break
        return [item for item in found if not item.answered]

    def question_before(self, reply: Item) -> Item | None:
        """Return the user's item with words just before an assistant's."""
        position = self._items.index(reply)
        asked = self._items[position - 1] if position else None
        return asked if asked is not None and asked.role == "user" and asked.text.strip() else None

    def was_brought(self, asked: Item) -> bool:
        """Whether the reply right after a question is one that the client brought along, and none of ours."""
        position = self._items.index(asked) + 1
        reply = self._items[position] if position < len(self._items) else None
        return reply is not None and reply.generation is not None and reply.generation < 0

    def check(self, item: Item, after: str | None) -> None:
        """Raise ApiError for an id that is taken or an `after` that is not here."""
        if item.id in self:
            raise ApiError(
                "item_create_duplicate_item_id", f"There is an item '{item.id[:100]}' already.", param="item.id"
            )
        if after not in (None, "root"):
            self.get(str(after), "item_create_invalid_previous_item_id")

    def add(self, item: Item, after: str | None = None) -> tuple[str | None, list[str]]:
        """Put the item at the end, after the item `after`, or first ("root").

        Returns the id of the item before it, and the ids of the items that left for lack of room. Raises ApiError
        for an id that is taken or an `after` that is not here.
        """
        self.check(item, after)
        if after == "root":
            position = 0
        elif after is None:
            position = len(self._items)
        else:
            found = self.get(after, "item_create_invalid_previous_item_id")
            position = self._items.index(found) + 1
        previous = self._items[position - 1].id if position else None
        self._items.insert(position, item)
        dropped = self._make_room(item)
        return (None if previous in dropped else previous), dropped

    def _make_room(self, newest: Item) -> list[str]:
        """Let the oldest go until the rest is within the bounds; what was just put in stays."""
        size = sum(item.size for item in self._items)
        dropped: list[str] = []
        while len(self._items) > MAX_ITEMS or size > MAX_BYTES:
            oldest = next(item for item in self._items if item is not newest)
            size -= oldest.size
            self._items.remove(oldest)
            dropped.append(oldest.id)
        return dropped

    def remove(self, item_id: str) -> Item:
        """Take an item out. Raises ApiError for one that is not here."""
        item = self.get(item_id, "item_delete_invalid_item_id")
        self._items.remove(item)
        return item


def new_id(kind: str) -> str:
    """Return an id that no other item, session or response has."""
    return f"{kind}_{secrets.token_hex(8)}"
