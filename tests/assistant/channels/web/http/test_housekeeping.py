"""What Open WebUI asks about a talk is answered about the talk, in the JSON that it looks for."""

from __future__ import annotations

import json
from typing import Any

import pytest

from assistant.channels.web.http.housekeeping import LONGEST_TITLE, housekeeping
from tests.assistant.channels.web.http.test_http import chat


def task(key: str, *talk: str) -> str:
    """A prompt of the shape that the front end's templates have."""
    lines = "\n".join(f"{'ASSISTANT' if n % 2 else 'USER'}: {line}" for n, line in enumerate(talk))
    return (
        f'### Task:\nWrite it.\n### Output:\nJSON format: {{ "{key}": "?" }}\n<chat_history>\n{lines}\n</chat_history>'
    )


def made(content: Any, role: str = "user") -> Any:
    found = housekeeping([{"role": role, "content": content}])
    return found if found is None else json.loads(found)


TALK = ("How tall is the mill?", "12 metres.", "And who built it?", "Anna Weir.")


@pytest.mark.parametrize(
    ("key", "value"),
    [("title", "How tall is the mill"), ("tags", []), ("follow_ups", []), ("queries", ["And who built it?"])],
)
def test_each_kind_of_task_has_its_object(key, value):
    assert made(task(key, *TALK)) == {key: value}


def test_a_long_question_is_shortened_at_a_word():
    title = made(task("title", "word " * 40))["title"]
    assert title.endswith("word…")
    assert len(title) <= LONGEST_TITLE


@pytest.mark.parametrize(
    "content",
    ["How tall is the mill?", task("title"), task("haiku", *TALK), "<chat_history>USER: x</chat_history>", None, [3]],
)
def test_anything_else_is_a_question(content):
    assert made(content) is None
    assert made(task("title", *TALK), role="assistant") is None
    assert housekeeping([]) is None
    assert housekeeping(["no message"]) is None


def test_a_title_is_made_without_anything_being_looked_up(served):
    answer = json.loads(chat(served, task("title", "How tall is the lighthouse at Marlow Point?"))[2])
    said = answer["choices"][0]["message"]["content"]
    assert json.loads(said) == {"title": "How tall is the lighthouse at Marlow Point"}
    assert answer["repartee"]["citations"] == []
