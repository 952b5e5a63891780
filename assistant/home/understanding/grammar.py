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

from assistant.home.asking.answers import holds
from assistant.home.asking.questions import ask, ask_loosely
from assistant.home.asking.ways import ASKED_WORDS
from assistant.home.entities import Entity, HomeIntent
from assistant.home.understanding import shared_sentences
from assistant.home.understanding.amending import amended, takes_back
from assistant.home.understanding.answered import Answered
from assistant.home.understanding.asked_anew import asked_anew
from assistant.home.understanding.asking_back import ORDER, Asking
from assistant.home.understanding.beyond import Beyond, one_of_two
from assistant.home.understanding.clauses import IN_THERE, Clauses
from assistant.home.understanding.context import Context
from assistant.home.understanding.following import continued, others_said, spoken_again
from assistant.home.understanding.gist.reading import GistReader
from assistant.home.understanding.half_said import BROKEN, HALF, ONLY_A_NAME, HalfSaid, half_heard
from assistant.home.understanding.idle import is_idle
from assistant.home.understanding.in_part import InPart
from assistant.home.understanding.loosened import shortened
from assistant.home.understanding.misheard import WEAK, Misheard
from assistant.home.understanding.names.house_words import HouseWords
from assistant.home.understanding.names.names import Directory
from assistant.home.understanding.names.noun_phrases import UNFINISHED
from assistant.home.understanding.names.places_said import place_first, place_in, place_last, placed_each, with_outside
from assistant.home.understanding.only_told import beside
from assistant.home.understanding.people import People
from assistant.home.understanding.put_plainly import put_plainly
from assistant.home.understanding.repairs import Repairs
from assistant.home.understanding.requests import named_first, requested
from assistant.home.understanding.told_along import ToldAlong
from assistant.home.understanding.wording import english
from assistant.home.understanding.wording.asides import Aside, asked_first
from assistant.home.understanding.wording.phrasebook import IDIOMS, meant
from assistant.home.understanding.wording.politeness import (
    asked_outright,
    corrected,
    declined,
    is_question,
    later,
    noun_is,
    regretted,
    said_by_others,
    stripped,
    taken_back,
    tells,
    wished,
)
from assistant.home.understanding.wording.spoken_around import asked_first_of_all
from assistant.home.understanding.wording.values import is_value, values_in
from assistant.home.understanding.wording.words import IT, MAX_WORDS, plain, singular
from assistant.home.understanding.written import written
from assistant.languages.en.alarms import rings

__all__ = ["Context", "Grammar"]

