"""What a sentence means for the house: `Grammar.build` once for each set of names, `understand` for each sentence.

`understand` is pure: no I/O, no clock, no memory between calls; what was said before comes in its `Context`. Whatever
is not wholly understood is not done: each word has to be part of a way of saying something, of a name, of a value, or
of politeness. A name that was probably misheard is asked back, and so is a name that fits several things.
"""

# ruff: noqa: E501 (a way of saying something is one line)

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace

from assistant.home.entities import Entity, HomeIntent
from assistant.home.understanding import shared_sentences
from assistant.home.understanding.amending import Amending
from assistant.home.understanding.answered import Answered
from assistant.home.understanding.asked import Asked
from assistant.home.understanding.asking_back import Asking
from assistant.home.understanding.beyond import Beyond
from assistant.home.understanding.by_itself import ByItself
from assistant.home.understanding.clauses import Clauses
from assistant.home.understanding.commands import Commands
from assistant.home.understanding.context import Context
from assistant.home.understanding.going_on import GoingOn
from assistant.home.understanding.half_said import HalfSaid, half_heard
from assistant.home.understanding.idle import is_idle
from assistant.home.understanding.loosened import with_pause
from assistant.home.understanding.misheard import Misheard
from assistant.home.understanding.names.house_words import HouseWords
from assistant.home.understanding.names.names import Directory
from assistant.home.understanding.names.places_said import place_in, with_outside
from assistant.home.understanding.number_behind import with_number_behind
from assistant.home.understanding.only_told import beside
from assistant.home.understanding.people import People
from assistant.home.understanding.put_plainly import put_plainly
from assistant.home.understanding.repairs import Repairs
from assistant.home.understanding.said_again import SaidAgain
from assistant.home.understanding.told_along import ToldAlong
from assistant.home.understanding.wording.spoken_around import asked_first_of_all
from assistant.home.understanding.wording.words import IT, MAX_WORDS, plain
from assistant.home.understanding.written import written
from assistant.languages.en.alarms import rings

__all__ = ["Context", "Grammar"]

#: What was told of just before: "the pump is still on, turn the thing off".
_THE_THING = re.compile(
    r"(?<= )(?:the|that|this) (?:(?:damn|bloody|stupid|blasted|wretched|silly|darn|flipping) )*thing"
    r"(?= (?:on|off|up|down|please|now|again)\b|$)"
)
#: A state without a verb, said as a question: "everything off upstairs?"; nothing is done for that.
_BARE_STATE = re.compile(
    r"(?:(?:so|and|oh|right|ok|okay|hey) (?:, )?)*(?P<np>"
    r"(?!(?:can|could|would|will|shall|may|turn|switch|put|get|set|leave|keep|is|are|do|does|did|has|have|what|which|how"
    r"|why|when|where|who|any|anything) )(?:(?!,)\S+ ){1,5}?)(?P<state>on|off|open|closed|shut|locked|unlocked)"
    r"(?P<at> (?:upstairs|downstairs|outside|(?:in|on|at) (?:the |my |our )?\w+(?: \w+)?))?"
)
#: What was left somewhere is nothing of a house: "open it again , i left my bike outside".
_LEFT_BEHIND = re.compile(r"(?:because )?(?:i|we) (?:have )?(?:left|forgot|forgotten|dropped) (?:my|our) ")
_NOT_THAT = re.compile(r"(?:no (?:, )?)?not (?:that|this|it)(?: one)?")
#: A command with what is felt before it: "it is too dark in here , turn on the lamp".
_TOO = re.compile(
    r"(?:it is|its) (?:far |way |much |a bit |just |really |a little )*too (?:dark|bright|cold|hot|warm|chilly|stuffy|noisy|loud)(?: now)?(?: in here| here)? , "
    r"(?P<command>(?:(?:so|please|can you|could you|just) )*(?:(?:turn|switch|put|open|close|shut|pull|draw|set|start|stop) .+|(?:the |my )?(?:\w+ ){1,3}(?:on|off|up|down|open|closed|shut|to (?:full|max|half|\d+))(?: please)?))"
)
#: What is called out is a wish: "Lights!"; the bare word is none.
_CALLED_OUT = re.compile(r"\s*(?:the )?lights(?:,? please)?\s*!+\s*", re.IGNORECASE)
#: The stop behind a title ends no clause: "Dr. Alder".
_TITLE = re.compile(r"\b(Mr|Mrs|Ms|Dr)\.(?= )", re.IGNORECASE)
#: A light that is off can only be turned on so; to hit it may be either.
_GET_LIGHT = re.compile(r"\bget (?:the|that|my|our) (?:\w+ ){0,3}(?:light|lamp)\b")
_BOTH = re.compile(r"\b(?:them both|both of (?:them|those))\b", re.IGNORECASE)


