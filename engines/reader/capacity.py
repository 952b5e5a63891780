"""What a reader gets done in its slot on this machine: by its cost model, before anybody has asked."""

from __future__ import annotations

from math import ceil

from engines.reader.reader import ENOUGH_WHOLE, Reader
from engines.reader.way import FEWEST_TOKENS, Way

#: A passage as documents have them, and tokens of an English word.
PASSAGE_WORDS, TOKENS_PER_WORD = 60, 1.3

#: Tokens of a question of nine words, with the three special ones of a window.
QUESTION_TOKENS = 15

#: More passages than so many are not counted: a turn is given no more.
MOST = 20


def passages_within(reader: Reader, slot_ms: float) -> float:
    """Passages of 60 words that `reader` reads within `slot_ms`, one after the other; a part of one counts as such.

    They are read apart (those that have states) where whole reading would get through too few, as in a turn.
    """
    count = _within(reader.whole, slot_ms)
    if reader.apart is not None and count < ENOUGH_WHOLE:
        return max(count, _within(reader.apart, slot_ms - reader.apart.asking_ms))
    return count


def _within(way: Way, left: float) -> float:
    passage, count, segment = ceil(PASSAGE_WORDS * TOKENS_PER_WORD), 0, QUESTION_TOKENS - 1
    while count < MOST and (bucket := way.affordable(1, QUESTION_TOKENS + passage, segment, left)) is not None:
        count += 1
        left -= way.cost.typical(1, bucket) + way.cost.decoding(1)
    part = way.longest_within(left, segment) - QUESTION_TOKENS
    return count + (min(part / passage, 0.9) if part >= FEWEST_TOKENS and count < MOST else 0)


def in_the_slot(reader: Reader, slot_ms: float) -> str:
    """Say in one sentence what is read within `slot_ms`, and what would help where that is less than two passages."""
    count = passages_within(reader, slot_ms)
    much = (
        f"{MOST} passages or more"
        if count >= MOST
        else f"{count:.1f} passages"
        if count
        else "a few words and no passage"
    )
    said = f"In the {slot_ms:g} ms slot this machine reads {much} of {PASSAGE_WORDS} words"
    if count >= 2:
        return f"{said}."
    kernels = "the CPU kernels (a wheel that has them, or gcc on installation), " if _without_kernels(reader) else ""
    return f"{said}; more with {kernels}a GPU or a larger slot (budget.read)."


def _without_kernels(reader: Reader) -> bool:
    return reader.runtime_name.startswith("openvino")