#: How the shared questions begin; "how do I" is one for the documents.
_ASKS_A_STATE = re.compile(
    r"(?:is|are|which|did|have|has|do you know|tell me|(?:what|how) (?:is|are)|how many|what temperature"
    r"|how \w+ (?:is|are))\b"
)
#: What is said to people, and is no half of a command.
_INTERJECTION = re.compile(r"(?:shut|make|set|put) (?:up|in|on|to)(?: (?:to|in|on|up))?")
#: "Of" where only "off" can stand: "turn of the lamp", "lights of in the hall", "the lamp of".
_OFF = re.compile(
    r"((?:^|(?<= and )|(?<= then )|(?<= , ))(?:turn|switch|shut|power|put) |(?<=\w )(?=of (?:in|at|please)\b)|(?<=\w )(?=of$))of\b"
)
#: None of the shared sentences is of several commands, and to try all of them takes longest there.
_SEVERAL = re.compile(r",|(?<!each) and | then ")
#: A name with a "please" after it, and nothing before it that says no.
_ASKED_FOR = re.compile(r"(?!(?:no|not|do not|less|never|without|any) ).+ please")
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
#: What was told of: "she will not sleep without the lamp , so could you switch that on".
_POINTED_AT = re.compile(
    r"(?<=\w )that(?= (?:on|off|up|down|open|closed|shut)(?: please| now| for (?:me|her|him|us))*$)"
    r"|(?<=(?:on|ff) )that$"
)
#: What somebody will do themselves: "i need to get the mower out , open the barn door".
_FETCHING = re.compile(
    r"(?:i|we) (?:need|have|am going|are going) to get (?:the|my|our) (?:\w+ ){1,3}?(?:out|in|through|past) (?!to )"
)
#: What stands before a value that mends another: "to 20", "make it 20".
_VALUE_LEAD = re.compile(r"^(?:(?:to|at|make (?:it|that)|set (?:it|that) to|say|let us say) )+")
_WHICH = ": which"
_YES_AND = re.compile(r"(?P<yes>\w+(?: please)?) (?:, and|and|,)(?: also| then)? (?P<more>.+)")
#: What the speaker has seen to: "i have closed the left blind myself , can you close the other two".
_SEEN_TO = re.compile(
    r"(?:i|we) (?:have )?(?:already |just )?(?:closed|shut|opened|locked|unlocked|turned on|turned off|switched on|switched off|done|dimmed) (?P<np>.+?) (?:myself|ourselves|already|off|on) , (?:so |and |now )*(?P<command>.*\bother .+)"
)
#: What goes on with the sentence before, and has no verb: "and the compressor too".
_ALSO = re.compile(r"(?:and|also) (?:the|my|our|\w+s) .+? (?:too|as well|also)(?: please)?")
#: What was left somewhere is nothing of a house: "open it again , i left my bike outside".
_LEFT_BEHIND = re.compile(r"(?:because )?(?:i|we) (?:have )?(?:left|forgot|forgotten|dropped) (?:my|our) ")
#: "Fully" is closed, after what was closed.
_SHUTTING = re.compile(r"(?:please |can you |could you )?(?:close|shut|lower)\b")
_FULLY = re.compile(r"(?<=\w )(?:fully|completely|all the way)$")
#: Conditions that are no "if".
_PROVIDED = re.compile(r"\b(?:supposing|provided|providing|assuming|(?:as|so) long as|on (?:the )?condition)\b")
_OPENING = frozenset("open up raise lift".split())
_NOT_THAT = re.compile(r"(?:no (?:, )?)?not (?:that|this|it)(?: one)?")
_ALREADY = re.compile(r"it is (?:\w+ ){1,3}already")
#: A command with what is felt before it: "it is too dark in here , turn on the lamp".
_TOO = re.compile(
    r"(?:it is|its) (?:far |way |much |a bit |just |really |a little )*too (?:dark|bright|cold|hot|warm|chilly|stuffy|noisy|loud)(?: now)?(?: in here| here)? , "
    r"(?P<command>(?:(?:so|please|can you|could you|just) )*(?:(?:turn|switch|put|open|close|shut|pull|draw|set|start|stop) .+|(?:the |my )?(?:\w+ ){1,3}(?:on|off|up|down|open|closed|shut|to (?:full|max|half|\d+))(?: please)?))"
)
#: What is offered to somebody, or wanted under a condition: "nan , shall i turn your radiator up", "should it rain , ...".
_OFFERED = re.compile(
    r"(?:\w+ , )?(?:shall i|should i|do you want me to|would you like me to|would you prefer)\b"
    r"|(?:should|were) (?:it|there|he|she|they|anyone|anybody|someone|somebody|anything|we|(?:the|my|our) \w+(?: \w+)?|\w+) "
    r"(?:still )?(?:to )?(?:drop|fall|get|go|rise|rain|snow|be|come|start|stop|arrive|ring|knock|call|leave|happen|reach|turn|wake|feel|stay)\b.* , "
)
#: What was meant before, and what becomes of that which was not: "sorry , i meant 3 , put 2 back on".
_I_MEANT = re.compile(
    r"(?:(?:sorry|no|oops|oh|wait) (?:, )?)*i (?:meant|mean) (?P<meant>(?:(?!,)\S+ )+?), (?P<rest>(?:and |so |please )*(?:turn|switch|put|open|close|shut) .+)"
)
_BARE_NUMBER = re.compile(r"(?P<lead> (?:turn |switch |put |number )?(?:on |off )?)(?P<number>\d)(?= |$)")
_BOTH = re.compile(r"\b(?:them both|both of (?:them|those))\b", re.IGNORECASE)
#: Questions back that are asked for want of anything better.
_UNSURE = frozenset((ONLY_A_NAME, HALF))
_MOST_UNKNOWN = 2


