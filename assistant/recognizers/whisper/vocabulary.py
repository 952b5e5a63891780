"""Whisper's tokens: pieces of text in bytes, and marks for the beginning, the end, languages and times."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from assistant.recognizers.worker_process import RecognizerError

SECONDS_A_STEP = 0.02  # between two marks of time
ENGLISH, ANY = "en", "auto"
_LANGUAGE = re.compile(r"<\|[a-z]{2,3}\|>")
#: GPT-2's parts of a text, none of which has a token across its ends.
_PART = re.compile(r"'(?:s|t|re|ve|m|ll|d)| ?[^\W\d_]+| ?\d+| ?(?:[^\s\w]|_)+|\s+")


class Vocabulary:
    """The tokens of a model, in the order of their numbers.

    Raises RecognizerError for a list in which a mark is missing.
    """

    def __init__(self, tokens: Sequence[str], *, multilingual: bool, language: str = "en") -> None:
        self._tokens = tokens
        places = {token: number for number, token in enumerate(tokens)}
        try:
            self.end = places["<|endoftext|>"]
            begin = places["<|startoftranscript|>"]
            self.first_time = places["<|notimestamps|>"] + 1
            #: What comes before the text of speech that is told with its times; see `opening_in` for another language.
            self.opening = [begin]
            if multilingual:
                self._transcribe = places["<|transcribe|>"]
                self._languages = {name[2:-2]: number for name, number in places.items() if _LANGUAGE.fullmatch(name)}
                self.opening = self.opening_in(ENGLISH if language == ANY else language)
        except KeyError as error:
            raise RecognizerError(f"its vocabulary lacks {error.args[0]}; expected that of a Whisper model.") from error
        self._bytes = {character: byte for byte, character in enumerate(_characters_of_bytes())}
        self._characters = _characters_of_bytes()
        self._numbers = {token: number for token, number in places.items() if number < self.end}

    def __len__(self) -> int:
        return len(self._tokens)

    def opening_in(self, language: str) -> list[int]:
        """Return what comes before text in a language, as "de": of a multilingual model. Raises RecognizerError."""
        if language not in self._languages:
            raise RecognizerError(
                f"its weights do not know the language '{language}'; expected {ANY}, or one of "
                f"{', '.join(sorted(self._languages))}."
            )
        return [self.opening[0], self._languages[language], self._transcribe]

    def without_times(self, opening: Sequence[int]) -> list[int]:
        """Return what comes before text that is told without its times."""
        return [*opening, self.first_time - 1]

    def seconds(self, token: int) -> float | None:
        """Return the time that a mark stands for, None for another token."""
        return (token - self.first_time) * SECONDS_A_STEP if token >= self.first_time else None

    def begins_word(self, token: int) -> bool:
        """Whether a token of text has a space before it."""
        return self._tokens[token].startswith(self._characters[ord(" ")])

    def text(self, tokens: Iterable[int]) -> str:
        """Return what tokens spell, without marks."""
        spelt = "".join(self._tokens[token] for token in tokens if token < self.end)
        known = (self._bytes[character] for character in spelt if character in self._bytes)
        return " ".join(bytes(known).decode(errors="ignore").split())

    def tokens(self, text: str) -> list[int]:
        """Return tokens that spell a text, the longest first at each place: mostly those that a model would choose."""
        found: list[int] = []
        for part in _PART.findall(f" {text}"):
            rest = "".join(self._characters[byte] for byte in part.encode())
            while rest:
                size = next((size for size in range(len(rest), 0, -1) if rest[:size] in self._numbers), 0)
                if size:
                    found.append(self._numbers[rest[:size]])
                rest = rest[size or 1 :]
        return found


def _characters_of_bytes() -> list[str]:
    """Return the characters that stand for the bytes 0 to 255 in GPT-2's vocabulary, in which all are printable."""
    printable = {*range(33, 127), *range(161, 173), *range(174, 256)}
    others = iter(range(256, 512))
    return [chr(byte if byte in printable else next(others)) for byte in range(256)]
