from __future__ import annotations

import itertools

import numpy as np
import pytest

from assistant.audio.samples import RATE
from assistant.recognizers.sphinx.alignment import TimedWord, timed


def test_every_word_is_found_where_it_was_said(recording):
    heard = recording(0, before_ms=1500)
    words = timed(heard.text, heard.pcm)
    assert [word.text for word in words] == heard.text.split()
    assert words[0].start == pytest.approx(heard.begin / RATE, abs=0.15)
    assert words[-1].end == pytest.approx(heard.end / RATE, abs=0.25)
    for word, following in itertools.pairwise(words):
        assert word.start < word.end <= following.start


def test_a_word_of_no_dictionary_and_one_that_is_written_in_figures_have_times_too(recording):
    heard = recording(0)
    text = "How tall is the lighthouse at Marlowe's P0int"
    assert [word.text for word in timed(text, heard.pcm)] == text.split()
    assert timed("41 \u2014 metres", heard.pcm)[0].text == "41"


def test_where_the_words_are_not_in_the_sound_each_has_its_share_of_the_time():
    assert timed("twice as long", np.zeros(RATE, np.int16)) == [
        TimedWord("twice", 0.0, 0.45),
        TimedWord("as", 0.45, 0.64),
        TimedWord("long", 0.64, 1.0),
    ]
    assert timed("", np.zeros(RATE, np.int16)) == []


def test_a_word_may_be_later():
    assert TimedWord("tall", 0.25, 0.5).later(20.0) == TimedWord("tall", 20.25, 20.5)
