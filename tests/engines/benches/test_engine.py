import json
import subprocess
import sys
from dataclasses import replace
from itertools import cycle

import pytest

from engines.benches.engine import MadeUpText, race, read_many
from engines.quantize import write_int8
from engines.reader.reader import Reader
from engines.runtimes.runtime import load_runtime
from engines.tokenize import Tokenizer
from tests.engines.small_bert import random_checkpoint


@pytest.mark.usefixtures("no_rest")
def test_a_race_gives_every_contender_a_row_for_every_shape_and_a_ratio(tmp_path, checkpoint):
    runtimes = {name: load_runtime(name, checkpoint, cache_dir=tmp_path) for name in ("openvino", "openvino-f32")}
    rows = race(runtimes, [(1, 32), (4, 64)], model="tiny", vocab_size=40, rounds=20, baseline="openvino-f32")
    assert [(row.runtime, row.batch, row.tokens) for row in rows] == [
        (name, batch, tokens) for batch, tokens in ((1, 32), (4, 64)) for name in ("openvino", "openvino-f32")
    ]
    slowest = {(row.batch, row.tokens): row.median_ms for row in rows if row.runtime == "openvino-f32"}
    for row in rows:
        assert 0 < row.median_ms <= row.p99_ms
        assert row.ratio == slowest[row.batch, row.tokens] / row.median_ms


@pytest.mark.usefixtures("no_rest")
def test_readings_are_timed_with_and_without_a_slot(tmp_path):
    write_int8(random_checkpoint(), tmp_path / "tiny.safetensors")
    reader = Reader.load(tmp_path / "tiny.safetensors", cache_dir=tmp_path)
    vocab = random_checkpoint().vocab
    free = read_many(reader, vocab, model="tiny", passages=1, slot_ms=None, questions=5)
    assert (free.read, free.read_median, free.over) == (1, 1, None)
    tight = read_many(reader, vocab, model="tiny", passages=8, slot_ms=0.0, questions=5)
    assert (tight.read, tight.over) == (0, 1)
    reader.close()


@pytest.mark.usefixtures("no_rest")
def test_what_was_read_is_told_on_average_and_of_the_question_in_the_middle(monkeypatch, tmp_path):
    write_int8(random_checkpoint(), tmp_path / "tiny.safetensors")
    reader, numbers = Reader.load(tmp_path / "tiny.safetensors", cache_dir=tmp_path), cycle([4, 0, 0, 0])
    read = reader.read
    monkeypatch.setattr(reader, "read", lambda *given, **how: replace(read(*given, **how), passages_read=next(numbers)))
    row = read_many(reader, random_checkpoint().vocab, model="tiny", passages=4, slot_ms=1e4, questions=8)
    assert (row.read, row.read_median) == (1, 0)
    reader.close()


def test_made_up_text_is_as_long_in_tokens_as_english():
    vocab = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", ",", ".", "tower", "bridge", "river", "##ing", "##ed"]
    tokenizer = Tokenizer(vocab)
    text = MadeUpText(vocab, seed=1)
    tokens = [len(tokenizer.encode(text.words(60))) for _ in range(50)]
    assert 65 < sum(tokens) / 50 < 90
    assert text.words(5) != text.words(5)


def test_the_gpu_bench_reads_and_scores_questions_with_any_runtime(tmp_path):
    context = "The lighthouse at Marlow Point is 41 metres tall. Its keeper is called Edith."
    rows = [
        {"question": "How tall is the lighthouse?", "context": context, "answers": ["41 metres"]},
        {"question": "Who is the keeper?", "context": context, "answers": ["Edith"]},
        {"question": "What does the ferry cost?", "context": context, "answers": [], "is_impossible": True},
        {"question": "How tall is the lighthouse at Marlow Point?", "context": context, "answers": ["7 stones"]},
    ]
    asked = tmp_path / "asked.jsonl"
    asked.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    given = ["read", str(tmp_path), "--models", "minilm-l6", "--runtime", "openvino", "--cache", str(tmp_path)]
    command = [sys.executable, "-m", "engines.benches.gpu", *given, "--questions", str(asked)]
    subprocess.run(command, check=True, capture_output=True, timeout=300)
    report = json.loads((tmp_path / "read.json").read_text())
    assert report["errors"] == []
    eight, one = report["rows"]
    assert (eight["passages"], one["passages"], one["questions"]) == (8, 1, 4)
    assert one["scores"]["exact"] == 75, "two answered, one rightly not, one wrongly"
    assert one["scores"]["unanswerable_exact"] == 100
