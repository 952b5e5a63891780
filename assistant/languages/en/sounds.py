"""How alike two words sound: what a recogniser may have written for a name it does not know.

Words are compared as phones (the CMU dictionary that pocketsphinx brings; spelling rules for what it lacks), where
a swap of near sounds (lending, landing) costs less than one of far sounds (hall, wall).
"""

from __future__ import annotations

import math
import mmap
import re
from functools import cache, lru_cache
from pathlib import Path

_VOWELS = frozenset("AA AE AH AO AW AY EH ER EY IH IY OW OY UH UW".split())
#: Consonants that a recogniser takes for each other: the same mouth, with or without voice.
_NEAR = [
    frozenset(pair.split("-"))
    for pair in (
        "P-B T-D K-G F-V S-Z TH-F TH-T TH-DH DH-V DH-D SH-ZH SH-CH CH-JH JH-ZH M-N N-NG S-SH Z-ZH S-TH L-R W-V "
        "ER-R T-CH D-JH M-NG B-V"
    ).split()
]
_NEAR_VOWELS = [
    frozenset(pair.split("-"))
    for pair in (
        "AA-AO AA-AH AE-EH EH-IH IH-IY AH-UH UH-UW AO-OW AH-ER AH-IH AH-EH AE-AH EY-EH AY-AE OW-UW AW-AA AO-AH OW-AH "
        "EY-AE AA-AE IY-EY AA-OW AO-UH AY-OY ER-AO ER-EH ER-AA"
    ).split()
]
_SUNG = re.compile("[aeiouy]")
_SPELLED = re.compile(
    r"tch|sch|igh|eau|air|ear|ch|sh|th|ph|wh|ck|ng|qu|ee|ea|oo|ou|ow|oi|oy|ai|ay|au|aw|ie|ei|oa|ar|er|ir|or|ur|[a-z]"
)
_SOUNDS = {
    "tch": "CH", "sch": "SH", "igh": "AY", "eau": "OW", "air": "EH R", "ear": "IH R", "ch": "CH", "sh": "SH",
    "th": "TH", "ph": "F", "wh": "W", "ck": "K", "ng": "NG", "qu": "K W", "ee": "IY", "ea": "IY", "oo": "UW",
    "ou": "AW", "ow": "OW", "oi": "OY", "oy": "OY", "ai": "EY", "ay": "EY", "au": "AO", "aw": "AO", "ie": "IY",
    "ei": "EY", "oa": "OW", "ar": "AA R", "er": "ER", "ir": "ER", "or": "AO R", "ur": "ER", "a": "AE", "b": "B",
    "c": "K", "d": "D", "e": "EH", "f": "F", "g": "G", "h": "HH", "i": "IH", "j": "JH", "k": "K", "l": "L", "m": "M",
    "n": "N", "o": "AA", "p": "P", "q": "K", "r": "R", "s": "S", "t": "T", "u": "AH", "v": "V", "w": "W", "x": "K S",
    "y": "IY", "z": "Z",
}  # fmt: skip


@cache
def _dictionary() -> mmap.mmap | None:
    try:
        import pocketsphinx
    except ImportError:
        return None
    path = Path(pocketsphinx.get_model_path()) / "en-us" / "cmudict-en-us.dict"
    if not path.is_file():
        return None
    with path.open("rb") as file:
        return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)


@lru_cache(maxsize=20_000)
def phones(word: str) -> tuple[str, ...]:
    """Return the phones of a word in lower case, ARPAbet without stress; by its spelling where no dictionary has it."""
    dictionary = _dictionary()
    if len(word) > 1 and not _SUNG.search(word):  # "tv" is said letter by letter
        return tuple(phone for letter in word for phone in phones(letter))
    if dictionary is not None and word.isascii() and word.isalpha() and (known := _look_up(dictionary, word.encode())):
        return tuple(known.split())
    spelled = re.sub(r"(?<=[^aeiou\W])e$", "", re.sub(r"([b-df-hj-np-tv-z])\1", r"\1", word))
    return tuple(" ".join(_SOUNDS[part] for part in _SPELLED.findall(spelled)).split())


