"""Rooms that are told apart by their numbers, and what several of them are called: "rooms 1 to 3", "the guest rooms"."""

# ruff: noqa: E501 (a way of saying something is one line)

from __future__ import annotations

import re
from collections.abc import Container, Iterable

from assistant.home.understanding.wording.english import GENERIC, LIGHTS
from assistant.home.understanding.wording.words import singular

#: What is numbered too and is no room.
_NO_ROOMS = frozenset("floor level storey area zone house home space".split())
_QUANTIFIED = r"(?:(?:all|each|every|both)(?: (?:one )?of)? )?(?:(?:the|my|our|those) )?"
_OF_ALL = ("all", "every", "each", "both")
#: A number as it sounds, behind the word for a room.
_HEARD = {"won": "1", "too": "2", "tree": "3", "free": "3"}
_SPELLED = {name: str(number) for number, name in enumerate("one two three four five six seven eight nine".split(), 1)}
_RHEUM = re.compile(r"\brheum(?=s? )", re.IGNORECASE)
_LOCKING = re.compile(r"\b(?:un|re)?lock(?: up)? (?:all )?$")
_ASKING = re.compile(r"(?:\bwhich(?: ones?)?(?: of)?|\b(?:is|are)(?: any(?: one)? of)?) $")


def groups(places: Iterable[tuple[str, ...]]) -> dict[str, list[str]]:
    """Return each word, or words, that all rooms that end in it are numbered by, with the numbers in their order."""
    places = set(places)
    ends = {words[-1] for words in places} - {"room"}
    found: dict[str, set[int]] = {}
    for *room, number in places:
        if room and number.isdecimal() and room[-1] not in ends | _NO_ROOMS | GENERIC and tuple(room) not in places:
            found.setdefault(" ".join(room), set()).add(int(number))
    return {room: [*map(str, sorted(numbers))] for room, numbers in found.items() if len(numbers) > 1}


def together(room: str) -> str:
    """Return what all rooms of a word are called together; "rooms" alone are those of the house."""
    return "guest rooms" if room == "room" else f"{room}s"


