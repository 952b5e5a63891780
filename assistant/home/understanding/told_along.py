"""Commands beside what is told along with them: a room that is gloomy, a reason, what was seen before it."""

# ruff: noqa: E501 (a way of saying something is one line)

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from assistant.home.entities import HomeIntent
from assistant.home.understanding.asking_back import Asking
from assistant.home.understanding.clauses import Clauses
from assistant.home.understanding.context import Context
from assistant.home.understanding.gist.feelings import feeling
from assistant.home.understanding.loosened import loosened, shortened, with_less
from assistant.home.understanding.names.names import Directory
from assistant.home.understanding.names.noun_phrases import COMMANDING, bare
from assistant.home.understanding.names.places_said import is_elsewhere, place_in, place_told
from assistant.home.understanding.repairs import Repairs
from assistant.home.understanding.wording.asides import AT, Aside, after_pause, pointing
from assistant.home.understanding.wording.colloquial import reworded
from assistant.home.understanding.wording.phrasebook import meant
from assistant.home.understanding.wording.politeness import (
    declined,
    is_question,
    later,
    said_by_others,
    stripped,
    tells,
)
from assistant.home.understanding.wording.values import values_in
from assistant.home.understanding.wording.words import IT, plain

#: What is wanted of a thing depends on what was told.
_TELLING = frozenset("is are was were has have had been am".split())
#: For how long something was so is no Night Light.
_ALL_DAY = re.compile(r" all (?:night|day|morning|afternoon|evening|week|weekend)(?: long)?\b")
_SEE_TO = re.compile(r"(?:either|see to|sort|sort out|deal with|do something about|look after) (?P<np>.+?)(?: out)?")
#: A thing and which way it shall go, with nothing that tells: "so her bedside lamp off".
_WANTED_SO = re.compile(
    r"(?:(?:so|and|then) )*(?P<np>(?:(?!,)\S+ )+?)(?:(?:can|could|should|may|has to|needs to) (?:go |be |come )?)?(?:on|off|open|closed|shut|up|down)(?: now)?(?: please)?"
)
_PARTS = re.compile(r" , | so | and ")
_SEEN_TO = {"brighter": "turn on", "dimmer": "dim", "warmer": "turn up"}


