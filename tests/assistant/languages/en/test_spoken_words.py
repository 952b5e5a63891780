import pytest

from assistant.languages.en.spoken_words import sentences, spoken_words
from assistant.languages.en.written_forms import write, written_forms
from assistant.recognizers.sphinx.library import model_path
from assistant.recognizers.sphinx.pronounce import pronounce


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("In 1889, it cost £1.", "in eighteen eighty nine it cost one pound"),
        ("built 1905-1908", "built nineteen oh five to nineteen oh eight"),
        ("the 1990s", "the nineteen nineties"),
        ("1,083 ft at 21 °C", "one thousand eighty three feet at twenty one degrees celsius"),
        ("the 24th, 9:05", "the twenty fourth nine oh five"),
        ("fault code E7", "fault code e seven"),
        ("the bees’ dance, a café", "the bees dance a cafe"),
        ("3.5 km/h", "three point five kilometres per hour"),
        ("", ""),
        ("— … —", ""),
    ],
)
def test_text_becomes_the_words_that_are_said(text: str, said: str) -> None:
    assert " ".join(spoken_words(text)) == said


def test_sentences_are_apart() -> None:
    assert list(sentences("It cost 3.5 pounds. Who paid?\n\nNobody")) == [
        ["it", "cost", "three", "point", "five", "pounds"],
        ["who", "paid"],
        ["nobody"],
    ]


TEXTS = [
    "The lighthouse at Marlow Point is 41 metres tall. In January 1908, Martha Reed rang the bell; code E7 is a fan.",
    "The point of it is 100 steps and ten more, or 10.",
    "The Light In Winter",
]


@pytest.mark.parametrize(
    ("heard", "written"),
    [
        ("what does code e seven mean", "what does code E7 mean"),
        ("the storm of nineteen oh eight", "the storm of 1908"),
        ("how tall is marlow point", "how tall is Marlow Point"),
        ("what is the point", "what is the point"),
        ("forty one steps", "41 steps"),
        ("one hundred six steps", "one hundred six steps"),
        ("one hundred steps", "100 steps"),
        ("ten more", "ten more"),
        ("the light in winter", "the light in winter"),
        ("", ""),
    ],
)
def test_what_is_heard_is_written_as_in_the_documents(heard: str, written: str) -> None:
    assert write(heard.split(), written_forms(TEXTS)) == written


def test_written_forms_are_heard_as_what_they_stand_for() -> None:
    for said, form in written_forms(TEXTS).items():
        assert " ".join(spoken_words(form)) == said


@pytest.mark.parametrize(
    ("word", "phones"), [("zigbee", "Z IH G B IY"), ("hello", "HH AH L OW"), ("lindqvist", None), ("shingo", None)]
)
def test_unknown_words_get_a_pronunciation(word: str, phones: str | None) -> None:
    assert pronounce(word) == phones or (phones is None and len(pronounce(word).split()) >= 4)


def test_pronunciations_are_close_to_the_dictionary() -> None:
    known = {}
    for line in (model_path() / "cmudict-en-us.dict").read_text().splitlines():
        word, _, phones = line.partition(" ")
        known.setdefault(word.split("(")[0], []).append(phones.split())
    sample = [word for word in sorted(known)[100::1300] if word.isalpha()]
    phones = {phone for variants in known.values() for variant in variants for phone in variant}
    errors = total = 0
    for word in sample:
        guess = pronounce(word).split()
        assert set(guess) <= phones
        errors += min(_distance(guess, variant) for variant in known[word])
        total += len(known[word][0])
    assert len(sample) > 60
    assert errors / total < 0.25


def _distance(left: list[str], right: list[str]) -> int:
    row = list(range(len(right) + 1))
    for place, phone in enumerate(left, 1):
        above, row = row, [place]
        for column, other in enumerate(right, 1):
            row.append(min(above[column] + 1, row[-1] + 1, above[column - 1] + (phone != other)))
    return row[-1]
