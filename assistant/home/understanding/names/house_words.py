"""The words of a house: its names, what everybody calls such things, and what is asked of them."""

# ruff: noqa: E501 (a way of saying something is one line)

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from assistant.home.asking.sensed import NOUN_WORDS
from assistant.home.entities import HomeIntent
from assistant.home.understanding.names.names import Directory
from assistant.home.understanding.names.noun_phrases import bare
from assistant.home.understanding.names.numbered_rooms import NumberedRooms
from assistant.home.understanding.reasons import NEVER_A_REASON
from assistant.home.understanding.wording import english
from assistant.home.understanding.wording.needed import Sparing
from assistant.home.understanding.wording.politeness import with_is
from assistant.home.understanding.wording.words import plain, singular

_OF_A_HOUSE = (
    english.GENERIC
    | {f"{word}s" for word in english.GENERIC}
    | {word for group in english.SAME for name in group for word in name.split()}
    | NOUN_WORDS
    | frozenset("it here anything everything warm worm hot cold humid on off open locked unlocked closed shut".split())
)
#: What may be left of "is", and what it never is before.
_LEFT_OF_IS = re.compile(
    r"(?<![\w'’])(?!(?:it|that|what|let|there|here|he|she|who|how|where|when)['’])(\w{3,})['’]s (\w+)", re.IGNORECASE
)
_OWNED = frozenset(
    (
        "sake day night time party birthday house home room friend mum mom dad stuff things thing place own turn one "
        "ones new old color colour brightness temperature volume speed position level light favourite best bed side "
        "bedroom desk phone car and or but please in on at off out up down then now too as both again either instead"
    ).split()
)


#: The same at the beginning of a clause, before where somebody or something is: "..., Sheila's on the step".
_STANDING = re.compile(
    r"(?P<lead>(?:^|[,.;!?] ?)(?:(?:so|and|because|cos|as|oh) )?(?:(?:the|my|our) )?(?:\w+ )?)(?P<who>\w{3,})['’]s "
    r"(?=(?:still |just |now |already )?(?:on|at|in|up|down|out|outside|over|by|round|about|with|under|behind) "
    r"(?:the|my|our|his|her|their|a|an|again|here|there|from|to|\w+['’]s|\w+ing)\b|(?:outside|upstairs|downstairs|asleep|away|here|home|back|poorly|ill)(?=$|[,.!]| (?:with|at|and|again|now|waiting|already)\b))",
    re.IGNORECASE,
)


#: The same of somebody who has things here, before what is nothing of theirs: "Nina's fallen asleep", "Omar's away".
_SOMEBODY_IS = re.compile(
    r"(?P<who>[a-z]{2,})['’]s (?=(?:fallen|asleep|away|gone|lost|forgotten|not|just|already|still|feeling|getting|been|got|left|back|home|ill|off (?:to|out)|nodded|dozed|dropped|in (?:his|her|their) \w+|supposed|frozen|poorly|sick|tired|awake|having|doing|in (?:bed|the (?:bath|shower))|at (?:work|school)|on (?:a|holiday|the phone))\b(?!['’-])"
    r"|(?:\d+ (?:today|now|tomorrow|this|next)\b|reading|studying|working|sleeping|watching|playing|out|cold|hot|freezing|boiling)(?: (?:in|on|with|at|for|so|and|again|tonight|now)\b|[,.]))",
    re.IGNORECASE,
)


def _written_together(directory: Directory) -> set[str]:
    """Return the neighbouring words of names as one: the Band Saw is the "bandsaw" too."""
    names = (plain(name).split() for entity in directory.entities for name in (entity.name, *entity.aliases))
    return {f"{one}{other}" for words in names for one, other in pairwise(words)}


#: What moves by itself goes by "him" and "her" too, as long as it was spoken of: "send him back to his dock".
_ITS = Sparing(r"\b(?:his|her)(?= (?:dock|docking|base|charger|charging|station|home base|rounds?|job|kennel)\b)")
_IT = Sparing(
    r"\b(?P<verb>have|make|tell|find|stop|send|call|take|move|park|dock|get|let|ask|put|bring|start|pause|return|locate)"
    r" (?:him|her)\b|\b(?:him|her)$"
)
#: "The robot is in the kitchen , stop it" is for the robot.
_SENT = re.compile(r"(?:the )?(?P<who>\w+) is (?:(?!,)\S+ ){1,6}?, (?P<verb>stop|pause|start) it(?: please)?")
_SOMEBODYS = re.compile(r"\w+'s(?= )")
_MOVING = ("vacuum.", "lawn_mower.")
_ONE_IN = Sparing(r"(?<= )the one(?P<s>s?)(?= (?:in|at) )")
#: "Ben's a bit brighter" is a thing of his, beside another.
_COMPARED = re.compile(
    r"\b(\w+)['’]s (a (?:bit|little|touch|tad|notch) )?"
    r"(?=(?:brighter|dimmer|darker|warmer|cooler|higher|lower|faster|slower|redder|bluer)\b)",
    re.IGNORECASE,
)
_THEIR_ROOMS = Sparing(r"\b(?P<one>\w+) and (?P<other>\w+s) (?:bed)?rooms\b")
#: Behind these somebody's is their room, and before these it is a thing of theirs that was named: "..., Ella's off".
_INTO = frozenset("in at into inside from to".split())
_NO_NOUN = frozenset(
    (
        "on off up down to at by open closed shut too as and or but , half halfway a please now again instead alone "
        "both is are oscillating swinging"
    ).split()
)


