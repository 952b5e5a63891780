"""What a misheard sentence may have been: its unknown words taken for words of the house that sound alike."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache

from assistant.home.understanding.acts import options
from assistant.home.understanding.names.names import Directory
from assistant.home.understanding.names.noun_phrases import DETERMINERS, EVERYWHERE, EXCEPT, HERE
from assistant.home.understanding.rephrased import REPHRASING
from assistant.home.understanding.wording import english
from assistant.home.understanding.wording.mishearings import PHRASES, SURE_VERBS, VERBS
from assistant.home.understanding.wording.phrasebook import IDIOMS, PROPERTIES, VALUE_VERBS, WAYS
from assistant.home.understanding.wording.values import VALUE_WORDS
from assistant.home.understanding.wording.words import cardinal_word, singular
from assistant.languages.en.sounding import Sounding
from assistant.languages.en.sounds import alike, phones, sound


def _words_of(pattern: str) -> Iterator[str]:
    """Yield the words that an expression has in it."""
    bare_pattern = re.sub(r"\(\?P<\w+>", "(", pattern)
    yield from re.findall(r"[a-z]+", re.sub(r"\\[a-zA-Z]", " ", bare_pattern))


_KNOWN_WAYS = frozenset(word for _, way, *_ in WAYS for word in _words_of(way.pattern) if len(word) > 1)
#: The words that hold the phrases and the clauses of a command together.
_HOLDING = (
    frozenset(
        word
        for way in (
            EVERYWHERE.pattern,
            HERE.pattern,
            *(way.pattern for way in REPHRASING),
            *(said for said, _ in DETERMINERS),
        )
        for word in _words_of(way)
    )
    | frozenset(" ".join((*(" ".join(marker) for marker in EXCEPT), *english.PRONOUNS, *IDIOMS)).split())
    | frozenset(
        "then after also plus about around k c f effect mode preset program programme devices whole else".split()
    )
)
KNOWN = (
    _KNOWN_WAYS
    | english.GLUE
    | english.ALL
    | english.GENERIC
    | frozenset(" ".join(verb for verb, _ in VALUE_VERBS).split())
    | frozenset(" ".join(name for name, _ in PROPERTIES).split())
    | VALUE_WORDS
    | frozenset("is are was did do does has have i we you which what how many warm cold any anything when last".split())
    | frozenset(
        "and but except apart other than it them here degrees percent everything upstairs downstairs back".split()
    )
)
#: What things are set to in words: colours and units, of one word each.
_SETTINGS = [colour for colour in english.COLOURS if " " not in colour] + (
    "degrees percent kelvin halfway mode oscillate oscillating dock brighter dimmer warmer cooler brightness speed"
).split()
_SETTING_LIKENESS = 0.85
#: How much less a name may sound like what was heard than a setting does, and be meant.
_RATHER_A_NAME = 0.07
#: How a command begins that may set something so: "up with people" is not purple.
_SETTING = frozenset(
    ("set make turn put change switch open close send dim start run get bring have colour color please").split()
)
_LONGEST = 3  #: words that one name may have been taken apart into
_STEMS = {"wash": "washing", "dry": "drying", "charge": "charging"}
_NEAREST = 4  #: names that are tried for one stretch
_LEAST_ALIKE = 0.73  #: what is less alike is not even asked about
#: Before these a word says where something is: "the light above the hob".
_BESIDE = frozenset("above by over under near behind beside of below next".split())
_SURE_DIFFERENCE = 0.8  #: how alike two names have to be where they differ, for one to be taken for the other
_VARIANTS = 12
_LENGTHS = 3  #: sounds that a misheard word may have more, or fewer
#: Words that hold a sentence together: no name was misheard as one of them.
_FIXED = (
    frozenset("the on off to and in is are was were then all every each".split())
    | {word for marker in EXCEPT for word in marker}
    | {"leave", "keep", "never"}
)
_COMMON_LIKENESS = 0.85  #: what a house may well have, "candle", is hardly a misheard "kettle"
_HELD_LIKENESS = 0.8  #: "of his" is heard for "office", other words that hold a sentence together are meant
_MOST_UNKNOWN = 3  #: words without a meaning here: with more of them it was no command to this house
#: Words that begin a story, not a command.
_TELLING = frozenset(
    "i he she it they we you there my his her their our this that mum mom dad who everyone somebody people".split()
)
#: How a command or a question begins, as it is said and as it is heard; and what stands in one that begins otherwise.
_BEGINNING = (
    frozenset(word for way in WAYS for word in way.openers or ())
    | {verb.split(maxsplit=1)[0] for verb, _ in VALUE_VERBS}
    | VERBS.keys()
    | frozenset("turnoff turnon un hope hoping oh o is are did have has which what how any anything where when".split())
)
_WITHIN = frozenset(
    (
        "on off of open closed shut up down out lights lamps percent degrees kelvin half brighter dimmer darker warmer "
        "cooler hotter colder faster slower higher lower"
    ).split()
)
#: Of what is said or shown something is told: these were heard for no name.
_SAYING = frozenset("says said saying told tells asked asks shows showed".split())
_PARTICLES = frozenset("on off up down out".split())
_REMEMBERED = 2_000  #: what was heard, for which the near names are kept
_SPOKEN_VERBS = "turn switch open close shut lock unlock set dim start stop raise lower make activate".split()


@cache
def _verbs_by_sound() -> dict[tuple[str, ...], str]:
    return {phones(verb): verb for verb in _SPOKEN_VERBS}


@dataclass(frozen=True, slots=True)
class Repair:
    """A sentence with words replaced: how alike it sounds (0 to 1), and whether it may be sure at all."""

    text: str
    likeness: float
    sure: bool


class Repairs:
    """The words of a house by their sound."""

    def __init__(self, directory: Directory) -> None:
        vocabulary = directory.vocabulary()
        self._known = set(vocabulary) | set(directory.words)
        #: what may be meant: each word of the names, in the form it is said in, and each name of several words
        terms: dict[str, None] = {}
        #: how many names of several words end in a word
        self._ends = Counter(name.rpartition(" ")[2] for name in directory.exact if " " in name)
        for name in directory.exact:
            words = name.split()
            terms.update(dict.fromkeys(word for word in words if not word[0].isdigit()))
            for size in (2, 3):
                for start in range(len(words) - size + 1):
                    terms[" ".join(words[start : start + size])] = None
        for place in directory.places:
            terms.update(dict.fromkeys(place))
            terms[" ".join(place)] = None
        for word in english.GENERIC:
            if directory.words.get(word):
                terms.update({word: None, f"{word}s": None})
        options_here = {word for entity in directory.entities for option in options(entity) for word in option.split()}
        settings = _SETTINGS + sorted(word for word in options_here if word.isalpha())
        self._settings = frozenset(settings) - terms.keys()
        self._terms = [term for term in terms if len(term) > 1]
        known = set(directory.vocabulary()) | set(directory.words)
        self._same: dict[str, list[str]] = {}
        for group in english.SAME:
            here = [name for name in group if name in terms or (" " not in name and name in known)]
            for said in group:
                if said not in here and here:
                    self._same[said] = here
        #: what only goes before another word here: after the "Telly Strip" of a house a "telly" is still its TV
        ends = {name.rpartition(" ")[2] for name in directory.exact} | {place[-1] for place in directory.places}
        self._before: dict[str, str] = {}
        for group in english.SAME:
            heads = [name for name in group if name in ends]
            if len(heads) == 1:
                self._before |= {
                    said: heads[0] for said in group if said in known and said not in ends and said.isalpha()
                }
        self._pairs = directory.pairs
        lone = sorted((said for said, others in self._same.items() if len(others) == 1), key=len, reverse=True)
        self._other_words = re.compile(rf"(?<!\S)({'|'.join(lone)})(s?)(?!\S)") if lone else None
        self._options = options_here
        self._joined = {term.replace(" ", ""): term for term in (*options_here, *self._terms)}
        self._sounding = Sounding(self._terms, least=_LEAST_ALIKE, lengths=_LENGTHS)
        self._set_to = Sounding(sorted(self._settings), least=_SETTING_LIKENESS, lengths=_LENGTHS)
        self._heard: dict[str, tuple[tuple[str, float], ...]] = {}
        #: "wash" where only something for washing is in the house
        named = directory.vocabulary()
        self._stem = {stem: word for stem, word in _STEMS.items() if word in named and stem not in named}

    def of(self, text: str, *, named: bool = True) -> list[Repair]:
        """Return what a sentence may have been, the likeliest first; not the sentence itself.

        Without `named` only what needs no search among the names: its verb, its particles, what was written apart.
        """
        words = text.split()
        if words[0] in _TELLING or "your" in words:
            return []
        if words[0] not in _BEGINNING and _WITHIN.isdisjoint(words) and phones(words[0]) not in _verbs_by_sound():
            return []
        if self.unknown(text) > _MOST_UNKNOWN:
            return []
        found: dict[str, Repair] = {}
        for start in _grammatical(text):
            for repair in self._named(start) if named else self._spelled(start):
                if repair.text != text and (repair.text not in found or found[repair.text].likeness < repair.likeness):
                    found[repair.text] = repair
        return sorted(found.values(), key=lambda repair: -repair.likeness)[:_VARIANTS]

    def joined_up(self, text: str) -> str:
        """Return a sentence with the names in it put together that were written apart: "the down lights"."""
        words = text.split()
        result: list[str] = []
        place = 0
        while place < len(words):
            two = words[place : place + 2]
            both = "".join(two)
            term = both if len(two) == 2 and {both, singular(both)} & self._joined.keys() else None
            if (
                term
                and " " not in self._joined.get(singular(both), both)
                and not (place == 1 and two[0] in _PARTICLES)
                and not set(two) <= self._known
                and " ".join(two) not in self._joined.values()
            ):
                result.append(term)
                place += 2
            else:
                result.append(words[place])
                place += 1
        return " ".join(result)

    def unknown(self, text: str) -> int:
        """Return how many words of a plain text have no meaning in this house."""
        return sum(not self._is_known(word) for word in text.split())

    def explained(self, text: str) -> bool:
        """Say whether each word of a plain text has some meaning in this house: else no way of saying it can fit."""
        return all(
            self._is_known(word) or word in _HOLDING or word in self._options or word in english.ORDINALS
            for word in text.split()
        )

    def _spelled(self, base: Repair) -> Iterator[Repair]:
        """Yield the sentence with its names written together, and with other words for the same things."""
        joined = Repair(" ".join(self._joined_up(base.text.split())), base.likeness, base.sure)
        yield joined
        yield from self._renamed(joined)

    def _named(self, base: Repair) -> Iterator[Repair]:
        """Yield the sentence with its unknown stretches replaced by names that sound like them."""
        joined = self._joined_up(base.text.split())
        variants = [Repair(" ".join(joined), base.likeness, base.sure)]
        yield from self._spelled(base)
        for _ in range(3):
            more: list[Repair] = []
            for variant in variants[:6]:
                words = variant.text.split()
                place = next((number for number, word in enumerate(words) if not self._is_known(word)), None)
                if place is not None:
                    more += self._replaced(variant, words, place)
            if not more:
                break
            more.sort(key=lambda repair: -repair.likeness)
            yield from more
            variants = more
        if variants and variants[0].text == " ".join(joined):
            yield from self._suspected(variants[0])

    def in_its_words(self, text: str) -> str:
        """Return a plain sentence with the word of this house for what goes by just one other name here."""
        text = " ".join(self._stem.get(word, word) for word in text.split())
        if not self._before.keys().isdisjoint(words := text.split()):
            text = " ".join(
                self._before.get(word, word)
                if (word, after) not in self._pairs and _BESIDE.isdisjoint(words[max(0, place - 2) : place])
                else word
                for place, (word, after) in enumerate(zip(words, [*words[1:], ""], strict=True))
            )
        if self._other_words is None:
            return text
        return self._other_words.sub(lambda said: self._same[said[1]][0] + said[2], text)

    def renamed(self, text: str) -> Iterator[str]:
        """Yield a plain sentence with other words for the same things, where this house does not know those said."""
        yield from (repair.text for repair in self._renamed(Repair(text, 1.0, sure=True)))

    def _renamed(self, base: Repair) -> Iterator[Repair]:
        """Yield the sentence with another word for the same thing: this house has a couch, and no sofa."""
        for said, others in self._same.items():
            for spoken in (f"{said}s", said):
                if f" {spoken} " in f" {base.text} ":
                    for other in others:
                        yield Repair(
                            f" {base.text} ".replace(f" {spoken} ", f" {other} ").strip(),
                            0.99 * base.likeness,
                            base.sure,
                        )
                    break

    def _suspected(self, variant: Repair) -> Iterator[Repair]:
        """Yield the sentence with one word replaced that is known, but names nothing in this house."""
        words = variant.text.split()
        for place, word in enumerate(words):
            if place and word not in self._known and singular(word) not in self._known and word not in _FIXED:
                yield from (Repair(r.text, r.likeness - 0.02, r.sure) for r in self._replaced(variant, words, place))

    def _replaced(self, base: Repair, words: list[str], place: int) -> list[Repair]:
        result = []
        begin = int(words[0] in _BEGINNING)
        for first in (place - 1, place):
            for length in range(1, _LONGEST + 1):
                last = first + length
                if first < 0 or (first < begin and first != place) or last <= place or last > len(words):
                    continue
                stretch = words[first:last]
                if not _SAYING.isdisjoint(stretch):
                    continue
                held = _FIXED & set(stretch)
                if held and (length == 1 or not set(stretch) - held):
                    continue
                heard = " ".join(cardinal_word(word) for word in stretch)
                for term, near, apart in self._heard_as(heard, stretch):
                    if term in self._settings and words[0] not in _SETTING:
                        continue
                    if held and near < _HELD_LIKENESS:
                        continue
                    lower = (near - 0.08 * apart) * base.likeness - (0.03 if length > 1 and first < place else 0.0)
                    common_now = any(
                        {word, singular(word)} & english.COMMON_THINGS and word not in term.split() for word in stretch
                    ) and phones(heard.replace(" ", "")) != phones(term.replace(" ", ""))
                    if common_now and near < _COMMON_LIKENESS:
                        continue
                    result.append(
                        Repair(
                            " ".join([*words[:first], *term.split(), *words[last:]]),
                            lower,
                            base.sure and not apart and not common_now and self._told_apart(heard, term),
                        )
                    )
        return result

    def _heard_as(self, heard: str, stretch: list[str]) -> Iterator[tuple[str, float, bool]]:
        """Yield the words of the house that a stretch sounds like, and whether only so if written as one word."""
        near = self._near(heard)
        yield from ((term, likeness, False) for term, likeness in near)
        if len(stretch) == 2 and not any(map(self._is_known, stretch)):
            known = {term for term, _ in near}
            yield from ((term, like, True) for term, like in self._near("".join(stretch)) if term not in known)

    def _told_apart(self, heard: str, term: str) -> bool:
        """Say whether a name is the one that was heard also by the words in which it differs from others of its kind.

        "Light" says nothing for "cello light", where a house has a telly light and a cellar light.
        """
        said, meant = heard.split(), term.split()
        if len(said) < 2 or len(meant) < 2 or said[-1] != meant[-1] or self._ends.get(meant[-1], 0) < 2:
            return True
        return alike(sound(" ".join(said[:-1])), sound(" ".join(meant[:-1]))) >= _SURE_DIFFERENCE

    def _near(self, heard: str) -> tuple[tuple[str, float], ...]:
        """Return the words of the house that sound most like what was heard; what was heard lately is remembered."""
        near = self._heard.get(heard)
        if near is None:
            if len(self._heard) >= _REMEMBERED:
                self._heard.clear()
            near = self._heard[heard] = tuple(self._nearest(heard))
        return near

    def _nearest(self, heard: str) -> list[tuple[str, float]]:
        near = self._sounding.near(heard, _NEAREST)
        settings = self._set_to.near(heard, 1)
        return near + [each for each in settings if not near or each[1] > near[0][1] + _RATHER_A_NAME]

    def _is_known(self, word: str) -> bool:
        return (
            word in KNOWN or word in self._known or singular(word) in self._known or word[0] == "@" or word == ","
            or word.replace(".", "").isdigit()
        )  # fmt: skip

    def _joined_up(self, words: list[str]) -> list[str]:
        """Put together what was written apart ("bath room"), and apart what was written together ("livingroom")."""
        result: list[str] = []
        place = 0
        while place < len(words):
            for length in (3, 2, 1):
                stretch = words[place : place + length]
                term = self._joined.get("".join(stretch))
                if (
                    len(stretch) == length
                    and term
                    and term != " ".join(stretch)
                    and not (length == 1 and self._is_known(stretch[0]))
                ):
                    result += term.split()
                    place += length
                    break
            else:
                result.append(words[place])
                place += 1
        return result


@lru_cache(256)
def _grammatical(text: str) -> tuple[Repair, ...]:
    """Return the sentence with what recognisers write for its verb and particles put right, and as it is."""
    result = [Repair(text, 1.0, sure=True)]
    changed, alike = text, 1.0
    for pattern, into, worth in PHRASES:
        mended = pattern.sub(into, changed)
        if mended != changed:
            changed, alike = mended, alike * worth
    if changed != text:
        result.append(Repair(changed, alike, sure=alike >= 0.9))
    first, _, rest = text.partition(" ")
    if rest and first not in _BEGINNING and (verb := _verbs_by_sound().get(phones(first))):
        result.append(Repair(f"{verb} {rest}", 0.98, sure=True))
    for base in list(result):
        first, _, rest = base.text.partition(" ")
        if first in VERBS and rest:
            again = Repair(f"{VERBS[first]} {rest}", base.likeness * 0.9, sure=base.sure and first in SURE_VERBS)
            result.append(again)
            for pattern, into, worth in PHRASES[:3]:
                particle = pattern.sub(into, again.text)
                if particle != again.text:
                    result.append(Repair(particle, again.likeness * worth, again.sure))
    return tuple(result)
