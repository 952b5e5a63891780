"""The latency budget of one turn: a slot in milliseconds for every stage, and the ledger of what each one spent.

A stage opens its slot, asks `Slot.remaining_ms` while it works and does less when little is left; whatever it
cut goes into the ledger as a note. Nothing here interrupts a stage: enforcement is the stage's own, and an overrun is
always visible in the reply.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from assistant.ear.endpointer import SILENCE_MS

#: Milliseconds per stage when nothing is configured, in the order of a turn.
DEFAULT_SLOTS: Mapping[str, float] = {
    "endpoint": float(SILENCE_MS),
    "recognise": 50.0,
    "understand": 5.0,
    "retrieve": 5.0,
    "read": 10.0,
    "act": 50.0,
    "first_audio": 30.0,
    "fallback": 4000.0,
}


def now_ms() -> float:
    """Milliseconds on the monotonic clock that every ledger uses (`time.perf_counter_ns`)."""
    return time.perf_counter_ns() / 1e6


@dataclass(frozen=True, slots=True)
class Stage:
    """One line of the ledger. `over` is true when `spent_ms` exceeded `budget_ms`; `note` says what was cut."""

    name: str
    budget_ms: float
    spent_ms: float
    over: bool = False
    note: str = ""

    def to_json(self) -> dict[str, object]:
        """Return the JSON object of `repartee ask --json`, milliseconds rounded to microseconds."""
        return {
            "name": self.name,
            "budget_ms": round(self.budget_ms, 3),
            "spent_ms": round(self.spent_ms, 3),
            "over": self.over,
            "note": self.note,
        }


class Slot:
    """A stage's share of the turn while that stage runs; made by `Budget.slot`."""

    def __init__(self, name: str, budget_ms: float) -> None:
        self.name = name
        self.budget_ms = budget_ms
        self._notes: list[str] = []
        self._started_ms = now_ms()

    def spent_ms(self) -> float:
        """Milliseconds since the slot was opened."""
        return now_ms() - self._started_ms

    def remaining_ms(self) -> float:
        """Milliseconds left; negative once the stage is over its slot."""
        return self.budget_ms - self.spent_ms()

    def note(self, text: str) -> None:
        """Add a remark to the stage's line in the ledger; empty text is ignored."""
        if text:
            self._notes.append(text)

    def close(self) -> Stage:
        """Return the finished line of the ledger."""
        return finished_stage(self.name, self.budget_ms, self.spent_ms(), "; ".join(self._notes))


class Budget:
    """The slots of one turn. Stages are entered in any order and appear in the ledger in the order they finished.

    `slots` maps a stage's name to its milliseconds; a stage without an entry raises `KeyError`.
    """

    def __init__(self, slots: Mapping[str, float] = DEFAULT_SLOTS) -> None:
        self._slots = dict(slots)
        self._stages: list[Stage] = []
        self._started_ms = now_ms()

    @contextmanager
    def slot(self, name: str) -> Iterator[Slot]:
        """Open the slot `name` around a stage; the line is written even when the stage raises."""
        slot = Slot(name, self._slots[name])
        try:
            yield slot
        finally:
            self._stages.append(slot.close())

    def record(self, name: str, spent_ms: float, note: str = "", *, budget_ms: float | None = None) -> None:
        """Enter a stage that was timed elsewhere, such as the wait for the endpoint, maybe with a slot of its own."""
        self._stages.append(finished_stage(name, self._slots[name] if budget_ms is None else budget_ms, spent_ms, note))

    @property
    def slots(self) -> dict[str, float]:
        """What is given to each stage, ms."""
        return dict(self._slots)

    def elapsed_ms(self) -> float:
        """Milliseconds since the budget was opened."""
        return now_ms() - self._started_ms

    def ledger(self) -> tuple[Stage, ...]:
        """Every finished stage so far."""
        return tuple(self._stages)


def finished_stage(name: str, budget_ms: float, spent_ms: float, note: str = "") -> Stage:
    """Return the ledger line of a finished stage; an overrun is always noted."""
    over = spent_ms > budget_ms
    if over:
        note = "; ".join(part for part in (note, f"{spent_ms - budget_ms:.1f} ms over") if part)
    return Stage(name, budget_ms, spent_ms, over, note)
