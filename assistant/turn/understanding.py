"""What words ask for: a command to the voice, something of the home or a skill, or a question. Pure.

The endpointer and speculation ask too, about words that may not be final: nothing here has an effect.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from assistant.home.entities import HomeIntent
from assistant.languages.en.control import Control, control_of
from assistant.languages.en.politeness import without_politeness
from assistant.skills.skill import SkillCall, Skills
from assistant.turn.events import Reply, ToolCall
from assistant.turn.tools import DeclaredTools
from engines.errors import ReparteeError
from knowledge.collections import Collections

#: Commands that mean the lamp, and not the voice, right after the lamp was spoken of ("turn it down", "never mind").
_OF_THINGS_TOO = frozenset({Control.LOUDER, Control.QUIETER, Control.STOP})

MAX_QUESTION = 1000  # characters; a spoken minute is about 900


class QuestionError(ReparteeError):
    """Words that cannot be understood: none, without a letter or digit, or more than MAX_QUESTION characters."""


@dataclass(frozen=True, slots=True)
class Command:
    """Something for the voice itself: "stop", "repeat that", "louder"."""

    control: Control


@dataclass(frozen=True, slots=True)
class Question:
    """Something to look up in the documents, without noise and politeness."""

    text: str


Understanding = Command | HomeIntent | SkillCall | ToolCall | Question


@dataclass(frozen=True, kw_only=True)
class Context:
    """What a turn may know of the conversation it belongs to.

    `history` are the replies so far, oldest first, each as the person knows it: cut to what was heard. `last` is the
    newest of them as it was made, which "repeat" repeats; None takes it from the history. `home` says what words mean
    for the house after these replies, None where there is no house. `asker` is this conversation, by its name or id,
    where it can be told something later; `room` is where the person stands. `tools` are the functions that its client
    can be called for. `collections` are those of the documents that they may ask.
    """

    history: Sequence[Reply] = ()
    last: Reply | None = None
    skills: Skills = field(default_factory=Skills)
    home: Callable[[str, Sequence[Reply]], HomeIntent | None] | None = None
    asker: str = ""
    room: str = ""
    tools: DeclaredTools | None = None
    collections: Collections = None


def understand(words: str, context: Context) -> Understanding:
    """Return what `words` ask for in `context`. Raises QuestionError."""
    cleaned = clean(words)
    if (call := context.skills.understand_first(cleaned)) is not None:
        return call
    if context.tools is not None and (called := context.tools.understand(cleaned)) is not None:
        return called
    control = control_of(cleaned)
    newest = context.history[-1] if context.history else None
    if control is not None and not (newest is not None and newest.intent is not None and control in _OF_THINGS_TOO):
        return Command(control)
    intent = context.home(cleaned, context.history) if context.home is not None else None
    if intent is not None and intent.kind in ("act", "query"):
        return (context.tools.bound(intent) if context.tools is not None else None) or intent
    if intent is None and control is not None:
        return Command(control)
    call = context.skills.understand(cleaned)
    if call is not None and (intent is None or not _waits(context)):
        return call  # also where the house would only ask back, or say what it cannot do
    if intent is not None:
        return intent
    return Question(without_politeness(cleaned))


def _waits(context: Context) -> bool:
    """Whether something was just asked back."""
    return bool(context.history) and context.history[-1].outcome == "asked_back"


def clean(words: str) -> str:
    """Return `words` on one line, without control characters or runs of spaces. Raises QuestionError.

    Everything that a rule is applied to goes through here first, so that no rule meets a text of any length.
    """
    if len(words) > MAX_QUESTION:
        raise QuestionError(
            f"The question has {len(words)} characters; at most {MAX_QUESTION} are accepted: ask something shorter."
        )
    cleaned = " ".join("".join(char if unicodedata.category(char)[0] != "C" else " " for char in words).split())
    if not any(char.isalnum() for char in cleaned):
        raise QuestionError("The question is empty; ask something, such as: When was the lighthouse built?")
    return cleaned
