"""What a sentence means for the house: `Grammar.build` once for each set of names, `understand` for each sentence.

`understand` is pure: no I/O, no clock, no memory between calls; what was said before comes in its `Context`. Whatever
is not wholly understood is not done: each word has to be part of a way of saying something, of a name, of a value, or
of politeness. A name that was probably misheard is asked back, and so is a name that fits several things.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from assistant.home import english
from assistant.home.acts import LEVELLED, SERVICES, confirm, intent_name, level, option, simple, the, verb
from assistant.home.entities import Act, Entity, HomeIntent, State
from assistant.home.names import UNFINISHED, Directory, Found
from assistant.home.names import bare as bare_name
from assistant.home.phrasebook import IDIOMS, PROPERTIES, VALUE_VERBS, WARM_VERBS, WAYS
from assistant.home.politeness import (
    declined,
    is_question,
    later,
    said_by_others,
    stripped,
)
from assistant.home.questions import ask
from assistant.home.repairs import Repairs
from assistant.home.values import Placed, Quantity, values_in
from assistant.home.words import MAX_WORDS, joined, plain

#: From this likeness on a misheard name is taken for what it sounds like, if nothing else is near.
SURE = 0.86
#: From this likeness on it is asked whether that was meant.
LIKELY = 0.68
#: How far the next likely name has to be behind for the nearest one to be sure.
MARGIN = 0.06
MAX_CLAUSES = 6
_RELATIVE = {
    "up": (1, ""), "down": (-1, ""), "brighter": (1, "brightness"), "dimmer": (-1, "brightness"), "warmer": (1,
    "warmth"),
    "cooler": (-1, "warmth"),
}  # fmt: skip
_AREA_KIND = {"brightness": "light", "colour": "light", "kelvin": "light", "degrees": "climate", "position": "cover"}
_LEAVE = re.compile(
    r"(?P<main>.+?)(?: ,)?(?: and| but| just)? (?:leave|keep|skip|spare|ignore|(?:do )?not (?:touch|turn off|turn on|switch off|switch on|close|open|include)) "
    r"(?P<rest>.+?)(?: (?:on|off|open|closed|up|down|alone|as (?:it is|they are|is)|out(?: of it)?|running|be|untouched|lit|in peace))*"
)
_NOT_THOSE = re.compile(r"(?P<main>.+?) , (?:but |just |and )?(?:not|except(?: for)?|apart from|but) (?P<rest>.+)")
_YES = frozenset(
    (
        "yes;yeah;yep;yup;yes please;sure;ok;okay;do it;go ahead;please do;right;correct;that one;of course;confirm;confirmed;"
        "affirmative;absolutely;certainly;exactly;that is right;yes do it;go on;please;yes i did;yes i do;i did;i do;"
        "that is correct;that is the one;yes that one;sure thing;definitely;by all means;go for it;yes go ahead;aye;"
        "yes of course;why not;you got it;ja;yes that is right;yes exactly;make it so;yes it is;yes i am sure;i am sure;"
        "ok do it;yes confirm;fine;all right;alright;yes thank you;yes thanks;okay do it;yes all of them;that is fine;yes sure"
    ).split(";")
)
_NO = frozenset(
    (
        "no;nope;nah;no thanks;no thank you;do not;do not do it;do not do that;never mind;nevermind;cancel;cancel that;stop;"
        "forget it;leave it;no way;not now;negative;wrong;no do not;that is wrong;not that one;no stop;rather not;better not;"
        "please do not;no cancel;no never mind;not at all;none;none of them;neither;nothing;no wait;abort;no forget it;no leave it;"
        "no not that one;i changed my mind;leave it as it is;leave them"
    ).split(";")
)
_CHOICE = re.compile(
    r"(?:(?:no|yes|yeah|ok|okay|i meant?|i said|rather|just|actually|make it|i want|take|use|please|sorry|it is|that is) )*"
    r"(?P<np>.+?)(?: please| then| thanks)*"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What surrounds a sentence.

    ``room`` is where the speaker is; ``last`` are the ids that were spoken of last ("it", "them"); ``pending`` is the
    ask-back that the sentence may answer; ``states`` gives the live state of an id; ``unconfirmed`` names the domains
    ("lock", "cover", ... and "everything") that need no confirmation.
    """

    room: str | None = None
    last: tuple[str, ...] = ()
    pending: HomeIntent | None = None
    states: Callable[[str], State | None] = lambda _: None
    unconfirmed: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class _Reading:
    """One way to read a clause: acts, or why there are none."""

    acts: tuple[Act, ...] = ()
    found: Found = field(default_factory=Found)
    problem: str = ""
    wish: str = ""  #: what was wanted, for a question back: "turn on"
    said: str = ""  #: the clause
    template: str = ""  #: the clause with "@" for what it speaks of
    alternative: tuple[Act, ...] = ()  #: what "yes" to a question back does


