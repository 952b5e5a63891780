"""Sentences that stand for themselves: read strictly, then by what they lead up to, then by all their words."""

from __future__ import annotations

import re
from dataclasses import replace

from assistant.home.asking.questions import ask_loosely
from assistant.home.entities import HomeIntent
from assistant.home.understanding.amending import takes_back
from assistant.home.understanding.asked import Asked
from assistant.home.understanding.asking_back import Asking, asks_which
from assistant.home.understanding.clauses import IN_THERE, Clauses
from assistant.home.understanding.commands import Commands
from assistant.home.understanding.context import Context
from assistant.home.understanding.gist.reading import GistReader
from assistant.home.understanding.half_said import ONLY_A_NAME, UNSURE, HalfSaid, half_heard, is_unsure
from assistant.home.understanding.names.house_words import HouseWords
from assistant.home.understanding.names.names import Directory
from assistant.home.understanding.names.places_said import place_in
from assistant.home.understanding.reasons import is_reason
from assistant.home.understanding.requests import named_first, requested
from assistant.home.understanding.shared_sentences import SEVERAL
from assistant.home.understanding.told_along import ToldAlong
from assistant.home.understanding.wording import english
from assistant.home.understanding.wording.asides import Aside
from assistant.home.understanding.wording.phrasebook import meant
from assistant.home.understanding.wording.politeness import (
    asked_outright,
    corrected,
    declined,
    is_question,
    later,
    noun_is,
    said_by_others,
    stripped,
    taken_back,
    wished,
)
from assistant.home.understanding.wording.words import IT, plain

#: A name with a "please" after it, and nothing before it that says no.
_ASKED_FOR = re.compile(r"(?!(?:no|not|do not|less|never|without|any) ).+ please")
#: What was told of: "she will not sleep without the lamp , so could you switch that on".
_POINTED_AT = re.compile(
    r"(?<=\w )that(?= (?:on|off|up|down|open|closed|shut)(?: please| now| for (?:me|her|him|us))*$)"
    r"|(?<=(?:on|ff) )that$"
)
#: What somebody will do themselves: "i need to get the mower out , open the barn door".
_FETCHING = re.compile(
    r"(?:i|we) (?:need|have|am going|are going) to get (?:the|my|our) (?:\w+ ){1,3}?(?:out|in|through|past) (?!to )"
)
#: What goes on with the sentence before, and has no verb: "and the compressor too".
_ALSO = re.compile(r"(?:and|also) (?:the|my|our|\w+s) .+? (?:too|as well|also)(?: please)?")


