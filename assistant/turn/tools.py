"""Functions of a client's own code: phrases of the owner's, and intents of the house, that a client is called for.

A client declares tools; one that the configuration binds to what was said is called, and what it gives back is said.
Without both, nothing is different.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from assistant.home.entities import HomeIntent
from assistant.skills.templates import patterns_of, said
from assistant.turn.events import Action, Reply, ToolCall
from engines.errors import ReparteeError

MOST_TOOLS = 100
LONGEST_SAID = 2000  #: characters of what a function gives back that are said
DONE = "Done."
_NAME = re.compile(r"[a-zA-Z0-9_-]{1,64}")
_INTENT = re.compile(r"Hass[A-Z][A-Za-z]+")
_SAID_AS = ("spoken", "say", "answer", "message", "result", "text", "output")


class Tools:
    """The table [tools] of the configuration: functions by name. Raises ReparteeError for what cannot be used."""

    def __init__(self, configured: Mapping[str, str | Sequence[str]]) -> None:
        if len(configured) > MOST_TOOLS:
            raise ReparteeError(f"tools: there are {len(configured)}; at most {MOST_TOOLS} are taken.")
        self._patterns: list[tuple[str, re.Pattern[str]]] = []
        self._intents: dict[str, str] = {}
        self.names = frozenset(configured)
        for name, bound in configured.items():
            if not _NAME.fullmatch(name):
                raise ReparteeError(f'tools: "{name[:80]}" is no name of a function: letters, figures, _ and -.')
            for template in (bound,) if isinstance(bound, str) else bound:
                if _INTENT.fullmatch(template):
                    self._intents[template] = name
                else:
                    self._patterns += [(name, pattern) for pattern in patterns_of(template, "tools")]
        # "play {what} in the {room}" before "play {what}", which matches the same.
        self._patterns.sort(key=lambda each: -len(_literal(each[1])))
        self.phrases = [words for _, pattern in self._patterns if (words := _literal(pattern))]

    def declared(self, names: Sequence[str]) -> DeclaredTools | None:
        """Return those of them that a client declares, None where it declares none of them."""
        known = self.names & set(names)
        return DeclaredTools(self, known) if known else None

    def understand(self, words: str, names: frozenset[str]) -> ToolCall | None:
        """Return which function, of `names`, the whole of `words` calls."""
        for text in dict.fromkeys(said(words)):
            for name, pattern in self._patterns:
                if name in names and (match := pattern.fullmatch(text)) is not None:
                    return ToolCall(name=name, arguments=match.groupdict())
        return None

    def bound(self, intent: HomeIntent, names: frozenset[str]) -> ToolCall | None:
        """Return which function, of `names`, is called in the place of what an intent would have done."""
        name = self._intents.get(intent.intent)
        if name is None or name not in names or intent.kind not in ("act", "query"):
            return None
        return ToolCall(
            name=name, arguments={**intent.slots, "intent": intent.intent, "entities": list(intent.entities)}
        )


@dataclass(frozen=True)
class DeclaredTools:
    """The functions that one client can be called for."""

    tools: Tools
    names: frozenset[str] = field(default_factory=frozenset)

    def understand(self, words: str) -> ToolCall | None:
        """Return the call that words mean."""
        return self.tools.understand(words, self.names)

    def bound(self, intent: HomeIntent) -> ToolCall | None:
        """Return the call that stands for an intent of the house."""
        return self.tools.bound(intent, self.names)


def _literal(pattern: re.Pattern[str]) -> str:
    """Return the words of a phrase without its blanks."""
    return " ".join(re.sub(r"\(\?P<.*?\?\)", "", pattern.pattern).replace("\\", "").split())


def calling(call: ToolCall, words: str) -> Reply:
    """Return the reply that is a call: there is nothing to say until the client has done it."""
    action = Action(intent=call.name, slots=call.arguments)
    return Reply(question=words, spoken="", outcome="acted", action=action, call=call, silent=True)


def answering(question: str, outputs: Sequence[str]) -> Reply:
    """Return the reply that says what the client's functions gave back."""
    spoken = " ".join(dict.fromkeys(sentence_of(output) for output in outputs)) or DONE
    return Reply(question=question, spoken=spoken, outcome="acted")


def sentence_of(output: str) -> str:
    """Return what is said of a function's output: a text as it is, of JSON its sentence, or its names and values."""
    try:
        value = json.loads(output)
    except (ValueError, RecursionError):
        value = output
    if isinstance(value, dict):
        value = next((value[key] for key in _SAID_AS if isinstance(value.get(key), str | int | float)), value)
    text = " ".join(_told(value).split())[:LONGEST_SAID]
    return text if any(char.isalnum() for char in text) else DONE


def _told(value: object, level: int = 0) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value is None or level > 3:
        return ""
    if isinstance(value, dict):
        told = {str(key).replace("_", " "): _told(item, level + 1) for key, item in value.items()}
        return ", ".join(f"{key} {text}" for key, text in told.items() if text)
    if isinstance(value, list):
        return ", ".join(part for item in value if (part := _told(item, level + 1)))
    return str(value)
