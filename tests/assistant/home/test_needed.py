"""The words that expressions need: none is passed over that would have fitted."""

import contextlib
import re
import warnings
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable

from assistant.home.asking.ways import ASKED
from assistant.home.evaluate import read_sentences
from assistant.home.understanding.wording import colloquial, phrasebook, spoken_around
from assistant.home.understanding.wording.left_out import left_out_last
from assistant.home.understanding.wording.needed import Needing, Rewriting, needed, words_of
from assistant.home.understanding.wording.said_otherwise import said_otherwise
from assistant.home.understanding.wording.words import plain

SENTENCES = Path(__file__).parent / "sentences"
SOMEWHERE = [
    *(
        said
        for rewriting in (said_otherwise, left_out_last, spoken_around.without_leading)
        for said, _ in rewriting.rules
    ),
    *spoken_around.BEHIND,
]
WHOLE = [way.pattern for ways in (phrasebook.WAYS, phrasebook.MEANT, colloquial.REWORDED, ASKED) for way in ways]


def sentences() -> list[str]:
    """All sentences that the tests have, in plain words."""
    return [plain(row["sentence"]) for path in sorted(SENTENCES.rglob("*.jsonl")) for row in read_sentences(path)]


@pytest.mark.parametrize(
    ("way", "words"),
    [
        (r"\bfire up (?=\w)", {"fire"}),
        (r"put (?P<np>.+?) on", None),
        (r"lights?\b", None),  # "nightlights" has it too
        (r" lights?$", {"light", "lights"}),
        (r"\b(?:dim|darken) (?:\w+ )+now", {"dim", "darken"}),
        (r"\w+ing (?:the|a) fan(?: \w+)?(?=$| ,)", {"fan"}),
        (r"(?:\w+ )?fans?$", None),
        (r"^colou?r \d+", {"color", "colour"}),
        (r"pl+ease", None),
        (r"[a-z]+ (?!up\b)\d", None),
    ],
)
def test_a_word_is_needed_where_each_way_to_fit_has_it_whole(way, words):
    assert needed(re.compile(way)) == words


def test_what_fits_a_whole_text_needs_its_first_and_last_words_too():
    assert needed(re.compile("kitchen (?P<np>.+) lamp"), whole=True) == {"kitchen"}
    assert needed(re.compile("(?P<np>.+?) lit"), whole=True) == {"lit"}


def test_letters_of_either_case_tell_nothing():
    assert needed(re.compile(" lamp ", re.IGNORECASE)) is None


def test_of_all_sentences_none_is_passed_over():
    needing = Needing(SOMEWHERE)
    whole = [(pattern, needed(pattern, whole=True)) for pattern in WHOLE]
    fitted = 0
    for text in sentences():
        fit = {number for number, pattern in enumerate(SOMEWHERE) if pattern.search(text)}
        assert fit <= set(needing.of(text))
        fitted += len(fit)
        words = words_of(text)
        for pattern, needs in whole:
            if needs is not None and needs.isdisjoint(words):
                assert pattern.fullmatch(text) is None
            else:
                fitted += pattern.fullmatch(text) is not None
    assert fitted > 300


@pytest.mark.parametrize(("patterns", "whole"), [(SOMEWHERE[::8], False), (WHOLE[::8], True)])
def test_what_is_made_to_fit_has_what_is_needed(patterns, whole):
    alphabet = st.characters(codec="ascii", categories=["Ll", "Nd", "Zs"], include_characters=",.")
    made = 0
    for pattern in patterns:
        needs = needed(pattern, whole=whole)

        @settings(
            max_examples=2,
            database=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.generate],
        )
        @given(text=st.from_regex(pattern, fullmatch=whole, alphabet=alphabet))
        def has_them(text):
            nonlocal made
            assume(pattern.fullmatch(text) if whole else pattern.search(text))  # noqa: B023 - it is called at once
            assert needs is None or not needs.isdisjoint(words_of(text))  # noqa: B023
            made += 1

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with contextlib.suppress(Unsatisfiable):  # a few can hardly be made
                has_them()
    assert made > len(patterns)


def test_rewriting_goes_through_its_rules_in_order_with_the_words_that_are_then_there():
    rewriting = Rewriting(
        [
            (re.compile(r"\bb\b"), "late"),
            (re.compile(r"\ba\b"), "b c"),
            (re.compile(r"\bc\b"), lambda said: said[0] * 2),
        ]
    )
    assert rewriting("a , b") == "b cc , late"
    assert rewriting("nothing") == "nothing"
