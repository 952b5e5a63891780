"""A number to ring or an address is told of those alone whose it is."""

import pytest

from assistant.turn.events import Citation
from assistant.turn.owning import is_of_another
from assistant.turn.pricing import with_what_it_buys

PASSAGE = (
    "Ute Brandl leads the choir. Her number is 0555 710 220. We meet in the barn. Texts to 0555 710 330, please. "
    "Olaf tunes the organ. Mail goes to post@choir.example.\n"
    "Who: Ivo Lang; Phone: 0555 710 440; Voice: bass.\nWho: Pia Moor; Phone: 0555 710 550; Voice: alto."
)


def cited(words, passage=PASSAGE):
    start = passage.index(words)
    return Citation(
        document="choir.txt", passage_id=1, start=start, end=start + len(words), text=words, passage=passage,
        title="The choir of Marle", headings=("People",),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("question", "words", "is_so"),
    [
        ("what's Olaf's own phone number", "0555 710 330", True),
        ("what is Pia's mobile number", "0555 710 440", True),
        ("the e-mail address of Ivo Lang please", "post@choir.example", True),
        ("what's Ute's number", "0555 710 220", False),
        ("what is Pia's mobile number", "0555 710 550", False),
        ("the phone number of Marle's choir", "0555 710 330", False),
        ("what's the choir's number", "0555 710 330", False),
        ("what's Olaf's address", "in the barn", False),
    ],
)
def test_a_number_of_somebody_else(question, words, is_so):
    assert is_of_another(question, cited(words)) is is_so


def test_a_price_is_told_with_how_much_one_gets_for_it():
    passage = "Honey is sold at the gate: one jar for £6, two big jars for £11.50, and candles are £2."
    assert with_what_it_buys(cited("£11.50", passage)).text == "one jar for £6, two big jars for £11.50"
    assert with_what_it_buys(cited("£2", passage)).text == "£2"
