"""A conversation that a client packs into one message, since it cannot bring along several: Pipecat's, for one."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

MOST_MESSAGES = 200
_LIST = re.compile(r"\[\s*\{\s*\"")
_ROLES = frozenset(("user", "assistant", "system", "developer", "tool"))


@dataclass(frozen=True, slots=True)
class Saved:
    """The exchanges of a conversation, each (question, answer), and what is `asked` then, "" for nothing."""

    exchanges: tuple[tuple[str, str], ...]
    asked: str


def saved_in(text: str) -> Saved | None:
    """Return the conversation in a message: a JSON list of messages, whatever is written around it; None for any other.

    One that is asked and not answered is a question by itself; of several in a row the last counts.
    """
    begins = _LIST.search(text)
    if begins is None:
        return None
    try:
        messages, _ = json.JSONDecoder().raw_decode(text, begins.start())
    except (ValueError, RecursionError):
        return None
    if not isinstance(messages, list) or not messages or not all(map(_is_message, messages)):
        return None
    exchanges, asked = list[tuple[str, str]](), ""
    for message in messages[-MOST_MESSAGES:]:
        words = _words(message.get("content"))
        if message["role"] == "user":
            asked = words or asked
        elif message["role"] == "assistant" and words and asked:
            exchanges.append((asked, words))
            asked = ""
    return Saved(tuple(exchanges), asked)


def _is_message(given: object) -> bool:
    return isinstance(given, dict) and given.get("role") in _ROLES


def _words(content: object) -> str:
    """Return the text of a message, which may have several parts."""
    if isinstance(content, str):
        return content.strip()
    parts = content if isinstance(content, list) else []
    texts = (part.get("text") for part in parts if isinstance(part, dict))
    return " ".join(text.strip() for text in texts if isinstance(text, str))
