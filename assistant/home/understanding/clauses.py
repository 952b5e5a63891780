"""A command as a whole: one clause, or several that a sentence parts, and what they mean together."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from assistant.home.entities import Act
from assistant.home.understanding.abilities import Abilities
from assistant.home.understanding.clause import Clause
from assistant.home.understanding.context import Context, Reading
from assistant.home.understanding.names.names import Directory
from assistant.home.understanding.names.noun_phrases import COMMANDING, Found, bare, items, leaves_out
from assistant.home.understanding.rephrased import (
    LEFT_ALONE,
    is_the_others,
    kind_said,
    only_that,
    others_of,
    rephrased,
    without_place,
)
from assistant.home.understanding.wording.english import GENERIC
from assistant.home.understanding.wording.phrasebook import meant
from assistant.home.understanding.wording.politeness import stripped
from assistant.home.understanding.wording.values import is_value
from assistant.home.understanding.wording.words import plain, singular

MAX_CLAUSES = 6
#: Domains that are called as their things are.
_NOUNS = frozenset(("light", "fan", "lock", "siren", "valve"))
_PART = re.compile(r" (?:and then|and also|, and then|, then|, and|and|then|,|plus|also|but|as well as|after that) ")
_HEAD_VERBS = tuple(
    "turn on;turn off;switch on;switch off;turn;switch;set;put;make;dim;open;close;shut;lock".split(";")
)
#: Two that go opposite ways: "the stair light off but the hall light on".
_BUT = re.compile(
    r"(?P<one>(?:(?!\bbut\b|,).)*?\b(?P<way>on|off)\b(?:(?!\bbut\b|,).)*?) but "
    r"(?P<other>(?!(?:not|leave|keep|only|turn|switch)\b)(?:(?!\bbut\b|,).)+ "
    r"(?!(?P=way)\b)(?:on|off)(?: (?:at|to) .+)?)"
)
_AND_LEAVE = re.compile(r"(?P<one>.+?)(?: ,)? (?:but|and) (?P<spared>(?:leave|keep) .+)")
_WENT = re.compile(r" (on|off|up|down|open|closed)(?: please| now)*$")


#: How much something is moved by, said first: "double the light", "take ten percent off the lamp".
_BY_SO_MUCH = re.compile(r"(?:double|triple|halve|add|knock|shave|lop|trim|chop|take)\b")
#: What has to be done, said of the thing.
_NEEDS = re.compile(
    r"^(?!(?:i|we|it|he|she|they|there|that) ).+ (?:needs?|wants?|should|must|ha(?:s|ve) to|ought to|can|may) "
    r"(?:(?:to )?(?:go|be|come)|\w+ing)\b(?!.* too )"
)
_SAID = r"(?!(?:and|in|on|at|the|my|our)\b)\w+(?: (?!(?:and|in|on|at)\b)\w+)?"
_COMMAND = "|".join(sorted(COMMANDING))
#: A place that two things have together, before the next command: "close the blinds and curtains in the den and put".
_PLACE_OF_BOTH = re.compile(
    rf"(?P<there>(?:{_COMMAND})(?: off| on| down| up)?(?: all| every| both)?(?: the| my| our)? {_SAID}"
    rf" and (?:(?:all|every|the|my|our) )*{_SAID} (?:in|on|at) (?:the |my |our )?\w+(?: (?!and\b)\w+)?)"
    rf"(?: ,)? and (?:{_COMMAND}) .+"
)
#: What is felt, which a command behind it sees to: "it is freezing in there , get the heater going".
_FELT = re.compile(r"make it (?:\w+er)(?: in .+)?$|it is (?!to )\w+")
_DARK = re.compile(r"more light\b|it is (?:\w+ ){0,2}(?:dark|black|gloomy|dim)\b")
_THE_ONE = re.compile(r"(?<=\w )one(?= |$)(?! (?:percent|degrees?)\b)")
_THE_ONES = re.compile(r"(?<=\w )ones(?= |$)")
#: One, and not all that is left of a house: "the desk lamp on and the other one off".
_OTHER_ONE = re.compile(r"\bother (?:one|light|lamp|fan|heater|radiator|blind|curtain|plug|socket)\b")
#: The same things, elsewhere and the other way: "the lights off here and on in the hall".
_THERE_SO = re.compile(
    r"(?P<way>on|off|up|down|open|closed|shut) (?P<at>(?:in|at) .+|upstairs|downstairs|outside|everywhere|here)"
)
_OTHER_FEW = re.compile(r"\bother ([2-9])\b")
IN_THERE = re.compile(r"\b(?:in|over) there\b")
#: What a command without a verb may end in, before the next.
_ENDING_ONE = frozenset("on off up down open closed shut locked".split())


class Clauses:
    """Reads the clauses of commands to one house."""

    def __init__(self, directory: Directory) -> None:
        self.directory = directory
        abilities = Abilities(directory)
        self._read = Clause(directory, abilities).read
        self.able, self.entity = abilities.able, abilities.entity

    def understood(self, text: str, context: Context, last: Sequence[str]) -> Reading | None:
        """Read a sentence as one command, or else as several that "and", a comma or "then" part."""
        text = (text if last else _named_ones(text)).replace(" , but not ", " , not ")
        if " but " in text and (but := _BUT.fullmatch(text)) and (both := self._opposed(but, context, last)):
            return both
        whole = self._read(text, context, last)
        if whole is not None and not whole.problem:
            return whole
        if whole is not None and self._is_elsewhere(whole.found):
            return whole  # no clause of it may move what is in another room than it told
        left_out = whole if whole is not None and whole.problem == "except" else None
        if (only := only_that(text, self._kind_of)) and only[0]:
            first, second = self._read(only[0], context, last), self._read(only[1], context, last)
            if first is not None and second is not None and not first.problem and not second.problem:
                return self.both(first, second, text, *only)
        for other in rephrased(text, self._kind_of):
            reading = self._read(other, context, last)
            if reading is not None and not reading.problem and _are_so_many(text, reading):
                return reading
        if left_out is not None and (first := self._besides(text, context, last)):
            return first
        if left_out is not None and (left_out.found.choices or COMMANDING.isdisjoint(text.split()[1:])):
            return left_out  # what shall stay as it is must not become a command of its own
        several = self._several(text, context, last, MAX_CLAUSES)
        if several is not None and (not several.problem or whole is None or whole.problem == "unknown"):
            return several
        return whole

    def _kind_of(self, phrase: str) -> str:
        """Return the kind of thing that a phrase names, in its own words or by what it is: a chandelier is a light."""
        if kind := kind_said(phrase):
            return kind
        found = self.directory.find(phrase, -1)
        domains = {name.partition(".")[0] for name in found.ids or found.choices}
        return (domains & _NOUNS).pop() if len(domains) == 1 and domains & _NOUNS else ""

    def _is_elsewhere(self, found: Found) -> bool:
        """Say whether what could be meant is all in another room than the one that was told."""
        if found.problem != "which" or plain(found.place) not in self.directory.area_of:
            return False
        return all(plain(self.entity(name).area or "") != plain(found.place) for name in found.choices)

    def _besides(self, text: str, context: Context, last: Sequence[str]) -> Reading | None:
        """Read what leaves alone what it would not move: "the terrace lights off but leave the grow light"."""
        parted = _AND_LEAVE.fullmatch(text)
        spared = LEFT_ALONE.fullmatch(parted["spared"]) if parted else None
        first = self._read(parted["one"], context, last) if parted and spared else None
        if first is None or spared is None or first.problem or self._moves(spared["rest"], first, context):
            return None
        return first

    def _opposed(self, but: re.Match[str], context: Context, last: Sequence[str]) -> Reading | None:
        """Read two commands with "but" between them: "the stair light off but the hall light on at forty"."""
        first = self._read(but["one"], context, last)
        if first is None or first.problem:
            return None
        second = self._near(but["other"], plain(first.found.place or ""), context, first.found.ids)
        if second is None or second.problem or {*first.found.ids} & {*second.found.ids}:
            return None  # what is of the others too is left as it is
        return self.both(first, second, but[0], but["one"], but["other"])

    def _several(self, text: str, context: Context, last: Sequence[str], left: int, place: str = "") -> Reading | None:
        best: Reading | None = None
        if left <= 1:
            return None
        shared = _PLACE_OF_BOTH.fullmatch(text)
        for part in _PART.finditer(text, shared.end("there") if shared else 0):
            head, tail = text[: part.start()].strip(" ,"), stripped(text[part.end() :].strip(" ,"))
            if not head or not tail:
                continue
            if (spared := LEFT_ALONE.fullmatch(head)) and head.startswith(("leave ", "keep ")):
                second = self._near(_wanted(tail), place, context, last)
                if second is not None and not second.problem and not self._moves(spared["rest"], second, context):
                    return second  # "leave the fairy lights on but turn the ceiling light off"
                continue
            alone = bool(last) and is_value(head)  # "the lamp at 40 and warmer , and the fan off"
            first = self._near(f"make it {head}" if alone else _wanted(stripped(head)), place, context, last)
            if first is None or first.problem in ("unknown", "unable", "except"):
                continue
            if left_alone := LEFT_ALONE.fullmatch(self._of_its_kind(tail, first)):
                others = is_the_others(left_alone["rest"])
                if not first.problem and (others or not self._moves(left_alone["rest"], first, context)):
                    return first  # "... and leave the fan on": nothing is to be done to that
                continue
            if ("but" in part[0] or leaves_out(head.split())) and tail.split()[0] not in COMMANDING:
                continue  # after "but", what has no verb is no next thing to do: it is to be left alone
            second = self._next(head, tail, first, context, last, left, place)
            if second is None:
                continue
            narrower = part[0] == " , " and _narrows(first, second)
            reading = second if narrower else self.both(first, second, text, head, tail)
            if not reading.problem:
                return reading
            best = best or reading
        return best

    def run_on(self, text: str, context: Context, last: Sequence[str]) -> Reading | None:
        """Read two commands between which no pause was written: "tv off lights down", "lock it close the blind"."""
        words = text.split()
        for place in range(2, len(words) - 1):
            if words[place] in ("in", "at", "for") or (
                words[place - 1] not in _ENDING_ONE and words[place] not in COMMANDING
            ):
                continue  # "radiator off in the hall , light off" begins no command with "in the hall"
            first = self._read(" ".join(words[:place]), context, last)
            if first is None or first.problem:
                continue
            rest = " ".join(words[place:])
            second = self._read(rest, context, first.found.ids or last)
            if second is None or second.problem:
                second = self.run_on(rest, context, first.found.ids or last) or second
            if second is not None and not second.problem and not _contradict(first.acts, second.acts):
                return self.both(first, second, text, " ".join(words[:place]), " ".join(words[place:]))
        return None

    def _moves(self, phrase: str, reading: Reading, context: Context) -> bool:
        """Say whether a reading moves what is to be left alone, or may: what that is has to be known."""
        acted = {act.entity_id for act in reading.acts}
        for part in items(phrase.split()):
            found = self.directory.find(" ".join(part), -1, room=context.room)
            if (found.problem and not found.choices) or acted & {*found.ids, *found.choices}:
                return True
        return False

    def _next(
        self, head: str, tail: str, first: Reading, context: Context, last: Sequence[str], left: int, place: str
    ) -> Reading | None:
        """Read what follows a clause: "it" is what that spoke of, and "the other lights" are those it did not."""
        spoken = first.found.ids or last
        if IN_THERE.search(tail) and first.found.phrase:  # "lock the shed and turn off the light in there"
            inside = self._read(IN_THERE.sub(f"in the {bare(first.found.phrase)}", tail, count=1), context, spoken)
            if inside is not None and not inside.problem:
                return inside
        tail = self._there(tail, first)
        if so := _THERE_SO.fullmatch(tail):
            return self._elsewhere(so, first, context, left)
        tail = self._of_its_kind(tail, first)
        if first.found.ids and (whole := others_of(tail, self._kind_of(first.found.phrase))):
            one = _OTHER_ONE.search(tail) is not None
            if one and not (place := self._beside(first)):
                return None  # of several rooms it is not known which
            whole = f"{whole} in the {place}" if one and f" {place}" not in whole else whole
            spared = " and ".join(f"@{name}" for name in first.found.ids)
            reading = self._read(f"{whole} except {spared}", context, spoken)
            if reading is not None and reading.problem == "except":
                reading = self._read(whole, context, spoken)
            if reading is not None and not _are_so_many(tail, reading):
                return None
            return None if one and reading is not None and len(reading.found.ids) > 1 else reading
        place = plain(first.found.place) if first.found.place else place
        second = self._near(f"make it {tail}" if is_value(tail) else _wanted(tail), place, context, spoken)
        if f"in the {place} " in f"{head} " or f"in {place} " in f"{head} ":
            second = self._in_that_room(tail, place, second, context, spoken)
        here = self._beside(first)
        if here and second is not None and second.problem == "which":
            second = self._near(_wanted(tail), here, context, spoken)
        if second is not None and not second.problem:
            return second
        return (
            self._elliptic(head, tail, context, spoken)
            or self._several(tail, context, spoken, left - 1, place or here)
            or second
        )

    def _of_its_kind(self, tail: str, first: Reading) -> str:
        """Return a clause with what its "one" is called: "the left lamp blue and the right one red"."""
        noun = singular(without_place(first.found.phrase).rpartition(" ")[2])
        named = " one" in tail and noun in GENERIC | self.directory.vocabulary()
        return _THE_ONES.sub(f"{noun}s", _THE_ONE.sub(noun, tail)) if named else tail

    def _elsewhere(self, so: re.Match[str], first: Reading, context: Context, left: int) -> Reading | None:
        """Read a clause that only says where and how for the kind of thing that the one before it spoke of."""
        words = first.found.phrase.split()
        nouns = [first.found.kind, *(word for word in map(singular, words) if word in GENERIC)]
        noun = next((word for word in nouns if word and word != "thing"), "")
        if not noun:
            return None  # what shall go on there was not said
        text = f"{noun}s {so['way']} {so['at']}"
        reading = self._read(text, context, ())
        if reading is not None and not reading.problem:
            return reading
        return self._several(text, context, (), left - 1) or reading

    def _in_that_room(
        self, tail: str, place: str, here: Reading | None, context: Context, last: Sequence[str]
    ) -> Reading | None:
        """Return what goes on without a verb for the room just told: "fan on in the study and light off"."""
        of_speaker = here is not None and not here.problem and here.found.place == context.room
        if not of_speaker or plain(context.room or "") == place or tail.split(maxsplit=1)[0] in COMMANDING:
            return here
        there = self._read(f"{_wanted(tail)} in the {place}", context, last)
        return there if there is not None and not there.problem else here

    def _beside(self, first: Reading) -> str:
        """Return the area of the one thing that was spoken of; "" where there is none."""
        areas = {self.entity(name).area for name in first.found.ids[:2]}
        return plain(areas.pop() or "") if len(first.found.ids) == 1 else ""

    def _near(self, text: str, place: str, context: Context, last: Sequence[str]) -> Reading | None:
        """Read a clause, of the place that one before it named where it is not plain which is meant.

        "Lights off in the office, blind down" is the blind of the office.
        """
        reading = self._read(text, context, last)
        if place and reading is not None and reading.problem in ("which", "room"):
            near = self._read(f"{text} in the {place}", context, last)
            if near is not None and not near.problem:
                return near
        return reading

    def _there(self, text: str, first: Reading) -> str:
        """Return a clause with the room of what was just spoken of for "in there", where that is in one."""
        areas = {self.entity(name).area for name in first.found.ids}
        area = areas.pop() if len(areas) == 1 else None
        return IN_THERE.sub(f"in the {plain(area)}", text, count=1) if area else text

    def _elliptic(self, head: str, tail: str, context: Context, last: Sequence[str]) -> Reading | None:
        """Read a clause that left its verb out: "turn on the lamp and the fan off", "... and in the hall too"."""
        for words in _HEAD_VERBS:
            if head.startswith(words + " "):
                reading = self._read(f"{words} {tail}", context, last)
                if reading is not None and not reading.problem:
                    return reading
        if (went := _WENT.search(head)) and not _WENT.search(tail):  # "kettle on and the toaster too"
            reading = self._read(f"{tail} {went[1]}", context, last)
            return reading if reading is not None and not reading.problem else None
        return None

    def both(self, first: Reading, second: Reading, text: str, head: str, tail: str) -> Reading:
        """Return what two clauses of a text mean together: where one has a problem, that problem."""
        if max(sum(word.isdigit() for word in clause.split()) for clause in (head, tail)) <= 1:
            first, second = _heated(first, second), _heated(second, first)
        failed = first if first.problem else second if second.problem else None
        if failed is not None:
            template = failed.template and text.replace(head if failed is first else tail, failed.template, 1)
            parts = [reading.acts or reading.alternative for reading in (first, second)]
            alternative = (*parts[0], *parts[1]) if all(parts) else ()  # "yes" does both, or is asked again
            return replace(failed, acts=(), template=template, alternative=alternative)
        if _contradict(first.acts, second.acts):
            return Reading(found=Found(problem="except", phrase=text), problem="except")
        found = Found(
            ids=tuple(dict.fromkeys(first.found.ids + second.found.ids)), group=True,
            everything=first.found.everything or second.found.everything,
        )  # fmt: skip
        placed = {act.entity_id for act in second.acts if act.service == "set_position"}
        told = {act.entity_id for act in second.acts} if _FELT.match(head) else set()
        if _DARK.match(head) and any(name.startswith("light.") for name in second.found.ids):
            told |= {act.entity_id for act in first.acts}  # the darkness is seen to by the light that was named
        kept = [
            act
            for act in first.acts
            if act.entity_id not in told and (act.entity_id not in placed or act.service not in ("open", "close"))
        ]
        return Reading((*kept, *second.acts), found)  # "just that blind, open it halfway"


def _narrows(first: Reading, second: Reading) -> bool:
    """Say whether what follows after a pause says which was meant: "stop the water , close the main valve"."""
    ways = {act.service for act in (*first.acts, *second.acts)}
    both = {act.entity_id for act in first.acts}, {act.entity_id for act in second.acts}
    return not (first.problem or second.problem) and len(ways) == 1 and bool(both[1]) and both[1] < both[0]


def _heated(reading: Reading, other: Reading) -> Reading:
    """Return what a clause means that did not say degrees, beside one that did: "ours to 19 degrees, Ben's to 21"."""
    if reading.problem != "degrees" or not reading.alternative or not other.acts or other.problem:
        return reading
    if not all(act.entity_id.startswith("climate.") for act in (*reading.alternative, *other.acts)):
        return reading
    ids = tuple(act.entity_id for act in reading.alternative)
    return replace(reading, acts=reading.alternative, alternative=(), problem="", found=replace(reading.found, ids=ids))


def _named_ones(text: str) -> str:
    """Return a sentence with what its "ones" are called later: "the terrace ones off but leave the grow light"."""
    before, ones, after = text.partition(" ones ")
    noun = next((word for word in map(singular, after.split()) if word in GENERIC), "") if ones else ""
    return f"{before} {noun}s {after}" if noun and noun not in ("one", "thing") else text


def _wanted(clause: str) -> str:
    """Return the command that one clause of several stands for: "the tv needs to go off"; a complaint is none."""
    return meant(clause) if _NEEDS.search(clause) or _BY_SO_MUCH.match(clause) else clause


def _are_so_many(text: str, reading: Reading) -> bool:
    """Say whether there are as many as were said: "the other two"."""
    said = _OTHER_FEW.search(text)
    return said is None or int(said[1]) == len(reading.found.ids)


def _contradict(some: Sequence[Act], others: Sequence[Act]) -> bool:
    """Say whether one sentence turns a thing both on and off: what it leaves out was not understood."""
    opposites = ({"turn_on", "turn_off"}, {"open", "close"}, {"lock", "unlock"})
    return any(
        one.entity_id == other.entity_id and {one.service, other.service} in opposites
        for one in some
        for other in others
    )
