"""Timed words as cues of subtitles, which are also the segments of a transcript: SubRip and WebVTT."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from assistant.recognizers.sphinx.alignment import TimedWord

LONGEST = 84  # characters of a cue, two lines of 42
PAUSE_S = 0.7  # between two words, which ends a cue
_ENDS = (".", "?", "!")


def cues_of(words: Sequence[TimedWord]) -> list[TimedWord]:
    """Return the words in cues, each the words of one sentence, or of a part of it that is not too long."""
    return [TimedWord(" ".join(word.text for word in cue), cue[0].start, cue[-1].end) for cue in _grouped(words)]


def subrip(cues: Sequence[TimedWord]) -> str:
    """Return a SubRip file."""
    return "\n".join(f"{n}\n{_span(cue, ',')}\n{cue.text}\n" for n, cue in enumerate(cues, 1))


def webvtt(cues: Sequence[TimedWord]) -> str:
    """Return a WebVTT file (W3C WebVTT, section 4.1)."""
    return "\n".join(["WEBVTT\n", *(f"{_span(cue, '.')}\n{cue.text}\n" for cue in cues)])


def _grouped(words: Sequence[TimedWord]) -> Iterator[list[TimedWord]]:
    cue: list[TimedWord] = []
    for word in words:
        long = sum(len(each.text) + 1 for each in cue) + len(word.text) > LONGEST
        if cue and (long or word.start - cue[-1].end >= PAUSE_S or cue[-1].text.endswith(_ENDS)):
            yield cue
            cue = []
        cue.append(word)
    if cue:
        yield cue


def _span(cue: TimedWord, point: str) -> str:
    return f"{_clock(cue.start, point)} --> {_clock(cue.end, point)}"


def _clock(seconds: float, point: str) -> str:
    minutes, milliseconds = divmod(round(1000 * seconds), 60_000)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{milliseconds // 1000:02}{point}{milliseconds % 1000:03}"
