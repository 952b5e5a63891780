"""Passages read from their states: the bits, the slices, what fits in a slot, and what is read whole all the same."""

import dataclasses
import threading

import numpy as np
import pytest

from engines.checkpoint import Apart as How
from engines.checkpoint import Calibration
from engines.quantize import write_int8
from engines.reader.apart import MOST_TOKENS, Apart, Foreground
from engines.reader.cost import CostModel
from engines.reader.reader import ReadablePassage, Reader
from engines.reader.states import pack, unpack
from engines.reader.windows import window
from engines.runtimes.runtime import load_runtime
from plugins.bert_cpu import missing
from tests.engines.small_bert import random_checkpoint

pytestmark = pytest.mark.skipif(bool(missing()), reason=missing())

TEXTS = [
    "The tower is in Paris. How high is the tower?",
    "In the tower is a tower. Paris is in the high tower.",
    "A tower.",
]
SIZES = {"hidden_size": 64, "heads": 2, "intermediate_size": 64, "layers": 4, "max_positions": 448}
CALIBRATED = {"calibration": Calibration(0.5, 2.0), "apart": How(3, 5, Calibration(-1.0, 4.0))}


@pytest.fixture(scope="module")
def checkpoint():
    return dataclasses.replace(random_checkpoint(**SIZES), **CALIBRATED)


@pytest.fixture(scope="module")
def reader(checkpoint, tmp_path_factory):
    runtime = load_runtime("cpu", checkpoint, cache_dir=tmp_path_factory.mktemp("cache"), threads=2)
    reader = Reader(runtime, checkpoint)
    yield reader
    reader.close()


def passages(reader, texts=TEXTS, context="Paris > the high tower"):
    tokens = [reader.tokenize(text) for text in texts]
    states = reader.apart.passages([(context, each.ids) for each in tokens])
    return [ReadablePassage(text, some, context, kept) for text, some, kept in zip(texts, tokens, states, strict=True)]


def blind(each: ReadablePassage) -> ReadablePassage:
    return dataclasses.replace(each, states=b"")


def test_states_are_packed_to_a_byte_a_number_and_four_a_token():
    states = np.random.default_rng(1).normal(0, 3, (9, 64)).astype(np.float32)
    states[3] = 0.25  # all alike
    packed = pack(states)
    assert len(packed) == 9 * (64 + 4)
    kept = unpack(packed, 64, tokens=6)
    assert kept.context == 2
    out = np.empty_like(states)
    kept.fill(out, 2, 0, 6)
    step = np.ptp(states, axis=1, keepdims=True) / 255
    assert (np.abs(out - states) <= 0.51 * step + 2e-3).all()
    assert unpack(pack(out), 64, 6).codes.tobytes() == kept.codes.tobytes(), "rounded once, they stay as they are"


@pytest.mark.parametrize("packed", [b"", b"x" * 67, b"x" * (68 * 6)], ids=["none", "cut", "another passage's"])
def test_what_cannot_be_the_states_of_a_passage_is_none(packed):
    assert unpack(packed, 64, tokens=6) is None


def test_states_that_are_no_numbers_are_none():
    packed = bytearray(pack(np.ones((9, 64), np.float32)))
    packed[-2:] = np.float16(np.nan).tobytes()
    assert unpack(bytes(packed), 64, tokens=6) is None


def test_a_part_is_a_slice_of_the_whole_passage_s_states_with_sep_behind_it():
    states = np.arange(9 * 64, dtype=np.float32).reshape(9, 64)
    kept = unpack(pack(states), 64, tokens=6)
    whole, part = np.empty((9, 64), np.float32), np.empty((5, 64), np.float32)
    kept.fill(whole, 2, 0, 6)
    kept.fill(part, 1, 3, 3)
    np.testing.assert_array_equal(part, whole[[0, 5, 6, 7, 8]])


