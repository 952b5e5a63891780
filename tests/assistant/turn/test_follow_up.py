import pytest

from assistant.turn.events import Citation, Reply
from assistant.turn.follow_up import MOST, asks_on, readings
from tests.assistant.replies import answered


def said(question: str, answer: str | None, title: str = "") -> Reply:
    citations = (Citation(document="file.md", passage_id=1, start=0, end=1, text="x", title=title),) if title else ()
    return answered(question, answer, *citations)


TOWER = said("What is the Eiffel Tower?", "a wrought-iron lattice tower in Paris", "Landmarks of Paris")
KEEPER = said("Who was the first keeper of the lighthouse?", "Martha Reed", "The Marlow Point Lighthouse")


def test_a_question_that_begins_the_conversation_means_itself() -> None:
    assert readings("How tall is it?", ()) == ["How tall is it?"]


def test_a_question_that_says_everything_means_itself() -> None:
    assert readings("How tall is the Brooklyn Bridge?", [TOWER]) == ["How tall is the Brooklyn Bridge?"]


@pytest.mark.parametrize(
    "question",
    [
        "How long does it take to make a starter?",
        "how much did it cost a visitor to go up",
        "Is it safe to eat wild garlic?",
        "Would it be better for beginners to buy one?",
        "How many tunnels are there on the line?",
        "Was there ever a fire in the museum?",
    ],
)
def test_it_and_there_may_point_at_nothing(question: str) -> None:
    assert readings(question, [TOWER]) == [question]


@pytest.mark.parametrize(
    ("question", "meant"),
    [
        ("How long does it take to reach it?", "How long does it take to reach the Eiffel Tower?"),
        ("How long does it take?", "How long does the Eiffel Tower take?"),
        ("How many steps are there?", "How many steps are at the Eiffel Tower?"),
        ("Is it open to members?", "Is the Eiffel Tower open to members?"),
        ("Does it cost much?", "Does the Eiffel Tower cost much?"),
    ],
)
def test_it_and_there_point_at_what_was_said_where_nothing_else_is_meant(question: str, meant: str) -> None:
    assert readings(question, [TOWER])[0] == meant


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


@pytest.mark.parametrize("long", ["and" + " " * 8000 + "a\nb", "and " + "word " * 20_000, "what is " + "it " * 5000])
def test_what_is_too_long_to_be_gone_on_from_meets_no_rule(long: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from assistant.turn import follow_up

    met: list[int] = []
    leans = follow_up._leans

    def watched(question: str) -> bool:
        met.append(len(question))
        return leans(question)

    monkeypatch.setattr(follow_up, "_leans", watched)
    assert readings("that", [said(long, "x"), said("anything", "x" * 80_000), KEEPER])[-1] == "that"
    assert max(met) <= follow_up.LONGEST


def test_only_so_many_exchanges_are_gone_back_to(monkeypatch: pytest.MonkeyPatch) -> None:
    from assistant.turn import follow_up

    history = [said("what about it", "x")] * 1000
    assert readings("and that", [TOWER, *history]) == ["and that"]
    assert readings("and its height", [TOWER, *history[: follow_up.REMEMBERED - 1]])[0] != "and its height"


def test_a_question_word_alone_goes_on_from_what_was_said_if_anything_was() -> None:
    for words in ("Why?", "and when", "How long?"):
        assert asks_on(words, [KEEPER])
        assert not asks_on(words, ())
    assert not asks_on("what the", [KEEPER])
