import dataclasses
import threading
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engines.checkpoint import Calibration
from engines.errors import ReparteeError
from engines.quantize import write_int8
from engines.reader.cost import CostModel
from engines.reader.reader import ReadablePassage, Reader
from engines.reader.verbatim import verbatim
from engines.runtimes.runtime import load_runtime
from tests.engines.small_bert import random_checkpoint

TEXTS = [
    "The tower is in Paris. How high is the tower? The towers is a tower in the tower.",
    "In the tower is a tower. Paris is in the tower, the high tower is in Paris.",
    "A tower.",
]


@pytest.fixture(scope="module")
def reader(tmp_path_factory):
    """A reader of random weights in float32: what it computes can be compared exactly."""
    checkpoint = dataclasses.replace(random_checkpoint(), calibration=Calibration(0.5, 2.0))
    runtime = load_runtime("openvino-f32", checkpoint, cache_dir=tmp_path_factory.mktemp("cache"))
    reader = Reader(runtime, checkpoint)
    yield reader
    reader.close()


def passages(reader, texts=TEXTS, context=""):
    return [ReadablePassage(text, reader.tokenize(text), context) for text in texts]


def test_spans_are_verbatim_and_best_first(reader):
    given_ = passages(reader)
    reading = reader.read("How high is the tower?", given_)
    assert reading.passages_read == reading.passages_given == 3
    assert reading.note == ""
    assert len(reading.spans) > 1
    for span in reading.spans:
        assert span.text == given_[span.passage].text[span.start : span.end]
        assert span.text
    scores = [span.score for span in reading.spans]
    assert scores == sorted(scores, reverse=True)


def test_passages_read_together_are_scored_as_if_each_were_alone(reader):
    together = reader.read("How high is the tower?", passages(reader))
    alone = [reader.read("How high is the tower?", [each]).spans[0] for each in passages(reader)]
    expected = [span.score - np.log1p(rank) for rank, span in enumerate(alone)]
    best = int(np.argmax(expected))
    assert together.spans[0].passage == best
    assert together.spans[0].text == alone[best].text
    assert together.spans[0].score == pytest.approx(expected[best], abs=1e-4)
    assert 0 < sum(span.probability for span in together.spans) <= together.confidence


def test_confidence_follows_the_calibration_and_the_threshold_decides(reader):
    reading = reader.read("How high?", passages(reader))
    expected = 1 / (1 + np.exp(-(reading.spans[0].score - 0.5) / 2.0))
    assert reading.confidence == pytest.approx(expected, abs=1e-6)
    assert reading.abstained == (expected <= 0.5)
    assert reader.read("How high?", passages(reader), threshold=expected + 0.01).abstained
    assert not reader.read("How high?", passages(reader), threshold=expected - 0.01).abstained


def test_a_long_passage_is_read_to_its_end(reader):
    words = "the tower is in paris " * 60
    (passage,) = passages(reader, [words])
    reading = reader.read("How high?", [passage])
    assert len(passage.tokens) > 4 * reader.runtime.buckets[-1]
    assert reading.passages_read == 1
    assert max(span.start for span in reading.spans) > len(words) / 2, "the same words score alike in every window"


def test_context_is_read_but_never_answered_from(reader):
    given_ = passages(reader, context="Paris > the high tower")
    with_context = reader.read("How high?", given_)
    without = reader.read("How high?", passages(reader))
    assert with_context.null_score != without.null_score, "it is read"
    for span in with_context.spans:
        assert span.text == given_[span.passage].text[span.start : span.end]


@pytest.mark.parametrize("question", ["", "   ", "\u200b"])
def test_a_question_without_words_reads_nothing(reader, question):
    reading = reader.read(question, passages(reader))
    assert reading.abstained
    assert reading.spans == ()
    assert reading.note == "read 0 of 3 passages: the question has no words"
    assert not reading.hardly_read


