"""What a sentence denies is told with the denial."""

import pytest

from assistant.turn.denying import with_its_denial
from assistant.turn.events import Citation


def cited(passage: str, words: str) -> Citation:
    start = passage.index(words)
    return Citation(
        document="x.md",
        passage_id=1,
        start=start,
        end=start + len(words),
        text=words,
        title="Ferry",
        passage=passage,
        passage_start=0,
    )


@pytest.mark.parametrize(
    ("question", "passage", "words", "told"),
    [
        (
            "what does the deposit cover",
            "It is kept a week. The deposit does not cover sails, ropes and lamps. Ask at the desk.",
            "sails, ropes and lamps",
            "The deposit does not cover sails, ropes and lamps.",
        ),
        ("what may guests bring", "Guests may not bring dogs, drums or fireworks.", "dogs, drums or fireworks", None),
        ("which pets are welcome", "We don't take cats or parrots.", "cats or parrots", None),
        ("what can I put in", "Never put in batteries or paint.", "batteries or paint", None),
        ("when can I moor there", "There is no mooring on Tuesdays.", "on Tuesdays", None),
        ("what can you park in the yard", "No vans or trailers in the yard!", "vans or trailers", None),
    ],
)
def test_a_denied_answer_is_told_with_its_sentence(question, passage, words, told):
    assert with_its_denial(question, cited(passage, words)).text == (told or passage)


@pytest.mark.parametrize(
    ("question", "passage", "words"),
    [
        ("what isn't covered", "It does not cover sails and ropes.", "sails and ropes"),
        ("what is excluded", "It does not cover sails and ropes.", "sails and ropes"),
        ("what should I avoid", "Do not use soap.", "soap"),
        ("what do I press", "If it does not start, press the green knob.", "the green knob"),
        ("which time may we come", "You may not come before 15:00.", "15:00"),
        ("what is allowed", "No dogs, but cats are welcome.", "cats"),
        ("what does the bag weigh", "The bag may weigh no more than 23 kg.", "23 kg"),
        ("what is covered", "Sails and ropes are covered. Lamps are not.", "Sails and ropes"),
    ],
)
def test_what_is_not_denied_or_was_asked_for_as_denied_stays_short(question, passage, words):
    assert with_its_denial(question, cited(passage, words)).text == words
