"""What words ask for: a command to the voice, something of the home or a skill, or a question. Pure.

The endpointer and speculation ask too, about words that may not be final: nothing here has an effect.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache

from assistant.home.entities import HomeIntent
from assistant.languages.en.control import Control, control_of
from assistant.languages.en.joints import segments_of
from assistant.languages.en.politeness import without_politeness
from assistant.languages.en.words import AUXILIARIES, QUESTION_WORDS
from assistant.skills.skill import SkillCall, Skills
from assistant.turn.events import Reply, ToolCall
from assistant.turn.tools import DeclaredTools
from engines.errors import ReparteeError
from knowledge.collections import Collections

#: Commands that mean the lamp, and not the voice, right after the lamp was spoken of ("turn it down", "never mind").
_OF_THINGS_TOO = frozenset({Control.LOUDER, Control.QUIETER, Control.SLOWER, Control.FASTER, Control.STOP})

MAX_QUESTION = 1000  # characters; a spoken minute is about 900
#: Between what was asked for and the answer to what it lacked: "set a timer" "for" "ten minutes".
_JOINTS = ("for", "at", "in", "to")
#: What an answer may begin with that says nothing: it would be taken for the name of the timer.
_BEFORE_AN_ANSWER = re.compile(
    r"^(?:(?:uh|um|er|erm|hmm|oh|well|ok|okay|yes|yeah|so|just|about|maybe|say|let's say|i think|i guess|i'd say|"
    r"make it|make that|it's)[\s,.]+)+",
    re.IGNORECASE,
)
#: Words of a name that such an answer gives too, "for the eggs, five minutes": a longer one is a sentence of its own.
MOST_NAMED = 2
MOST_SEGMENTS = 5  #: of a sentence that asks for several things; each stretch of them is looked at


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


@dataclass(frozen=True, slots=True)
class Several:
    """Several things for the house and the skills, in the order in which they were said; at least two."""

    parts: tuple[HomeIntent | SkillCall, ...]


Understanding = Command | HomeIntent | SkillCall | ToolCall | Several | Question


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
    understood = _one(cleaned, context)
    if _is_whole(understood):
        return understood
    return _completed(cleaned, context) or _several(cleaned, context, understood) or understood


def _is_whole(understood: Understanding) -> bool:
    """Whether all of a sentence was understood, and nothing is missing."""
    if isinstance(understood, HomeIntent):
        return understood.kind in ("act", "query") and not understood.loose
    if isinstance(understood, SkillCall):
        return not understood.asks and not understood.unmet
    return not isinstance(understood, Question)


def _one(cleaned: str, context: Context) -> Understanding:
    """Return what a sentence asks for as one."""
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
    if call is not None and (intent is None or not (_waits(context) or _has(intent, call))):
        return call  # also where the house would only ask back, or say what it cannot do
    if intent is not None:
        return intent
    return Question(without_politeness(cleaned))


def _completed(cleaned: str, context: Context) -> SkillCall | None:
    """Return what a skill was asked before, with what it asked for: "Set a timer." "For how long?" "Ten minutes."

    It is asked for the same as before, and only for more of it; None for what is no such answer.
    """
    newest = context.history[-1] if context.history else None
    if newest is None or newest.intent is not None or newest.citations or _asks_something(cleaned):
        return None
    before = newest.question.rstrip(" .,!?")
    asked = context.skills.understand(before) if 0 < len(before) <= MAX_QUESTION else None
    if asked is None or not asked.asks:
        return None
    answer = _BEFORE_AN_ANSWER.sub("", cleaned.strip(" .,!?"))
    if not answer:
        return None
    for joint in ("", *(_JOINTS if answer.split()[0].lower() not in _JOINTS else ())):
        whole = f"{before} {joint} {answer}" if joint else f"{before} {answer}"
        call = context.skills.understand(whole[:MAX_QUESTION])
        if call is None or call.skill != asked.skill or call.asks or call.unmet:
            continue
        kept = all(call.slots.get(name) == value for name, value in asked.slots.items())
        named = "" if "name" in asked.slots else str(call.slots.get("name", ""))
        if kept and len(named.split()) <= MOST_NAMED:
            return call
    return None


def _asks_something(cleaned: str) -> bool:
    """Whether words are a question, which is no answer to one."""
    return cleaned.endswith("?") or cleaned.split(maxsplit=1)[0].lower() in {*QUESTION_WORDS, *AUXILIARIES}


def _has(intent: HomeIntent, call: SkillCall) -> bool:
    """Whether the house has what a skill has not: "turn off the alarm" is to disarm it where none is set to ring."""
    return call.unmet and intent.kind == "ask_back" and intent.confirm_needed and not intent.loose


def _several(cleaned: str, context: Context, whole: Understanding) -> Several | None:
    """Return what a sentence asks for that joins something for a skill to something else; None where it does not.

    It is parted where each part is wholly understood; what leaves its verb out is read with that of the part before:
    "add milk to my list and eggs to the other list". One part may have to be asked back, and where there is no other
    way, the house may have to say of one that it cannot do it; `whole` is what a skill made of all of it, with
    something in it that is not there.
    """
    places = segments_of(cleaned, MOST_SEGMENTS)
    count = len(places)

    def text(start: int, end: int) -> str:
        return cleaned[places[start][0] : places[end - 1][1]].strip(" ,;")

    stretches = [(a, b) for a in range(count) for b in range(a + 1, count + 1) if b - a < count]
    if not any(context.skills.understand(text(*each)) for each in stretches):  # most have none, and cost little
        return None

    @cache
    def meanings(start: int, end: int, head: str) -> tuple[HomeIntent | SkillCall, ...]:
        said = text(start, end)
        ways = [said, *(f"{verb} {said}" for verb in _heads(head))]
        found = [_one(way, context) for way in ways if any(char.isalnum() for char in way)]
        return tuple(each for each in found if isinstance(each, HomeIntent | SkillCall))

    def parted(start: int, head: str, good: Callable[[Understanding], bool]) -> _Parts | None:
        if start == count:
            return ()
        for end in range(count, start, -1):
            found = None if (start, end) == (0, count) else next(filter(good, meanings(start, end, head)), None)
            if found is None:
                continue
            rest = parted(end, text(start, end) if isinstance(found, SkillCall) else "", good)
            if rest is not None:
                return found, *rest
        return None

    ways = (_is_clear, lambda meant: _is_clear(meant) or _is_refused(meant))
    for good in ways[:1] if isinstance(whole, SkillCall) and whole.unmet else ways:
        parts = parted(0, "", good)
        if parts and any(isinstance(part, SkillCall) for part in parts) and sum(map(_is_asked, parts)) <= 1:
            return Several(parts)
    return None


_Parts = tuple[HomeIntent | SkillCall, ...]


def _is_clear(understood: Understanding) -> bool:
    """Whether it is plain what is meant; it may have to be asked back."""
    return _is_whole(understood) or _is_asked(understood)


def _is_asked(understood: Understanding) -> bool:
    """Whether the house would ask back which, or whether it may: "Open the garage door?"."""
    if not isinstance(understood, HomeIntent) or understood.kind != "ask_back" or understood.loose:
        return False
    return understood.confirm_needed or "again" in understood.slots


def _is_refused(understood: Understanding) -> bool:
    """Whether what is said of it is that it cannot be done, that there is no such thing, or what is missing."""
    if isinstance(understood, SkillCall):
        return understood.unmet or understood.asks
    return isinstance(understood, HomeIntent) and (understood.kind == "refuse" or bool(understood.besides))


def _heads(sentence: str) -> tuple[str, ...]:
    """Return the first word, and the first two, of a sentence whose verb may be left out in the next."""
    words = sentence.split()
    return tuple(" ".join(words[:length]) for length in (1, 2) if len(words) > length)


def _waits(context: Context) -> bool:
    """Whether the house just asked something back."""
    newest = context.history[-1] if context.history else None
    return newest is not None and newest.outcome == "asked_back" and newest.intent is not None


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