class Grammar:
    """The sentences of one house. Build it anew, off the event loop, when a name appears, goes or changes."""

    def __init__(self, directory: Directory) -> None:
        self.directory = directory
        self._repairs = Repairs(directory)
        self._ables: dict[str, int] = {}

    @classmethod
    def build(
        cls,
        entities: Iterable[Entity],
        areas: Mapping[str, Iterable[str]] | None = None,
        floors: Mapping[str, Iterable[str]] | None = None,
        aliases: Mapping[str, str] | None = None,
    ) -> Grammar:
        """Return the grammar of a house.

        ``areas`` maps each area to its other names, ``floors`` each floor to its areas, ``aliases`` what people say to
        the name of a device or an area. It takes milliseconds for two hundred things and holds no reference to states.
        """
        from assistant.home import shared_sentences

        grammar = cls(Directory(entities, areas or {}, floors or {}, aliases or {}))
        shared_sentences.load()
        return grammar

    def understand(self, words: str, context: Context | None = None) -> HomeIntent | None:
        """Return what a sentence means for the house, None where it does not concern it.

        Nothing is done here; an ``act`` may be carried out as it is, an ``ask_back`` only after the next sentence.
        """
        context = context or Context()
        text = plain(words)
        if not text or text.count(" ") >= MAX_WORDS:
            return None
        if context.pending is not None and (answer := self._answer(text, context)):
            return answer
        text = stripped(text)
        if not text:
            return None
        if declined(text):
            return self._spared(text)
        if is_question(text):
            found = ask(self.directory, text, context)
            return found or (self._shared(text, context) if _ASKS_A_STATE.match(text) else None)
        if said_by_others(text):
            return None
        return self._command(text, context)

    # Answers to a question back

    def _answer(self, text: str, context: Context) -> HomeIntent | None:
        pending = context.pending
        assert pending is not None
        words = text.replace(" ,", "")
        if words in _YES and pending.pending is not None:
            return replace(pending.pending, confirm_needed=False, reason=f"confirmed: {pending.pending.reason}")
        if words in _NO:
            return HomeIntent(
                kind="refuse",
                intent=pending.intent,
                question="All right, I leave it.",
                reason="the question back was declined",
            )
        template = pending.slots.get("again")
        match = _CHOICE.fullmatch(words)
        if not isinstance(template, str) or match is None or not pending.entities:
            return None
        chosen = self._choose(match["np"], pending.entities, context)
        if not chosen:
            return None
        acts: list[Act] = []
        for name in chosen:
            reading = self._clauses(template.replace("@", f"@{name}"), context, ())
            if reading is None or reading.problem:
                return None
            acts += reading.acts
        return self._intent(_Reading(tuple(acts), Found(ids=chosen)), context, f"chosen: {', '.join(chosen)}")

    def _choose(self, phrase: str, choices: Sequence[str], context: Context) -> tuple[str, ...]:
        """Return which of the choices an answer means: "the left one", "the second", "both"."""
        if phrase in (
            "both",
            "all",
            "all of them",
            "both of them",
            "them all",
            "every one",
            "everything",
            "everywhere",
            "all of those",
        ):
            return tuple(choices)
        order = {
            "first": 0,
            "1st": 0,
            "second": 1,
            "2nd": 1,
            "third": 2,
            "3rd": 2,
            "last": -1,
            "former": 0,
            "latter": -1,
        }
        match = re.fullmatch(r"the (\w+)(?: one)?", phrase)
        if match and match[1] in order and -len(choices) <= order[match[1]] < len(choices):
            return (choices[order[match[1]]],)
        words = [word for word in phrase.split() if word not in ("one", "ones")]
        mask = self.directory.mask(choices)
        found = self.directory.find(" ".join(words), mask, room=context.room) if words else Found(problem="unknown")
        if not found.problem and set(found.ids) <= set(choices):
            return found.ids
        if found.problem == "area" and found.choices:
            return found.choices
        return ()

    # Commands

    def _command(self, text: str, context: Context) -> HomeIntent | None:
        if (moment := later(text)) and (reading := self._clauses(moment, context, context.last)) and (
            reading.problem in ("", "which", "room", "area", "here", "it")
        ):  # fmt: skip
            return HomeIntent(
                kind="refuse", intent="HassDelayed", entities=reading.found.ids,
                question="I can only do things right away: ask me again when it is time.",
                reason="asked for another time",
            )  # fmt: skip
        if _BROKEN.fullmatch(text) and text not in IDIOMS:
            return self._half(text, context)
        reading = self._clauses(text, context, context.last)
        if reading is not None and reading.problem in ("", "which", "room", "area", "it", "here", "degrees"):
            return self._intent(reading, context, "each word is understood")
        if mended := self._mended(text, context):
            return mended
        if shared := self._shared(text, context):
            return shared
        if reading is not None:
            return self._refusal(replace(reading, said=text))
        return self._half(text, context)

    def _clauses(self, text: str, context: Context, last: Sequence[str]) -> _Reading | None:
        """Read a sentence as one command, or else as several that "and", a comma or "then" part."""
        whole = self._read(text, context, last)
        if whole is not None and not whole.problem:
            return whole
        if left := _NOT_THOSE.fullmatch(text):
            reading = self._read(f"{left['main']} except {left['rest']}", context, last)
            if reading is not None and not reading.problem:
                return reading
        if (left := _LEAVE.fullmatch(text)) and text.split(maxsplit=1)[0] not in ("leave", "keep"):
            reading = self._read(f"{left['main']} except {left['rest']}", context, last)
            if reading is not None and not reading.problem:
                return reading
        several = self._several(text, context, last, MAX_CLAUSES)
        if several is not None and (not several.problem or whole is None or whole.problem == "unknown"):
            return several
        return whole

    def _several(self, text: str, context: Context, last: Sequence[str], left: int) -> _Reading | None:
        parts = _PART.split(text, maxsplit=MAX_CLAUSES)
        best: _Reading | None = None
        if len(parts) < 2 or left <= 1:
            return None
        spans = [match.span() for match in _PART.finditer(text)]
        for start, end in spans:
            head, tail = text[:start].strip(" ,"), text[end:].strip(" ,")
            first = self._read(stripped(head), context, last) if head else None
            if first is None or first.problem in ("unknown", "unable", "except"):
                continue
            tail = stripped(tail)
            if not tail:
                continue
            spoken = first.found.ids or last
            second = self._read(tail, context, spoken)
            if second is None or second.problem:
                second = (
                    self._elliptic(head, tail, context, spoken)
                    or self._several(tail, context, spoken, left - 1)
                    or second
                )
            if second is None:
                continue
            reading = self._both(first, second, text, head, tail)
            if not reading.problem:
                return reading
            best = best or reading
        return best

    def _elliptic(self, head: str, tail: str, context: Context, last: Sequence[str]) -> _Reading | None:
        """Read a clause that left its verb out: "turn on the lamp and the fan off", "... and in the hall too"."""
        for words, _ in _HEAD_VERBS:
            if head.startswith(words + " "):
                reading = self._read(f"{words} {tail}", context, last)
                if reading is not None and not reading.problem:
                    return reading
        return None

    def _both(self, first: _Reading, second: _Reading, text: str, head: str, tail: str) -> _Reading:
        failed = first if first.problem else second if second.problem else None
        if failed is not None:
            template = failed.template and text.replace(head if failed is first else tail, failed.template, 1)
            return replace(failed, acts=(), template=template, alternative=())
        found = Found(
            ids=tuple(dict.fromkeys(first.found.ids + second.found.ids)), group=True,
            everything=first.found.everything or second.found.everything,
        )  # fmt: skip
        return _Reading((*first.acts, *second.acts), found)

    def _read(self, text: str, context: Context, last: Sequence[str]) -> _Reading | None:
        """Read one clause: the first way of saying it in which every word is explained, else the nearest to one."""
        nearest: _Reading | None = None
        text = IDIOMS.get(text, text)
        if (scene := _SCENE_OF_ROOM.fullmatch(text)) and tuple(
            (scene["room"] or scene["room_"]).split()
        ) in self.directory.places:
            text = f"activate {scene['np'] or scene['np_']}"
        for action, way in WAYS:
            match = way.fullmatch(text)
            if match is None:
                continue
            groups = match.groupdict()
            phrase = groups["np"] + (groups.get("at") or "")
            reading = self._do(action, phrase, text, context, last)
            if reading is None:
                continue
            if not reading.problem:
                return reading
            nearest = _nearer(nearest, reading)
        for reading in self._valued(text, context, last):
            if not reading.problem:
                return reading
            nearest = _nearer(nearest, reading)
        return nearest or self._lone(text, context)

    def _able(self, action: str) -> int:
        """Return the things that an action can be done to."""
        if action not in self._ables:
            directory = self.directory
            if action == "arm":
                mask = directory.able(("arm_away", "arm_home", "arm_night"))
            elif action in _RELATIVE:
                mask = directory.able(LEVELLED)
                lit = directory.domain.get("light", 0)
                warm = directory.domain.get("climate", 0) | directory.domain.get("water_heater", 0)
                mask &= {"brighter": lit, "dimmer": lit, "warmer": warm, "cooler": warm}.get(action, -1)
            elif action == "level":
                mask = directory.able(LEVELLED)
            elif action in ("oscillate", "reverse"):
                mask = directory.able(("oscillate",) if action == "oscillate" else ("set_direction",))
            else:
                mask = directory.able(SERVICES[action])
                if action in ("on", "off", "toggle"):
                    mask |= (
                        directory.domain.get("climate", 0) & directory.able(("set_mode",)) if action != "toggle" else 0
                    )
                    mask &= ~(directory.domain.get("scene", 0) | directory.domain.get("vacuum", 0))
                if action == "start":
                    mask &= directory.domain.get("vacuum", 0) | directory.domain.get("lawn_mower", 0)
                if action == "pause":
                    mask &= directory.domain.get("vacuum", 0) | directory.domain.get("lawn_mower", 0)
                if action == "stop":
                    mask &= ~(directory.domain.get("vacuum", 0) | directory.domain.get("lawn_mower", 0))
                if action in ("open", "unlock"):
                    mask &= ~directory.domain.get("lock", 0) if action == "open" else -1
            self._ables[action] = mask
        return self._ables[action]

    def _do(self, action: str, phrase: str, text: str, context: Context, last: Sequence[str]) -> _Reading | None:
        able = self._able(action)
        if not able:
            return (
                _Reading(found=Found(phrase=phrase), problem="unknown", wish=action)
                if action in ("on", "off")
                else None
            )
        found = self.directory.find(phrase, able, room=context.room, last=last)
        if found.everything and action not in ("on", "off", "close", "lock"):
            return None
        template = text.replace(phrase, "@", 1)
        if (
            found.problem == "unable"
            and action in ("on", "off")
            and text.split(maxsplit=1)[0] in ("turn", "switch", "shut", "cut")
        ):
            other = "open" if action == "on" else "close"
            moved = self.directory.find(phrase, self._able(other), room=context.room, last=last)
            if not moved.problem and all(name.startswith(("valve.", "cover.")) for name in moved.ids):
                action, found = other, moved
        if action == "open" and found.problem in ("unable", "unknown"):  # a door that has nothing but a lock
            locked = self.directory.find(phrase, self._able("unlock"), room=context.room, last=last)
            if len(locked.ids) == 1 and not locked.problem:
                action, found = "unlock", locked
        if found.problem == "area":
            return self._area(action, found, template, context)
        if found.problem in ("room", "which"):
            acts = self._acts(action, found.choices, context)
            return _Reading(found=found, problem=found.problem, wish=action, template=template, alternative=acts)
        if found.problem:
            return _Reading(found=found, problem=found.problem, wish=action, template=template)
        acts = self._acts(action, found.ids, context)
        if not acts:
            return _Reading(found=replace(found, choices=found.ids), problem="unable", wish=action)
        return _Reading(acts, found, template=template)

    def _area(self, action: str, found: Found, template: str, context: Context) -> _Reading | None:
        """Read a command that names a room only: "shut the garage" is its door, "turn off the kitchen" is asked back."""
        place = set(plain(found.place).split())
        names = [name for name in found.choices if place & set(plain(self._entity(name).name).split())]
        if action in ("open", "close", "stop", "lock", "unlock"):
            if len(names) == 1 or len(found.choices) == 1:
                chosen = tuple(names if len(names) == 1 else found.choices)
                acts = self._acts(action, chosen, context)
                return _Reading(acts, replace(found, ids=chosen, problem="")) if len(names) == 1 else _Reading(
                    found=replace(found, choices=chosen), problem="area", wish=action, alternative=acts
                )  # fmt: skip
            return _Reading(
                found=found, problem="which" if found.choices else "unknown", wish=action, template=template
            )
        wanted = "light" if action in ("on", "off", "toggle", "brighter", "dimmer", "up", "down") else "climate"
        lights = tuple(name for name in found.choices if name.startswith(f"{wanted}."))
        acts = self._acts(action, lights, context)
        if not acts:
            return None
        found = replace(found, ids=lights, choices=lights, kind=wanted)
        if action in ("brighter", "dimmer", "warmer", "cooler"):
            return _Reading(acts, replace(found, problem=""))
        return _Reading(found=found, problem="area", wish=action, template=template, alternative=acts)

    def _acts(self, action: str, ids: Sequence[str], context: Context) -> tuple[Act, ...]:
        acts: list[Act] = []
        for name in ids:
            entity = self._entity(name)
            act: Act | None
            if action in _RELATIVE:
                sign, quality = _RELATIVE[action]
                act = simple(entity, "open" if sign > 0 else "close") if entity.domain == "cover" else level(
                    entity, Quantity(kind="more", number=float(sign), quality=quality), context.states(name)
                )  # fmt: skip
            elif action == "arm":
                act = next(
                    (simple(entity, way) for way in ("arm_away", "arm_home", "arm_night") if way in entity.services),
                    None,
                )
            elif action == "oscillate":
                act = Act(name, "oscillate", {"oscillating": True})
            elif action == "reverse":
                state = context.states(name)
                forward = state is not None and state.attributes.get("direction") == "reverse"
                act = Act(name, "set_direction", {"direction": "forward" if forward else "reverse"})
            else:
                act = simple(entity, action)
            if act is None and len(ids) == 1:
                return ()
            if act is not None:
                acts.append(act)
        return tuple(acts)

    # Values

    def _valued(self, text: str, context: Context, last: Sequence[str]) -> Iterable[_Reading]:
        """Yield the readings of a clause with a value: "set the lamp to half", "two degrees warmer in the hall"."""
        bare, way = _verbless(text)
        for placed in reversed(values_in(bare)):
            reading = self._with_value(bare, way, placed, text, context, last)
            if reading is not None:
                yield reading
        match = _OPTION.fullmatch(text)
        if match is not None:
            for name, wanted in (
                (match["np"], match["option"]),
                (match["np"], match["option"] + (match["tail"] or "")),
            ):
                reading = self._with_option(name, wanted, text, context, last)
                if reading is not None:
                    yield reading

    def _with_value(
        self, text: str, way: int, placed: Placed, whole: str, context: Context, last: Sequence[str]
    ) -> _Reading | None:
        before, after = text[: placed.start].split(), text[placed.end :].split()
        if text == whole and after and (not before or before == ["the"]) and after[0] not in _FROM_VALUE:
            return None  # "half the lamp" is no command
        value, much = placed.value, placed.value.kind == "more" and not placed.value.quality and not placed.value.unit
        while before and before[-1] in (
            "to",
            "at",
            "by",
            "on",
            "with",
            "of",
            "be",
            "is",
            "a",
            "as",
            "up",
            "down",
            "about",
            "around",
            "just",
            "the",
            "open",
            "closed",
            "more",
            "like",
        ):
            way = 1 if before[-1] == "up" and not way else -1 if before[-1] == "down" and not way else way
            before.pop()
        while after and after[0] in (
            "up",
            "down",
            "open",
            "closed",
            "light",
            "lights",
            "please",
            "shut",
            "brightness",
            "bright",
            "and",
            ",",
            "of",
            "hot",
            "warm",
        ):
            if after[0] in ("light", "lights") and value.kind not in ("colour", "kelvin"):
                break
            if after[0] in ("and", ",", "of") and after[0] != "of":
                break
            way = (1 if after[0] == "up" else -1 if after[0] == "down" else way) if not way else way
            after.pop(0)
        if much and not way:
            return None
        if value.kind == "degrees" and re.search(r"(?:^| )(?:up|down) $", text[: placed.start]):
            value = Quantity(kind="more", number=value.number, unit="degrees")  # "up 2 degrees" is by, not to
        quality, words = _property(before + after)
        if bare_name(" ".join(before + after)) in self.directory.exact:
            quality, words = "", before + after
        if value.kind == "more" and way and value.quality == "level":
            value = replace(value, quality="")
            value = replace(value, number=abs(value.number))
        phrase = " ".join(words)
        if whole.split(maxsplit=1)[0] in WARM_VERBS and not quality:
            quality = "temperature"
        relevant = self._levelled(value, quality)
        if not relevant:
            return None
        if not phrase or phrase in ("things", "it in", "the house") or (phrase == "it" and not last):
            return self._in_the_room(value, quality, way, context, whole)
        if (
            phrase.startswith("it ")
            and (place := self.directory.find(phrase[3:], relevant, room=context.room)).problem == "area"
        ):
            return self._levels(
                place.choices, value, quality, way, replace(place, problem="area"), whole, phrase, context
            )
        found = self.directory.find(phrase, relevant, room=context.room, last=last, kind="")
        return self._levels(found.ids or found.choices, value, quality, way, found, whole, phrase, context)

    def _levels(
        self, ids: Sequence[str], value: Quantity, quality: str, way: int, found: Found, text: str, phrase: str,
        context: Context
    ) -> _Reading:  # fmt: skip
        template = text.replace(phrase, "@", 1) if phrase else ""
        if found.problem in ("unknown", "it", "here", "except", "unable"):
            return _Reading(found=found, problem=found.problem, wish="set", template=template)
        if found.everything:
            return _Reading(found=found, problem="unknown", wish="set")
        if found.problem == "area":
            ids = self._of_area(ids, value, quality, context)
        acts = self._leveled_acts(ids, value, quality, way, context)
        if not acts:
            return _Reading(found=replace(found, choices=tuple(ids) or found.choices), problem="unable", wish="set")
        if found.problem in ("which", "room"):
            able = tuple(act.entity_id for act in acts)
            if len(able) == 1 and found.problem == "which" and len(found.choices) > 1:
                return _Reading(acts, replace(found, ids=able, choices=(), problem=""), template=template)
            return _Reading(
                found=replace(found, choices=able),
                problem=found.problem,
                wish="set",
                template=template,
                alternative=acts,
            )
        done = tuple(act.entity_id for act in acts)
        if found.problem == "area" and value.kind == "number" and len({name.split(".")[0] for name in done}) > 1:
            warm = tuple(act for act in acts if act.service == "set_temperature")
            return _Reading(found=replace(found, choices=done), problem="degrees", wish="set", alternative=warm)
        return _Reading(acts, replace(found, ids=done, problem="", choices=()), template=template)

    def _leveled_acts(
        self, ids: Sequence[str], value: Quantity, quality: str, way: int, context: Context
    ) -> tuple[Act, ...]:
        acts = []
        dark = all((state := context.states(name)) is not None and state.value == "off" for name in ids)
        for name in ids:
            entity, state = self._entity(name), context.states(name)
            if len(ids) > 1 and not dark and value.kind == "more" and state is not None and state.value == "off" and (
                entity.domain == "light" and (way or value.number) < 0
            ):  # fmt: skip
                continue  # of several lamps, those that are off are not lit to be dimmer
            act = level(entity, value, state, way=way, quality=quality)
            if act is not None:
                acts.append(act)
        return tuple(acts)

    def _of_area(self, ids: Sequence[str], value: Quantity, quality: str, context: Context) -> list[str]:
        """Return which things of a room a value is for: degrees for the heating, percent and colours for the lights."""
        wanted = ("climate", "water_heater") if quality == "temperature" or value.kind == "degrees" else ("light",)
        if quality == "speed" or value.quality == "speed" or value.kind == "level":
            wanted = ("fan",)
        elif quality == "position" or value.quality == "position":
            wanted = ("cover",)
        elif quality == "humidity":
            wanted = ("humidifier",)
        elif value.unit == "degrees":
            wanted = ("climate", "water_heater")
        elif value.quality == "warmth":
            warm = [name for name in ids if name.startswith(("climate.", "water_heater."))]
            wanted = ("climate", "water_heater") if warm else ("light",)
        elif value.kind == "number" and not quality and 5 <= value.number <= 35:
            wanted = ("climate", "light")
        return [name for name in ids if name.split(".")[0] in wanted]

    def _levelled(self, value: Quantity, quality: str) -> int:
        """Return the things that can have such a value."""
        directory, able = self.directory, self._able("level")
        domains = {
            "brightness": ("light",), "colour": ("light",), "colour temperature": ("light",), "position": ("cover",
            "valve"),
            "humidity": ("humidifier",), "speed": ("fan", "number"), "temperature": ("climate", "water_heater",
            "light", "number"),
            "volume": ("siren", "number"),
        }.get(quality)  # fmt: skip
        if domains is None and value.kind in ("colour", "kelvin"):
            domains = ("light",)
        if domains is None and value.kind == "degrees":
            domains = ("climate", "water_heater", "number")
        if domains is None and value.kind == "more" and value.quality in ("brightness", "white"):
            domains = ("light",)
        if domains is None:
            return able
        mask = 0
        for domain in domains:
            mask |= directory.domain.get(domain, 0)
        return mask & able

    def _in_the_room(self, value: Quantity, quality: str, way: int, context: Context, text: str) -> _Reading | None:
        """Read a value for no thing in particular: "set the temperature to 21", "make it brighter"."""
        domain = (
            "climate" if value.kind == "degrees" or value.unit == "degrees" or quality == "temperature" or value.quality == "warmth" else
            "light" if quality in ("brightness", "colour",
            "colour temperature") or value.quality == "brightness" or value.kind in ("colour", "kelvin")
            else "fan" if quality == "speed" or value.quality == "speed" else
            "humidifier" if quality == "humidity" else ""
        )  # fmt: skip
        mask = self.directory.domain.get(domain, 0) & self._able("level")
        if not domain or not mask:
            return None
        if context.room:
            mask &= self.directory.area_of.get(plain(context.room), 0)
        ids = self.directory.ids(mask)
        if not ids:
            return None
        found = Found(ids=ids, kind=domain, group=True, place=context.room or "")
        if not context.room and len(ids) > 1:
            found = Found(choices=ids, problem="room", kind=domain, group=True)
        return self._levels(ids, value, quality, way, found, text, "", context)

    def _with_option(
        self, phrase: str, wanted: str, text: str, context: Context, last: Sequence[str]
    ) -> _Reading | None:
        """Read "set the wash program to wool": one of the options that the thing itself names."""
        _, words = _property(phrase.split())
        for name in dict.fromkeys((phrase, " ".join(words), _OF_OPTION.sub("", phrase).strip())):
            found = (
                self.directory.find(name, -1 & ((1 << len(self.directory.entities)) - 1), room=context.room, last=last)
                if name
                else None
            )
            if found is None:
                continue
            ids = found.ids or (found.choices if found.problem in ("which", "area", "room") else ())
            acts = tuple(act for name_ in ids if (act := option(self._entity(name_), wanted)) is not None)
            if acts and (not found.problem or len(acts) == 1):
                return _Reading(acts, replace(found, ids=tuple(act.entity_id for act in acts), problem="", choices=()))
        return None

    def _lone(self, text: str, context: Context) -> _Reading | None:
        """Read a name alone: a scene is started by it, anything else is asked back."""
        scene = self.directory.find(
            text.removesuffix(" scene").removesuffix(" mode"), self._able("activate"), room=context.room
        )
        exact = self.directory.exact.get(text.removesuffix(" scene").removesuffix(" mode"), 0)
        if not scene.problem and self.directory.mask(scene.ids) & exact:
            return _Reading(self._acts("activate", scene.ids, context), scene)
        return None

    # What comes of a reading

    def _entity(self, name: str) -> Entity:
        return self.directory.entities[self.directory.number[name]]

    def _intent(self, reading: _Reading, context: Context, reason: str) -> HomeIntent:
        if reading.problem:
            return self._question(reading, context)
        kept = _merged(reading.acts)
        intent = HomeIntent(
            kind="act", intent=intent_name(kept), acts=kept,
            entities=tuple(dict.fromkeys(act.entity_id for act in kept)),
            slots=_slots(kept, reading.found), reason=reason,
        )  # fmt: skip
        risky = [
            act
            for act in kept
            if confirm(self._entity(act.entity_id), act)
            and self._entity(act.entity_id).domain not in context.unconfirmed
        ]
        everything = reading.found.everything and "everything" not in context.unconfirmed
        if not risky and not everything:
            return intent
        if everything:
            question = f"{verb(kept[0]).capitalize()} everything: {len(kept)} devices?"
        else:
            names = [self._entity(act.entity_id).name for act in risky]
            question = f"{verb(risky[0]).capitalize()} {the(names[:4])}?"
        return HomeIntent(
            kind="ask_back", intent=intent.intent, question=question, pending=replace(intent, confirm_needed=True),
            confirm_needed=True, entities=intent.entities, slots=intent.slots, reason="wants a confirmation",
        )  # fmt: skip

    def _question(self, reading: _Reading, context: Context) -> HomeIntent:
        """Return what is asked back where a command may mean several things."""
        found = reading.found
        pending = None
        if reading.alternative and reading.problem in ("area", "room", "degrees"):
            pending = self._intent(
                _Reading(reading.alternative, replace(found, problem="")),
                replace(context, unconfirmed=_ALL_DOMAINS),
                "asked back",
            )
        names = [self._entity(name).name for name in found.choices]
        what = {"heating": "heaters", "heat": "heaters", "lighting": "lights", "switch": "switches"}.get(
            found.kind, f"{found.kind or 'device'}s"
        )
        if reading.problem == "it":
            question = "What do you mean by that?"
        elif reading.problem == "here":
            question = "I do not know which room you are in: which one do you mean?"
        elif reading.problem == "degrees":
            acts = reading.alternative
            question = f"Set {the([self._entity(act.entity_id).name for act in acts])} to {acts[0].values['temperature']:g} degrees?"
        elif reading.problem == "area":
            question = (
                f"{_wish(reading)} {the([f'{found.place} {what}'])}?"
                if len(names) > 1
                else f"{_wish(reading)} {the(names)}?"
            )
        elif reading.problem == "room":
            question = f"{_wish(reading)} all {len(names)} {what}, or which ones?"
        elif len(names) == 1:
            acts = reading.alternative
            pending = (
                self._intent(
                    _Reading(acts, replace(found, ids=found.choices, problem="")),
                    replace(context, unconfirmed=_ALL_DOMAINS),
                    "asked back",
                )
                if acts
                else None
            )
            question = f"Did you mean {the(names)}?"
        elif len(names) <= 4:
            question = (
                f"Which one: {_places(joined([f'the {name}' for name in self._told_apart(found.choices)], 'or'))}?"
            )
        else:
            question = f"There are {len(names)} {what} that this could be: which one?"
        return HomeIntent(
            kind="ask_back", intent="HassClarify", question=question, pending=pending, entities=found.choices,
            slots={"again": reading.template} if reading.template else {},
            reason=f"not plain what is meant: {reading.problem}",
        )  # fmt: skip

    def _told_apart(self, ids: Sequence[str]) -> list[str]:
        """Return names that differ: with the room, where several things are called the same."""
        names = [self._entity(name).name for name in ids]
        return [
            f"{name} in the {self._entity(id_).area}" if names.count(name) > 1 and self._entity(id_).area else name
            for name, id_ in zip(names, ids, strict=True)
        ]

    def _refusal(self, reading: _Reading) -> HomeIntent | None:
        """Return why nothing is done, where the sentence was plainly a command for the house."""
        found = reading.found
        phrase = " ".join(word for word in found.phrase.split() if word not in ("the", "a", "my", "our", ","))
        if reading.problem == "unable" and found.choices:
            names = list(dict.fromkeys(self._entity(name).name for name in found.choices))
            told = f"{the(names)} cannot do that.".capitalize() if len(names) < 3 else "They cannot do that."
            return HomeIntent(
                kind="refuse",
                intent="HassUnable",
                question=_first_up(told),
                entities=found.choices,
                reason="no such function",
            )
        if reading.problem == "except":
            return HomeIntent(
                kind="ask_back",
                intent="HassClarify",
                question="What shall I leave out?",
                reason="what is left out is not known",
            )
        if (
            found.problem == "unknown"
            and found.place
            and reading.problem == "unknown"
            and not found.choices
            and phrase in found.place.lower()
        ):
            return HomeIntent(
                kind="refuse",
                intent="HassUnknown",
                question=f"I know of nothing in the {found.place.lower()} that does that.",
                reason="no such thing there",
            )
        if 0 < len(phrase.split()) <= 6 and reading.wish in _PLAIN_WISHES and _ORDER.match(reading.said):
            return HomeIntent(
                kind="refuse",
                intent="HassUnknown",
                question=f"I know of no {phrase} here.",
                reason="no device, area or floor goes by that name",
            )
        return None

    def _half(self, text: str, context: Context) -> HomeIntent | None:
        """Return a question for a sentence that broke off, or for a name alone."""
        if _BROKEN.fullmatch(text) or (_BROKEN_AT_END.search(text) and self.directory.vocabulary() & set(text.split())):
            return HomeIntent(
                kind="ask_back",
                intent="HassClarify",
                question="I only heard half of that: what shall I do?",
                reason="half a sentence",
            )
        found = self.directory.find(
            text, self._able("on") | self._able("open") | self._able("start"), room=context.room
        )
        if (
            not found.problem
            and len(found.ids) == 1
            and text.split(maxsplit=1)[0] in ("the", "my", "our", *text.split()[:1])
        ):
            name = self._entity(found.ids[0]).name
            return HomeIntent(
                kind="ask_back", intent="HassClarify", question=f"What shall I do with {the([name])}?",
                entities=found.ids, reason="only a name",
            )  # fmt: skip
        return None

    def _spared(self, text: str) -> HomeIntent | None:
        """Answer "don't turn on the light" where it is about the house: nothing is done."""
        if set(text.split()) & (self.directory.vocabulary() | english.GENERIC):
            return HomeIntent(
                kind="refuse", intent="HassNevermind", question="All right, I leave it as it is.", reason="told not to"
            )
        return None

    # What was misheard

    def _mended(self, text: str, context: Context) -> HomeIntent | None:
        """Read the sentence with its unknown words taken for names that sound alike; ask where that is not sure."""
        readings: list[tuple[float, _Reading, str, bool]] = []
        for repair in self._repairs.of(text):
            if repair.likeness < LIKELY or (readings and repair.likeness < readings[0][0] - 0.2):
                continue
            reading = self._clauses(repair.text, context, context.last)
            if reading is None or (reading.problem and reading.problem not in ("which", "room", "area")):
                continue
            readings.append((repair.likeness, reading, repair.text, repair.sure))
        if not readings:
            return None
        readings.sort(key=lambda entry: (-entry[0], bool(entry[1].problem)))
        likeness, reading, heard, sure = readings[0]
        if reading.problem:
            return self._question(reading, context)
        rivals = [
            other
            for other in readings[1:]
            if _same(other[1].acts) != _same(reading.acts) and other[0] > likeness - MARGIN and not other[1].problem
        ]
        if likeness >= SURE and sure and not rivals and not reading.found.everything:
            return self._intent(reading, context, f"heard as {heard!r} ({likeness:.2f})")
        intent = self._intent(
            reading, replace(context, unconfirmed=_ALL_DOMAINS), f"heard as {heard!r} ({likeness:.2f})"
        )
        if rivals:
            names = list(
                dict.fromkeys(
                    self._entity(name).name for entry in [readings[0], *rivals] for name in entry[1].found.ids
                )
            )
            if len(names) > 1 and all(len(entry[1].found.ids) == 1 for entry in rivals):
                question = f"Did you mean {joined([f'the {_first_down(name)}' for name in names[:3]], 'or')}?"
                ids = tuple(dict.fromkeys(name for entry in [readings[0], *rivals] for name in entry[1].found.ids))
                slots = {"again": reading.template} if reading.template else {}
                return HomeIntent(
                    kind="ask_back",
                    intent="HassClarify",
                    question=question,
                    entities=ids,
                    slots=slots,
                    reason="several names are near",
                )
        told = [self._entity(name).name for name in intent.entities]
        shown = the(told) if len(told) <= 2 else f"all {len(told)} of {reading.found.place or 'them'}"
        return HomeIntent(
            kind="ask_back", intent=intent.intent, question=f"Did you mean to {verb(intent.acts[0])} {shown}?",
            pending=intent,
            entities=intent.entities, reason=f"a weak match: {heard!r} ({likeness:.2f})",
        )  # fmt: skip

    # The sentences that everybody shares

    def _shared(self, text: str, context: Context) -> HomeIntent | None:
        """Read the sentence with the Home Assistant project's sentences, where it has a name of this house in it."""
        from assistant.home import shared_sentences

        if text.rpartition(" ")[2] in UNFINISHED:
            return None
        for said in shared_sentences.recognise(self.directory, text, context.room):
            if said.question:
                if found := ask(self.directory, said.text, context):
                    return replace(found, reason=f"a shared sentence: {said.intent}")
                continue
            reading = self._clauses(said.text, context, context.last)
            if reading is not None and reading.problem in ("", "which", "room", "area"):
                return self._intent(reading, context, f"a shared sentence: {said.intent}")
        return None


