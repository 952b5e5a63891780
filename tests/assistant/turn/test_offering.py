"""Where nothing is sure enough to be an answer, the words that come nearest are quoted, with where they stand."""

import dataclasses

import numpy as np
import pytest

from assistant.turn.completing import MOST_WORDS
from assistant.turn.offering import offer
from assistant.turn.phrasing import OFFER_FROM, spoken_offer
from engines.reader.reader import Reading, Span
from engines.tokenize import Tokens
from knowledge.library import Hit
from knowledge.passages import Passage

NO_TOKENS = Tokens(np.zeros(0, np.int32), np.zeros((0, 2), np.int32))
SHED = (
    "The shed is dry. New cells keep for 6 to 12 months in it, if nothing heavy lies on them. Ask Wim.\n\n"
    "- brooms\n- a rake of\n  ash wood\n\nDay: Monday; Hall: open.\nDay: Friday; Hall: shut."
)


def found(text, span, confidence, headings=("Keeping things",)):
    start = text.index(span)
    passage = Passage(
        id=3, document_id=1, document="shed.md", title="The Shed", headings=headings, text=text, start=100,
        end=100 + len(text), tokens=NO_TOKENS,
    )  # fmt: skip
    reading = Reading(
        (Span(0, start, start + len(span), span, -8.0, confidence),), 0.0, confidence, True, 1, 1, "", 1.0
    )
    return reading, [Hit(passage, 1.0)]


@pytest.mark.parametrize(
    ("span", "quoted"),
    [
        ("6 to 12 months", "New cells keep for 6 to 12 months in it, if nothing heavy lies on them."),
        ("lies on them. Ask", SHED[SHED.index("New") : SHED.index("\n\n")]),
        ("rake", "a rake of\n  ash wood"),
        ("shut", "Day: Friday; Hall: shut"),
    ],
)  # fmt: skip
def test_the_sentence_item_or_row_is_quoted(span, quoted):
    offered = offer(*found(SHED, span, 0.3))
    assert offered.text == quoted
    begin, close = offered.span_in_passage
    assert SHED[begin:close] == quoted
    assert (offered.start, offered.document, offered.passage_id) == (100 + SHED.index(quoted), "shed.md", 3)


def test_what_is_less_likely_is_not_quoted():
    assert offer(*found(SHED, "6 to 12 months", OFFER_FROM)) is not None
    assert offer(*found(SHED, "6 to 12 months", OFFER_FROM - 0.01)) is None
    reading, hits = found(SHED, "6 to 12 months", 0.4)
    assert offer(dataclasses.replace(reading, spans=()), hits) is None


def test_of_a_long_sentence_the_span_alone_is_quoted_and_none_that_is_long_itself():
    long = " ".join(f"word{number}" for number in range(MOST_WORDS + 20))
    assert offer(*found(f"{long} and then 12 months", "12 months", 0.3)).text == "12 months"
    assert offer(*found(f"{long} and then 12 months", long, 0.3)) is None


def test_it_is_told_as_a_quotation():
    offered = offer(*found(SHED, "6 to 12 months", 0.3))
    assert spoken_offer(offered) == (
        "I'm not sure. The section on Keeping things in The Shed says: New cells keep for 6 to 12 months in it, if "
        "nothing heavy lies on them."
    )
    asked = offer(*found("Is the port set to ECP mode? Then go on.", "ECP", 0.3, headings=()))
    assert spoken_offer(asked) == "I'm not sure. The Shed says: Is the port set to ECP mode?"
