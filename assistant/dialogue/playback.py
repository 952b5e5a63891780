"""Which words of a reply were heard: its clauses laid out in milliseconds of the audio that was sent for them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

_CLAUSE = re.compile(r".+?(?:[.?!;:,]+[\"')\]]*(?=\s)|$)\s*", re.DOTALL)
LONGEST_CLAUSE = 120  # characters; a voice that synthesises whole utterances answers sooner on short ones


def clauses_of(text: str) -> list[str]:
    """Split at punctuation followed by space, long stretches between words; joined they are `text` again."""
    parts: list[str] = []
    for match in _CLAUSE.finditer(text):
        rest = match.group()
        while len(rest) > LONGEST_CLAUSE and (cut := rest.rfind(" ", 0, LONGEST_CLAUSE)) > 0:
            parts.append(rest[: cut + 1])
            rest = rest[cut + 1 :]
        parts.append(rest)
    return [part for part in parts if part]


@dataclass
class Playback:
    """The audio of one reply as far as it was handed to the channel, and when it began to play there.

    A channel sends faster than the person hears; without word from the player, play is taken to begin with the first
    audio handed over and to go on without gaps.
    """

    clauses: list[tuple[str, float]] = field(default_factory=list)  # text, ms of its audio
    began_ms: float | None = None  # on the clock of `now_ms`

    def begin_clause(self, text: str) -> None:
        """Note that the audio that follows says `text`."""
        self.clauses.append((text, 0.0))

    def add(self, ms: float, now_ms: float) -> None:
        """Note `ms` of audio of the last clause, handed over at `now_ms`."""
        if self.began_ms is None:
            self.began_ms = now_ms
        text, before = self.clauses[-1]
        self.clauses[-1] = (text, before + ms)

    @property
    def sent_ms(self) -> float:
        """Audio handed over."""
        return sum(ms for _, ms in self.clauses)

    @property
    def said(self) -> str:
        """The text whose audio was handed over, the clause under way included."""
        return "".join(text for text, ms in self.clauses if ms > 0)

    def position_ms(self, now_ms: float) -> float:
        """How much of the audio has been played by `now_ms`, as far as can be told from here."""
        return 0.0 if self.began_ms is None else max(0.0, min(self.sent_ms, now_ms - self.began_ms))

    def playing(self, now_ms: float) -> bool:
        """Whether audio handed over is probably still being played."""
        return self.began_ms is not None and now_ms < self.began_ms + self.sent_ms

    def heard(self, heard_ms: float) -> str:
        """Return the words spoken in full within the first `heard_ms`; inside a clause time goes by letters."""
        kept = ""
        for text, ms in self.clauses:
            if heard_ms >= ms > 0:
                kept += text
                heard_ms -= ms
                continue
            letters = len(text) * heard_ms / ms if ms else 0.0
            for word in re.finditer(r"\S+\s*", text):
                if len(word.group().rstrip()) + word.start() > letters:
                    break
                kept += word.group()
            break
        return kept.rstrip()