class NumberedRooms:
    """The numbered rooms of one house; where there are none, a sentence stays as it was said.

    `places` are the words of areas and floors, `names` the plain names of things.
    """

    def __init__(self, places: Iterable[tuple[str, ...]], names: Container[str]) -> None:
        self._rooms = groups(places)
        self._names = names
        word = "|".join(sorted(map(re.escape, self._rooms), key=len, reverse=True)) or "(?!)"
        self._called = re.compile(rf"\b(?:{word})s?\b")
        self._heard = re.compile(rf"\b(?P<rooms>(?:{word})s) (?P<number>{'|'.join(_HEARD)})(?=(?: ,)? and [1-9]\b)")
        self._range = re.compile(
            rf"\b(?P<room>{word})(?:s (?P<first>\d{{1,3}}) (?:up )?(?:to|through|thru|till|until)|s? (?P<begin>\d{{1,3}}) (?:through|thru))"
            rf"(?: and including)?(?: (?:{word}))? (?P<last>\d{{1,3}})(?! percent| degrees)\b"
        )
        self._whole = re.compile(
            rf"\b(?P<which>{_QUANTIFIED})(?:(?P<count>[2-9]|1\d) )?(?P<guest>(?:guest|letting|rental|numbered) )?"
            rf"(?P<room>{word})(?P<many>s?)\b(?! (?:\d|one|number)\b)"
        )
        self._things = re.compile(
            rf"\b(?P<which>{_QUANTIFIED})(?P<guest>(?:guest|letting) )?(?P<room>{word})s? (?P<said>[a-z]+(?: [a-z]+){{0,2}})\b"
        )
        self._guest = re.compile(r"\b(?:guest|letting) (?=rooms? \d)") if "room" in self._rooms else None
        self._spanned = re.compile(rf"\b(?P<rooms>(?:{word})s \d+) ?[-–] ?(?=\d+\b)", re.IGNORECASE)
        self._but = re.compile(
            rf"\b(?P<rooms>(?P<room>{word})(?:s|s? \d+))(?P<but>(?: ,)? (?:(?:all )?(?:but(?: not)?|except(?: for)?|not|bar|apart from|other than|excluding)"
            rf" number|but not|except(?: for)?|not|apart from|other than|excluding)) (?P<number>\d+)(?=$| ,| please)"
        )
        self._owned = re.compile(rf"\b(?P<room>{word}) (?:(?P<number>\d+) ?|(?P<said>{'|'.join(_SPELLED)}))s(?=$| )")

    def spanned(self, words: str) -> str:
        """Return a sentence as it was said with "to" for the dash of "rooms 1-3", and "room" for what sounds so."""
        words = _RHEUM.sub("room", words) if "room" in self._rooms else words
        return self._spanned.sub(r"\g<rooms> to ", words) if self._rooms else words

    def told(self, text: str) -> str:
        """Return a plain sentence with each room, or what all are called together, for several numbered ones."""
        if not self._rooms or not self._called.search(text):
            return text
        text = self._guest.sub("", text) if self._guest else text
        text = self._heard.sub(lambda said: f"{said['rooms']} {_HEARD[said['number']]}", text)
        text = self._owned.sub(_of_it, self._range.sub(self._counted, text))
        text = self._whole.sub(self._together, self._things.sub(self._of_each, text))
        return self._but.sub(self._left_out, text)

    def _counted(self, said: re.Match[str]) -> str:
        """Return each of the rooms of a range, where there are all of them."""
        numbers = [*map(str, range(int(said["first"] or said["begin"]), int(said["last"]) + 1))]
        if len(numbers) < 2 or not {*numbers} <= {*self._rooms[said["room"]]}:
            return said[0]
        return _locked(said, " and ".join(f"{said['room']} {number}" for number in numbers))

    def _together(self, said: re.Match[str]) -> str:
        """Return what all of them are called together for "all 3 units" and "every guest room"."""
        room, count = said["room"], said["count"]
        several = said["many"] or said["which"].startswith(("every ", "each "))
        if not several or (count and int(count) != len(self._rooms[room])):
            return said[0]
        if room == "room" and not (said["guest"] or (count and said["which"])):
            return said[0]  # "all rooms" are those of the house
        return _locked(said, f"{'the ' if said['which'] else ''}{together(room)}")

    def _left_out(self, said: re.Match[str]) -> str:
        """Return what is left out of rooms by its number alone with its name: "the units except number 2"."""
        room = said["room"]
        if said["number"] not in self._rooms[room]:
            return said[0]
        return (
            f"{said['rooms']}{said['but'].removesuffix(' number').replace(' all but', ' but')} {room} {said['number']}"
        )

    def _of_each(self, said: re.Match[str]) -> str:
        """Return "the heaters in the guest rooms" for "the room heaters", where several have one by that name."""
        room, which, words = said["room"], said["which"], said["said"].split()
        ends = [place for place, word in enumerate(words) if singular(word) in GENERIC]
        if not ends:
            return said[0]
        *first, last = noun = words[: ends[0] + 1]
        one = " ".join([*first, singular(last)])
        quantified = bool(said["guest"]) or which.startswith(_OF_ALL)
        theirs = [number for number in self._rooms[room] if f"{room} {number} {one}" in self._names]
        if f"{room} {one}" in self._names or (len(theirs) < 2 and not quantified):
            return said[0]
        if last == singular(last) and not which.startswith(("every", "each")):
            return said[0]  # "the room heater" is one
        if room == "room" and singular(last) in LIGHTS and not quantified:
            return said[0]  # "the room lights" may be those of the speaker's
        every = "all the " if last == singular(last) else which or "the "
        several = " ".join([*first, last if last != singular(last) else f"{last}s"])
        return " ".join([f"{every}{several} in {together(room)}", *words[len(noun) :]])


def _of_it(said: re.Match[str]) -> str:
    return f"{said['room']} {said['number'] or _SPELLED[said['said']]}"


def _locked(said: re.Match[str], rooms: str) -> str:
    """Return rooms as they were said, their doors where those are locked or asked about."""
    before, after = said.string[: said.start()], said.string[said.end() :]
    if _ASKING.search(before) and after.endswith("locked"):
        return f"the doors in {rooms}"
    return f"all the doors in {rooms}" if _LOCKING.search(before) else rooms
