"""Words that were heard are held against words of the documents that sound like them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

import pytest

from assistant.recognizers.sphinx.ngram import NgramModel
from assistant.recognizers.whisper import sound_alikes
from assistant.recognizers.whisper.sound_alikes import SoundAlikes

SENTENCES = ["the waggle dance shows the way", "the summit station is high", "the midnight room has a parrot"]


class Knows:
    """Every word that it knows is a hundred times likelier than another."""

    def __init__(self, text: str) -> None:
        self._known = set(text.split())

    def of(self, words: Sequence[str]) -> float:
        return sum(self.of_next((), word) for word in words)

    def of_next(self, before: Sequence[str], word: str | None) -> float:
        return 0.0 if word is None else math.log(0.1 if word in self._known else 0.001)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("documents") / "documents.lm"
    NgramModel.train([sentence.split() for sentence in SENTENCES]).write_arpa(path)
    return path


@pytest.mark.parametrize(
    ("heard", "meant"),
    [
        ("What does the wattle dance show?", "What does the waggle dance show?"),
        ("How high is the sum it station?", "How high is the summit station?"),
        ("Who is in the minute room?", "Who is in the midnight room?"),
        ("Parent, who is that?", "Parrot, who is that?"),
        ("How high is the sum it station in the minute room?", "How high is the summit station in the midnight room?"),
        ("Who is in the mid-night room?", "Who is in the midnight room?"),
        ("You shows the way in the midnight room?", "Who shows the way in the midnight room?"),
    ],
)
def test_what_the_documents_have_is_among_the_rivals(model: Path, heard: str, meant: str) -> None:
    likelihood = Knows("what does the waggle dance show how high is in the summit station midnight room parrot who")
    rivals = SoundAlikes.of_model(model).rivals(heard, likelihood)
    assert meant in {rival.text for rival in rivals if rival.distance < 3}


def test_it_is_told_by_how_much_likelier_a_sentence_is_for_its_sounds(model: Path) -> None:
    alikes, knows = SoundAlikes.of_model(model), Knows("how high is the summit station")
    better, *_ = alikes.rivals("How high is the some it station?", knows)
    assert better.text == "How high is the summit station?"
    assert better.gain > 0
    assert all(rival.gain < 0 for rival in alikes.rivals("How high is the summit station?", knows))


def test_what_stands_there_just_so_is_not_replaced_as_a_whole() -> None:
    alikes = SoundAlikes(["sea bat", "see back"])
    assert [rival.text for rival in alikes.rivals("Sea pat", Knows(""))] == ["Sea bat", "See back"]
    assert alikes.rivals("Sea bat", Knows("")) == []


def test_there_are_few_rivals_and_none_of_a_long_speech(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    alikes, knows = SoundAlikes.of_model(model), Knows("")
    speech = "What does the wattle dance show about the sum it station and the minute room with a parent in it"
    monkeypatch.setattr(sound_alikes, "LEAST_ALIKE", 0.5)
    assert 0 < len(alikes.rivals(speech, knows)) <= sound_alikes.MOST_RIVALS
    assert alikes.rivals(f"{speech} {speech}", knows) == []


def test_ends_of_sentences_are_no_words_and_there_is_a_most(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    terms = SoundAlikes.of_model(model)._terms
    assert {"waggle", "waggle dance", "the waggle dance"} <= terms
    assert not any("<" in term for term in terms)
    monkeypatch.setattr(sound_alikes, "MOST_TERMS", 5)
    few = SoundAlikes.of_model(model)._terms
    assert len(few) == 5
    assert not any(" " in term for term in few)


def test_words_that_the_ear_is_sure_of_are_taken_for_no_others(model: Path) -> None:
    alikes, knows = SoundAlikes.of_model(model), Knows("what does the waggle dance show")
    heard = "What does the wattle dance show?"
    assert "What does the waggle dance show?" in {rival.text for rival in alikes.rivals(heard, knows)}
    assert alikes.rivals(heard, knows, frozenset("what does the wattle dance show".split())) == []
