"""Sentences read by their gist: each clause a command, a feeling, a reason, or else nothing is understood."""

# ruff: noqa: E501 (a way of saying something is one line)

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from assistant.home.understanding.clauses import Clauses
from assistant.home.understanding.context import Context, Reading
from assistant.home.understanding.following import continued
from assistant.home.understanding.gist.gist import STUFF_WANTED, Gists
from assistant.home.understanding.gist.words import LIGHT_VERBS, NEVER, OTHER_VERBS, PLACING, SOFT, STATES, VERBS
from assistant.home.understanding.loosened import orders
from assistant.home.understanding.names.names import Directory
from assistant.home.understanding.names.noun_phrases import COMMANDING
from assistant.home.understanding.names.places_said import is_elsewhere, place_in
from assistant.home.understanding.reasons import NEVER_A_REASON, is_reason
from assistant.home.understanding.wording.asides import Aside
from assistant.home.understanding.wording.words import plain

_MOST_PARTS = 5  #: clauses of a sentence
#: What is said along with a command, and tells nothing of it.
_ASIDE = re.compile(
    r"(?:i|we) (?:fancy|like|want|need|love) it \w+|(?:i am|we are) calling it a (?:day|night)|(?:get|make) (?:the|this|everything) ?(?:place|house|room)? ready(?: for \w+)?|.+ been (?:left )?(?:on|running|going|open|up|down|unlocked)(?: (?:for|since|all) .+)?|(?:(?:can|could|would|will|do|might) you (?:mind |please )?)?(?:do(?:ing)? something about|see(?:ing)? to|sort(?:ing)?(?: out)?|deal(?:ing)? with) (?:(?:the|this|that|all this) \w+|it|that|this)(?: out)?|(?:i|we) (?:fancy|feel like) (?:a|some) \w+"
)
_PROPERTY = re.compile(
    r"set (?:the |its |it )?(?P<what>volume|brightness|temperature|speed|level|position|humidity|colou?r) (?P<rest>.+)"
)
_LETTING = re.compile(
    r"(?:let|(?:let us |to )?(?:get|have)) (?:in )?(?:(?:some|the|a bit of|a little|in|more|fresh|morning) )*(?:light|air|sun|sunshine|breeze|daylight)(?: in)?"
)
#: What is done by hand, with what the command beside it is for: "dry the towels, put the rail on".
_BY_HAND = re.compile(r"(?P<verb>\w+)(?: out| up| off)? (?:the|my|our) (?:\w+ ?){1,3}")
#: What is no verb of what is done by hand, or one of a command.
_NOT_BY_HAND = COMMANDING | LIGHT_VERBS | VERBS.keys() | OTHER_VERBS | PLACING | SOFT | STATES.keys() | NEVER
_DEGREES = re.compile(r"set it to (\d+(?:\.\d+)?)(?: degrees)?")
_SPARED = re.compile(
    r"(?:(?:just |please )*(?:leave|keep) (?P<np>.+?) (?:alone|as (?:it is|they are)|be|on|off|open|closed|shut|running|lit|up|down|untouched)"
    r"|(?P<np_>.+?) (?:is |are )?(?:left|kept|staying|to stay|stays?) (?:alone|as (?:it is|they are)|on|off|open|closed|shut|running|up|down))(?: please| though)*"
)
#: What is for the room that a reason told of.
_FOR_A_ROOM = frozenset(said for wanted in STUFF_WANTED.values() for said in wanted)
_IT = frozenset(("it", "them"))
#: Problems with which it is asked back.
_ASKED = ("which", "room", "area", "degrees", "either")


@dataclass(frozen=True, slots=True)
class _Read:
    """What the clauses so far mean, where they are, and what is still only felt."""

    reading: Reading | None = None
    place: str = ""
    told: str = ""  #: the last reason
    spared: frozenset[str] = frozenset()  #: what is to be left as it is
    command: str = ""  #: the last of the plain commands
    wish: str = ""  #: of a feeling for which nothing has been done yet
    sure: bool = True  #: that something is wanted of a feeling, which may only be told


