"""What front ends ask a model beside the talk, by templates of their own: a title for it, tags, what to ask next.

Open WebUI sends the talk between `<chat_history>` marks and wants a JSON object with one key. Nothing is looked up for
it: the title is the first question, and no tags or questions are made up.
"""

from __future__ import annotations

import json
import re

from assistant.channels.json import clean

LONGEST_TITLE = 60  # characters
_WANTED = re.compile(r"JSON format:\s*\{\s*\"(title|tags|follow_ups|queries)\"", re.IGNORECASE)
_HISTORY = re.compile(r"<chat_history>(.*?)</chat_history>", re.DOTALL | re.IGNORECASE)
_ASKED = re.compile(r"^\s*USER:\s*(\S.*)$", re.MULTILINE | re.IGNORECASE)


def housekeeping(messages: list[object]) -> str | None:
    """Return the JSON that the last of a client's messages asks for about the talk, None where it asks anything else.

    `title` is the first question of the talk, shortened; `queries` has its last; `tags` and `follow_ups` are empty.
    """
    last = messages[-1] if messages else None
    content = last.get("content") if isinstance(last, dict) and last.get("role") == "user" else None
    if not isinstance(content, str) or not (wanted := _WANTED.search(content)):
        return None
    history = _HISTORY.search(content)
    asked = [clean(each).strip() for each in _ASKED.findall(history[1])] if history else []
    if not asked:
        return None
    match wanted[1].lower():
        case "title":
            title = asked[0] if len(asked[0]) <= LONGEST_TITLE else asked[0][:LONGEST_TITLE].rsplit(" ", 1)[0] + "…"
            return json.dumps({"title": title.rstrip(" ?.!")}, ensure_ascii=False)
        case "queries":
            return json.dumps({"queries": asked[-1:]}, ensure_ascii=False)
        case other:
            return json.dumps({other: []})