_PART = re.compile(r" (?:and then|and also|, and then|, then|, and|and|then|,|plus|also|but|as well as|after that) ")
_HEAD_VERBS = tuple(
    (verb_, 0)
    for verb_ in (
        "turn on",
        "turn off",
        "switch on",
        "switch off",
        "turn",
        "switch",
        "set",
        "put",
        "make",
        "dim",
        "open",
        "close",
        "shut",
        "lock",
    )
)
_SCENE_OF_ROOM = re.compile(
    r"(?:change|transition|switch|set|put|turn) (?:to )?(?:the |my |our )?(?P<room>.+?) (?:to|into|in) (?:the |my |our )?(?P<np>.+?)(?: scene| mode| mood)"
    r"|(?:change|transition) (?:to )?(?:the |my |our )?(?P<room_>.+?) to (?:the |my |our )?(?P<np_>.+?)"
)
_OF_OPTION = re.compile(
    r"(?:the )?\b(?:fan mode|fan speed|swing mode|fan|mode|preset|effect|program|programme)(?: (?:of|for|on|in)(?= ))?"
)
_OPTION = re.compile(
    r"(?:(?:set|put|change|switch|turn|make|get|have|run|move|start|select) )?(?P<np>.+?) (?:to|on|in|into|at|as)(?: the)? (?P<option>.+?)"
    r"(?P<tail> mode| effect| preset| setting| program| programme| cycle| profile)?"
)
#: What stands between a value and what it is for, where no verb begins the sentence: "full speed on the fan".
_FROM_VALUE = frozenset(
    "in on for at of with please up down here upstairs downstairs outside brightness light lights".split()
)
#: How the shared questions begin; "how do I" is one for the documents.
_ASKS_A_STATE = re.compile(
    r"(?:is|are|which|do you know|tell me|(?:what|how) (?:is|are)|how many|how (?:hot|cold|warm|cool))\b"
)
_ORDER = re.compile(
    r"(?:turn|switch|open|close|shut|lock|unlock|dim|set|raise|lower|put|kill|activate|brighten|toggle|change|make)\b"
)
_BROKEN = re.compile(
    r"(?:turn|switch|set|put|make|dim|open|close|shut|lock|change)(?: (?:on|off|the|a|to|up|down|my|all|in))*"
)
_BROKEN_AT_END = re.compile(r" (?:the|a|an|to|in the|my|and|in|of|at|by|for)$")
_ALL_DOMAINS = frozenset("lock cover valve siren alarm_control_panel everything".split())
_PLAIN_WISHES = frozenset("on off open close lock unlock set dimmer brighter toggle".split())
_RANKS = ("area", "which", "room", "degrees", "here", "it", "unable", "except", "unknown")


