import pytest

from assistant.turn.events import Citation, Reply
from assistant.turn.follow_up import MOST, readings


def said(question: str, answer: str | None, title: str = "") -> Reply:
    citations = (Citation("file.md", 1, 0, 1, "x", title=title),) if title else ()
    return Reply(question, None, answer, 0.9, answer is None, citations, answer or "I don't know.", (), 1.0)


TOWER = said("What is the Eiffel Tower?", "a wrought-iron lattice tower in Paris", "Landmarks of Paris")
KEEPER = said("Who was the first keeper of the lighthouse?", "Martha Reed", "The Marlow Point Lighthouse")


def test_a_question_that_begins_the_conversation_means_itself() -> None:
    assert readings("How tall is it?", ()) == ["How tall is it?"]


def test_a_question_that_says_everything_means_itself() -> None:
    assert readings("How tall is the Brooklyn Bridge?", [TOWER]) == ["How tall is the Brooklyn Bridge?"]


@pytest.mark.parametrize(
    ("before", "question", "meant"),
    [
        (TOWER, "How tall is it?", "How tall is the Eiffel Tower?"),
        (TOWER, "how tall is it", "how tall is the Eiffel Tower?"),
        (TOWER, "And who built it?", "who built the Eiffel Tower?"),
        (TOWER, "What is its height?", "What is the Eiffel Tower's height?"),
        (KEEPER, "How long did she keep the light?", "How long did Martha Reed keep the light?"),
        (
            said("How often should I water the snake plant?", "every three weeks"),
            "Where does it grow?",
            "Where does the snake plant grow?",
        ),
        (
            said("How many eggs can the queen lay a day?", "2,000"),
            "How long does she live?",
            "How long does the queen live?",
        ),
        (said("What does code E4 mean?", "no flame"), "And E7?", "What does code E7 mean?"),
        (said("When do I plant garlic?", "October"), "What about tulips?", "When do I plant tulips?"),
        (said("How long should green tea brew?", "two minutes"), "and black tea", "How long should black tea brew?"),
        (
            said("Who invented the tea bag?", "Thomas Sullivan"),
            "When?",
            "When did Thomas Sullivan invented the tea bag?",
        ),
        (said("How tall is the lighthouse?", "41 metres"), "Where?", "Where is the lighthouse?"),
    ],
)
def test_what_leans_on_the_conversation_is_said_in_full(before: Reply, question: str, meant: str) -> None:
    found = readings(question, [before])
    assert meant in found
    assert found[-1] == question
    assert len(found) <= MOST


def test_a_chain_of_follow_ups_goes_back_to_what_was_named() -> None:
    history = [TOWER, said("How tall is it?", "330 metres"), said("And its weight?", None)]
    assert readings("When was it built?", history)[0] == "When was the Eiffel Tower built?"


def test_an_answer_that_the_person_never_heard_stands_for_nothing() -> None:
    unheard = said("Who was the first keeper of the lighthouse?", None)
    assert not any("Martha" in meant for meant in readings("How long did she stay?", [unheard]))