def test_no_passages_and_empty_passages_abstain(reader):
    assert reader.read("How high?", []).abstained
    reading = reader.read("How high?", passages(reader, ["", "  "]))
    assert reading.abstained
    assert reading.confidence == pytest.approx(0, abs=1e-6)


def test_a_question_that_is_too_long_is_cut_and_the_note_says_so(reader):
    reading = reader.read("how high is the tower " * 5000, passages(reader))
    assert reading.note == "read the first 32 words or word pieces of the question"
    assert reading.spans


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("the To\u0301wer\u0301 is", "To\u0301wer\u0301"),
        ("the Tówer is", "Tówer"),
        ("the 👩\u200d🚀 is", "👩\u200d🚀"),
        ("the 塔 is", "塔"),
        ("the to\u0000wer is", "to\u0000wer"),
        ("the tower\u0fb7 is", "tower\u0fb7"),
    ],
)
def test_an_answer_keeps_its_accents_and_invisible_signs(reader, text, answer):
    tokens = reader.tokenize(text)
    inside = [
        n for n, (start, end) in enumerate(tokens.offsets) if answer in text and start >= 4 and end <= len(text) - 3
    ]
    start, end = verbatim(text, tokens.offsets, inside[0], inside[-1])
    assert text[start:end] == answer


@pytest.mark.parametrize(
    ("text", "words", "answer"),
    [
        ('the password is "heron".', 'heron"', "heron"),
        ('say "grey heron" at the gate', '"grey heron', "grey heron"),
        ('say "grey heron" at the gate', '"grey heron"', '"grey heron"'),
        ("it is called “the heron”", "heron”", "heron"),
        ('a screen of 5" is enough', '5"', '5"'),
    ],
)
def test_a_quotation_mark_without_its_partner_is_no_part_of_an_answer(reader, text, words, answer):
    tokens = reader.tokenize(text)
    begin = text.index(words)
    inside = [n for n, (start, end) in enumerate(tokens.offsets) if begin <= start and end <= begin + len(words)]
    start, end = verbatim(text, tokens.offsets, inside[0], inside[-1])
    assert text[start:end] == answer


@settings(max_examples=150)
@given(st.text(max_size=80), st.lists(st.text(max_size=120), max_size=3), st.text(max_size=20))
def test_any_text_gives_verbatim_spans(reader, question, texts, context):
    given_ = passages(reader, texts, context)
    reading = reader.read(question, given_)
    assert reading.passages_given == len(texts)
    for span in reading.spans:
        assert 0 <= span.start < span.end <= len(texts[span.passage])
        assert span.text == texts[span.passage][span.start : span.end]
        assert 0 <= span.probability <= 1


def test_threads_get_their_own_readings(reader):
    questions = ["How high?", "How high is the tower?", "is the tower in Paris?"]
    alone = {each: reader.read(each, passages(reader)).spans for each in questions}
    wrong = []

    def work(question):
        for _ in range(10):
            spans = reader.read(question, passages(reader)).spans
            if [span.text for span in spans] != [span.text for span in alone[question]]:
                wrong.append(question)

    workers = [threading.Thread(target=work, args=(each,)) for each in questions]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert wrong == []


class Slow:
    """A real runtime on a machine that needs `ms` more per run."""

    def __init__(self, runtime, ms):
        self.__dict__.update(runtime.__dict__)
        self.max_batch = 1
        self.compiles = runtime.compiles
        self._runtime, self._ms = runtime, ms

    def run(self, *batch):
        time.sleep(self._ms / 1000)
        return self._runtime.run(*batch)


@pytest.fixture(scope="module")
def slow(reader):
    return Reader(Slow(reader.runtime, 30), dataclasses.replace(random_checkpoint(), calibration=Calibration()))