def _look_up(dictionary: mmap.mmap, word: bytes) -> str:
    """Return the phones that the dictionary, which is in the order of its words, has for a word, "" for none."""
    low, high = 0, len(dictionary)
    while low < high:
        begin = dictionary.rfind(b"\n", 0, (low + high) // 2) + 1
        end = dictionary.find(b"\n", begin)
        found, _, sounds = dictionary[begin:end].partition(b" ")
        found = found.partition(b"(")[0]  # "read(2)" is another way to say "read"
        if found == word:
            return sounds.decode()
        if found < word:
            low = end + 1
        else:
            high = begin
    return ""


@lru_cache(maxsize=20_000)
def distance(one: tuple[str, ...], other: tuple[str, ...], most: float = math.inf) -> float:
    """Return what it costs to take one row of phones for the other: 0 alike, about 0.3 a near sound, 1 a far one.

    Infinity where it is found to be more than `most`: that is seen long before the end.
    """
    if one == other:
        return 0.0
    slips = [_slip(phone, first=place == 0) for place, phone in enumerate(other)]
    row = [0.0]
    for slip in slips:
        row.append(row[-1] + slip)
    for place, phone in enumerate(one):
        lost, swaps = _slip(phone, first=place == 0), _SWAPS[phone]
        left = least = row[0] + lost
        diagonal = row[0]
        above, row = row, [left]
        for index, counterpart in enumerate(other):
            cost = diagonal + swaps[counterpart]
            diagonal = above[index + 1]
            if diagonal + lost < cost:
                cost = diagonal + lost
            if left + slips[index] < cost:
                cost = left + slips[index]
            row.append(cost)
            left = cost
            if cost < least:
                least = cost
        if least > most:
            return math.inf
    return row[-1]


@cache
def _slip(phone: str, *, first: bool) -> float:
    """What a sound too many or too few costs: an h, or a stop at the end, is lost easily; a first sound is not."""
    if phone in ("HH", "AH"):
        return 0.4
    if phone == "R" and not first:  # half of those who speak English leave it out before a consonant
        return 0.35
    return 0.9 if first else 0.5 if phone in ("T", "D", "P", "B", "K", "G", "R", "L", "N", "S", "Z") else 0.7


_BLURRED = frozenset("P T K B D G F S HH TH".split())  #: sounds so short that a noise hides which it was


def _swap(one: str, other: str) -> float:
    if one == other:
        return 0.0
    pair = frozenset((one, other))
    if pair in _NEAR:
        return 0.35
    if one in _VOWELS and other in _VOWELS:
        return 0.25 if pair in _NEAR_VOWELS else 0.5
    if pair <= _BLURRED:
        return 0.7
    return 1.0


class _Swaps(dict[str, dict[str, float]]):
    """What it costs to take one sound for another, worked out when a sound is first met."""

    def __missing__(self, one: str) -> dict[str, float]:
        swaps = self[one] = _SwapsOf(one)
        return swaps


class _SwapsOf(dict[str, float]):
    def __init__(self, one: str) -> None:
        super().__init__()
        self._one = one

    def __missing__(self, other: str) -> float:
        cost = self[other] = _swap(self._one, other)
        return cost


_SWAPS = _Swaps()


def sound(words: str) -> tuple[str, ...]:
    """Return the phones of a few words."""
    return tuple(phone for word in words.split() for phone in phones(word))


def likeness(one: str, other: str) -> float:
    """Return how alike two words or names sound, 0 to 1, which is to be one in all sounds."""
    left, right = sound(one), sound(other)
    return alike(left, right) if left and right else float(one == other)


def alike(left: tuple[str, ...], right: tuple[str, ...], least: float = 0.0) -> float:
    """Return how alike two rows of phones are, 0 to 1; 0 where that is less than `least`."""
    length = max(2.5, (len(left) + len(right)) / 2)
    return max(0.0, 1.0 - distance(left, right, round((1.0 - least) * length + 1e-6, 3)) / length)


#: Sounds that are easily taken for each other have one letter; what is not here is a vowel.
_CLASS = {
    **dict.fromkeys("P B".split(), "p"), **dict.fromkeys("T D".split(), "t"), **dict.fromkeys("K G".split(), "k"),
    **dict.fromkeys("F V W".split(), "f"), **dict.fromkeys("S Z TH DH".split(), "s"),
    **dict.fromkeys("SH ZH CH JH".split(), "c"),
    **dict.fromkeys("M N NG".split(), "n"), **dict.fromkeys("L R ER".split(), "l"), "HH": "h", "Y": "y",
}  # fmt: skip


def classes(phones: tuple[str, ...]) -> str:
    """Return the sound of words with a letter for each class of sounds that are easily taken for each other."""
    return "".join([_CLASS.get(phone, "a") for phone in phones])
