"""Questions that are made of the sentences of the documents."""

import pytest

from assistant.recognizers.sphinx.learning import questions


@pytest.mark.parametrize(
    ("statement", "question"),
    [
        ("the tower was built in york", "when was the tower built in york"),
        ("tea reached europe in sixteen ten", "when did tea reach europe in sixteen ten"),
        ("mars looks red", "why does mars look red"),
        ("leave the stems standing until march because ladybirds sleep in them", "where do ladybirds sleep in them"),
        ("henry dawson built the lighthouse", "who built the lighthouse"),
        ("the last keeper left the lighthouse", "when did the last keeper leave the lighthouse"),
    ],
)
def test_a_statement_answers_questions_in_the_form_that_they_are_asked_in(statement: str, question: str) -> None:
    assert question.split() in list(questions(statement.split()))


def test_a_long_sentence_has_few_questions() -> None:
    words = "the train stops and starts and turns and runs and climbs and falls and waits and leaves".split()
    assert len(list(questions(words))) < 20
