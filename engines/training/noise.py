"""Questions as a recogniser would write them: no punctuation, numbers in words, words that sound like others."""

import random
import re
from collections import defaultdict
from collections.abc import Iterable

_ONES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen"
).split()
_TENS = "_ _ twenty thirty forty fifty sixty seventy eighty ninety".split()
_SCALES = ((10**9, "billion"), (10**6, "million"), (1000, "thousand"), (100, "hundred"))


def spell_number(value: int) -> str:
    """`1066` as `one thousand sixty six`; for 0 to 999,999,999,999."""
    if value < 20:
        return _ONES[value]
    if value < 100:
        return _TENS[value // 10] + (" " + _ONES[value % 10] if value % 10 else "")
    for scale, name in _SCALES:
        if value >= scale:
            rest = value % scale
            return spell_number(value // scale) + " " + name + (" " + spell_number(rest) if rest else "")
    raise AssertionError(value)


def spell_year(value: int) -> str:
    """`1889` as `eighteen eighty nine`, `1905` as `nineteen oh five`, `2004` as `two thousand four`."""
    high, low = divmod(value, 100)
    if low == 0:
        return _ONES[high // 10] + " thousand" if high % 10 == 0 else spell_number(high) + " hundred"
    if high == 20 and low < 10:
        return "two thousand " + _ONES[low]
    return spell_number(high) + " " + ("oh " + _ONES[low] if low < 10 else spell_number(low))


def spell_digits(text: str) -> str:
    """Every run of digits as it is said aloud; four digits from 1100 to 2099 are taken for a year."""

    def said(match: re.Match[str]) -> str:
        digits = match.group().replace(",", "")
        if len(digits) == 4 and "1100" <= digits < "2100" and "," not in match.group():
            return " " + spell_year(int(digits)) + " "
        return " " + (spell_number(int(digits)) if len(digits) <= 12 else " ".join(_ONES[int(d)] for d in digits)) + " "

    return re.sub(r"\d[\d,]*\d|\d", said, text)


class SoundAlikes:
    """Words that differ from a given word by at most one phoneme, the likelier the more frequent they are."""

    def __init__(self, pronunciations: Iterable[tuple[str, tuple[str, ...]]], frequency: dict[str, int]) -> None:
        """`pronunciations` are (word, phonemes) pairs; words of no frequency are left out."""
        self._frequency = frequency
        self._sounds: dict[str, list[tuple[str, ...]]] = defaultdict(list)
        self._same: dict[tuple[str, ...], set[str]] = defaultdict(set)
        for word, phonemes in pronunciations:
            if frequency.get(word) and len(phonemes) >= 2:
                self._sounds[word].append(phonemes)
                for key in self._keys(phonemes):
                    self._same[key].add(word)

    @staticmethod
    def _keys(phonemes: tuple[str, ...]) -> list[tuple[str, ...]]:
        return [phonemes] + [(*phonemes[:i], "*", *phonemes[i + 1 :]) for i in range(len(phonemes))]

    def pick(self, word: str, chance: random.Random) -> str:
        """A word that a recogniser might have heard for `word`, or `word` itself when nothing sounds like it."""
        near = {other for sound in self._sounds.get(word, ()) for key in self._keys(sound) for other in self._same[key]}
        near.discard(word)
        if not near:
            return word
        words = sorted(near)
        return chance.choices(words, [self._frequency[other] ** 0.5 for other in words])[0]


def as_recognised(question: str, sounds: SoundAlikes, chance: random.Random, *, swap: float = 0.08) -> str:
    """`question` without case and punctuation, digits spelt, small words lost, words misheard at rate `swap`."""
    text = spell_digits(question) if chance.random() < 0.7 else question
    heard = []
    for word in re.findall(r"\w+(?:'\w+)?", text.lower()):
        if word in {"a", "an", "the", "of", "to", "in", "did", "is"} and chance.random() < 0.05:
            continue
        heard.append(sounds.pick(word, chance) if chance.random() < swap else word)
    return " ".join(heard) or question
