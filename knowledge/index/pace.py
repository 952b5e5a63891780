"""How many passages there is time to put in order by their vectors."""

from __future__ import annotations

from dataclasses import dataclass

#: Fewer are not worth the question's own vectors.
FEWEST = 10
_NEWEST = 0.1  # weight in the moving averages
_LATER, _EARLIER = 0.2, 0.0005  # of a search that ended later than so many others, and of all the others
#: One that ended later still was held up by something else, ms: files not yet in memory, another process.
_LATEST = 1.0
#: What is left of an average, and of the margin for what comes late, each time that something was not tried for it.
_HOPE, _HOPE_OF_TIME = 0.98, 0.9


@dataclass
class Pace:
    """What ranking takes here, moving averages in ms: `asking_ms` for the question, `each_ms` for a passage.

    `bringing_ms`: what comes after it in a search, the texts of what is found. `late_ms`: so much later than all that
    says, or less, nearly every search ends (an expectile of 0.9975).
    """

    asking_ms: float = 0.0
    each_ms: float = 0.0
    bringing_ms: float = 0.0
    late_ms: float = 0.0

    def room(self, left_ms: float | None, most: int) -> int:
        """How many passages, `most` at most, can be ranked and their texts brought in `left_ms`; 0 if few.

        None is for all the time there is.
        """
        if left_ms is None or not self.asking_ms:
            return most
        left_ms -= self.expected_ms(0)
        least = FEWEST * self.each_ms
        if left_ms - self.late_ms >= least:
            return int(min(most, (left_ms - self.late_ms) / self.each_ms)) if self.each_ms else most
        if left_ms >= least:  # a few slow searches are no reason to leave the order to words for long
            self.late_ms *= _HOPE_OF_TIME
        else:
            self.asking_ms *= _HOPE
            self.each_ms *= _HOPE
        return 0

    def expected_ms(self, count: int) -> float:
        """How long it takes to rank so many passages and to bring the texts, on the average."""
        return self.asking_ms + self.each_ms * count + self.bringing_ms

    def learn_late(self, late_s: float) -> None:
        """Learn how much later than expected a search ended."""
        beyond = min(late_s * 1000 - self.late_ms, _LATEST)
        self.late_ms = max(0.0, self.late_ms + (_LATER if beyond > 0 else _EARLIER) * beyond)

    def learn_bringing(self, spent_s: float) -> None:
        """Learn how long the texts of a search took."""
        self.bringing_ms += (_NEWEST if self.bringing_ms else 1.0) * (spent_s * 1000 - self.bringing_ms)

    def learn(self, asking_s: float, ranking_s: float, count: int) -> None:
        """Learn from one question with so many passages."""
        asking_ms, each_ms = asking_s * 1000, ranking_s * 1000 / count
        if not self.asking_ms:
            self.asking_ms, self.each_ms = asking_ms, each_ms
        self.asking_ms += _NEWEST * (asking_ms - self.asking_ms)
        self.each_ms += _NEWEST * (each_ms - self.each_ms)