#: All of a kind that somebody has: "max's lights".
_ALL_THEIRS = Sparing(r"\b(?P<who>\w+s) (?P<noun>\w+s)\b")
#: Several of a kind by their numbers: "island pendants 1 , 2 and 4".
_NUMBERS = Sparing(
    r"(?P<noun>[a-z]+(?: [a-z]+){0,3}) (?P<numbers>(?:\d|one)(?:(?: ,)? \d)*(?: ,)? and (?:\d|one))(?! percent| degrees)\b"
)
#: Whom a machine may feed.
_FEEDING = re.compile(
    r"\b(?:feed|give food to) (?:the |my |our )?(?P<who>\w+)(?: (?:now|please|again))*(?=$| ,| and | then )"
)
#: What asks about feeding, or tells of it: "can I feed the cat", "did you feed the cat".
_NOT_TO_FEED = re.compile(
    r"(?:(?:can|could|may|shall|should|must|did|do|does|have|has|had|will|would) (?:i|we|he|she|they|anyone|anybody|somebody|someone)"
    r"|(?:did|do|does|have|has|had|who|when|how|why|what|where|if|whether|i|we|he|she|they)) "
)
#: What hangs at windows is often named together: "all the blinds and curtains but the one in the loft".
_HUNG = frozenset("blind curtain shutter shade drape awning".split())
_SWITCHING = Sparing(r"\bswitch (?=on|off|them|it|all|the|my|our|both|every)")
#: What was spoken of before.
_SPOKEN_OF = re.compile(r"\b(?:it|them|that)\b")


#: The first of several rooms by its number: "in room one", "in rooms one and 2".
_NUMBER_ONE = Sparing(r"\b(?P<word>[a-z]+) one\b(?! (?:percent|degrees?|of|at)\b)")
_ROOM_NUMBERS = re.compile(r"\b(?P<room>[a-z]+)s (?P<all>\d(?:(?: ,)?(?: and| plus)? \d){1,8})(?! percent| degrees)\b")
#: How bright, said at the end for several places: "on in the bar and the den at 40 percent".
_LEVELLED = Sparing(
    r"\bon in (?P<places>(?:(?!in\b|on\b)\S+ )+?and (?:(?!in\b|on\b|and\b)\S+ ?){1,4}?)(?= (?:at|to) (?:\d+ percent|half)\b)"
)
#: The second, where a recogniser wrote another word: "room to bedside lamp".
_NUMBER_TWO = Sparing(
    r"\b(?P<word>[a-z]+) (?:to|too|two) (?P<noun>[a-z]+(?: [a-z]+)??)(?= (?:on|off|up|down|to|at|please)\b|$)"
)
#: One of several by its number: "bulb number 2", "the bulbs , not number 2".
_BY_NUMBER = Sparing(r"\bnumber (?P<number>\d|one)\b")
#: "The pool light blue" is the Pool Light in blue, and not the pool in a light blue.
_LIGHT_COLOURED = Sparing(
    rf"(?P<np>(?P<at>\b[a-z0-9]+(?: [a-z0-9]+){{0,2}}?) light) (?={'|'.join(said[6:] for said in english.COLOURS if said.startswith('light '))}\b)"
)


