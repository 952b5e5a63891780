"""What is likely to be said, by a model of a few sentences and the general English one."""

from pathlib import Path

import pytest

from assistant.recognizers.sphinx.likelihood import Likelihood
from assistant.recognizers.sphinx.ngram import NgramModel
from engines.errors import ReparteeError

SAID = [["who", "made", "the", "tower", "clock"], ["where", "do", "ladybirds", "sleep"]]


@pytest.fixture(scope="module")
def likelihood(tmp_path_factory: pytest.TempPathFactory) -> Likelihood:
    path = tmp_path_factory.mktemp("likelihood") / "domain.lm"
    NgramModel.train(SAID).write_arpa(path)
    return Likelihood(path)


def test_what_the_documents_say_is_likelier_than_what_sounds_like_it(likelihood: Likelihood) -> None:
    for said, heard in (
        ("who made the tower clock", "who made the hour clock"),
        ("ladybirds sleep", "lady birds sleep"),
    ):
        assert likelihood.of(said.split()) > likelihood.of(heard.split()) + 2


def test_english_is_likely_that_the_documents_never_say(likelihood: Likelihood) -> None:
    assert likelihood.of("what time is it".split()) > likelihood.of("it time what is".split()) + 2


def test_the_order_of_words_counts(likelihood: Likelihood) -> None:
    assert likelihood.of(SAID[0]) > likelihood.of(SAID[0][::-1]) + 5


def test_unknown_words_and_no_words_have_a_likelihood(likelihood: Likelihood) -> None:
    assert -100 < likelihood.of(["quibblewickian"]) < likelihood.of(["who"])
    assert likelihood.of([]) < 0


def test_a_file_that_is_no_model_is_told(tmp_path: Path) -> None:
    (tmp_path / "bad.lm").write_text("nothing")
    with pytest.raises(ReparteeError, match="could not be loaded"):
        Likelihood(tmp_path / "bad.lm")


def test_the_words_of_a_sentence_make_up_its_likelihood_one_after_the_other(likelihood: Likelihood) -> None:
    words = SAID[0]
    following = [likelihood.of_next(words[:place], word) for place, word in enumerate(words)]
    assert sum(following) + likelihood.of_next(words, None) == pytest.approx(likelihood.of(words))
    assert likelihood.of_next(words[-2:], None) == likelihood.of_next(words, None), "two words tell"
    assert likelihood.of_next(["sleep"], None) != likelihood.of_next(["ladybirds", "sleep"], None), "one begins it"