def _is_unsure(intent: HomeIntent | None) -> bool:
    """Say whether a sentence was not understood, or is asked about for want of anything better."""
    return intent is None or intent.kind == "refuse" or intent.reason in _UNSURE


class Grammar:
    """The sentences of one house. Build it anew, off the event loop, when a name appears, goes or changes."""

    def __init__(self, directory: Directory) -> None:
        self.directory = directory
        self._repairs = Repairs(directory)
        self._clauses = Clauses(directory)
        self._asking = Asking(self._clauses)
        self._answered = Answered(self._clauses, self._asking)
        self._misheard = Misheard(directory, self._clauses, self._asking, self._repairs)
        self._gist = GistReader(directory, self._clauses)
        self._words = HouseWords(directory)
        self._people = People(directory)
        self._told_along = ToldAlong(directory, self._clauses, self._asking, self._repairs)
        self._in_part = InPart(directory, self._clauses, self._asking)
        self._half_said = HalfSaid(directory, self._clauses, self._asking)
        self._beyond = Beyond(directory)

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
        intent = self._understood(words, context)
        if intent is None and (asked := asked_first_of_all(words)):
            said = self._understood(asked, context)
            intent = said if said is not None and said.kind == "query" else None
        return None if intent is not None and rings(plain(words)) and self._is_of_alarms(intent) else intent

    def _is_of_alarms(self, intent: HomeIntent) -> bool:
        """Say whether an intent is for something that is called an alarm."""
        named = {*intent.entities, *(act.entity_id for act in intent.acts)} & self.directory.number.keys()
        return any(
            thing.domain == "alarm_control_panel" or "alarm" in plain(thing.name).split()
            for thing in map(self._clauses.entity, named)
        )

    def _understood(self, words: str, context: Context) -> HomeIntent | None:
        if shown := written(self.directory, words):
            return self._asking.intent(shown, context, "words that are to be shown")
        text = put_plainly(self._repairs.in_its_words(self._words.by_one_name(plain(self._words.with_is(words)))))
        if not text or text.count(" ") >= MAX_WORDS:
            return None
        if _BOTH.search(words) and len(context.last) == 1:
            return half_heard()  # which the other one is was not said
        text = self._words.of_machine(text, context.last)
        if context.pending is not None and (
            answer := self._answered.read(text, context) or self._yes_and(text, context)
        ):
            return answer
        return self._after_others(text, context, asks=words.rstrip().endswith("?"))

    def _after_others(self, text: str, context: Context, *, asks: bool) -> HomeIntent | None:
        """Read a plain sentence that may go on with the one before it."""
        if (seen := _SEEN_TO.fullmatch(text)) and not (found := self.directory.find(seen["np"], -1)).problem:
            text, context = seen["command"], replace(context, last=found.ids)
        if _NOT_THAT.fullmatch(text):
            return half_heard()
        if _SHUTTING.match(plain(context.before)) and _OPENING.isdisjoint(text.split()):
            text = _FULLY.sub("closed", text)
        if context.last:
            text = spoken_again(self.directory, others_said(self.directory, text, context.last), context.last)
        if (context.before or context.last) and (whole := self._continued(text, context)):
            return half_heard() if self._beyond.moves_what_is_spared(whole, text) else whole
        if context.before and (meant_so := _I_MEANT.fullmatch(text)):
            return self._put_right(meant_so, context)
        if (felt := _TOO.fullmatch(text)) and (context.last or not IT.search(felt["command"])):
            text = felt["command"]  # what is too dark is seen to by it
        if (
            regretted(text)
            or _OFFERED.match(text)
            or _PROVIDED.search(text)
            or is_idle(text)
            or (asks and _ALREADY.fullmatch(text))
        ):
            return None
        return self._by_itself(text, context, asks=asks)

    def _by_itself(self, text: str, context: Context, *, asks: bool) -> HomeIntent | None:
        """Read a plain sentence that says itself what it is of; nothing is done that goes beyond that."""
        if asks and (scene := self._half_said.asked_of_a_scene(text)):
            return scene
        text = self._words.numbered(text)
        text = self._people.told(_THE_THING.sub("it", text))
        text = self._words.the_one(
            self._words.of_each(self._words.in_their_room(self._people.for_whom(text)), context.last)
        )
        if asks and (bare_state := _BARE_STATE.fullmatch(text)):
            return self._asked(f"is {bare_state['np']}{bare_state['state']}{bare_state['at'] or ''}", context)
        intent = self._amended(text, context) or self._meant(text, context, asks=asks)
        if (intent is None or intent.kind == "refuse" or intent.loose) and (
            command := self._beside_what_is_told(text, context)
        ):
            return command
        if intent is not None and self._beyond.is_so(intent, text):
            return half_heard()
        return intent

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

    def _put_right(self, said: re.Match[str], context: Context) -> HomeIntent:
        """Read what was meant in place of what was done, and what becomes of that: "sorry, I meant 3, put 2 back on"."""
        named = [self._clauses.entity(name).name for name in context.last if name in self.directory.number]
        noun = plain(named[0]).rstrip("0123456789 ") if len(named) == 1 else ""
        other, rest = (
            _BARE_NUMBER.sub(rf"\g<lead>{noun} \g<number>", part) if noun else part
            for part in (f" {said['meant']}", f" {said['rest']}")
        )
        first = self._understood(f"no , {other.strip()}", context)
        second = self._understood(rest.strip(), replace(context, before=""))
        if first is None or second is None or first.kind != "act" or second.kind != "act":
            return half_heard()
        if {act.entity_id for act in first.acts} & {act.entity_id for act in second.acts}:
            return half_heard()
        entities = tuple(dict.fromkeys((*first.entities, *second.entities)))
        return replace(first, acts=(*first.acts, *second.acts), entities=entities)

    def _meant(self, text: str, context: Context, *, asks: bool) -> HomeIntent | None:
        """Read a sentence that stands for itself: strictly, then what it leads up to, then by what its words are."""
        kept = corrected(text)
        if kept == text and takes_back(text) and self._words.has(text) and not is_question(text):
            return half_heard()  # what is left of it is not known: nothing is done
        if self._half_said.leaves_out_unsaid(text) and self._words.has(text) and not is_question(text):
            return half_heard()
        if kept != text and IT.search(kept):
            context = self._having_said(text.removesuffix(kept), context)
        text = self._there(noun_is(asked_outright(kept)), context)
        numbered, said = self._half_said.numbered(text), text
        text = meant(stripped(text))
        intent = self._read(text, numbered, context) if text else None
        if _is_unsure(intent):
            intent = self._led_up_to(said, context, asks=asks) or intent
        elif intent is not None and " , " in said and (intent.reason.endswith(_WHICH) or _FETCHING.match(said)):
            led = self._led_up_to(said, context, asks=asks)
            intent = led if led is not None and not self._passes_over(intent, led) else intent
        if context.before and _ALSO.fullmatch(said) and (intent is None or intent.reason in _UNSURE):
            return half_heard()  # what shall be done to that too was said of something else
        lone = intent is not None and intent.reason == ONLY_A_NAME
        if (intent is None or lone) and (
            thing := wished(said)
            or (text if (lone or self._half_said.is_scene(text)) and _ASKED_FOR.fullmatch(said) else "")
        ):
            reading = self._clauses.understood(stripped(f"turn on {thing}"), context, ())
            if reading is not None and not reading.problem:  # "i need the workshop light"
                return self._asking.intent(reading, context, "a wish for it")
        if gathered := self._gathered(said, intent, context):
            return gathered
        if intent is not None and intent.intent != "HassUnknown":
            return intent
        return (
            self._asked_anew(said, context, asks=asks)
            or intent
            or self._half_said.suits(said)
            or self._half_said.suits(text)
        )

    def _passes_over(self, intent: HomeIntent, led: HomeIntent) -> bool:
        """Say whether what a sentence leads up to is not plain, or leaves out what goes out and in by itself."""
        moved = {*intent.entities} - {*led.entities}
        return led.reason.endswith(_WHICH) or any(name.startswith("cover.") for name in moved)

    def _asked_anew(self, text: str, context: Context, *, asks: bool) -> HomeIntent | None:
        """Read a question in other words."""
        anew = (self._asked(question, context, loosely=False) for question in asked_anew(text, asks=asks))
        return next(filter(None, anew), None)

    def _amended(self, text: str, context: Context) -> HomeIntent | None:
        """Read a sentence that puts another value or thing in the place of one that it has said."""
        if declined(text):
            return None
        for before, other in amended(text):
            told = values_in(before)
            if (value := _VALUE_LEAD.sub("", other)) and is_value(value) and len(told) == 1:
                whole = f"{before[: told[0].start]}{value}{before[told[0].end :]}"
                return self._read(meant(stripped(whole)), "", context)
            said = meant(stripped(before))
            first = self._read(said, "", context)
            if first is None or not first.entities or first.kind not in ("act", "ask_back"):
                continue
            spoken = replace(context, before=before, last=first.entities)
            for said in (f"no , {other}", f"no , {other} one"):  # "make Will's lamp brighter, no, Grace's"
                if changed := self._continued(said, spoken):
                    same = first.kind == "act" and changed.acts == first.acts
                    return half_heard() if same and not self._are_named_so(first.entities, other) else changed
        return None

    def _are_named_so(self, ids: Iterable[str], phrase: str) -> bool:
        """Say whether things have all the words of a phrase in their own names and room, and not just for a kind.

        Of the Bedroom Radiator "sorry, the thermostat" says that something else was meant.
        """
        said = {singular(word) for word in phrase.split()} - english.GLUE - {"one"}
        things = (self.directory.things[self.directory.number[name]] for name in ids)
        return all(said <= {*plain(thing.entity.area or "").split()}.union(*thing.names) for thing in things)

    def _gathered(self, text: str, intent: HomeIntent | None, context: Context) -> HomeIntent | None:
        """Read a sentence by what its words are, in whatever order they come, where `intent` is not sure.

        Where something was to be asked of one of several clauses, they have to be plain together.
        """
        several = intent is not None and intent.reason.endswith(_WHICH) and _SEVERAL.search(text) is not None
        if not (several or _is_unsure(intent)) or later(text):
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
        wanted = self._read(meant(stripped(before)), "", context) or self._led_up_to(before, context, asks=False)
        return replace(context, last=wanted.entities) if wanted is not None and wanted.entities else context

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
                found = self._told_along.where_told(wanted, told, context, self._plainly)
            if found is not None:
                return found
        if (whole := named_first(text)) and (found := self._read(meant(stripped(whole)), "", context)):
            return found if found.kind != "refuse" else None
        if asks:
            return self._asked(text, context)
        if is_question(stripped(text)) or not self._words.has(text):
            return None  # it was read as one
        return ask_loosely(self.directory, text, context)

    def _plainly(self, text: str, context: Context) -> HomeIntent | None:
        found = self._command(text, context)
        if found is None or found.kind == "refuse" or found.reason in _UNSURE or found.reason.startswith(WEAK):
            return None
        return found

    def _read(self, text: str, numbered: str, context: Context) -> HomeIntent | None:
        if numbered and (asked := self._half_said.second_of_its_name(stripped(numbered), context)):
            return asked
        if not text:  # nothing but politeness
            return None
        if declined(text):
            return self._spared(text)
        if is_question(text):
            return self._asked(text, context)
        if said_by_others(text):
            return self._beside_a_story(text, context)
        return self._there_alone(text, context) or self._command(text, context)

    def _yes_and(self, text: str, context: Context) -> HomeIntent | None:
        """Read an answer that goes on with another command: "yes, and turn on the kettle"."""
        said = _YES_AND.fullmatch(text)
        yes = self._answered.read(said["yes"], context) if said else None
        more = self._meant(said["more"], replace(context, pending=None), asks=False) if said and yes else None
        if yes is None or yes.kind != "act" or more is None or more.kind != "act":
            return None
        if {act.entity_id for act in yes.acts} & {act.entity_id for act in more.acts}:
            return None
        entities = tuple(dict.fromkeys((*yes.entities, *more.entities)))
        return replace(yes, acts=(*yes.acts, *more.acts), entities=entities)

    def _continued(self, text: str, context: Context) -> HomeIntent | None:
        """Read a sentence that goes on with the one before; None where it stands for itself."""
        before = meant(stripped(self._repairs.in_its_words(plain(context.before)))) if context.before else ""
        said = (
            continued(self.directory, each, before, context.last)
            for each in (text, *shortened(text, self.directory.vocabulary()))
        )
        whole = next(filter(None, said), "")
        if not whole:
            return None
        context = replace(context, before="")
        if is_question(whole):
            return self._asked(whole, context)
        reading = self._clauses.understood(whole, context, context.last)
        if reading is None or reading.problem not in ("", "which", "room", "area"):
            return None
        return self._asking.intent(reading, context, f"goes on with the sentence before: {whole!r}")

    def _asked(self, text: str, context: Context, *, loosely: bool = True) -> HomeIntent | None:
        """Read a question; most that name a device are for the documents, and cost little here.

        With `loosely` it is taken apart too where no way to ask knows it as it was said.
        """
        if not self._words.has(text):
            return None
        if (aside := asked_first(text)) and (done := self._told_along.about(aside, context)):
            return done
        if found := ask(self.directory, text, context):
            return self._those_so(found, context)
        for short in (*shortened(text, self.directory.vocabulary()), *self._repairs.renamed(text)):
            if found := ask(self.directory, short, context):
                return self._those_so(found, context)
        if loosely and (found := ask_loosely(self.directory, text, context)):
            return self._those_so(found, context)
        if not _ASKS_A_STATE.match(text) or ASKED_WORDS.isdisjoint(text.split()):
            return None
        if self._repairs.unknown(text) > _MOST_UNKNOWN:
            return None
        return self._misheard.question(text, context) or self._shared(text, context)

    def _those_so(self, asked: HomeIntent, context: Context) -> HomeIntent:
        """Return a question whose "them" are those that are so: after "which lights are on?", the lights that are."""
        query = asked.query
        if query is None or query.kind not in ("any", "which", "count") or len(query.states) != 1:
            return asked
        so = [
            name
            for name in query.entities
            if (state := context.states(name)) and holds(self._clauses.entity(name), state, query.states[0])
        ]
        return replace(asked, entities=tuple(so)) if so else asked

    def _command(self, text: str, context: Context) -> HomeIntent | None:
        if tells(text):
            return self._beside_a_story(text, context)
        text = place_last(self.directory, text)
        text = self._repairs.joined_up(_OFF.sub(r"\1off", text))
        if delayed := self._delayed(text, context):
            return delayed
        if BROKEN.fullmatch(text) and text not in IDIOMS:
            return None if _INTERJECTION.fullmatch(text) else self._half_said.broken_off(text, context)
        reading = self._clauses.understood(text, context, context.last)
        if reading is None or reading.problem in ("unknown", "unable"):
            reading = self._clauses.run_on(text, context, context.last) or reading
        reading = reading and one_of_two(text, reading)
        if reading is not None and reading.problem == "it" and not ORDER.match(text):
            return None  # "knock it off" is said to people
        if (
            reading is not None
            and reading.problem == "here"
            and " , " in text
            and (told := self._beside_a_story(text, context))
        ):
            return told  # "it stinks in here , hood on": no room has to be known for that
        if reading is not None and reading.problem in (
            "", "which", "room", "area", "it", "here", "degrees", "either"
        ):  # fmt: skip
            return self._asking.intent(reading, context, "each word is understood")
        if reading is not None and reading.problem == "except" and reading.found.choices:
            return self._asking.refusal(
                reading
            )  # nothing else is tried, which might move just what was to be left alone
        if found := self._beside_a_story(text, context) or self._misheard.command(text, context):
            return found
        hopeless = reading is not None and reading.problem in ("unable", "except")
        if not hopeless and ORDER.match(text) and (shared := self._shared(text, context)):
            return shared
        if reading is not None:
            refused = self._asking.refusal(replace(reading, said=text))
            return (self._in_part.read(text, context) if refused else None) or refused
        return self._half_said.broken_off(text, context)

    def _there_alone(self, text: str, context: Context) -> HomeIntent | None:
        """Read what is wanted of the place that was said first, and moves nothing elsewhere; None where that fails."""
        place, wanted = place_first(self.directory, text)
        if not place or tells(text):
            return None
        there = self.directory.places[tuple(place.split())][1]
        for said in placed_each(wanted, place):
            reading = self._clauses.understood(said, context, context.last)
            if reading is None or reading.problem:
                continue
            if not self.directory.mask(act.entity_id for act in reading.acts) & ~there:
                return self._asking.intent(reading, context, "each word is understood")
        return None

    def _delayed(self, text: str, context: Context) -> HomeIntent | None:
        """Refuse a command that is for another time; None where a sentence is none."""
        moment = later(text)
        reading = self._clauses.understood(moment, context, context.last) if moment else None
        if reading is None or reading.problem not in ("", "which", "room", "area", "here", "it"):
            return None
        return HomeIntent(
            kind="refuse", intent="HassDelayed", entities=reading.found.ids,
            question="I can only do things right away: ask me again when it is time.",
            reason="asked for another time",
        )  # fmt: skip

    def _beside_a_story(self, text: str, context: Context) -> HomeIntent | None:
        """Read the command in a sentence that tells something too."""
        return self._told_along.after_telling(text, context) or self._told_along.loosened(text, context)

    def _spared(self, text: str) -> HomeIntent | None:
        """Answer "don't turn on the light" where it is about the house: nothing is done."""
        if set(text.split()) & (self.directory.vocabulary() | english.GENERIC):
            return HomeIntent(
                kind="refuse", intent="HassNevermind", question="All right, I leave it as it is.", reason="told not to"
            )
        return None

    def _shared(self, text: str, context: Context) -> HomeIntent | None:
        """Read the sentence with the Home Assistant project's sentences, where it has a name of this house in it."""
        if text.rpartition(" ")[2] in UNFINISHED or _SEVERAL.search(text):
            return None
        for said in shared_sentences.recognise(self.directory, text, context.room):
            if said.question:
                if found := ask(self.directory, said.text, context):
                    return replace(found, reason=f"a shared sentence: {said.intent}")
                continue
            reading = self._clauses.understood(said.text, context, context.last)
            if reading is not None and reading.problem in ("", "which", "room", "area"):
                return self._asking.intent(reading, context, f"a shared sentence: {said.intent}")
        return None