def _nearer(one: _Reading | None, other: _Reading) -> _Reading:
    """Return the reading that is nearer to a command: rather one that asks than one that knows nothing."""
    if one is None or _RANKS.index(other.problem) < _RANKS.index(one.problem):
        return other
    return one


def _verbless(text: str) -> tuple[str, int]:
    """Take the verb off a clause with a value; return which way it points."""
    for words, way in VALUE_VERBS:
        if text.startswith(words + " "):
            return text[len(words) + 1 :], way
    return text, 0


def _property(words: list[str]) -> tuple[str, list[str]]:
    """Take what a value is a value of out of a phrase: (the brightness, of the lamp)."""
    for name, quality in PROPERTIES:
        parts = name.split()
        for start in range(len(words) - len(parts) + 1):
            if words[start : start + len(parts)] == parts:
                left, right = words[:start], words[start + len(parts) :]
                while left and left[-1] in ("the", "its", "a") and (len(left) == 1 or right):
                    left = left[:-1]
                while (
                    right
                    and right[0] in ("of", "for", "in", "on")
                    and len(right) > 1
                    and right[1] != "here"
                    and right[0] != "in"
                ):
                    right = right[1:]
                rest = [*left, *right]
                return quality, [] if rest in (["the"], ["it"], ["its"]) else rest
    return "", words


