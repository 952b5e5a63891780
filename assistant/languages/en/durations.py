"""Lengths of time as they are said: "an hour and a half", "ten minutes and thirty seconds", "half an hour"."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.languages.en.numbers import number_at

_UNITS = {
    unit: seconds
    for names, seconds in (
        ("second seconds sec secs", 1),
        ("minute minutes min mins minuets", 60),
        ("hour hours hr hrs ours", 3600),
        ("day days", 86_400),
        ("week weeks", 604_800),
    )
    for unit in names.split()
}
_LETTERS = {"s": 1, "m": 60, "h": 3600}  # right behind figures only: "1h 30m"
_HEARD_AS = {"to": 2.0, "too": 2.0, "for": 4.0, "won": 1.0, "ate": 8.0}  # numbers as recognisers spell them
_PARTS = (
    (("half", "an"), 0.5),
    (("half", "a"), 0.5),
    (("half",), 0.5),
    (("a", "quarter", "of", "an"), 0.25),
    (("quarter", "of", "an"), 0.25),
    (("three", "quarters", "of", "an"), 0.75),
    (("a", "couple", "of"), 2.0),
    (("another",), 1.0),
    (("an",), 1.0),
    (("a",), 1.0),
)

_PART_OF_IT = (
    (("and", "a", "half"), 0.5),
    (("and", "a", "quarter"), 0.25),
    (("and", "three", "quarters"), 0.75),
)


def duration_at(words: Sequence[str], place: int) -> tuple[float, int] | None:
    """Return the seconds of the length of time that begins at `place` and the place behind it; None where none does."""
    total, unit = 0.0, float("inf")
    begun = False
    while True:
        start = place + 1 if begun and words[place : place + 1] == ["and"] else place
        piece = _piece(words, start)
        if piece is None or piece[1] >= unit:
            return (total, place) if begun else None
        count, unit, place = piece
        total, begun = total + count * unit, True
        if unit == 3600 and (minutes := _minutes_alone(words, place)) is not None:
            return total + 60 * minutes[0], minutes[1]
        for head, part in _PART_OF_IT:
            if tuple(words[place : place + len(head)]) == head:
                total, place = total + unit * part, place + len(head)


def _minutes_alone(words: Sequence[str], place: int) -> tuple[float, int] | None:
    """Read the minutes of "one hour thirty", which end what is said or stand before what it is for."""
    found = number_at(words, place)
    if found is None or not 1 <= found[0] < 60 or found[0] % 1:
        return None
    behind = words[found[1]] if found[1] < len(words) else ""
    return found if behind in ("", "timer", "called", "named", "for", "to") else None


def durations_in(words: Sequence[str]) -> list[tuple[float, int, int]]:
    """Return the seconds of each length of time in a sentence, and from where to where it stands."""
    found, place = [], 0
    while place < len(words):
        length = None if _is_for(words, place) else duration_at(words, place)
        if length is not None:
            found.append((length[0], place, length[1]))
        place = place + 1 if length is None else length[1]
    return found


def _is_for(words: Sequence[str], start: int) -> bool:
    """Whether the number is only a "for" or "to" before a unit: "for minutes" is four after another "for" alone."""
    return words[start] in _HEARD_AS and (start == 0 or words[start - 1] not in ("for", "to", "of", "another"))


def _piece(words: Sequence[str], place: int) -> tuple[float, float, int] | None:
    """Return how many of which unit (in seconds) stand at `place`, and the place behind them."""
    options = [(value, place + len(head)) for head, value in _PARTS if tuple(words[place : place + len(head)]) == head]
    if words[place : place + 1] == ["another"]:
        options = [*_numbers(words, place + 1), *options]
    for value, after in (*_numbers(words, place), *options):
        behind = after + (words[after : after + 1] == ["more"])
        word = words[behind] if behind < len(words) else ""
        if word in _UNITS:
            return value, _UNITS[word], behind + 1
        if word in _LETTERS and words[after - 1][-1].isdigit():
            return value, _LETTERS[word], behind + 1
    return None


def _numbers(words: Sequence[str], place: int) -> list[tuple[float, int]]:
    if (number := number_at(words, place)) is not None:
        return [number]
    return [(_HEARD_AS[words[place]], place + 1)] if words[place : place + 1] and words[place] in _HEARD_AS else []


def say_length(seconds: float) -> str:
    """Return a length of time as it stands before a thing: "10 minute", "1 hour, 30 minute"."""
    return say_duration(seconds).replace(" and ", ", ").replace("s, ", ", ").removesuffix("s")


def say_duration(seconds: float) -> str:
    """Return a length of time in its two largest units: "1 hour and 30 minutes", "45 seconds"."""
    left = max(0, round(seconds))
    if left >= 2 * 86_400:
        left = round(left / 3600) * 3600
    parts = []
    for size, name in ((86_400, "day"), (3600, "hour"), (60, "minute"), (1, "second")):
        count, left = divmod(left, size)
        if count:
            parts.append(f"{count} {name}{'s' * (count != 1)}")
    return " and ".join(parts[:2]) or "0 seconds"
