"""When each word of a recording was said, whichever recognizer heard it: its words, found again by pocketsphinx."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass

from assistant.audio.samples import RATE, Pcm
from assistant.languages.en.spoken_words import spoken_words
from assistant.recognizers.sphinx.library import Decoder, model_path
from assistant.recognizers.sphinx.pronounce import pronounce

FRAME_S = 0.01
#: Hardly anything is given up on the way: there is one sequence of words, so that little is searched anyway.
_SETTINGS: dict[str, str | float | bool] = {"beam": 1e-120, "pbeam": 1e-120, "wbeam": 1e-120, "loglevel": "FATAL"}


@dataclass(frozen=True)
class TimedWord:
    """A word as it was written, and the seconds from `start` to `end` in which it was said."""

    text: str
    start: float
    end: float

    def later(self, seconds: float) -> TimedWord:
        """Return the word so many seconds later."""
        return TimedWord(self.text, round(self.start + seconds, 2), round(self.end + seconds, 2))


def timed(text: str, pcm: Pcm) -> list[TimedWord]:
    """Return the words of `text` with their times in int16[samples] at 16 kHz, in which they are said; half a minute.

    Where they cannot be found, as in noise, each has a share of the time by its length. Raises SphinxError.
    """
    tokens = text.split()
    said = [(place, word) for place, token in enumerate(tokens) for word in spoken_words(token)]
    phones = _phones({word for _, word in said})
    said = [(place, word) for place, word in said if word in phones]
    frames = _aligned([word for _, word in said], phones, pcm) if said else []
    if not frames:
        return _shared(tokens, len(pcm) / RATE)
    found: dict[int, TimedWord] = {}
    for (place, _), (first, last) in zip(said, frames, strict=True):
        start = found[place].start if place in found else first * FRAME_S
        found[place] = TimedWord(tokens[place], round(start, 2), round((last + 1) * FRAME_S, 2))
    return [found[place] for place in sorted(found)]


def _phones(words: set[str]) -> dict[str, list[str]]:
    """Return the pronunciations of those words that have any."""
    found: dict[str, list[str]] = {}
    for line in (model_path() / "cmudict-en-us.dict").read_text(encoding="utf-8").splitlines():
        word, _, phones = line.partition(" ")
        if (word := word.partition("(")[0]) in words:
            found.setdefault(word, []).append(phones)
    guessed = {word: [phones] for word in sorted(words - set(found)) if (phones := pronounce(word))}
    return found | guessed


def _aligned(words: list[str], phones: dict[str, list[str]], pcm: Pcm) -> list[tuple[int, int]]:
    """Return each word's first and last frame; nothing where the sound does not hold them."""
    with tempfile.NamedTemporaryFile("w", suffix=".dict", encoding="utf-8") as dictionary:
        for word, ways in phones.items():
            dictionary.writelines(f"{word}{f'({n})' if n > 1 else ''} {way}\n" for n, way in enumerate(ways, 1))
        dictionary.flush()
        decoder = Decoder(_SETTINGS | {"hmm": str(model_path() / "en-us"), "dict": dictionary.name}, [])
    try:
        decoder.align(words)
        decoder.start()
        decoder.feed(pcm.astype("<i2").tobytes())
        decoder.end()
        frames = [(first, last) for word, first, last in decoder.words() if word.partition("(")[0] in phones]
    finally:
        decoder.close()
    return frames if len(frames) == len(words) else []


def _shared(tokens: list[str], seconds: float) -> list[TimedWord]:
    whole, spent, words = sum(map(len, tokens)), 0, []
    for token in tokens:
        start, spent = spent, spent + len(token)
        words.append(TimedWord(token, round(seconds * start / whole, 2), round(seconds * spent / whole, 2)))
    return words
