"""Text as it is said: figures, signs and abbreviations in words, nothing a voice would stumble over."""

from __future__ import annotations

import re
import unicodedata

from assistant.languages.en.abbreviations import spelled_out
from assistant.languages.en.markup import unmarked, without_marks
from assistant.languages.en.quantities import quantities

LONGEST = 4_000  # characters, about five minutes of speech

_TERMINAL = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
_LETTER = re.compile(r"(?:LATIN|FULLWIDTH LATIN) (?:SMALL|CAPITAL) (?:LETTER|LIGATURE) ([A-Z]{1,2})(?: WITH .*)?$")
_SINGLE_GREEK = re.compile(r"(?<!\w)([\u0391-\u03c9])(?!\w)")
_OTHERS = {"ß": "ss", "ẞ": "SS", "þ": "th", "Þ": "Th", "ð": "d", "Ð": "D", "ı": "i", "’": "'", "‘": "'"}
_WORDS = (
    (re.compile(r"\bC\+\+"), "C plus plus"),
    (re.compile(r"\b([CF])#"), r"\1 sharp"),
    (re.compile(r"\s?&\s?"), " and "),
    (re.compile(r"\b(he|his|him)/(she|her|hers)\b"), r"\1 or \2"),
)
_AFTER_FIGURES = (
    (re.compile(r"(?<=[A-Za-z])/(?=[A-Za-z])"), " "),
    (re.compile(r"[“”\"«»]"), ""),
)
_SPACE_BEFORE = re.compile(r"\s+(?=[,.;:!?](?:\s|$))")
_SPOKEN = re.compile(r"[^\W_]")


def shortened(text: str) -> str:
    """Return `text`, cut at a word if it is longer than LONGEST characters."""
    return text if len(text) <= LONGEST else text[:LONGEST].rsplit(" ", 1)[0]


def speakable(text: str) -> str:
    """Return `text` in the words and the letters, a to z, that a voice says right; "" where nothing can be said.

    Figures, dates, times, money, units, abbreviations, addresses and signs are in words, accents are left out as
    voices spell what carries them. Markup, control characters, pictures and letters of other scripts are dropped. What
    is longer than 4000 characters is cut at a word.
    """
    # Shortened first: NFC is quadratic in a row of combining marks.
    text = _TERMINAL.sub(" ", unicodedata.normalize("NFC", shortened(text)))
    text = "".join(" " if unicodedata.category(char)[0] == "C" and char != "\n" else char for char in text)
    text = unmarked(text)
    for pattern, said in _WORDS:
        text = pattern.sub(said, text)
    text = quantities(spelled_out(text))
    for pattern, said in _AFTER_FIGURES:
        text = pattern.sub(said, text)
    text = in_letters(without_marks(text))
    text = _SPACE_BEFORE.sub("", " ".join(text.split()))
    return text if _SPOKEN.search(text) else ""


def in_letters(text: str) -> str:
    """Return `text` in the letters a to z, without accents; a lone Greek letter is named, other scripts left out."""
    text = _SINGLE_GREEK.sub(lambda match: unicodedata.name(match[1]).split()[3].lower(), text)
    return "".join(char if char.isascii() else _letters(char) for char in text)


def _letters(char: str) -> str:
    if char in _OTHERS:
        return _OTHERS[char]
    kind = unicodedata.category(char)
    if kind[0] == "L":
        plain = unicodedata.normalize("NFKD", char)
        if plain[0].isascii():
            return "".join(part for part in plain if part.isascii())
        named = _LETTER.match(unicodedata.name(char, ""))
        if named is None:
            return " "
        return named[1].lower() if kind == "Ll" else named[1].capitalize()
    if kind[0] == "N":
        plain = unicodedata.normalize("NFKC", char)
        return plain if plain.isascii() else " "
    if kind in {"Pd", "Po", "Pi", "Pf"} and char in "–—…":
        return ", " if char != "…" else "."
    return "" if kind == "Mn" else " "