class Grammar:
    """The sentences of one house. Build it anew, off the event loop, when a name appears, goes or changes."""

    def __init__(self, directory: Directory) -> None:
        self.directory = directory
        clauses = self._clauses = Clauses(directory)
        asking = self._asking = Asking(clauses)
        repairs = self._repairs = Repairs(directory)
        words = self._words = HouseWords(directory)
        half_said = self._half_said = HalfSaid(directory, clauses, asking)
        told_along = ToldAlong(directory, clauses, asking, repairs)
        misheard = Misheard(directory, clauses, asking, repairs)
        shared = shared_sentences.SharedSentences(directory, clauses, asking)
        asked = self._asked = Asked(directory, clauses, words, repairs, misheard, told_along, shared)
        commands = Commands(directory, clauses, asking, repairs, misheard, told_along, half_said, shared)
        self._by_itself = ByItself(directory, clauses, asking, words, told_along, half_said, asked, commands)
        self._going_on = GoingOn(directory, clauses, asking, repairs, asked)
        self._amending = Amending(directory, self._going_on, self._by_itself.strictly)
        self._answered = Answered(clauses, asking)
        self._people = People(directory)
        self._beyond = Beyond(directory)
        self._said_again = SaidAgain(directory)

    @classmethod
    def build(
        cls,
        entities: Iterable[Entity],
        areas: Mapping[str, Iterable[str]] | None = None,
        floors: Mapping[str, Iterable[str]] | None = None,
        aliases: Mapping[str, str] | None = None,
    ) -> Grammar:
        """Return the grammar of a house.

        `areas` maps each area to its other names, `floors` each floor to its areas, `aliases` what people say to
        the name of a device or an area. It takes milliseconds for two hundred things and holds no reference to states.
        """
        entities = tuple(entities)
        grammar = cls(Directory(entities, areas or {}, with_outside(entities, floors or {}), aliases or {}))
        shared_sentences.load()
        return grammar

    def understand(self, words: str, context: Context | None = None) -> HomeIntent | None:
        """Return what a sentence means for the house, None where it does not concern it.

        Nothing is done here; an `act` may be carried out as it is, an `ask_back` only after the next sentence.
        """
        context = context or Context()
        heard = with_number_behind(words, plain(words))
        intent = self._of_number(*heard, context) if heard else self._understood(words, context)
        if intent is None and (asked := asked_first_of_all(words)):
            said = self._understood(asked, context)
            intent = said if said is not None and said.kind == "query" else None
        intent = self._lit(intent, words, context)
        return None if intent is not None and rings(plain(words)) and self._is_of_alarms(intent) else intent

    def _lit(self, intent: HomeIntent | None, words: str, context: Context) -> HomeIntent | None:
        """Return what was asked back where one light was to be got that is off: "would you get the porch light"."""
        pending = intent.pending if intent is not None and intent.reason.endswith("either") else None
        if pending is None or len(pending.acts) != 1 or not _GET_LIGHT.search(plain(words)):
            return intent
        state = context.states(pending.acts[0].entity_id)
        return pending if state is not None and state.value == "off" and pending.kind == "act" else intent

    def _of_number(self, text: str, number: int, context: Context) -> HomeIntent | None:
        """Ask whether a number was meant that was written in two words; on the shorter one nothing acts."""
        intent = self._understood(text, context)
        if intent is None or intent.kind != "act":
            return intent
        question = f"Did you mean {number}?"
        return HomeIntent(
            kind="ask_back", intent=intent.intent, pending=intent, entities=intent.entities, question=question,
            reason="a number was heard in two words",
        )  # fmt: skip

    def _is_of_alarms(self, intent: HomeIntent) -> bool:
        """Say whether an intent is for something that is called an alarm."""
        named = {*intent.entities, *(act.entity_id for act in intent.acts)} & self.directory.number.keys()
        return any(
            thing.domain == "alarm_control_panel" or "alarm" in plain(thing.name).split()
            for thing in map(self._clauses.entity, named)
        )

    def _understood(self, words: str, context: Context) -> HomeIntent | None:
        words = _TITLE.sub(r"\1", words)
        if _CALLED_OUT.fullmatch(words):
            words = "turn on the lights"
        if shown := written(self.directory, words):
            return self._asking.intent(shown, context, "words that are to be shown")
        text = self._repairs.in_its_words(self._words.by_one_name(plain(self._words.with_is(words))))
        text = put_plainly(self._said_again.once(with_pause(text, self.directory.vocabulary())))
        if not text or text.count(" ") >= MAX_WORDS:
            return None
        if _BOTH.search(words) and len(context.last) == 1:
            return half_heard()  # which the other one is was not said
        if context.before:
            context = replace(context, before=self._words.by_one_name(plain(context.before)))
        text = self._words.of_machine(text, context.last)
        if context.pending is not None and (
            answer := self._answered.read(text, context)
            or self._answered.with_more(text, context, self._by_itself.read)
        ):
            return answer
        return self._after_others(text, context, asks=words.rstrip().endswith("?"))

    def _after_others(self, text: str, context: Context, *, asks: bool) -> HomeIntent | None:
        """Read a plain sentence that may go on with the one before it."""
        if _NOT_THAT.fullmatch(text):
            return half_heard()
        text, context = self._going_on.resolved(text, context)
        if (context.before or context.last) and (whole := self._going_on.read(text, context)):
            return half_heard() if self._beyond.moves_what_is_spared(whole, text) else whole
        if context.before and (right := self._going_on.put_right(text, context, self._understood)):
            return right
        if (felt := _TOO.fullmatch(text)) and (context.last or not IT.search(felt["command"])):
            text = felt["command"]  # what is too dark is seen to by it
        return None if is_idle(text, asks=asks) else self._alone(text, context, asks=asks)

    def _alone(self, text: str, context: Context, *, asks: bool) -> HomeIntent | None:
        """Read a plain sentence that says itself what it is of; nothing is done that goes beyond that."""
        if asks and (scene := self._half_said.asked_of_a_scene(text)):
            return scene
        text = self._words.fed(self._words.numbered(text))
        text = self._people.told(_THE_THING.sub("it", text))
        text = self._words.the_one(
            self._words.of_each(self._words.in_their_room(self._people.for_whom(text)), context.last)
        )
        if asks and (bare_state := _BARE_STATE.fullmatch(text)):
            return self._asked.read(f"is {bare_state['np']}{bare_state['state']}{bare_state['at'] or ''}", context)
        intent = self._amending.read(text, context) or self._by_itself.read(text, context, asks=asks)
        if (intent is None or intent.kind == "refuse" or intent.loose) and (
            command := self._beside_what_is_told(text, context)
        ):
            return command
        if intent is None:
            return None
        beyond = self._beyond.is_so(intent, text) or self._words.is_of_other_kinds(text, intent)
        asked = intent.pending is not None and intent.loose and self._beyond.moves_what_is_spared(intent.pending, text)
        return half_heard() if beyond or asked else intent

    def _beside_what_is_told(self, text: str, context: Context) -> HomeIntent | None:
        """Read a command that is whole without what is told beside it, and is of nothing that was told of."""
        for command, told in beside(text):
            own = told.startswith(("i ", "we ", "because i ", "because we ")) and text.startswith(command)
            named = place_in(self.directory, told) or self._words.has(told)
            if named and (not own or (IT.search(command) and not _LEFT_BEHIND.match(told))):
                continue
            intent = self._understood(command, context)
            if intent is not None and not intent.loose and (intent.kind == "act" or intent.confirm_needed):
                return intent
        return None
