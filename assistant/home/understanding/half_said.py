"""What is asked back where a sentence broke off, or nothing but a name was said."""

from __future__ import annotations

import re
from dataclasses import replace

from assistant.home.entities import Act, HomeIntent
from assistant.home.understanding.acts import the
from assistant.home.understanding.asking_back import ALL_DOMAINS, Asking
from assistant.home.understanding.clauses import Clauses
from assistant.home.understanding.context import Context, Reading
from assistant.home.understanding.names.names import Directory
from assistant.home.understanding.names.noun_phrases import EXCEPT, UNFINISHED, Found, bare
from assistant.home.understanding.wording.phrasebook import occasion
from assistant.home.understanding.wording.politeness import stripped
from assistant.home.understanding.wording.words import plain

#: A command of which only the beginning was said.
BROKEN = re.compile(
    r"(?:turn|switch|set|put|make|dim|open|close|shut|lock|change)(?: (?:on|off|the|a|to|up|down|my|all|in))*"
)
_BROKEN_AT_END = re.compile(r" (?:the|a|an|to|in the|my|and|in|of|at|by|for)$")
_ARTICLE_LAST = re.compile(r"(?: (?:the|my|our|for|in|,))+$")
#: After one of these a word is a name, whatever else it may be: "the bar", "in save".
_BEFORE_A_NAME = UNFINISHED - {"on"} | {"or", "why", "then"}
#: Reasons of what is asked back here, told in the ledger.
ONLY_A_NAME = "only a name"
HALF = "half a sentence"
#: Questions back that are asked for want of anything better.
UNSURE = frozenset((ONLY_A_NAME, HALF))


def is_unsure(intent: HomeIntent | None) -> bool:
    """Say whether a sentence was not understood, or is asked about for want of anything better."""
    return intent is None or intent.kind == "refuse" or intent.reason in UNSURE


def half_heard() -> HomeIntent:
    """Return the question for half a sentence."""
    return HomeIntent(
        kind="ask_back",
        intent="HassClarify",
        question="I only heard half of that: what shall I do?",
        reason=HALF,
    )


class HalfSaid:
    """Asks back about half a sentence, or a name alone, of one house."""

    def __init__(self, directory: Directory, clauses: Clauses, asking: Asking) -> None:
        self.directory, self._clauses, self._asking = directory, clauses, asking

    def broken_off(self, text: str, context: Context) -> HomeIntent | None:
        """Return a question for a sentence that broke off, or for a name alone."""
        if BROKEN.fullmatch(text) or (_BROKEN_AT_END.search(text) and self.directory.vocabulary() & set(text.split())):
            return half_heard()
        found = self.directory.find(
            text, self._clauses.able("on") | self._clauses.able("open") | self._clauses.able("start"), room=context.room
        )
        if (
            not found.problem
            and len(found.ids) == 1
            and text.split(maxsplit=1)[0] in ("the", "my", "our", *text.split()[:1])
        ):
            if offered := self._offered(found, context):
                return offered
            name = self._clauses.entity(found.ids[0]).name
            return HomeIntent(
                kind="ask_back", intent="HassClarify", question=f"What shall I do with {the([name])}?",
                entities=found.ids, reason=ONLY_A_NAME,
            )  # fmt: skip
        return None

    def leaves_out_unsaid(self, text: str) -> bool:
        """Say whether a sentence broke off before what it leaves out: "everything off , bar", "lights off except the".

        A name may end in such a word: "the breakfast bar".
        """
        words = _ARTICLE_LAST.sub("", text).split()
        named = self.directory.of_names(words)
        for marker in EXCEPT:
            start = len(words) - len(marker)
            if start > 1 and tuple(words[start:]) == marker and words[start - 1] not in _BEFORE_A_NAME:
                return named.isdisjoint(range(start, len(words)))
        return False

    def _offered(self, found: Found, context: Context) -> HomeIntent | None:
        """Ask whether a lamp of which only the name was said is to be switched, as it is not now."""
        name = found.ids[0]
        state = context.states(name) if name.startswith("light.") else None
        if state is None or state.value not in ("on", "off"):
            return None
        act = Act(name, "turn_off" if state.value == "on" else "turn_on")
        asked = self._asking.question(
            Reading(found=replace(found, choices=found.ids, problem="either"), problem="either", alternative=(act,)),
            context,
        )
        return replace(asked, reason=ONLY_A_NAME)

    def second_of_its_name(self, text: str, context: Context) -> HomeIntent | None:
        """Ask whether the second of its name was meant: "bedroom lamp too" may be the Bedroom Lamp 2."""
        numbered = stripped(self._numbered(text))
        reading = self._clauses.understood(numbered, context, context.last) if numbered else None
        if reading is None or reading.problem:
            return None
        pending = self._asking.intent(reading, replace(context, unconfirmed=ALL_DOMAINS), f"heard as {numbered!r}")
        names = [self._clauses.entity(name).name for name in pending.entities]
        return HomeIntent(
            kind="ask_back", intent=pending.intent, question=f"Did you mean {the(names)}?", pending=pending,
            entities=pending.entities, reason="a number at the end, or none",
        )  # fmt: skip

    def _numbered(self, text: str) -> str:
        """Return a sentence with the "2" of a name that was heard as "to" or "too" at its end; "" where none was."""
        *words, last = text.split()
        ends = [" ".join([*words[start:], "2"]) for start in range(1, len(words))] if last in ("to", "too") else []
        return f"{' '.join(words)} 2" if any(bare(end) in self.directory.exact for end in ends) else ""

    def asked_of_a_scene(self, text: str) -> HomeIntent | None:
        """Ask back where nothing but the name of a scene was said, and as a question: "movie time already?"."""
        name = re.sub(r" (?:already|yet|now|then|again|time)$", "", text) if " " in text else text
        return self.suits(text) or self.suits(name) if self.is_scene(text) or self.is_scene(name) else None

    def is_scene(self, text: str) -> bool:
        """Say whether a plain text is the name of a scene and nothing else."""
        return self.directory.exact.get(bare(text), 0) & self._clauses.able("activate") != 0

    def suits(self, text: str) -> HomeIntent | None:
        """Ask whether the scene was meant that what was said is the occasion for: "we are off to bed"."""
        names = occasion(text) or {text}
        scenes = [
            entity
            for entity in self.directory.entities
            if entity.domain == "scene" and not names.isdisjoint(plain(name) for name in (entity.name, *entity.aliases))
        ]
        if len(scenes) != 1:
            return None
        found = Found(ids=(scenes[0].id,), choices=(scenes[0].id,), problem="either")
        return self._asking.question(
            Reading(found=found, problem="either", alternative=(Act(scenes[0].id, "activate"),)), Context()
        )
