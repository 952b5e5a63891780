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
_MARK = re.compile(r"<(/?)chat_history>", re.IGNORECASE)
_ASKED = re.compile(r"^[^\S\n]*USER:\s*(\S.*)$", re.MULTILINE | re.IGNORECASE)


def housekeeping(messages: list[object]) -> str | None:
    """Return the JSON that the last of a client's messages asks for about the talk, None where it asks anything else.

    `title` is the first question of the talk, shortened; `queries` has its last; `tags` and `follow_ups` are empty.
    """
    last = messages[-1] if messages else None
    content = last.get("content") if isinstance(last, dict) and last.get("role") == "user" else None
    if not isinstance(content, str) or not (wanted := _WANTED.search(content)):
        return None
    asked = [clean(each).strip() for each in _ASKED.findall(_history(content))]
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


def _history(content: str) -> str:
    """Return what stands between the first mark and the next that ends it, in one pass; "" where nothing does."""
    begins = -1
    for mark in _MARK.finditer(content):
        if mark[1] and begins >= 0:
            return content[begins : mark.start()]
        if not mark[1] and begins < 0:
            begins = mark.end()
    return ""