class ByItself:
    """Reads the sentences about one house that say themselves what they are of."""

    def __init__(
        self,
        directory: Directory,
        clauses: Clauses,
        asking: Asking,
        words: HouseWords,
        told_along: ToldAlong,
        half_said: HalfSaid,
        asked: Asked,
        commands: Commands,
    ) -> None:
        self.directory, self._clauses, self._asking, self._words = directory, clauses, asking, words
        self._told_along, self._half_said, self._asked, self._commands = told_along, half_said, asked, commands
        self._gist = GistReader(directory, clauses)

    def read(self, text: str, context: Context, *, asks: bool = False) -> HomeIntent | None:
        """Read a sentence that stands for itself: strictly, then what it leads up to, then by what its words are."""
        kept = corrected(text)
        if kept == text and takes_back(text) and self._words.has(text) and not is_question(text):
            return half_heard()  # what is left of it is not known: nothing is done
        if self._half_said.leaves_out_unsaid(text) and self._words.has(text) and not is_question(text):
            return half_heard()
        if kept != text and IT.search(kept):
            context = self._having_said(text.removesuffix(kept), context)
        text = self._there(noun_is(asked_outright(kept)), context)
        said = text
        text = meant(stripped(text))
        second = self._half_said.second_of_its_name(said, context) if text else None
        intent = second or self.strictly(text, context)
        if is_unsure(intent):
            intent = self._led_up_to(said, context, asks=asks) or intent
        elif intent is not None and " , " in said and (asks_which(intent) or _FETCHING.match(said)):
            led = self._led_up_to(said, context, asks=asks)
            intent = led if led is not None and not self._passes_over(intent, led) else intent
        if context.before and _ALSO.fullmatch(said) and (intent is None or intent.reason in UNSURE):
            return half_heard()  # what shall be done to that too was said of something else
        lone = intent is not None and intent.reason == ONLY_A_NAME
        if (intent is None or lone) and (wish := self._wished(said, text, context, lone=lone)):
            return wish
        if gathered := self._gathered(said, intent, context):
            return gathered
        if intent is not None and intent.intent != "HassUnknown":
            return intent
        return (
            self._asked.anew(said, context, asks=asks)
            or intent
            or self._half_said.suits(said)
            or self._half_said.suits(text)
        )

    def _wished(self, said: str, text: str, context: Context, *, lone: bool) -> HomeIntent | None:
        """Read a wish for a thing as a command to turn it on: "I need the workshop light", "movie time please"."""
        told, _, asked = said.rpartition(" , ")
        if told and is_reason(told) and self._half_said.is_scene(stripped(asked)):
            said, text = asked, stripped(asked)  # "it is late , quiet time please"
        named = (lone or self._half_said.is_scene(text)) and _ASKED_FOR.fullmatch(said)
        thing = wished(said) or (text if named else "")
        reading = self._clauses.understood(stripped(f"turn on {thing}"), context, ()) if thing else None
        if reading is None or reading.problem:
            return None
        return self._asking.intent(reading, context, "a wish for it")

    def strictly(self, text: str, context: Context) -> HomeIntent | None:
        """Read a sentence without politeness as the question, the command or the refusal that it is."""
        if not text:  # nothing but politeness
            return None
        if declined(text):
            return self._spared(text)
        if is_question(text):
            return self._asked.read(text, context)
        if said_by_others(text):
            return self._commands.beside_a_story(text, context)
        return self._commands.there_alone(text, context) or self._commands.read(text, context)

    def _spared(self, text: str) -> HomeIntent | None:
        """Answer "don't turn on the light" where it is about the house: nothing is done."""
        if set(text.split()) & (self.directory.vocabulary() | english.GENERIC):
            return HomeIntent(
                kind="refuse", intent="HassNevermind", question="All right, I leave it as it is.", reason="told not to"
            )
        return None

    def _led_up_to(self, text: str, context: Context, *, asks: bool) -> HomeIntent | None:
        """Read what a sentence asks for after a story, or about the thing that it named first."""
        if declined(text) or declined(stripped(text)):
            return None
        for told, command in requested(text):
            wanted = meant(stripped(_POINTED_AT.sub("it", command)))
            if not wanted or is_question(wanted) or declined(wanted) or said_by_others(wanted):
                continue
            if IT.search(wanted):  # what was told of, and never what was spoken of before that
                found = self._told_along.about(Aside(told, wanted), context)
            else:
                found = self._told_along.where_told(wanted, told, context, self._commands.surely)
            if found is not None:
                return found
        if (whole := named_first(text)) and (found := self.strictly(meant(stripped(whole)), context)):
            return found if found.kind != "refuse" else None
        if asks:
            return self._asked.read(text, context)
        if is_question(stripped(text)) or not self._words.has(text):
            return None  # it was read as one
        return ask_loosely(self.directory, text, context)

    def _passes_over(self, intent: HomeIntent, led: HomeIntent) -> bool:
        """Say whether what a sentence leads up to is not plain, or leaves out what goes out and in by itself."""
        moved = {*intent.entities} - {*led.entities}
        return asks_which(led) or any(name.startswith("cover.") for name in moved)

    def _gathered(self, text: str, intent: HomeIntent | None, context: Context) -> HomeIntent | None:
        """Read a sentence by what its words are, in whatever order they come, where `intent` is not sure.

        Where something was to be asked of one of several clauses, they have to be plain together.
        """
        several = intent is not None and asks_which(intent) and SEVERAL.search(text) is not None
        if not (several or is_unsure(intent)) or later(text):
            return None
        read = self._gist.read(text, context)
        if read is None:
            return None
        gathered = replace(self._asking.intent(read, context, "gathered from all its words"), loose=True)
        return gathered if not several or gathered.kind == "act" else None

    def _there(self, text: str, context: Context) -> str:
        """Return a sentence with the room of what was spoken of last for "in there", where that is in one."""
        there = IN_THERE.search(text)
        if there and (told := place_in(self.directory, text[: there.start()])):
            return IN_THERE.sub(f"in the {told}", text, count=1)  # what this sentence told of goes before
        if not (context.last and there):
            return text
        known = [name for name in context.last if name in self.directory.number]
        area = next(iter(areas)) if len(areas := {self._clauses.entity(name).area for name in known}) == 1 else None
        return IN_THERE.sub(f"in the {plain(area)}", text, count=1) if area else text

    def _having_said(self, text: str, context: Context) -> Context:
        """Return the context after what was taken back: nothing of it is done, but "it" is what that spoke of."""
        before = taken_back(text)
        wanted = self.strictly(meant(stripped(before)), context) or self._led_up_to(before, context, asks=False)
        return replace(context, last=wanted.entities) if wanted is not None and wanted.entities else context