class HouseWords:
    """The words of one house; one of them stands in whatever is asked of it."""

    def __init__(self, directory: Directory) -> None:
        self.directory = directory
        self._numbered_rooms = NumberedRooms(directory.places, directory.exact)
        self._words = directory.vocabulary() | directory.words.keys() | _OF_A_HOUSE | _written_together(directory)
        #: "Mum and Dad's room" is no list where the area has another name.
        self._own_names = {
            " ".join(said): own
            for said, (name, _) in directory.places.items()
            if "and" in said and name and "and" not in (own := plain(name)).split()
        }
        self._with_and = (
            re.compile(rf"(?<!\S)(?:{'|'.join(map(re.escape, self._own_names))})(?!\S)") if self._own_names else None
        )
        parts = "|".join(directory.parts_of_house)
        self._of_house = (
            re.compile(rf"\b(?:the|my|our) (?:whole |entire )?(?:{parts})(?= |$)(?! floor)") if parts else None
        )
        #: What machines that move are called by one word: "rosie", "roomba".
        self._machines = {
            name
            for entity in directory.entities
            if entity.id.startswith(_MOVING)
            for name in (*map(plain, (entity.name, *entity.aliases)), "roomba", "robot", "mower", "vacuum", "hoover")
        }
        #: Whose things there are, of devices and of rooms: "ellas".
        self._people = {
            plain(said[0])
            for entity in directory.entities
            for name in (entity.name, *entity.aliases, entity.area or "")
            for said in _SOMEBODYS.finditer(name.replace("’", "'"))
        }

    def with_is(self, words: str) -> str:
        """Return a sentence as it was said with "is" for what is left of it, where what follows is nothing of a house.

        "The bike's charged" is; "Anna's lamp" and "the kitchen's blinds" are not.
        """

        def whole(said: re.Match[str]) -> str:
            owner, owned = plain(f"{said[1]}'s"), plain(said[2])
            owns = (
                owner in self.directory.vocabulary()
                or self.has(owned)
                or (owner in self._people and owned in ("to", "1"))
            )
            owns = owns or owned in _OWNED or plain(said[1]) in NEVER_A_REASON
            return said[0] if owns else f"{said[1]} is {said[2]}"

        def standing(said: re.Match[str]) -> str:
            owner, name = plain(f"{said['who']}'s"), plain(said["who"])
            known = owner in self.directory.vocabulary() or self.has(name) or name in NEVER_A_REASON
            return said[0] if known else f"{said['lead']}{said['who']} is "

        def compared(said: re.Match[str]) -> str:
            own = plain(f"{said[1]}'s")
            return f"{own} {said[2] or ''}" if own in self._people else said[0]

        words = _SOMEBODY_IS.sub(
            lambda said: f"{said['who']} is " if plain(f"{said['who']}'s") in self._people else said[0], words
        )
        words = _COMPARED.sub(compared, words)
        return _LEFT_OF_IS.sub(whole, _STANDING.sub(standing, with_is(self._numbered_rooms.spanned(words))))

    def numbered(self, text: str) -> str:
        """Return a plain sentence with the name of each of several numbers: "pendants 1 and 3" are pendant 1 and 3."""

        def named(said: re.Match[str]) -> str:
            words = said["noun"].split()
            for begin in range(len(words)):
                noun = " ".join([*words[begin:-1], singular(words[-1])])
                names = [f"{noun} {number}" for number in re.findall(r"\d", said["numbers"].replace("one", "1"))]
                if all(bare(name) in self.directory.exact for name in names):
                    return " ".join([*words[:begin], " and ".join(names)])
            return said[0]

        return _NUMBERS.sub(named, text)

    def fed(self, text: str) -> str:
        """Return a plain sentence with what has to be done to feed somebody: "feed the cat" starts the cat feeder."""

        def started(said: re.Match[str]) -> str:
            for who in dict.fromkeys((singular(said["who"]), said["who"])):
                number = self.directory.exact.get(f"{who} feeder", 0)
                if number.bit_count() == 1:
                    (name,) = self.directory.ids(number)
                    return f"{'press' if name.startswith('button.') else 'turn on'} the {who} feeder"
            return said[0]

        return text if _NOT_TO_FEED.match(text) else _FEEDING.sub(started, text)

    def in_their_room(self, text: str) -> str:
        """Return a plain sentence with "in Max's room" for "in Max's", where there is such a room."""
        words = _THEIR_ROOMS.sub(self._rooms_of, text).split()
        ends = [after in _NO_NOUN for after in (*words[1:], ",")]
        told: list[str] = []
        for place, word in enumerate(words):
            inside = bool(told) and (told[-1] in _INTO or (told[-1] == "and" and " " in "".join(told[-2:-1])))
            room = inside and ends[place] and (word, "room") in self.directory.places
            told.append(f"{word} room" if room else word)
        return _ALL_THEIRS.sub(self._in_the_room_of, " ".join(told))

    def _in_the_room_of(self, said: re.Match[str]) -> str:
        """Return "the lights in Max's room" for "Max's lights", where only one of several there is called his."""
        room = self.directory.places.get((said["who"], "room"))
        kind = singular(said["noun"])
        if room is None or kind == said["noun"] or kind not in english.KINDS:
            return said[0]
        own = self.directory.exact.get(f"{said['who']} {kind}", 0)
        called = self.directory.named if kind == "lamp" else self.directory.words
        several = (room[1] & called.get(kind, 0)).bit_count() > 1
        if own.bit_count() != 1 or not several or said[0] in self.directory.spoken[own.bit_length() - 1]:
            return said[0]
        return f"the {said['noun']} in {said['who']} room"

    def the_one(self, text: str) -> str:
        """Return a plain sentence with the kind of thing that was named for "the one in": "the lamp in Max's"."""
        if (said := _ONE_IN.search(text)) is None:
            return text
        named = _SWITCHING.sub("", text[: said.start()])
        kinds = [word for word in map(singular, named.split()) if word in english.KINDS]
        if len({*kinds}) != 1 and (said["s"] or {*kinds} <= _HUNG):
            return text  # of blinds and shutters it may be either
        return f"{text[: said.start()]}the {kinds[-1]}{said['s']}{text[said.end() :]}" if kinds else text

    def of_each(self, text: str, last: Sequence[str] = ()) -> str:
        """Return a plain sentence in which what somebody has is said of each: "ellas lamp on and maxs lamp off".

        "Ella's lamp on and Max's off" is not all that Max has, nor is "the hall lamp on and Max's off" or "Ella's and
        Max's lamps".
        """
        words = text.split()
        owners = [place for place, word in enumerate(words) if word in self._people or f"{word}s" in self._people]
        spoken = self._spoken_of(last) if _SPOKEN_OF.search(text) else []
        if not owners:
            return text
        nouns = {place: self._owned(words, place) for place in owners if words[place] in self._people}
        told: dict[int, list[str]] = {}
        for number, place in enumerate(owners):
            after, before = words[place + 1 : place + 2], words[place - 1] if place else ""
            if nouns.get(place) or before in _INTO or (after and after[0] not in _NO_NOUN):
                continue
            later = owners[number + 1 : number + 2]
            along = bool(later) and words[place + 1 : later[0]] in (["and"], [","], ["or"], ["and", "also"])
            noun = nouns.get(later[0], []) if along else []
            named = self._kind_before(words[:place]) if before in ("and", ",") else []
            earlier = [each for each in (spoken, named) if each] + [
                nouns[each] for each in owners[:number] if nouns.get(each)
            ]
            if not noun and words[place] in self._people and earlier:
                noun = earlier[-1]
            if noun and along and noun == nouns.get(later[0]):  # "tillys and noahs lamps": of each one
                for at, word in enumerate(noun, later[0] + 1):
                    told[at] = [word]
            if noun:
                told[place] = [words[place] if words[place] in self._people else f"{words[place]}s", *noun]
        said_of_each = " ".join(word for place, said in enumerate(words) for word in told.get(place, [said]))
        return _ALL_THEIRS.sub(self._in_the_room_of, said_of_each)

    def is_of_other_kinds(self, text: str, intent: HomeIntent) -> bool:
        """Say whether somebody's would move, which was not said, beside another kind: "the kettle off and Max's on"."""
        words = [*text.split(), ","]
        moved = [act.entity_id for act in intent.acts]
        for place, word in enumerate(words[1:-1], 1):
            if word not in self._people or words[place - 1] not in ("and", ",") or words[place + 1] not in _NO_NOUN:
                continue
            theirs = self.directory.words.get(singular(word), 0) | self.directory.places.get((word, "room"), ("", 0))[1]
            owned = {*self.directory.ids(theirs)}
            kinds = [{name.partition(".")[0] for name in moved if (name in owned) is own} for own in (True, False)]
            if kinds[0] and kinds[1] and kinds[0] != kinds[1]:
                return True
        return False

    def _rooms_of(self, said: re.Match[str]) -> str:
        rooms = [(name if name.endswith("s") else f"{name}s", "room") for name in (said["one"], said["other"])]
        if not all(room in self.directory.places for room in rooms):
            return said[0]
        return f"{' '.join(rooms[0])} and {' '.join(rooms[1])}"

    def _spoken_of(self, last: Sequence[str]) -> list[str]:
        """Return the kind of thing that all of those spoken of last are called by."""
        names = {tuple(plain(thing.name).split()) for thing in self.directory.entities if thing.id in last}
        called = {name[1:] if name[0] in self._people else name[-1:] for name in names}
        noun = [*called.pop()] if len(called) == 1 else []
        return noun if noun and noun[-1] in english.KINDS else []

    def _kind_before(self, words: list[str]) -> list[str]:
        """Return the kind that was spoken of last in some words, which what is somebody's is too: "..., and Nana's"."""
        return next(([word] for word in map(singular, reversed(words)) if word in english.KINDS), [])

    def _owned(self, words: list[str], owner: int) -> list[str]:
        """Return the words beside an owner's that name a thing of theirs: "ellas lamp", "the lamp in ellas room"."""
        if owner > 1 and words[owner - 1] in _INTO:
            return [words[owner - 2]] if singular(words[owner - 2]) in english.KINDS else []
        for length in (3, 2, 1):
            noun = words[owner + 1 : owner + 1 + length]
            noun = [*noun[:-1], singular(noun[-1])] if noun else []
            if len(noun) == length and (" ".join([words[owner], *noun]) in self.directory.exact):
                return noun
        return [word for word in words[owner + 1 : owner + 2] if singular(word) in english.KINDS]

    def of_machine(self, text: str, last: Sequence[str]) -> str:
        """Return a plain sentence with "it" for her or him, where a machine that moves was spoken of last, or in it."""
        if (sent := _SENT.fullmatch(text)) and sent["who"] in self._machines:
            return f"{sent['verb']} the {sent['who']}"
        told = " , " in text and not self._machines.isdisjoint(text.partition(" , ")[0].split())
        if not told and not (last and all(name.startswith(_MOVING) for name in last)):
            return text
        return _IT.sub(lambda said: f"{said['verb']} it" if said["verb"] else "it", _ITS.sub("its", text))

    def by_one_name(self, text: str) -> str:
        """Return a plain sentence with an area's own name for another one that has an "and" in it.

        "The flat" is the floor where one goes by that name, and not all of the house.
        """
        if self._of_house is not None:
            text = self._of_house.sub(r"\g<0> floor", text)
        text = _ROOM_NUMBERS.sub(self._rooms, self._numbered_rooms.told(_NUMBER_ONE.sub(self._first, text)))
        text = _LEVELLED.sub(self._levelled, text)
        text = _LIGHT_COLOURED.sub(self._coloured, _NUMBER_TWO.sub(self._second, text))
        text = _BY_NUMBER.sub(self._by_number, text)
        return self._with_and.sub(lambda said: self._own_names[said[0]], text) if self._with_and else text

    def _first(self, said: re.Match[str]) -> str:
        room = singular(said["word"])
        known = (room, "1") in self.directory.places and (room, "one") not in self.directory.places
        return f"{said['word']} 1" if known else said[0]

    def _rooms(self, said: re.Match[str]) -> str:
        numbers = re.findall(r"\d", said["all"])
        known = any((said["room"], number) in self.directory.places for number in numbers)
        return " and ".join(f"{said['room']} {number}" for number in numbers) if known else said[0]

    def _levelled(self, said: re.Match[str]) -> str:
        """Return how bright it shall be in each of the places of a list, and not in the last alone."""
        places = [tuple(each.removeprefix("the ").split()) for each in re.split(r"(?: ,)? and | , ", said["places"])]
        return f"in {said['places']}" if all(place in self.directory.places for place in places) else said[0]

    def _second(self, said: re.Match[str]) -> str:
        whole = f"{said['word']} 2 {said['noun']}"
        known = (said["word"], "2") in self.directory.places and bare(whole) in self.directory.exact
        return whole if known else said[0]

    def _by_number(self, said: re.Match[str]) -> str:
        """Return what is told by its number by the last word before it, with which the number is that of one thing."""
        number = said["number"].replace("one", "1")
        numbered = self.directory.named.get(number, 0)
        before = said.string[: said.start()].split()
        if before and (before[-1], number) in self.directory.pairs:
            return number
        for word in map(singular, reversed(before)):
            if (self.directory.named.get(word, 0) & numbered).bit_count() == 1 and not word.isdigit():
                return number if before and singular(before[-1]) == word else f"{word} {number}"
        return said[0]

    def _coloured(self, said: re.Match[str]) -> str:
        words = said["at"].split()
        for begin in range(len(words)):
            at = words[begin:]
            if self.directory.exact.get(bare(" ".join(at)), 0) & self.directory.domain.get("light", 0):
                return said[0]  # "the tree light blue", where the tree is a lamp
            if bare(f"{' '.join(at)} light") in self.directory.exact or tuple(at) in self.directory.places:
                return f"{said['np']} bright "
        return said[0]

    def has(self, text: str) -> bool:
        """Say whether a word of this house is in a plain sentence."""
        words = text.split()
        return not self._words.isdisjoint(words) or not self._words.isdisjoint(map(singular, words))
