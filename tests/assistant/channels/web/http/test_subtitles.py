from __future__ import annotations

from assistant.channels.web.http.subtitles import LONGEST, cues_of, subrip, webvtt
from assistant.recognizers.sphinx.alignment import TimedWord


def said(text: str, *, start: float = 0.0, word_s: float = 0.3) -> list[TimedWord]:
    """Words one after the other without a pause."""
    return [TimedWord(word, 0.0, word_s).later(start + n * word_s) for n, word in enumerate(text.split())]


def test_a_cue_is_a_sentence():
    cues = cues_of(said("It is 3.5 m tall. Who built it? Anna"))
    assert [cue.text for cue in cues] == ["It is 3.5 m tall.", "Who built it?", "Anna"]
    assert [(cue.start, cue.end) for cue in cues] == [(0.0, 1.5), (1.5, 2.4), (2.4, 2.7)]


def test_a_pause_ends_a_cue_and_so_does_its_length():
    cues = cues_of([*said("and so"), *said("my fellow Americans", start=1.4)])
    assert [cue.text for cue in cues] == ["and so", "my fellow Americans"]
    cues = cues_of(said("word " * 40))
    assert [len(cue.text) for cue in cues] == [LONGEST, LONGEST, 29]


def test_both_kinds_of_file_number_and_separate_their_cues():
    cues = [TimedWord("One.", 0.5, 1.25), TimedWord("Two.", 59.999, 3661.5)]
    assert subrip(cues) == ("1\n00:00:00,500 --> 00:00:01,250\nOne.\n\n2\n00:00:59,999 --> 01:01:01,500\nTwo.\n")
    assert webvtt(cues) == ("WEBVTT\n\n00:00:00.500 --> 00:00:01.250\nOne.\n\n00:00:59.999 --> 01:01:01.500\nTwo.\n")
    assert (subrip([]), webvtt([])) == ("", "WEBVTT\n")
