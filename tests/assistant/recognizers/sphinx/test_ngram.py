from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.recognizers.sphinx.ngram import END, START, NgramModel

CORPUS = [
    sentence.split()
    for sentence in (
        "the tower is tall",
        "the tower was built in york",
        "who built the tower",
        "when was the tower built",
        "the light is on",
        "a tower is a light",
    )
]


def total(model: NgramModel, *history: str) -> float:
    return sum(model.probability(word, *history) for word in model.vocabulary)


@pytest.mark.parametrize(
    "history", [(), (START,), ("the",), ("york",), (START, "the"), ("the", "tower"), ("tall", "york"), ("tower", END)]
)
def test_probabilities_after_any_history_sum_to_one(history: tuple[str, ...]) -> None:
    assert total(NgramModel.train(CORPUS), *history) == pytest.approx(1.0)


@settings(max_examples=40)
@given(
    st.lists(st.lists(st.sampled_from("abcde"), max_size=6), min_size=1, max_size=12),
    st.lists(st.integers(1, 4), min_size=12, max_size=12),
    st.tuples(st.sampled_from("abcde"), st.sampled_from("abcde")),
)
def test_they_do_for_any_sentences_and_weights(
    sentences: list[list[str]], weights: list[int], history: tuple[str, str]
) -> None:
    model = NgramModel.train(sentences, weights=weights, vocabulary="abcde")
    for length in range(3):
        assert total(model, *history[:length]) == pytest.approx(1.0)


def test_pruned_trigrams_leave_their_probability_to_the_back_off() -> None:
    model = NgramModel.train(CORPUS, most_trigrams=1)
    assert len(model.keys[2]) < len(NgramModel.train(CORPUS).keys[2])
    for history in [("the", "tower"), (START, "the"), ("tower", "is")]:
        assert total(model, *history) == pytest.approx(1.0)


def test_what_was_seen_is_likelier_than_what_was_not() -> None:
    model = NgramModel.train(CORPUS, vocabulary=["zebra"])
    assert model.probability("tower", "the") > model.probability("york", "the") > 0
    assert model.probability("built", "the", "tower") > model.probability("york", "the", "tower")
    assert 0 < model.probability("zebra", "the", "tower") < model.probability("york", "the", "tower")
    assert model.probability(START, "the") == 0


def test_a_word_with_many_left_contexts_is_a_likelier_continuation() -> None:
    """Kneser and Ney's point: "francisco" is frequent, but follows one word only."""
    sentences = [["san", "francisco"]] * 6 + [[word, "bridge"] for word in "abcdef"]
    model = NgramModel.train(sentences)
    assert model.probability("bridge") > 2 * model.probability("francisco")


def test_nothing_to_learn_from_is_a_uniform_model() -> None:
    model = NgramModel.train([], vocabulary=["yes", "no"])
    assert model.probability("yes") == pytest.approx(1 / 3)


def test_the_arpa_file_holds_the_same_numbers(tmp_path: Path) -> None:
    model = NgramModel.train(CORPUS)
    model.write_arpa(tmp_path / "model.lm")
    lines = (tmp_path / "model.lm").read_text().splitlines()
    assert lines[0] == "\\data\\"
    assert lines[-1] == "\\end\\"
    for order, keys in enumerate(model.keys, 1):
        assert f"ngram {order}={len(keys)}" in lines
    row = next(line for line in lines if "\tthe tower built\t" in line)
    assert 10 ** float(row.split("\t")[0]) == pytest.approx(model.probability("built", "the", "tower"), rel=1e-3)
    start = next(line for line in lines if line.startswith("-99") and f"\t{START}\t" in line)
    assert 0 < 10 ** float(start.split("\t")[2]) <= 1


def test_a_large_corpus_takes_seconds() -> None:
    import time

    rng = np.random.default_rng(3)
    words = [f"w{number}" for number in range(5_000)]
    sentences = [[words[number] for number in row] for row in rng.zipf(1.3, (20_000, 12)) % 5_000]
    started = time.process_time()
    NgramModel.train(sentences)
    assert time.process_time() - started < 10