def _slots(acts: tuple[Act, ...], found: Found) -> dict[str, str | float | bool | tuple[int, int, int] | None]:
    slots = dict(acts[0].values)
    if found.place:
        slots["area"] = found.place
    if found.group and found.kind:
        slots["domain"] = found.kind
    return slots


def _hashable(act: Act) -> tuple[str, str, tuple[tuple[str, object], ...]]:
    return act.entity_id, act.service, tuple(sorted(act.values.items()))


def _merged(acts: Sequence[Act]) -> tuple[Act, ...]:
    """Return acts without what is said twice: "turn on the lamp and make it red" is one command to it."""
    result: dict[tuple[str, str], Act] = {}
    for act in acts:
        key = (act.entity_id, act.service)
        if key in result:
            act = Act(act.entity_id, act.service, {**result[key].values, **act.values})  # noqa: PLW2901
        result[key] = act
    return tuple(result.values())


def _same(acts: tuple[Act, ...]) -> set[tuple[str, str, tuple[tuple[str, object], ...]]]:
    return {_hashable(act) for act in acts}


def _wish(reading: _Reading) -> str:
    words = {
        "on": "Turn on", "off": "Turn off", "open": "Open", "close": "Close", "lock": "Lock", "unlock": "Unlock",
        "stop": "Stop",
        "set": "Set", "up": "Turn up", "down": "Turn down", "dimmer": "Dim", "brighter": "Brighten", "toggle": "Switch",
    }  # fmt: skip
    return words.get(reading.wish, "Change")


def _places(text: str) -> str:
    return text


def _first_up(text: str) -> str:
    return text[:1].upper() + text[1:]


def _first_down(text: str) -> str:
    return " ".join(word if word.isupper() else word.lower() for word in text.split())
