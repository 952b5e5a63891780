"""What a sentence means for the house: `Grammar.build` once for each set of names, `understand` for each sentence.

`understand` is pure: no I/O, no clock, no memory between calls; what was said before comes in its `Context`. Whatever
is not wholly understood is not done: each word has to be part of a way of saying something, of a name, of a value, or
of politeness. A name that was probably misheard is asked back, and so is a name that fits several things.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from assistant.home import english, shared_sentences
from assistant.home.acts import the
from assistant.home.amending import amended, takes_back
from assistant.home.answered import Answered
from assistant.home.answers import holds
from assistant.home.asides import Aside, after_pause, asked_first, pointing
from assistant.home.asked_anew import asked_anew
from assistant.home.asking_back import ALL_DOMAINS, ORDER, Asking
from assistant.home.clauses import IN_THERE, Clauses
from assistant.home.colloquial import reworded
from assistant.home.context import Context, Reading
from assistant.home.entities import Act, Entity, HomeIntent
from assistant.home.following import continued
from assistant.home.gist_reading import GistReader
from assistant.home.in_part import without_one
from assistant.home.loosened import NEVER_A_REASON, loosened, shortened
from assistant.home.misheard import WEAK, Misheard
from assistant.home.names import Directory
from assistant.home.noun_phrases import UNFINISHED, Found, bare
from assistant.home.phrasebook import IDIOMS, meant, occasion
from assistant.home.politeness import (
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
    with_is,
)
from assistant.home.questions import ASKED_WORDS, ask
from assistant.home.repairs import Repairs
from assistant.home.requests import asked_after, named_first, requested
from assistant.home.sensed import NOUN_WORDS
from assistant.home.telling_back import first_up
from assistant.home.values import is_value, values_in
from assistant.home.words import MAX_WORDS, plain, singular
from assistant.languages.en.alarms import rings

__all__ = ["Context", "Grammar"]

#: How the shared questions begin; "how do I" is one for the documents.
_ASKS_A_STATE = re.compile(
    r"(?:is|are|which|did|have|has|do you know|tell me|(?:what|how) (?:is|are)|how many|what temperature"
    r"|how \w+ (?:is|are))\b"
)
_OF_A_HOUSE = (
    english.GENERIC
    | {f"{word}s" for word in english.GENERIC}
    | {word for group in english.SAME for name in group for word in name.split()}
    | NOUN_WORDS
    | frozenset("it here anything everything warm worm hot cold humid on off open locked unlocked closed shut".split())
)
_BROKEN = re.compile(
    r"(?:turn|switch|set|put|make|dim|open|close|shut|lock|change)(?: (?:on|off|the|a|to|up|down|my|all|in))*"
)
#: What is said to people, and is no half of a command.
_INTERJECTION = re.compile(r"(?:shut|make|set|put) (?:up|in|on|to)(?: (?:to|in|on|up))?")
#: "Of" where only "off" can stand: "turn of the lamp", "lights of in the hall", "the lamp of".
_OFF = re.compile(r"(^(?:turn|switch|shut|power|put) |(?<=\w )(?=of (?:in|at|please)\b)|(?<=\w )(?=of$))of\b")
_BROKEN_AT_END = re.compile(r" (?:the|a|an|to|in the|my|and|in|of|at|by|for)$")
#: None of the shared sentences is of several commands, and to try all of them takes longest there.
_SEVERAL = re.compile(r",|(?<!each) and | then ")
_IT = re.compile(r"\b(?:it|them)\b")
#: A name with a "please" after it, and nothing before it that says no.
_ASKED_FOR = re.compile(r"(?!(?:no|not|do not|less|never|without|any) ).+ please")
#: A place before the command: "in the cellar , kill the light".
_PLACE_FIRST = re.compile(r"(?:(?:in|on|at|over in) (?:the |my |our )?)?")
_WITHOUT_IN = frozenset("upstairs downstairs outside inside".split())
#: What may be left of "is", and what it never is before.
_LEFT_OF_IS = re.compile(
    r"(?<![\w'’])(?!(?:it|that|what|let|there|here|he|she|who|how|where|when)['’])(\w{3,})['’]s (\w+)", re.IGNORECASE
)
_OWNED = frozenset(
    (
        "sake day night time party birthday house home room friend mum mom dad stuff things thing place own turn one "
        "ones new old color colour brightness temperature volume speed position level light favourite best bed side "
        "bedroom desk phone car and or but please in on at off out up down then now too"
    ).split()
)
#: What was told of just before: "the pump is still on, turn the thing off".
_THE_THING = re.compile(
    r"(?<= )(?:the|that|this) (?:(?:damn|bloody|stupid|blasted|wretched|silly|darn|flipping) )*thing"
    r"(?= (?:on|off|up|down|please|now|again)\b|$)"
)
#: What stands before a value that mends another: "to 20", "make it 20".
_VALUE_LEAD = re.compile(r"^(?:(?:to|at|make (?:it|that)|set (?:it|that) to|say|let us say) )+")
_ONLY_A_NAME = "only a name"
_WHICH = ": which"
_HALF = "half a sentence"
#: Questions back that are asked for want of anything better.
_UNSURE = frozenset((_ONLY_A_NAME, _HALF))
_MOST_UNKNOWN = 2
MOST_LEFT_OUT = 3  #: of several things that are named, so many may not be here


def _with_outside(entities: Iterable[Entity], floors: Mapping[str, Iterable[str]]) -> Mapping[str, Iterable[str]]:
    """Return the floors, and "outside" with the areas that are, where a house calls nothing so itself."""
    areas = {entity.area for entity in entities if entity.area}
    named = {plain(name) for name in (*floors, *areas)}
    if named & {"outside", "outdoors", "outdoor"}:
        return floors
    out = [area for area in sorted(areas) if not english.OUTDOORS.isdisjoint(plain(area).split())]
    return {**floors, "Outside": out} if out else floors


def _half_heard() -> HomeIntent:
    return HomeIntent(
        kind="ask_back",
        intent="HassClarify",
        question="I only heard half of that: what shall I do?",
        reason=_HALF,
    )


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
        #: One of these stands in whatever is asked of the house.
        self._house_words = directory.vocabulary() | directory.words.keys() | _OF_A_HOUSE

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
        grammar = cls(Directory(entities, areas or {}, _with_outside(entities, floors or {}), aliases or {}))
        shared_sentences.load()
        return grammar

    def understand(self, words: str, context: Context | None = None) -> HomeIntent | None:
        """Return what a sentence means for the house, None where it does not concern it.

        Nothing is done here; an `act` may be carried out as it is, an `ask_back` only after the next sentence.
        """
        intent = self._understood(words, context or Context())
        return None if intent is not None and rings(plain(words)) and self._is_of_alarms(intent) else intent

    def _is_of_alarms(self, intent: HomeIntent) -> bool:
        """Say whether an intent is for something that is called an alarm."""
        named = {*intent.entities, *(act.entity_id for act in intent.acts)} & self.directory.number.keys()
        return any(
            thing.domain == "alarm_control_panel" or "alarm" in plain(thing.name).split()
            for thing in map(self._clauses.entity, named)
        )

    def _understood(self, words: str, context: Context) -> HomeIntent | None:
        text = self._repairs.in_its_words(plain(self._with_is(words)))
        if not text or text.count(" ") >= MAX_WORDS:
            return None
        if context.pending is not None and (answer := self._answered.read(text, context)):
            return answer
        if (context.before or context.last) and (whole := self._continued(text, context)):
            return whole
        if regretted(text):
            return None
        asks = words.rstrip().endswith("?")
        if asks and (scene := self._asked_of_a_scene(text)):
            return scene
        text = _THE_THING.sub("it", text)
        return self._amended(text, context) or self._meant(text, context, asks=asks)

    def _meant(self, text: str, context: Context, *, asks: bool) -> HomeIntent | None:
        """Read a sentence that stands for itself: strictly, then what it leads up to, then by what its words are."""
        kept = corrected(text)
        if kept == text and takes_back(text) and self._is_of_house(text) and not is_question(text):
            return _half_heard()  # what is left of it is not known: nothing is done
        if kept != text and _IT.search(kept):
            context = self._having_said(text.removesuffix(kept), context)
        text = self._there(noun_is(asked_outright(kept)), context)
        numbered, said = self._numbered(text), text
        text = meant(stripped(text))
        intent = self._read(text, numbered, context) if text else None
        if _is_unsure(intent):
            intent = self._led_up_to(said, context, asks=asks) or intent
        lone = intent is not None and intent.reason == _ONLY_A_NAME
        if (intent is None or lone) and (
            thing := wished(said) or (text if lone and _ASKED_FOR.fullmatch(said) else "")
        ):
            reading = self._clauses.understood(stripped(f"turn on {thing}"), context, ())
            if reading is not None and not reading.problem:  # "i need the workshop light"
                return self._asking.intent(reading, context, "a wish for it")
        if gathered := self._gathered(said, intent, context):
            return gathered
        if intent is not None and intent.intent != "HassUnknown":
            return intent
        return self._asked_anew(said, context, asks=asks) or intent or self._suits(said) or self._suits(text)

    def _is_of_house(self, text: str) -> bool:
        """Say whether a word of this house is in a plain sentence."""
        words = text.split()
        return not self._house_words.isdisjoint(words) or not self._house_words.isdisjoint(map(singular, words))

    def _asked_anew(self, text: str, context: Context, *, asks: bool) -> HomeIntent | None:
        """Read a question in other words."""
        return next(filter(None, (self._asked(question, context) for question in asked_anew(text, asks=asks))), None)

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
                    return changed
        return None

    def _with_is(self, words: str) -> str:
        """Return a sentence as it was said with "is" for what is left of it, where what follows is nothing of a house.

        "The bike's charged" is; "Anna's lamp" and "the kitchen's blinds" are not.
        """

        def whole(said: re.Match[str]) -> str:
            owner, owned = plain(f"{said[1]}'s"), plain(said[2])
            owns = owner in self.directory.vocabulary() or self._is_of_house(owned)
            owns = owns or owned in _OWNED or plain(said[1]) in NEVER_A_REASON
            return said[0] if owns else f"{said[1]} is {said[2]}"

        return _LEFT_OF_IS.sub(whole, with_is(words))

    def _asked_of_a_scene(self, text: str) -> HomeIntent | None:
        """Ask back where nothing but the name of a scene was said, and as a question: "movie time already?"."""
        name = re.sub(r" (?:already|yet|now|then|again|time)$", "", text) if " " in text else text
        named = (self.directory.exact.get(bare(said), 0) & self._clauses.able("activate") for said in (text, name))
        return self._suits(text) or self._suits(name) if any(named) else None

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
        if there and (told := self._place_in(text[: there.start()])):
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
            wanted = meant(stripped(command))
            if not wanted or is_question(wanted) or declined(wanted) or said_by_others(wanted):
                continue
            if _IT.search(wanted):  # what was told of, and never what was spoken of before that
                found = self._about(Aside(told, wanted), context)
            else:
                found = self._where_told(wanted, told, context, lambda said: self._plainly(said, context))
            if found is not None:
                return found
        if (whole := named_first(text)) and (found := self._read(meant(stripped(whole)), "", context)):
            return found if found.kind != "refuse" else None
        if question := asked_after(text):
            return self._asked(question, context)
        return self._asked(text, context) if asks else None

    def _plainly(self, text: str, context: Context) -> HomeIntent | None:
        found = self._command(text, context)
        if found is None or found.kind == "refuse" or found.reason in _UNSURE or found.reason.startswith(WEAK):
            return None
        return found

    def _suits(self, text: str) -> HomeIntent | None:
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

    def _read(self, text: str, numbered: str, context: Context) -> HomeIntent | None:
        if numbered and (asked := self._two(stripped(numbered), context)):
            return asked
        if declined(text):
            return self._spared(text)
        if is_question(text):
            return self._asked(text, context)
        if said_by_others(text):
            return self._after_telling(text, context) or self._loosened(text, context)
        return self._command(text, context)

    def _continued(self, text: str, context: Context) -> HomeIntent | None:
        """Read a sentence that goes on with the one before; None where it stands for itself."""
        before = meant(stripped(self._repairs.in_its_words(plain(context.before)))) if context.before else ""
        said = (continued(self.directory, each, before, context.last) for each in (text, *shortened(text)))
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

    def _asked(self, text: str, context: Context) -> HomeIntent | None:
        """Read a question; most that name a device are for the documents, and cost little here."""
        if not self._is_of_house(text):
            return None
        if (aside := asked_first(text)) and (done := self._about(aside, context)):
            return done
        if found := ask(self.directory, text, context):
            return self._those_so(found, context)
        for short in (*shortened(text), *self._repairs.renamed(text)):
            if found := ask(self.directory, short, context):
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

    def _numbered(self, text: str) -> str:
        """Return a sentence with the "2" of a name that was heard as "to" or "too" at its end; "" where none was."""
        *words, last = text.split()
        ends = [" ".join([*words[start:], "2"]) for start in range(1, len(words))] if last in ("to", "too") else []
        return f"{' '.join(words)} 2" if any(bare(end) in self.directory.exact for end in ends) else ""

    def _two(self, text: str, context: Context) -> HomeIntent | None:
        """Ask whether the second of its name was meant: "bedroom lamp too" may be the Bedroom Lamp 2."""
        reading = self._clauses.understood(text, context, context.last)
        if reading is None or reading.problem:
            return None
        pending = self._asking.intent(reading, replace(context, unconfirmed=ALL_DOMAINS), f"heard as {text!r}")
        names = [self._clauses.entity(name).name for name in pending.entities]
        return HomeIntent(
            kind="ask_back", intent=pending.intent, question=f"Did you mean {the(names)}?", pending=pending,
            entities=pending.entities, reason="a number at the end, or none",
        )  # fmt: skip

    def _after_telling(self, text: str, context: Context) -> HomeIntent | None:
        """Read a command that came after something told: "somebody left the light on, turn it off"."""
        if (aside := pointing(text)) and (done := self._about(aside, context)):
            return done
        if aside := after_pause(text):
            return self._where_told(
                aside.command, aside.told, context, lambda said: self._done_after(said, context, context.last)
            )
        return None

    def _where_told(
        self, command: str, told: str, context: Context, read: Callable[[str], HomeIntent | None]
    ) -> HomeIntent | None:
        """Read a command for the room that was told of before it: "the kitchen is gloomy, put the lights on".

        Where that room has no such thing, nothing is done to what is here: the other room was meant.
        """
        place = "" if self._place_in(command) else self._place_in(told)
        if not place or place == plain(context.room or ""):
            return read(command)
        if there := read(f"{command} in the {place}"):
            return there
        here = read(command)
        return None if here is not None and self._in_room(here, context.room) else here

    def _about(self, aside: Aside, context: Context) -> HomeIntent | None:
        """Read a command about "it", which is what was told of or asked about before it."""
        for phrase in aside.phrases():
            found = self.directory.find(phrase, self._clauses.able("any"), room=context.room)
            if not found.problem:
                return self._done_after(aside.command, context, found.ids)
            named = " " in phrase.removeprefix("the ") and found.kind
            if found.problem != "area" and not (found.problem in ("which", "room") and named):
                continue
            it = f"the {plain(found.place)}" if found.problem == "area" else phrase
            if done := self._done_after(_IT.sub(it, aside.command, count=1), context, ()):
                return done  # "the kitchen is gloomy, brighten it up", "my bedside lamp is too bright, dim it"
        return None

    def _loosened(self, text: str, context: Context) -> HomeIntent | None:
        """Read a command without its reason, its curses and what it is for; None where that is none either."""
        for clause, left in loosened(text, self.directory.vocabulary()):
            command = meant(stripped(left))
            if not command or is_question(command) or declined(command) or said_by_others(command) or later(command):
                continue
            if command.startswith("activate ") and not self._is_scene(command):
                continue
            told = text.replace(clause, " , ", 1)
            found = self._where_told(command, told, context, lambda said: self._loosely(said, context))
            if found is not None:
                return found
        return None

    def _loosely(self, command: str, context: Context) -> HomeIntent | None:
        for said in (command, *self._repairs.renamed(command)):
            if tells(said) or not self._repairs.explained(said):
                continue
            reading = self._clauses.understood(said, context, context.last)
            if reading is not None and reading.problem in ("", "which", "room", "area", "either"):
                without = f"without what goes along with it: {said!r}"
                return replace(self._asking.intent(reading, context, without), loose=True)
        return None

    def _place_in(self, told: str) -> str:
        """Return the room that a reason speaks of: "the bathroom is steamy"; "" where it speaks of none."""
        words = [singular(word) for word in told.split()]
        for length in range(min(self.directory.longest, len(words)), 0, -1):
            for start in range(len(words) - length + 1):
                if tuple(words[start : start + length]) in self.directory.places:
                    return " ".join(words[start : start + length])
        return ""

    def _in_room(self, intent: HomeIntent, room: str | None) -> bool:
        """Say whether something in a room is meant: where another room was told of, that is not sure."""
        standing = (name for name in intent.entities if not name.startswith(("vacuum.", "lawn_mower.")))
        return any(self._clauses.entity(name).area == room for name in standing)

    def _is_scene(self, command: str) -> bool:
        """Say whether "activate ... scene" has the whole name of a scene."""
        name = bare(command.removeprefix("activate ").removesuffix(" scene"))
        return bool(self.directory.exact.get(name, 0) & self._clauses.able("activate"))

    def _done_after(self, command: str, context: Context, last: tuple[str, ...]) -> HomeIntent | None:
        for said in (meant(stripped(command)), *reworded(stripped(command))):
            reading = self._clauses.understood(said, context, last)
            if reading is not None and reading.problem in ("", "which", "room"):
                return replace(self._asking.intent(reading, context, "a command after something told"), loose=True)
        return None

    def _command(self, text: str, context: Context) -> HomeIntent | None:
        if tells(text):
            return self._after_telling(text, context) or self._loosened(text, context)
        text = self._place_last(text)
        text = self._repairs.joined_up(_OFF.sub(r"\1off", text))
        if (moment := later(text)) and (reading := self._clauses.understood(moment, context, context.last)) and (
            reading.problem in ("", "which", "room", "area", "here", "it")
        ):  # fmt: skip
            return HomeIntent(
                kind="refuse", intent="HassDelayed", entities=reading.found.ids,
                question="I can only do things right away: ask me again when it is time.",
                reason="asked for another time",
            )  # fmt: skip
        if _BROKEN.fullmatch(text) and text not in IDIOMS:
            return None if _INTERJECTION.fullmatch(text) else self._half(text, context)
        reading = self._clauses.understood(text, context, context.last)
        if reading is None or reading.problem in ("unknown", "unable"):
            reading = self._clauses.run_on(text, context, context.last) or reading
        if reading is not None and reading.problem == "it" and not ORDER.match(text):
            return None  # "knock it off" is said to people
        if reading is not None and reading.problem in (
            "", "which", "room", "area", "it", "here", "degrees", "either"
        ):  # fmt: skip
            return self._asking.intent(reading, context, "each word is understood")
        if reading is not None and reading.problem == "except" and reading.found.choices:
            return self._asking.refusal(
                reading
            )  # nothing else is tried, which might move just what was to be left alone
        if told := self._after_telling(text, context) or self._loosened(text, context):
            return told
        if mended := self._misheard.command(text, context):
            return mended
        hopeless = reading is not None and reading.problem in ("unable", "except")
        if not hopeless and ORDER.match(text) and (shared := self._shared(text, context)):
            return shared
        if reading is not None:
            refused = self._asking.refusal(replace(reading, said=text))
            return (self._in_part(text, context, MOST_LEFT_OUT) if refused else None) or refused
        return self._half(text, context)

    def _in_part(self, text: str, context: Context, left: int) -> HomeIntent | None:
        """Read a command without those of several things that are not here, or cannot do it: of these it is said."""
        for rest, phrase in without_one(text) if left else ():
            named = self.directory.find(phrase, -1, room=context.room)
            if named.problem not in ("", "unknown") or len(named.ids) > 1:
                continue
            reading = self._clauses.understood(rest, context, context.last)
            if reading is None or reading.problem in ("unknown", "unable"):
                intent = self._in_part(rest, context, left - 1)
            else:
                intent = self._asking.intent(reading, context, "without what is not here")
            if intent is not None and intent.kind == "act" and not set(named.ids) & set(intent.entities):
                called = self._clauses.entity(named.ids[0]).name if named.ids else bare(phrase)
                told = f"{first_up(the([called]))} cannot do that." if named.ids else f"I know of no {called} here."
                return replace(intent, besides=(*intent.besides, told), loose=True)
        return None

    def _place_last(self, text: str) -> str:
        """Return a command with the place that it begins with at its end: "upstairs , all the lights off"."""
        match = _PLACE_FIRST.match(text)
        if match is None:
            return text
        words = text[match.end() :].split()
        for length in range(min(self.directory.longest, len(words) - 1), 0, -1):
            rest = words[length:]
            paused = rest[0] == ","
            if (
                tuple(singular(word) for word in words[:length]) not in self.directory.places
                and tuple(words[:length]) not in self.directory.places
            ):
                continue
            rest = rest[1:] if paused else rest
            if not (paused or match[0]) or len(rest) < 2 or self._place_in(" ".join(rest)):
                return text
            place = " ".join(words[:length])
            return f"{' '.join(rest)} {place}" if place in _WITHOUT_IN else f"{' '.join(rest)} in the {place}"
        return text

    def _half(self, text: str, context: Context) -> HomeIntent | None:
        """Return a question for a sentence that broke off, or for a name alone."""
        if _BROKEN.fullmatch(text) or (_BROKEN_AT_END.search(text) and self.directory.vocabulary() & set(text.split())):
            return _half_heard()
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
                entities=found.ids, reason=_ONLY_A_NAME,
            )  # fmt: skip
        return None

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
        return replace(asked, reason=_ONLY_A_NAME)

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
