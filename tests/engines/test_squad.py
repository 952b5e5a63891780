import json

import numpy as np
import pytest

from engines.errors import ReparteeError
from engines.squad import Question, best_threshold, exact, f1, fit_temperature, load, normalize, score

OFFICIAL = {
    "version": "v2.0",
    "data": [
        {
            "title": "Bridges",
            "paragraphs": [
                {
                    "context": "The bridge opened in 1932.",
                    "qas": [
                        {
                            "id": "a",
                            "question": "When did it open?",
                            "is_impossible": False,
                            "answers": [{"text": "1932", "answer_start": 21}, {"text": "in 1932", "answer_start": 18}],
                        },
                        {"id": "b", "question": "Who built it?", "is_impossible": True, "answers": []},
                    ],
                }
            ],
        }
    ],
}


def test_reads_the_official_layout(tmp_path):
    (tmp_path / "dev.json").write_text(json.dumps(OFFICIAL))
    assert load(tmp_path / "dev.json") == [
        Question("a", "When did it open?", "Bridges", "The bridge opened in 1932.", ("1932", "in 1932")),
        Question("b", "Who built it?", "Bridges", "The bridge opened in 1932.", ()),
    ]


def test_reads_rows(tmp_path):
    row = {"question": "When?", "context": "In 1932.", "answers": ["1932"], "answer_start": 3, "is_impossible": False}
    (tmp_path / "dev.jsonl").write_text(json.dumps(row) + "\n")
    assert load(tmp_path / "dev.jsonl")[0].answers == ("1932",)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "not in the SQuAD format"),
        ("[]", "not in the SQuAD format"),
        ('{"data": []}', "holds no questions"),
        ('{"data": [{"paragraphs": [{"qas": [{"id": "x"}]}]}]}', "not in the SQuAD format"),
        ("\udcff", "cannot be read .byte 0 is not UTF-8"),
        ("[" * 100_000, "is not in the SQuAD format"),
    ],
)
def test_a_bad_file_gives_one_sentence(tmp_path, text, words):
    (tmp_path / "dev.json").write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(ReparteeError, match=words) as caught:
        load(tmp_path / "dev.json")
    assert "\n" not in str(caught.value)
    with pytest.raises(ReparteeError, match="cannot be read"):
        load(tmp_path / "absent.json")


def test_normalisation_drops_case_articles_punctuation_and_spaces():
    assert normalize("  The  Eiffel-Tower, (a) landmark!") == "eiffeltower landmark"
    assert normalize("Another theatre") == "another theatre"


def test_exact_match_takes_the_best_answer():
    assert exact("the 1932!", ("in 1932", "1932")) == 1
    assert exact("1933", ("1932",)) == 0
    assert exact("", ()) == 1
    assert exact("1932", ()) == 0


def test_f1_counts_shared_words_once():
    assert f1("red red car", ("red car",)) == pytest.approx(0.8)
    assert f1("blue", ("red car",)) == 0
    assert f1("", ("red car",)) == 0
    assert f1("", ()) == 1
    assert f1("the", ()) == 1, "only an article is nothing after normalisation, as in the official script"


def questions(count_answerable, count_impossible):
    made = [Question(f"a{n}", "?", "", "", ("yes",)) for n in range(count_answerable)]
    return made + [Question(f"n{n}", "?", "", "", ()) for n in range(count_impossible)]


def test_scores_are_split_by_whether_there_is_an_answer():
    result = score(questions(2, 2), {"a0": "yes", "a1": "no", "n0": "", "n1": "guess"})
    assert (result.exact, result.answerable_exact, result.unanswerable_exact) == (50, 50, 50)
    assert (result.total, result.answerable, result.unanswerable) == (4, 2, 2)
    assert score(questions(1, 0), {}).unanswerable_exact is None


def test_the_best_threshold_is_that_of_trying_all():
    random = np.random.default_rng(3)
    asked = questions(40, 25)
    answers = {each.id: random.choice(["yes", "no", "yes indeed"]) for each in asked}
    margins = {each.id: round(float(random.normal(1.0 if each.answers else -0.5, 1.5)), 1) for each in asked}

    def at(threshold):
        return score(asked, {key: text if margins[key] > threshold else "" for key, text in answers.items()}).f1

    threshold, best = best_threshold(asked, answers, margins)
    assert at(threshold) == pytest.approx(best)
    assert best == pytest.approx(max(at(step) for step in [*np.arange(-8, 8, 0.05), -100, 100]))


def test_the_best_threshold_may_be_to_always_answer_or_never():
    asked = questions(3, 0)
    margins = {"a0": -4.0, "a1": 2.0, "a2": 1.0}
    assert best_threshold(asked, dict.fromkeys(margins, "yes"), margins)[0] < -4
    asked = questions(0, 3)
    margins = {"n0": -4.0, "n1": 2.0, "n2": 1.0}
    threshold, best = best_threshold(asked, dict.fromkeys(margins, "guess"), margins)
    assert threshold > 2
    assert best == 100


def test_the_temperature_that_made_the_data_is_found_again():
    random = np.random.default_rng(5)
    margins = random.normal(0, 6, 20000)
    right = random.random(20000) < 1 / (1 + np.exp(-(margins - 1.0) / 2.5))
    assert fit_temperature(margins, right, 1.0) == pytest.approx(2.5, rel=0.1)