class ToldAlong:
    """Finds the command in a sentence of one house that tells something too."""

    def __init__(self, directory: Directory, clauses: Clauses, asking: Asking, repairs: Repairs) -> None:
        self.directory, self._clauses, self._asking, self._repairs = directory, clauses, asking, repairs

    def after_telling(self, text: str, context: Context) -> HomeIntent | None:
        """Read a command that came after something told: "somebody left the light on, turn it off"."""
        if (aside := pointing(text)) and (done := self.about(aside, context)):
            return done
        if aside := after_pause(text):
            return self.where_told(
                aside.command, aside.told, context, lambda said, at: self._done_after(said, at, context.last)
            )
        return None

    def where_told(
        self, command: str, told: str, context: Context, read: Callable[[str, Context], HomeIntent | None]
    ) -> HomeIntent | None:
        """Read a command for the room that was told of before it: "the kitchen is gloomy, put the lights on".

        Where that room has no such thing, nothing is done to what is here: the other room was meant.
        """
        if (seen := _SEE_TO.fullmatch(command)) and (
            wish := feeling(self.directory, " ".join(told.replace(",", "").split())).wish
        ) in _SEEN_TO:
            command = f"{_SEEN_TO[wish]} {seen['np']}"  # "it is dark in the hall , could you see to the light"
        place = "" if place_in(self.directory, command) else place_told(self.directory, told, command)
        if not place or place == plain(context.room or ""):
            return read(command, context)
        room = self.directory.places[tuple(place.split())][0]
        within = replace(context, room=room) if plain(room) in self.directory.area_of else context
        if there := read(f"{command} in the {place}", within):
            return there
        here = read(command, context)
        return None if here is not None and self._in_room(here, context.room) else here

    def about(self, aside: Aside, context: Context) -> HomeIntent | None:
        """Read a command about "it", which is what was told of or asked about before it."""
        aside = aside._replace(told=with_less(_ALL_DAY.sub("", aside.told), self.directory.vocabulary()))
        if not COMMANDING.isdisjoint(aside.told.split()[:1]) and not aside.told.startswith("make "):
            return None  # "put the washer on eco and switch it on" is wanted whole
        for phrase, within in aside.phrases():
            found = self.directory.find(phrase, self._clauses.able("any"), room=context.room)
            if (within and found.problem != "area") or self._is_elsewhere(found.ids, aside.told.partition(phrase)[2]):
                continue
            if not found.problem:
                return self._done_after(aside.command, context, found.ids)
            named = " " in phrase.removeprefix("the ") and found.kind
            if found.problem == "area" and (
                is_elsewhere(aside.told, aside.command) or self._speaks_of_one(aside.told.partition(phrase)[0])
            ):
                return None
            if found.problem != "area" and not (found.problem in ("which", "room") and named):
                continue
            it = f"the {plain(found.place)}" if found.problem == "area" else phrase
            if done := self._done_after(IT.sub(it, aside.command, count=1), context, ()):
                return done  # "the kitchen is gloomy, brighten it up", "my bedside lamp is too bright, dim it"
        return None

    def loosened(self, text: str, context: Context) -> HomeIntent | None:
        """Read a command without its reason, its curses and what it is for; None where that is none either."""
        for clause, left in loosened(text, self.directory.vocabulary()):
            command = meant(stripped(left))
            if not command or is_question(command) or declined(command) or said_by_others(command) or later(command):
                continue
            if command.startswith("activate ") and not self._is_scene(command):
                continue
            if len(numbers := _numbers(command)) > 1 and numbers != _numbers(text)[: len(numbers)]:
                continue  # of two values each would be for the other
            told = text.replace(clause, " , ", 1)
            kept = _PARTS.split(clause)
            if self._wants_more([part for part in _PARTS.split(text) if part not in kept]):
                continue
            found = self.where_told(command, told, context, self._loosely)
            if found is not None:
                return found
        return None

    def _wants_more(self, told: list[str]) -> bool:
        """Say whether what would be passed over is wanted too: "..., her bedside lamp off" beside a command."""
        if any(
            any(placed.value.kind in ("percent", "degrees") for placed in values_in(part))
            and _TELLING.isdisjoint(part.split())
            for part in told
        ):
            return True
        return any(
            (wanted := _WANTED_SO.fullmatch(part.strip()))
            and _TELLING.isdisjoint(wanted["np"].split())
            and not self.directory.find(wanted["np"], self._clauses.able("any")).problem
            for part in told
        )

    def _loosely(self, command: str, context: Context) -> HomeIntent | None:
        for said in (command, *self._repairs.renamed(command)):
            if tells(said) or not self._repairs.explained(said):
                continue
            reading = self._clauses.understood(said, context, context.last)
            if reading is not None and reading.problem in ("", "which", "room", "area", "either"):
                without = f"without what goes along with it: {said!r}"
                return replace(self._asking.intent(reading, context, without), loose=True)
        return None

    def _speaks_of_one(self, told: str) -> bool:
        """Say whether a kind of thing is told of: "the reading light in ...", of which "it" is no whole room."""
        return any(self.directory.find(word, self._clauses.able("any")).kind for word in told.replace(",", "").split())

    def _is_elsewhere(self, ids: tuple[str, ...], behind: str) -> bool:
        """Say whether a name goes on with a place where none of these is: "the counter light by the hall stairs"."""
        words = behind.split()
        place = place_in(self.directory, behind) if words[:1] and words[0] in AT else ""
        mask = self.directory.places[tuple(place.split())][1] if place else 0
        return bool(ids) and bool(place) and not any(mask >> self.directory.number[name] & 1 for name in ids)

    def _is_scene(self, command: str) -> bool:
        """Say whether "activate ... scene" has the whole name of a scene."""
        name = bare(command.removeprefix("activate ").removesuffix(" scene"))
        return bool(self.directory.exact.get(name, 0) & self._clauses.able("activate"))

    def _in_room(self, intent: HomeIntent, room: str | None) -> bool:
        """Say whether something in a room is meant: where another room was told of, that is not sure."""
        standing = (name for name in intent.entities if not name.startswith(("vacuum.", "lawn_mower.")))
        return any(self._clauses.entity(name).area == room for name in standing)

    def _done_after(self, command: str, context: Context, last: tuple[str, ...]) -> HomeIntent | None:
        short = (meant(stripped(said)) for said in shortened(command, self.directory.vocabulary()))
        for said in (meant(stripped(command)), *reworded(stripped(command)), *short):
            reading = self._clauses.understood(said, context, last)
            if reading is not None and reading.problem in ("", "which", "room"):
                return replace(self._asking.intent(reading, context, "a command after something told"), loose=True)
        return None


def _numbers(text: str) -> list[str]:
    return [word for word in text.split() if word.isdigit()]
