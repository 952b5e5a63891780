"""Ways of saying something are left out by the first word only where they cannot fit."""

from __future__ import annotations

import pytest

from assistant.commands.eval_home import SAMPLES
from assistant.home.evaluate import read_sentences
from assistant.home.understanding.wording.phrasebook import WAYS
from assistant.home.understanding.wording.politeness import stripped
from assistant.home.understanding.wording.ways import Ways, openers
from assistant.home.understanding.wording.words import plain


@pytest.mark.parametrize(
    ("way", "words"),
    [
        ("turn on (?P<np>.+?)", {"turn"}),
        ("(?:turn|switch) on", {"turn", "switch"}),
        ("(?:for )?how long", {"for", "how"}),
        ("(?:(?:get|have) )?(?:some|more) light", {"get", "have", "some", "more"}),
        ("(?P<np>.+?) off", None),
        ("energi[sz]e (?P<np>.+?)", None),
        ("(?!which)(?:the )?lamp", None),
    ],
)
def test_the_first_words_of_an_expression_are_those_it_can_begin_with(way: str, words: set[str] | None) -> None:
    assert openers(way) == (None if words is None else frozenset(words))


def test_no_way_that_fits_a_sentence_is_left_out() -> None:
    sentences = [row["sentence"] for file in sorted(SAMPLES.glob("*.jsonl")) for row in read_sentences(file)]
    fitting = 0
    for text in filter(None, (stripped(plain(sentence)) for sentence in sentences)):
        all_of_them = [way for way in WAYS if way.pattern.fullmatch(text)]
        assert [way for way in WAYS.of(text) if way.pattern.fullmatch(text)] == all_of_them, text
        fitting += len(all_of_them)
    assert fitting > 300


def test_the_order_of_the_ways_is_kept() -> None:
    ways = Ways([("first", "turn .+"), ("second", "open .+"), ("third", ".+ on")])
    assert [way.meaning for way in ways.of("turn it on")] == ["first", "third"]