def test_a_slot_is_filled_with_the_best_passages_and_the_rest_is_told(slow):
    slot = 3.5 * slow.whole.cost.bound(1, 64)
    reading = slow.read("How high?", passages(slow, TEXTS * 8), slot_ms=slot)
    assert 1 <= reading.passages_read < 24
    assert reading.note.startswith(f"read {reading.passages_read} ")
    assert reading.note.endswith(f"of 24 passages: {slot:.1f} ms slot")
    assert {span.passage for span in reading.spans} <= set(range(reading.passages_read + 1))


def test_a_slot_that_nothing_fits_in_still_reads_part_of_the_best_passage(slow):
    text = "the tower is in paris " * 9
    reading = slow.read("How high?", passages(slow, [text, *TEXTS]), slot_ms=3)
    assert reading.note == "read 0 and part of 1 of 4 passages: 3.0 ms slot"
    assert reading.hardly_read
    assert {span.passage for span in reading.spans} == {0}


def test_what_is_left_behind_a_part_goes_to_parts_of_the_next_passages(reader, monkeypatch):
    long = "the tower is in paris and the high tower is in the tower " * 4
    dear = {(1, each): 400.0 * each / reader.runtime.buckets[-1] for each in reader.runtime.buckets}
    monkeypatch.setattr(reader.whole, "cost", CostModel(dear, tail=1.05))  # as it is believed; in fact runs are quick
    monkeypatch.setattr(reader.whole.cost, "observe", lambda *_: None)
    monkeypatch.setattr(reader.whole.cost, "_compiles", False)
    whole = len(reader.tokenize(long)) + len(reader.tokenize("How high?")) + 3
    slot = 0.8 * reader.whole.cost.bound(1, next(each for each in reader.runtime.buckets if each >= whole))
    reading = reader.read("How high?", passages(reader, [long] * 3), slot_ms=slot)
    assert reading.note == f"read 0 and part of 3 of 3 passages: {slot:.1f} ms slot"


@pytest.mark.parametrize("left_ms", [-3.3, 0])
def test_time_that_is_over_is_told_as_none_left(slow, left_ms):
    reading = slow.read("How high?", passages(slow, TEXTS), slot_ms=left_ms)
    assert reading.note.endswith(f"of {len(TEXTS)} passages: 0.0 ms slot")


@pytest.mark.parametrize(("bound_ms", "over"), [(0.0, True), (1e9, False)])
def test_a_reading_learns_whether_run_and_decoding_took_longer_than_their_bound(reader, monkeypatch, bound_ms, over):
    learned = []
    monkeypatch.setattr(reader.whole.cost, "bound", lambda *_: bound_ms)
    monkeypatch.setattr(
        reader.whole.cost, "observe_reading", lambda rows, ms, over: learned.append((rows, ms > 0, over))
    )
    reader.read("How high?", passages(reader)[:1])
    assert learned == [(1, True, over)]


def test_without_a_slot_everything_is_read(slow):
    assert slow.read("How high?", passages(slow, TEXTS * 3)).passages_read == 9


def test_costs_are_learned_at_load_and_kept(tmp_path):
    write_int8(random_checkpoint(), tmp_path / "reader.safetensors")
    reader = Reader.load(tmp_path / "reader.safetensors", cache_dir=tmp_path / "cache")
    assert 0 < reader.whole.cost.typical(1, 32) < float("inf")
    reader.close()
    (kept,) = (tmp_path / "cache" / "cost").iterdir()
    assert CostModel.load(kept).measured(1, 32)


def test_a_missing_file_and_a_checkpoint_without_head_are_named(tmp_path):
    with pytest.raises(ReparteeError, match="There is no model at"):
        Reader.load(tmp_path / "absent.safetensors", cache_dir=tmp_path)
    write_int8(random_checkpoint(head="none"), tmp_path / "encoder.safetensors")
    with pytest.raises(ReparteeError, match="no question-answering head"):
        Reader.load(tmp_path / "encoder.safetensors", cache_dir=tmp_path)
