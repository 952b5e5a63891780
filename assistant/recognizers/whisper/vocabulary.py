"""Whisper's tokens: pieces of text in bytes, and marks for the beginning, the end, languages and times."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from assistant.recognizers.worker_process import RecognizerError

SECONDS_A_STEP = 0.02  # between two marks of time


class Vocabulary:
    """The tokens of a model, in the order of their numbers.

    Raises RecognizerError for a list in which a mark is missing.
    """

    def __init__(self, tokens: Sequence[str], *, multilingual: bool) -> None:
        self._tokens = tokens
        places = {token: number for number, token in enumerate(tokens)}
        try:
            self.end = places["<|endoftext|>"]
            begin = places["<|startoftranscript|>"]
            #: What comes before the text of English speech that is told with its times.
            self.opening = [begin]
            if multilingual:
                self.opening += [places["<|en|>"], places["<|transcribe|>"]]
            self.first_time = places["<|notimestamps|>"] + 1
        except KeyError as error:
            raise RecognizerError(f"its vocabulary lacks {error.args[0]}; expected that of a Whisper model.") from error
        self._bytes = {character: byte for byte, character in enumerate(_characters_of_bytes())}

    def __len__(self) -> int:
        return len(self._tokens)

    def seconds(self, token: int) -> float | None:
        """Return the time that a mark stands for, None for another token."""
        return (token - self.first_time) * SECONDS_A_STEP if token >= self.first_time else None

    def text(self, tokens: Iterable[int]) -> str:
        """Return what tokens spell, without marks."""
        spelt = "".join(self._tokens[token] for token in tokens if token < self.end)
        known = (self._bytes[character] for character in spelt if character in self._bytes)
        return " ".join(bytes(known).decode(errors="ignore").split())


def _characters_of_bytes() -> list[str]:
    """Return the characters that stand for the bytes 0 to 255 in GPT-2's vocabulary, in which all are printable."""
    printable = {*range(33, 127), *range(161, 173), *range(174, 256)}
    others = iter(range(256, 512))
    return [chr(byte if byte in printable else next(others)) for byte in range(256)]
