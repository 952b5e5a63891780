"""The parts of a clause: each of its words is a name, a way to go, a value or politeness, or nothing is understood."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from assistant.home.understanding.acts import options
from assistant.home.understanding.gist.words import (
    ARTICLES,
    LIGHT_VERBS,
    NEVER,
    OTHER_VERBS,
    PLACING,
    SOFT,
    STATES,
    VERBS,
)
from assistant.home.understanding.names.names import Directory
from assistant.home.understanding.wording import english
from assistant.home.understanding.wording.values import Placed, Quantity, values_in
from assistant.home.understanding.wording.words import singular

#: Words of a way that are a preposition where a name goes on after them: "the lamp on the table".
_WAYS = frozenset("on off up down out in back over".split())
_POINTED = frozenset("it them".split())
_ABOUT = frozenset("about around roughly approximately say".split())
_BEFORE_VALUES = frozenset("to at on by in into".split())
#: One of these makes a clause tell how things are, where no wish is in it.
_TELLING = frozenset("is are am was were has had does did".split())
#: After these another verb may say what is wanted: "go and pop the door", "get the lamp lit".
_LEADING = frozenset("go get let have make do want need come".split())
#: Verbs with which a scene is called for by its name.
_CALLING = frozenset("do have run start put set go play get make give".split())
#: What only a machine for it does: "clean the fan" is said to people.
_CLEANING = frozenset("vacuum hoover clean sweep mop mow".split())
#: What verbs want with which nothing goes: "pop the garage door".
_BARE_VERBS = {
    "pop": "open", "drop": "close", "crack": "open", "hit": "press", "run": "start", "fold": "close", "tap": "press",
}  # fmt: skip
#: Of "more" these say nothing, where no quality follows.
_NO_AMOUNT = frozenset("all still even way far much".split())


@dataclass(slots=True)
class Parts:
    """What a clause was found to hold."""

    names: list[str] = field(default_factory=list)
    wishes: list[str] = field(default_factory=list)  #: "on", "open", "brighter", ...: the ways that things are to go
    values: list[str] = field(default_factory=list)
    bare: str = ""  #: what its verb wants, as long as nothing goes with that
    verb: bool = False  #: a verb of any kind was said
    calls: bool = False  #: ... with which a scene is called for
    telling: bool = False  #: it has a word with which is told how things are
    early: bool = False  #: a value came before all that it could be of


class Lexicon:
    """The words that mean something in one house."""

    def __init__(self, directory: Directory) -> None:
        self.vocabulary = directory.vocabulary()
        of_house = self.vocabulary | directory.words.keys()
        same = {word for group in english.SAME for name in group for word in name.split()} - {"a", "c", "ac"}
        self._named = of_house | (english.GENERIC - {"ac"}) | same | {"here"}
        self.options = {
            tuple(name.split()) for entity in directory.entities for name in options(entity) if name not in STATES
        }
        self._longest_option = max(map(len, self.options), default=0)

    def is_name(self, word: str) -> bool:
        """Say whether a word names a thing, a place or a kind."""
        return word in self._named or singular(word) in self._named

    def values(self, text: str) -> dict[int, tuple[Placed, int]]:
        """Return the values of a clause by the place of their first word, without those that are part of a name."""
        words = text.split()
        starts = {sum(len(word) + 1 for word in words[:place]): place for place in range(len(words))}
        found: dict[int, tuple[Placed, int]] = {}
        for placed in values_in(text):
            said = text[placed.start : placed.end].split()
            if placed.start not in starts or (placed.value.kind == "more" and len(said) == 1 and said[0] in _NO_AMOUNT):
                continue
            if placed.value.kind not in ("colour", "level", "number") or not self.vocabulary.issuperset(said):
                found[starts[placed.start]] = (placed, len(said))
        for start in range(1, len(words)):
            for length in range(min(self._longest_option, len(words) - start), 0, -1):
                said = words[start : start + length]
                if start not in found and tuple(said) in self.options and not self._named.issuperset(said):
                    found[start] = (Placed(Quantity(kind="option"), 0, 0), length)
        return found


def taken_apart(lexicon: Lexicon, text: str) -> Parts | None:
    """Return the parts of a plain clause; None where a word is left over, or shows that nothing is wanted."""
    return _Taker(lexicon, text).parts()


class _Taker:
    """Takes one clause apart, word by word: the first of its rules that fits a word says what that is."""

    def __init__(self, lexicon: Lexicon, text: str) -> None:
        self._lexicon = lexicon
        self._words = text.split()
        self._valued = lexicon.values(text)
        self._found = Parts()
        self._named: list[str] = []
        self._place = 0
        self._lead = True  #: only politeness so far
        self._crossed = False  #: there was a pause after what is wanted
        self._goes_on = False  #: a name follows

    def parts(self) -> Parts | None:
        while self._place < len(self._words):
            taken = self._value() if self._place in self._valued else self._word(self._words[self._place])
            if not taken:
                return None
            self._place += taken
        self._end_of_name()
        return None if self._crossed and self._found.telling else self._found

    def _word(self, word: str) -> int:
        """Take one word; return 1, or 0 where it is left over."""
        if (word in NEVER and not (word == "should" and self._place)) or self._by_hand(word):
            return 0
        self._goes_on = self._name_at(self._place + 1)
        rules: tuple[Callable[[str], bool], ...] = (
            self._little, self._of_a_name, self._leading_verb, self._way, self._name, self._article, self._before_value,
            self._verb, self._soft, self._unknown_verb,
        )  # fmt: skip
        return int(any(rule(word) for rule in rules))

    def _by_hand(self, word: str) -> bool:
        return (
            word in _CLEANING and not self._named and not self._found.names and not self._is_noun(self._place)
        )  # fmt: skip

    def _value(self) -> int:
        """Take a value; return how many words it has, 0 where there can be none here."""
        words, (placed, length), found = self._words, self._valued[self._place], self._found
        before = words[self._place - 1] if self._place else ""
        if before in ("the", "my", "our") and self._name_at(self._place + length):
            return 0  # "the high light" is a name, if anything
        self._end_of_name()
        if placed.value.kind == "number" and not found.names and length < len(words):
            return 0  # "two lamps and a kettle"
        found.early |= not (found.names or found.verb)
        found.values.append(" ".join(words[self._place : self._place + length]))
        self._lead = False
        return length

    def _little(self, word: str) -> bool:
        """Take "bright" at the end of what is wanted, and "right" before a way."""
        before = self._words[self._place - 1] if self._place else ""
        if word == "bright" and (self._found.names or self._named) and not self._found.values:
            if before in ("too", "so"):
                return False
            self._end_of_name()
            self._found.values.append("100 percent")
            return True
        return word == "right" and self._words[self._place + 1 : self._place + 2] in (
            ["up"],
            ["down"],
            ["off"],
            ["back"],
        )

    def _of_a_name(self, word: str) -> bool:
        """Take a little word in the middle of a name: "the lamp on the table and the fan"."""
        inside = word == "and" or (
            word in PLACING and not (word in _WAYS and self._named[-1:][0:1] and self._named[-1] in ARTICLES)
        )
        if not (self._named and self._goes_on and inside):
            return False
        self._named.append(word)
        return True

    def _leading_verb(self, word: str) -> bool:
        if not self._lead or word not in VERBS.keys() | LIGHT_VERBS or self._is_noun(self._place):
            return False
        self._found.verb = True
        if word in VERBS:
            self._found.wishes.append(VERBS[word])
            self._lead = False
        else:
            self._lead = word in _LEADING
            self._found.bare = _BARE_VERBS.get(word, "")
            self._found.calls |= word in _CALLING
        return True

    def _way(self, word: str) -> bool:
        if word not in STATES or (word == "in" and self._goes_on) or self._names_more_than_a_way(word):
            return False
        found = self._found
        if not (word == "on" and not self._named and self._goes_on and found.names and not found.wishes):
            self._end_of_name()
            found.telling |= not found.verb and word.endswith("ed")
        if STATES[word]:
            found.wishes.append(STATES[word])
        return True

    def _names_more_than_a_way(self, word: str) -> bool:
        """Say whether a word for a way is part of a name: "the back door"."""
        if word not in self._lexicon.vocabulary:
            return False
        after_article = self._place > 0 and self._words[self._place - 1] in ARTICLES
        return word not in _WAYS or (self._goes_on and after_article)

    def _name(self, word: str) -> bool:
        if not self._lexicon.is_name(word) and word not in _POINTED:
            return False
        self._named.append(word)
        self._lead = False
        return True

    def _article(self, word: str) -> bool:
        if word in ARTICLES:
            if self._goes_on and (word != "that" or self._words[self._place + 1] not in ARTICLES):
                self._named.append(word)
            return True
        if word in PLACING and self._goes_on and not self._named:
            self._named.append(word)
            return True
        return False

    def _before_value(self, word: str) -> bool:
        """Take a preposition before a value, with little words between: "at about sixty"."""
        if word not in _BEFORE_VALUES:
            return False
        place = self._place + 1
        while place < len(self._words) and place not in self._valued and self._words[place] in ARTICLES | _ABOUT:
            place += 1
        if place not in self._valued:
            return False
        self._end_of_name()
        return True

    def _verb(self, word: str) -> bool:
        told = word in VERBS and not self._is_noun(self._place)
        if not told and word not in LIGHT_VERBS:
            return False
        self._end_of_name()
        self._found.wishes += [VERBS[word]] if told else []
        self._found.verb = True
        return True

    def _soft(self, word: str) -> bool:
        if word not in SOFT and word != "," and word not in _TELLING:
            return False
        self._end_of_name()
        self._crossed |= word == "," and bool(self._found.names or self._found.wishes)
        self._found.telling |= word in _TELLING
        return True

    def _unknown_verb(self, word: str) -> bool:
        """Take a verb that is not known: the way that goes with it says what it does, "boot the telly off"."""
        after = self._words[self._place + 1 : self._place + 2]
        if (
            not self._lead
            or word in OTHER_VERBS
            or word.endswith(("ed", "ing", "s"))
            or not {"the", "my", "our"} & {*after}
        ):
            return False
        self._found.verb, self._lead = True, False
        return True

    def _end_of_name(self) -> None:
        named = self._named
        while named and named[-1] in PLACING | ARTICLES | {"and"} and named[-1] not in self._lexicon.vocabulary:
            named.pop()
        while named and named[0] in ("with", "for"):
            named.pop(0)
        if named:
            self._found.names.append(" ".join(named))
        named.clear()

    def _is_noun(self, place: int) -> bool:
        """Say whether a word that may be a verb is part of a name here: "the light", "light over the table"."""
        words, is_name = self._words, self._lexicon.is_name
        if not is_name(words[place]):
            return False
        if place and (words[place - 1] in ARTICLES or is_name(words[place - 1])):
            return True
        after = words[place + 1 : place + 2]
        return not after or not (after[0] in ARTICLES or is_name(after[0]) or after[0] in ("up", "it", "them"))

    def _name_at(self, place: int) -> bool:
        """Say whether a name stands at a place, perhaps with its article."""
        words = self._words
        while place < len(words) and words[place] in ARTICLES:
            place += 1
        if place >= len(words) or place in self._valued:
            return False
        named = words[place] in _POINTED or self._lexicon.is_name(words[place])
        return named and not (words[place] in VERBS and not self._is_noun(place))
