"""Parts of a message that nobody looks at, pictures and files: a client is told that they were passed over."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.turn.events import Reply

#: The types of such parts, in the shapes of chats, of Responses and of Realtime.
_KINDS = {"image_url": "image", "input_image": "image", "file": "file", "input_file": "file"}


def kind_of(part_type: object) -> str:
    """Return what a part of this type is to people, "image" or "file"; "" for what is taken."""
    return _KINDS.get(part_type, "") if isinstance(part_type, str) else ""


def kinds_in(content: object) -> list[str]:
    """Return the kinds of the parts of a message's content that nobody looks at."""
    parts = content if isinstance(content, list) else []
    kinds = (kind_of(part.get("type")) for part in parts if isinstance(part, dict))
    return [kind for kind in kinds if kind]


def note(kinds: Sequence[str]) -> str:
    """Return the note about what was passed over, "" for nothing."""
    counts = [(kinds.count(kind), kind) for kind in ("image", "file") if kind in kinds]
    named = " and ".join(f"{count} {kind}{'s' * (count > 1)}" for count, kind in counts)
    verb = "was" if len(kinds) == 1 else "were"
    return f"{named} {verb} passed over: only text and speech are taken." if named else ""


def nothing_else() -> Reply:
    """Return the reply to a message that has nothing but such parts."""
    return Reply(question="", spoken="I cannot look at pictures or files. Ask me in words.", outcome="failed")