def test_upper_layers_read_what_the_lower_ones_gave_apart(reader, checkpoint):
    """Both parts by the runtime's own calls, joined by hand: so the logits of the reader are known to the bit."""
    (passage,) = passages(reader, TEXTS[:1])
    asked, tokenizer = reader.tokenize("How high?").ids, reader.tokenizer
    context = tokenizer.encode("Paris, the high tower:").ids
    question = np.array([tokenizer.cls, *asked, tokenizer.sep])
    other = np.array([*context, *passage.tokens.ids, tokenizer.sep])
    lower = reader.runtime.lower
    states = unpack(pack(lower(other, other * 0 + 1, np.arange(len(other)) + 5, 3)), 64, len(passage.tokens))
    rows = np.empty((len(question) + len(other), 64), np.float32)
    rows[: len(question)] = lower(question, question * 0, np.arange(len(question)), 3)
    states.fill(rows[len(question) :], len(context), 0, len(passage.tokens))
    begin = len(question) + len(context)
    first, last = len(question) - 1, len(rows) - 1
    order = [*range(1, first), *range(first + 1, begin), *range(begin, last), last, 0, first]  # as they are run
    found = reader.runtime.upper(rows[order], np.array([len(rows)]), 3)
    expected = np.zeros_like(found)
    expected[order] = found
    expected[[*range(1, first), *range(first + 1, begin), last]] = 0  # no answer is there
    laid_out = reader.apart.window(asked, context, passage.tokens.ids, passage.states, 0)
    plain = window(asked, context, passage.tokens.ids, 0, tokenizer, 0, len(passage.tokens))
    assert (laid_out.begin, laid_out.segment, laid_out.ids.tolist()) == (plain.begin, plain.segment, plain.ids.tolist())
    (found,) = reader.apart.run(reader.apart.ask(asked), [laid_out], 0)
    np.testing.assert_array_equal(found, expected)


def test_scores_found_apart_are_calibrated_on_their_own_and_compare_with_the_others(reader, checkpoint):
    given = passages(reader)
    how = dataclasses.replace(checkpoint.apart, calibration=Calibration(0.5, 2.0))
    alike = dataclasses.replace(checkpoint, apart=how)
    plain = Reader(reader.runtime, alike).read("How high is the tower?", given, way="apart")
    own = reader.read("How high is the tower?", given, way="apart")
    assert [(span.text, span.passage) for span in own.spans] == [(span.text, span.passage) for span in plain.spans]
    for one, other in zip(own.spans, plain.spans, strict=True):
        assert (one.score - 0.5) / 2.0 == pytest.approx((other.score + 1.0) / 4.0, abs=1e-5)
    assert own.confidence == pytest.approx(1 / (1 + np.exp(-(plain.spans[0].score + 1.0) / 4.0)), abs=1e-6)


def test_without_a_slot_reading_is_whole_and_states_change_nothing(reader):
    given = passages(reader)
    assert reader.read("How high?", given).spans == reader.read("How high?", [blind(each) for each in given]).spans
    assert reader.read("How high?", given).spans != reader.read("How high?", given, way="apart").spans


def costing(reader, monkeypatch, whole, apart):
    """Let runs cost so much a token, as it is believed; in fact they are quick. Gives the lengths that are run."""
    runs = {"whole": [], "apart": []}
    for name, ms in (("whole", whole), ("apart", apart)):
        way = getattr(reader, name)
        cost = CostModel({(1, each): each * ms for each in way.runtime.buckets}, tail=1.05, compiles=False)
        cost.observe, cost.observe_reading = lambda *_: None, lambda *_, **__: None
        monkeypatch.setattr(way, "cost", cost)
        for method in ("run", "run_within") if name == "apart" else ("run",):
            run = getattr(way, method)
            monkeypatch.setattr(
                way,
                method,
                lambda asked, group, *more, run=run, name=name: (
                    runs[name].extend(each.count for each in group) or run(asked, group, *more)
                ),
            )
    return runs


def test_a_slot_too_short_for_whole_passages_is_filled_with_passages_read_apart(reader, monkeypatch):
    runs = costing(reader, monkeypatch, whole=1e6, apart=1e-6)
    given = passages(reader, TEXTS * 2)
    reading = reader.read("How high?", given, slot_ms=60_000)
    assert (reading.passages_read, reading.note) == (6, "")
    assert runs == {"whole": [], "apart": [len(each.tokens) for each in given]}