class GistReader:
    """Reads the sentences of one house by their gist."""

    def __init__(self, directory: Directory, clauses: Clauses) -> None:
        self.directory = directory
        self._clauses = clauses
        self._gists = Gists(directory)

    def read(self, text: str, context: Context) -> Reading | None:
        """Return what a plain sentence wants done, or asked back; None where a word of it is not explained."""
        if not self._gists.of_house(text):
            return None
        read = self._from(text, _Read(), context, _MOST_PARTS)
        if read is None:
            return None
        if read.reading is None and read.wish:
            return self._felt(read, context)
        return read.reading

    def _from(self, text: str, read: _Read, context: Context, left: int) -> _Read | None:
        """Read the rest of a sentence after what has been read; the longest clauses are tried first."""
        if (whole := self._clause(text, read, context)) is not None:
            return whole
        if left <= 1:
            return None
        splits = list(self._gists.splits(text))
        for head, tail in reversed(splits):
            first = self._clause(head, read, context)
            if first is not None and (rest := self._from(tail, first, context, left - 1)) is not None:
                return rest
        return None

    def _clause(self, text: str, read: _Read, context: Context) -> _Read | None:
        """Read one clause: a command, a feeling, or a reason that wants nothing."""
        if read.reading is not None and _LETTING.fullmatch(text):
            return read  # what the blinds were opened for
        if (wanted := self._wanted(text, read, context)) is not None:
            return wanted
        if spared := _SPARED.fullmatch(text):
            return self._sparing(spared["np"] or spared["np_"], read)
        if (words := tuple(text.removeprefix("in ").removeprefix("the ").split())) in self.directory.places:
            return replace(read, place=" ".join(words))
        wish, place, sure = self._gists.feeling(text)
        if wish:
            return replace(read, wish=wish, place=place or read.place, sure=sure)
        if (
            read.reading is not None
            and read.command
            and (whole := continued(self.directory, f"and {text}", read.command, read.reading.found.ids))
        ):
            reading = self._done(whole, read, context)
            if reading is not None and not reading.problem and (after := self._after(read, reading, whole)):
                return after
        if read.reading is not None and orders(text, self.directory.vocabulary()):
            return None  # what cannot be done is no reason for what can
        if is_reason(text) or _ASIDE.fullmatch(text) or self._by_hand(text):
            return replace(read, place=place_in(self.directory, text) or read.place, told=text)
        return None

    def _wanted(self, text: str, read: _Read, context: Context) -> _Read | None:
        """Read a clause as a command, with what it is for or without; None where it is none."""
        problem: _Read | None = None
        for clause in (text, *self._gists.without_purpose(text)):
            for command in self._gists.commands(clause):
                reading = self._done(command, read, context)
                after = self._after(read, reading, command) if reading is not None else None
                if reading is None or after is None:
                    continue
                if not reading.problem:
                    return after
                problem = problem or after
        return problem

    def _sparing(self, phrase: str, read: _Read) -> _Read | None:
        """Return what has been read, of which nothing may move what is to be left as it is."""
        found = self.directory.find(phrase, -1)
        done = {act.entity_id for act in read.reading.acts} if read.reading is not None else set()
        if found.problem or done & set(found.ids):
            return None
        return replace(read, spared=read.spared | frozenset(found.ids))

    def _done(self, command: str, read: _Read, context: Context) -> Reading | None:
        last = read.reading.found.ids if read.reading is not None else context.last
        if is_elsewhere(read.told, command):
            read = replace(read, place="", told="")
        if read.reading is None and read.told and not _IT.isdisjoint(command.split()):
            last = self._told(read.told) or last
        if not last and read.place and read.wish in ("warmer", "cooler") and (aim := _DEGREES.fullmatch(command)):
            command = (
                f"set the temperature in the {read.place} to {aim[1]} degrees"  # "the hall's cold, bring it to 20"
            )
        if not last and command not in _FOR_A_ROOM and not _IT.isdisjoint(command.split()):
            return None
        if read.reading is None and read.place and command in _FOR_A_ROOM:
            command = f"{command} in the {read.place}"
        reading = self._clauses.understood(command, context, last)
        if (reading is None or reading.problem) and len(last) == 1 and (own := _PROPERTY.match(command)):
            name = plain(self._clauses.entity(last[0]).name)
            reading = self._clauses.understood(f"set {name} {own['what']} {own['rest']}", context, last)
        if reading is not None and reading.problem in ("which", "room", "here") and read.place:
            there = self._clauses.understood(f"{command} in the {read.place}", context, last)
            reading = there if there is not None and not there.problem else reading
        if reading is None or (reading.problem and reading.problem not in _ASKED):
            return None
        return self._where_told(command, reading, read, context, last)

    def _where_told(
        self, command: str, reading: Reading, read: _Read, context: Context, last: tuple[str, ...]
    ) -> Reading | None:
        """Return a reading for the room that a reason told of; None where that has no such thing, and this room has."""
        if not read.place or place_in(self.directory, command) or read.place == plain(context.room or ""):
            return reading
        if read.reading is not None and (reading.found.place or "") != context.room:
            return reading  # of the speaker's room is only what no other was told for
        there = self._clauses.understood(f"{command} in the {read.place}", context, last)
        if there is not None and not there.problem:
            return there
        if read.reading is not None:
            return reading
        here = any(self._clauses.entity(name).area == context.room for name in reading.found.ids)
        return None if context.room and here else reading

    def _after(self, read: _Read, reading: Reading, command: str) -> _Read | None:
        whole = reading
        if read.reading is not None:
            whole = self._clauses.both(read.reading, reading, command, command, command)
            if whole.problem == "except":
                return None
        place = plain(reading.found.place) if reading.found.place else read.place
        if read.spared & {act.entity_id for act in whole.acts}:
            return None
        return _Read(whole, place, read.told, read.spared, command)

    def _felt(self, read: _Read, context: Context) -> Reading | None:
        """Return what is done about a feeling: more light in the room that was named, or in this one."""
        where = {"": "", "here": " in here"}.get(read.place, f" in the {read.place}")
        wanted = "more light" if read.wish == "brighter" else f"make it {read.wish}"
        reading = self._clauses.understood(f"{wanted}{where}", context, ())
        if where not in ("", " in here") and tuple(read.place.split()) not in self.directory.places:
            what = f"{read.place} lights" if read.wish in ("brighter", "dimmer") else read.place
            wanted = f"light or brighten the {what}" if read.wish == "brighter" else f"make the {what} {read.wish}"
            reading = self._clauses.understood(wanted, context, ())
            if (
                reading is not None
                and read.wish in ("warmer", "cooler")
                and any("temperature" not in act.values and act.values.get("mode") != "cool" for act in reading.acts)
            ):
                return None
        if reading is None or reading.problem not in ("", "here", *_ASKED):
            return None
        if read.sure or reading.problem:
            return reading
        problem = "degrees" if "temperature" in reading.acts[0].values else "either"
        found = replace(reading.found, choices=reading.found.ids, problem=problem)
        return Reading(found=found, problem=problem, alternative=reading.acts)

    def _by_hand(self, text: str) -> bool:
        """Say whether a clause is of what somebody does, and of nothing that the house could do."""
        match = _BY_HAND.fullmatch(text)
        if match is None or match["verb"] in _NOT_BY_HAND:
            return False
        return NEVER_A_REASON.isdisjoint(text.split()) and self.directory.find(text.partition(" ")[2], -1).problem != ""

    def _told(self, text: str) -> tuple[str, ...]:
        """Return the one thing that a reason speaks of; none where it speaks of none, or of several."""
        for phrase, within in Aside(text, "it").phrases():
            found = self.directory.find(phrase, self._clauses.able("any"))
            if not within and not found.problem and len(found.ids) == 1:
                return found.ids
        return ()
