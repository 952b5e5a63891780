"""Who answers where several hear the same wake word. Pure: claims in, decisions out; the clock is given.

The first claim opens a round. What is claimed within WINDOW_S of it is of the same round, and one of them answers:

| the claims of a round                              | who answers                                       |
|----------------------------------------------------|---------------------------------------------------|
| one alone                                          | it                                                |
| one is louder than all others by LOUDER_DB or more | the louder                                        |
| several are about as loud as the loudest           | the earliest of those                             |
| it is not known how loud one was                   | the earliest of it and those as loud as loudest   |
| at the same moment                                 | the first by name, so that all decide alike       |
| one comes later than the window, within LATE_S     | who was chosen, and not it                        |
| the one that was chosen hears the word once more   | it                                                |
| another wake word                                  | a round of its own                                |
| a satellite that does not say which word it heard  | it belongs to whatever round is open              |
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

WINDOW_S = 0.15  #: sound crosses a house in a fiftieth of it; the rest is for networks and detectors
GRACE_S = 0.03  #: for claims of other processes, made within the window, to arrive
LATE_S = 1.5  #: from the first claim; what comes later is another call
LOUDER_DB = 3.0


@dataclass(frozen=True, kw_only=True)
class Claim:
    """`who` heard `word` at `at_s` (a clock that all share), as loud as `loudness` dB against full scale, if known."""

    who: str
    word: str
    at_s: float
    loudness: float | None = None


def winner(claims: Sequence[Claim]) -> Claim:
    """Return the claim of a round, which has one at least, that is answered."""
    loudest = max((claim.loudness for claim in claims if claim.loudness is not None), default=0.0)
    near = [claim for claim in claims if claim.loudness is None or loudest - claim.loudness < LOUDER_DB]
    return min(near, key=lambda claim: (claim.at_s, claim.who))


@dataclass
class Round:
    """One call of the household's, heard by one or several."""

    word: str
    opened_s: float
    claims: list[Claim] = field(default_factory=list)
    chosen: str = ""  # who answers, once that is decided

    @property
    def due_s(self) -> float:
        """When it is decided."""
        return self.opened_s + WINDOW_S + GRACE_S


class Arbiter:
    """The rounds under way."""

    def __init__(self) -> None:
        self._rounds: list[Round] = []

    def claim(self, claim: Claim, *, alone: bool = False) -> bool | None:
        """Take a claim, of one who is `alone` or not. True: it answers; False: another does; None: not known yet."""
        self._rounds = [each for each in self._rounds if claim.at_s - each.opened_s <= LATE_S]
        word = spoken_word(claim.word)
        found = next((each for each in self._rounds if word == each.word or not (word and each.word)), None)
        if found is None:
            found = Round(word, claim.at_s)
            self._rounds.append(found)
        found.word = found.word or word
        if found.chosen:
            return claim.who == found.chosen
        if claim.at_s - found.opened_s > WINDOW_S:
            return False
        found.chosen = claim.who if alone and not found.claims else ""
        found.claims = [each for each in found.claims if each.who != claim.who] + [claim]
        return True if found.chosen else None

    @property
    def due_s(self) -> float | None:
        """When the next round is to be decided; None where none waits."""
        return min((each.due_s for each in self._rounds if not each.chosen), default=None)

    def decide(self, now_s: float) -> list[tuple[Claim, bool]]:
        """Decide what is due: each claim of those rounds, and whether it answers."""
        decided: list[tuple[Claim, bool]] = []
        for each in self._rounds:
            if not each.chosen and each.due_s <= now_s:
                best = winner(each.claims)
                each.chosen = best.who
                decided += [(claim, claim is best) for claim in each.claims]
        return decided


def spoken_word(name: str) -> str:
    """Return the name of a wake word as all write it: "Okay Nabu", "okay_nabu" and "okay_nabu_v0.1" are one."""
    return re.sub(r"_v[\d.]+$", "", re.sub(r"[\s_-]+", "_", name.strip().lower()))