def test_a_slot_that_has_room_for_whole_passages_reads_them_whole(reader, monkeypatch):
    runs = costing(reader, monkeypatch, whole=1.0, apart=1e-6)
    reader.read("How high?", passages(reader), slot_ms=60_000)
    assert (len(runs["whole"]), runs["apart"]) == (3, [])


def test_passages_without_states_of_their_own_are_read_whole_beside_others(reader, monkeypatch):
    runs = costing(reader, monkeypatch, whole=1000.0, apart=1e-6)
    first, second, third = passages(reader)
    slot = 1.5 * reader.whole.cost.bound(1, 32)
    reader.read("How high?", [first, blind(second)], slot_ms=slot)
    assert runs == {"whole": [len(second.tokens)], "apart": [len(first.tokens)]}
    other = dataclasses.replace(third, states=first.states)
    assert reader.read("How high?", [first, other], way="apart").passages_read == 2
    assert runs == {"whole": [len(second.tokens), len(third.tokens)], "apart": [len(first.tokens)] * 2}


def test_of_a_passage_that_does_not_fit_a_slice_is_read_and_the_note_says_so(reader, monkeypatch):
    runs = costing(reader, monkeypatch, whole=1e6, apart=1000.0)
    (given,) = passages(reader, ["the tower is in paris and the high tower is in the tower " * 4])
    slot = 1.05 * reader.apart.cost.bound(1, 48)
    reading = reader.read("How high?", [given], slot_ms=slot)
    assert reading.note == f"read 0 and part of 1 of 1 passages: {slot:.1f} ms slot"
    assert (runs["whole"], len(runs["apart"])) == ([], 1)
    assert 24 <= runs["apart"][0] < len(given.tokens)
    for span in reading.spans:
        assert span.text == given.text[span.start : span.end]


@pytest.fixture(scope="module")
def deep(tmp_path_factory):
    """A reader with three layers above those that are run apart."""
    checkpoint = dataclasses.replace(random_checkpoint(**{**SIZES, "layers": 6}), **CALIBRATED)
    reader = Reader(load_runtime("cpu", checkpoint, cache_dir=tmp_path_factory.mktemp("cache"), threads=2), checkpoint)
    yield reader
    reader.close()


LONG = "the tower is in paris and the high tower is in the tower " * 4


def steps_of(reader, monkeypatch, short_of_time_beyond):
    """Let no run go on with its last layer that has more tokens than that. Gives the tokens and layers of each step."""
    monkeypatch.setattr(reader.apart, "cost", CostModel({(1, 24): 1e-9}, tail=1.05, compiles=False))
    monkeypatch.setattr(reader.whole, "cost", CostModel({(1, 24): 1e6}, compiles=False))
    for way in (reader.apart, reader.whole):
        way.cost.observe, way.cost.observe_reading = lambda *_: None, lambda *_, **__: None
    needed, upper, steps = reader.apart.needed, reader.runtime.upper, []

    def needed_then(rows, tokens, fewest, share=1.0):
        return 1e9 if share < 1 and tokens > short_of_time_beyond else needed(rows, tokens, fewest, share)

    def counted(states, lengths, *layers):
        steps.append((int(lengths.sum()), layers[:2]))
        return upper(states, lengths, *layers)

    monkeypatch.setattr(reader.apart, "needed", needed_then)
    monkeypatch.setattr(reader.runtime, "upper", counted)
    return steps


def test_in_a_slot_a_passage_is_run_in_two_steps_with_the_bits_of_one(deep, monkeypatch):
    given = passages(deep, [LONG, TEXTS[0]])
    expected = deep.read("How high is the tower?", given, way="apart")
    steps = steps_of(deep, monkeypatch, short_of_time_beyond=1000)
    found = deep.read("How high is the tower?", given, slot_ms=60_000)
    assert [span[:5] for span in map(dataclasses.astuple, found.spans)] == [
        span[:5] for span in map(dataclasses.astuple, expected.spans)
    ]
    assert (found.passages_read, [layers for _, layers in steps]) == (2, [(3, 5), (5, 6)] * 2)
    assert [tokens for tokens, _ in steps[::2]] == [tokens for tokens, _ in steps[1::2]]


