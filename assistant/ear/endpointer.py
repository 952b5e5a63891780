"""When has the person finished? Silence is counted in audio, and how much is waited for depends on the words."""

from __future__ import annotations

from dataclasses import dataclass

from assistant.languages.en.completeness import Look

FRAME_MS = 32.0
PAUSES_AGAIN = 1.25  # who went on after a pause may pause so many times as long again
SILENCE_MS = 240  # that ends a turn whose words say neither that it is over nor that it is not


@dataclass(frozen=True)
class Waits:
    """Silence in ms before a turn is taken, by how the words look; at `settle` the recognizer is asked for them."""

    complete: float = 160.0
    default: float = SILENCE_MS
    doubtful: float = 400.0
    unfinished: float = 600.0
    open: float = 1200.0
    settle: float = 64.0

    def for_look(self, look: Look) -> float:
        """Return the silence to wait for."""
        return {
            Look.COMPLETE: self.complete,
            Look.UNCERTAIN: self.default,
            Look.DOUBTFUL: self.doubtful,
            Look.UNFINISHED: self.unfinished,
            Look.OPEN: self.open,
        }[look]

    @classmethod
    def around(cls, default: float, *, adaptive: bool = True) -> Waits:
        """Keep the proportions of the defaults around a longer default, in ms; not adaptive: always that long.

        Around a shorter one only what looks complete is taken sooner: haste makes no half sentence whole.
        """
        settle = min(cls.settle, default)
        if not adaptive:
            return cls(default, default, default, default, default, settle)
        more = max(1.0, default / cls.default)
        return cls(
            complete=min(cls.complete * more, default),
            default=default,
            doubtful=cls.doubtful * more,
            unfinished=cls.unfinished * more,
            open=cls.open * more,
            settle=settle,
        )


class Endpointer:
    """Counts silence after speech. Pure: it is told frames and looks, and answers with milliseconds."""

    def __init__(self, waits: Waits) -> None:
        self.waits = waits
        self.patience = 1.0  # times what is waited for beyond the default
        self.look = Look.UNCERTAIN
        self.silence_ms = 0.0
        self._longest_ms = 0.0  # pause inside the turn

    def begin(self) -> None:
        """Note the first frame of a turn."""
        self.silence_ms = self._longest_ms = 0.0
        self.look = Look.UNCERTAIN

    def speech(self, tail_ms: float = 0.0) -> None:
        """Note a frame with speech whose last `tail_ms` were already silent; what the words looked like is void."""
        self._longest_ms = max(self._longest_ms, self.silence_ms)
        self.silence_ms = tail_ms
        self.look = Look.UNCERTAIN

    def silence(self, ms: float = FRAME_MS) -> None:
        """Note `ms` of silence."""
        self.silence_ms += ms

    @property
    def paused(self) -> bool:
        """Whether the silence is long enough to ask the recognizer for its words."""
        return self.silence_ms >= self.waits.settle

    @property
    def allowed_ms(self) -> float:
        """The silence to wait for now."""
        wait = self.waits.for_look(self.look)
        if wait <= self.waits.default:
            return wait
        wait = max(wait, min(PAUSES_AGAIN * self._longest_ms, self.waits.open))
        return wait + (self.patience - 1.0) * (wait - self.waits.default)

    @property
    def may_end(self) -> bool:
        """Whether the turn is over if its words look complete."""
        return self.silence_ms + FRAME_MS > self.waits.complete

    @property
    def ended(self) -> bool:
        """Whether the turn is over: one more frame would be longer than is to be waited."""
        return self.silence_ms + FRAME_MS > self.allowed_ms
