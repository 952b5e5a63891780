"""Which words of a reply were heard: its clauses laid out in milliseconds of the audio that was sent for them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

NO_WORD_MS = 20.0  # less than a word: players count whole ms, and resampling makes a reply a little longer or shorter


@dataclass
class Playback:
    """The audio of one reply as it was made, and how much of it was handed to the channel since when.

    A channel sends faster than the person hears; without word from the player, play is taken to begin with the first
    audio handed over and to go on without gaps.
    """

    clauses: list[tuple[str, float]] = field(default_factory=list)  # text, ms of its audio
    handed_ms: float = 0.0
    cut_ms: float | None = None  # no more than this was heard; None while all of it counts as heard
    told_ms: float | None = None  # the same, as far as the channel has said it
    began_ms: float | None = None  # on the clock of `now_ms`

    def begin_clause(self, text: str) -> None:
        """Note that the audio that follows says `text`."""
        self.clauses.append((text, 0.0))

    def add(self, ms: float) -> None:
        """Note `ms` of audio made for the last clause."""
        text, before = self.clauses[-1]
        self.clauses[-1] = (text, before + ms)

    def hand_over(self, ms: float, now_ms: float) -> None:
        """Note that the next `ms` of the audio went out at `now_ms`."""
        if self.began_ms is None:
            self.began_ms = now_ms
        self.handed_ms += ms

    @property
    def said(self) -> str:
        """The text whose audio was handed over, the clause under way included."""
        text, start = "", 0.0
        for clause, ms in self.clauses:
            if start >= self.handed_ms:
                break
            text, start = text + clause, start + ms
        return text

    def position_ms(self, now_ms: float) -> float:
        """How much of the audio has been played by `now_ms`, as far as can be told from here."""
        return 0.0 if self.began_ms is None else max(0.0, min(self.handed_ms, now_ms - self.began_ms))

    def playing(self, now_ms: float) -> bool:
        """Whether audio handed over is probably still being played."""
        return self.began_ms is not None and now_ms < self.began_ms + self.handed_ms

    def cut(self, heard_ms: float, *, told: bool) -> str:
        """Note that no more than `heard_ms` were heard; returns the words.

        What the channel has `told` replaces an estimate, and can afterwards only become less.
        """
        self.cut_ms = heard_ms if self.told_ms is None else min(self.told_ms, heard_ms)
        if told:
            self.told_ms = self.cut_ms
        return self.heard(self.cut_ms)

    def heard(self, heard_ms: float) -> str:
        """Return the words spoken in full within the first `heard_ms`; inside a clause time goes by letters."""
        kept = ""
        for text, ms in self.clauses:
            if heard_ms > 0 and heard_ms + NO_WORD_MS >= ms > 0:  # who heard nothing heard no word, however short
                kept += text
                heard_ms = max(0.0, heard_ms - ms)
                continue
            letters = len(text) * heard_ms / ms if ms else 0.0
            for word in re.finditer(r"\s*\S+\s*", text):
                if len(word.group().rstrip()) + word.start() > letters:
                    break
                kept += word.group()
            break
        return kept.rstrip()

    def whole_clauses(self, heard_ms: float) -> str:
        """Return the clauses of which the whole audio lies within the first `heard_ms`."""
        kept = ""
        for text, ms in self.clauses:
            if heard_ms <= 0 or not 0 < ms <= heard_ms + NO_WORD_MS:
                break
            kept, heard_ms = kept + text, max(0.0, heard_ms - ms)
        return kept