def test_what_a_run_in_two_steps_needs_to_begin_is_not_the_bound_of_all_of_it(deep, reader, monkeypatch):
    deep_way, way = deep.apart, reader.apart  # three layers, and one
    for each in (deep_way, way):
        monkeypatch.setattr(each, "cost", CostModel({(1, 40): 4.0, (1, 96): 9.0}, tail=1.5, compiles=False))
    assert deep_way.needed(1, 96, 40) == deep_way.cost.bound_in_two(96, 40, 1 / 3) < (deep_way.cost.bound(1, 96))
    assert deep_way.needed(1, 96, 40, share=1 / 3) == deep_way.cost.bound(1, 96, 1 / 3)
    assert deep_way.needed(4, 96, 40) == deep_way.cost.bound(4, 96)
    assert way.needed(1, 96, 40) == way.cost.bound(1, 96)


def test_where_time_gets_short_a_passage_is_cut_before_the_last_layer(deep, monkeypatch):
    (given,) = passages(deep, [LONG])
    steps = steps_of(deep, monkeypatch, short_of_time_beyond=48)
    reading = deep.read("How high is the tower?", [given], slot_ms=60_000)
    context = deep.tokenize("Paris, the high tower:")
    whole = len(deep.tokenize("How high is the tower?")) + 3 + len(context) + len(given.tokens)
    assert steps == [(whole, (3, 5)), (48, (5, 6))]
    assert reading.note == "read 0 and part of 1 of 1 passages: 60000.0 ms slot"
    assert reading.spans
    for span in reading.spans:
        assert span.text == given.text[span.start : span.end]


def test_a_cut_passage_goes_on_with_the_states_of_the_tokens_that_are_left(deep, monkeypatch):
    """By hand: all of its states through the first step, those of the stretch through the last layer."""
    (given,) = passages(deep, [LONG])
    asked = deep.tokenize("How high is the tower?").ids
    context = deep.tokenizer.encode("Paris, the high tower:").ids
    wanted = deep.apart.window(asked, context, given.tokens.ids, given.states, 0)
    part = window(asked, context[:2], given.tokens.ids, 0, deep.tokenizer, 11, 20)
    upper, states = deep.runtime.upper, []

    def kept(rows, lengths, *layers):
        found = upper(rows, lengths, *layers)
        states.append(found.copy())
        return found

    monkeypatch.setattr(deep.runtime, "upper", kept)
    monkeypatch.setattr(deep.apart, "needed", lambda *_: 1e9)
    ran = deep.apart.run_within(deep.apart.ask(asked), [wanted], 512, 0.0, lambda *_: part)
    first, words, last = states[0], len(asked), len(wanted.ids)
    passage = words + len(context) + 11
    left = np.concatenate([first[: words + 2], first[passage : passage + 20], first[last - 3 :]])
    np.testing.assert_array_equal(states[1], upper(left, np.array([len(left)]), 5, 6, words + 2))
    assert ran.windows == [part]
    (logits,) = ran.logits
    np.testing.assert_array_equal(logits[part.begin : -1], states[1][:20])
    np.testing.assert_array_equal(logits[[0, part.segment - 1]], states[1][-2:])


def test_a_further_passage_that_is_late_is_given_up_and_the_first_one_counts(deep, monkeypatch):
    given = passages(deep, [TEXTS[0], LONG])
    steps = steps_of(deep, monkeypatch, short_of_time_beyond=32)
    reading = deep.read("How high is the tower?", given, slot_ms=60_000)
    assert [layers for _, layers in steps] == [(3, 5), (5, 6), (3, 5)]
    assert reading.note == "read 1 of 2 passages: 60000.0 ms slot"
    assert {span.passage for span in reading.spans} == {0}


