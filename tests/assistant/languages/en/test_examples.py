"""Which questions a document invites."""

from __future__ import annotations

import pytest

from assistant.languages.en.examples import examples


@pytest.mark.parametrize(
    ("sentence", "question"),
    [
        ("The mast at Gull Rock is 30 metres high.", "How high is the mast at Gull Rock?"),
        ("The walls are about two metres thick, and dry.", "How thick are the walls?"),
        ("The ferry was built by a shipyard in 1931.", "When was the ferry built?"),
        ("The canteen opens at eleven.", "When does the canteen open?"),
        ("Tickets cost 3 pounds.", "How much do tickets cost?"),
        ("A lost key costs nine pounds.", "How much does a lost key cost?"),
        ("The anchor weighs two tonnes.", "How much does the anchor weigh?"),
        ("The first captain was Ida Holm, who stayed.", "Who was the first captain?"),
    ],
)
def test_a_plain_sentence_answers_one(sentence: str, question: str) -> None:
    text = f"Harbour\n\nIt rains a lot. {sentence} Nobody knows why."
    [found] = examples(text)
    assert found.question == question
    assert text[found.start : found.end] == sentence


@pytest.mark.parametrize(
    "sentence",
    [
        "It is 30 metres high.",
        "The ferry was built by a shipyard.",
        "The canteen opens new doors.",
        "The first captain was old.",
        "They cost 3 pounds.",
    ],
)
def test_one_that_is_not_plain_answers_none(sentence: str) -> None:
    assert list(examples(sentence)) == []


def test_what_a_document_asks_itself_comes_first_and_is_answered_below() -> None:
    text = "Help\n\nThe lid is 3 inches wide.\n\nHow do I empty the tank?\n\nPull the lever.\n\nReally?\n\nYes."
    asked, plain = examples(text)
    assert asked.question == "How do I empty the tank?"
    assert "Pull the lever." in text[asked.start : asked.end]
    assert plain.question == "How wide is the lid?"