def test_no_window_is_laid_out_that_nothing_is_left_for(deep, monkeypatch):
    given = passages(deep, TEXTS * 2)
    steps_of(deep, monkeypatch, short_of_time_beyond=1000)
    laid_out, layout, left = [], deep.apart.window, [60_000.0, 60_000.0, 0.0]
    monkeypatch.setattr(deep.apart, "window", lambda *each: laid_out.append(each[-1]) or layout(*each))
    goes_on = deep._goes_on
    monkeypatch.setattr(deep, "_goes_on", lambda segment, _: goes_on(segment, left.pop(0)))
    assert deep.read("How high?", given, slot_ms=60_000).passages_read == 3
    assert laid_out == [0, 1, 2]


def test_a_passage_that_is_too_long_has_no_states_and_is_read_whole(reader):
    (long,) = passages(reader, ["the tower is in paris " * (MOST_TOKENS // 5)])
    assert long.states == b""
    assert reader.read("How high?", [long], way="apart").passages_read == 1


def test_weights_that_were_not_trained_for_it_and_runtimes_that_cannot_have_no_such_way(checkpoint, tmp_path):
    plain = random_checkpoint(**SIZES)
    without = Reader(load_runtime("cpu", plain, cache_dir=tmp_path, threads=1), plain)
    assert without.apart is None
    assert without.read("How high?", [ReadablePassage(TEXTS[0], without.tokenize(TEXTS[0]))], way="apart").spans
    without.close()
    assert Apart.load(plain, runtime="auto", cache_dir=tmp_path) is None
    assert Apart.load(checkpoint, runtime="openvino-f32", cache_dir=tmp_path) is None
    other = Reader(load_runtime("openvino-f32", checkpoint, cache_dir=tmp_path), checkpoint)
    assert other.apart is None
    other.close()


def test_what_makes_states_by_itself_makes_those_of_the_reader(reader, checkpoint, tmp_path):
    maker = Apart.load(checkpoint, runtime="cpu", cache_dir=tmp_path)
    text = ("Paris", reader.tokenize(TEXTS[0]).ids)
    assert maker.passages([text]) == reader.apart.passages([text])
    assert maker.digest == reader.apart.digest
    maker.close()


def test_costs_of_both_ways_are_learned_at_load_and_kept(checkpoint, tmp_path):
    write_int8(checkpoint, tmp_path / "reader.safetensors")
    reader = Reader.load(tmp_path / "reader.safetensors", runtime="cpu", cache_dir=tmp_path / "cache")
    assert reader.apart.asking_ms > 0
    reader.close()
    kept = sorted((tmp_path / "cache" / "cost").iterdir())
    assert [each.stem.partition("-")[2] for each in kept] == ["apart", ""]
    assert all(CostModel.load(each).measured(1, 32) for each in kept)


def test_states_are_made_while_nobody_reads():
    foreground, made = Foreground(), threading.Event()
    with foreground, foreground:
        maker = threading.Thread(target=lambda: (foreground.wait(), made.set()))
        maker.start()
        assert not made.is_set()
    assert made.wait(60)
    maker.join()


def test_a_question_is_prepared_once_where_passages_are_read_apart_and_there_is_time(reader, monkeypatch):
    costing(reader, monkeypatch, whole=1e6, apart=1e-6)
    given, asked = passages(reader), []
    lower = reader.runtime.lower
    monkeypatch.setattr(reader.runtime, "lower", lambda *inputs: asked.append(len(inputs[0])) or lower(*inputs))
    reader.read("How high is the tower?", given, slot_ms=60_000)
    asked.clear()
    reader.prepare("Is Paris in the tower?", within_ms=0.0)
    assert asked == []
    reader.prepare("Is Paris in the tower?")
    assert asked == [len(reader.tokenize("Is Paris in the tower?")) + 2]
    reader.read("Is Paris in the tower?", given, slot_ms=60_000)
    assert len(asked) == 1
    reader.read("How high is the tower?", given, slot_ms=1e12)  # whole
    reader.prepare("Is the tower in Paris?")
    assert len(asked) == 1
