import json
import random
from argparse import Namespace
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

torch = pytest.importorskip("torch", reason="PyTorch is not installed here; make test-nemo installs it and runs this")
torch.set_num_threads(1)  # tiny matrices: threads only get in each other's way

from engines.bert_config import BertConfig  # noqa: E402
from engines.checkpoint import expected_shapes  # noqa: E402
from engines.training import data  # noqa: E402
from engines.training.__main__ import label  # noqa: E402
from engines.training.batches import CLS, SEP, DeviceExamples, schedule  # noqa: E402
from engines.training.fit import Recipe, SoftTargets, fit, predict, token_scores  # noqa: E402
from engines.training.model import Encoder, Shape, export_bert, load_encoder, read_checkpoint  # noqa: E402

SHAPE = Shape(hidden=32, layers=2, heads=4, inner=64, vocabulary=200, positions=64, eps=1e-12)


@pytest.fixture
def examples() -> data.Examples:
    """Questions that name a token (110 to 119); the answer is where it stands in the passage."""
    chance = np.random.default_rng(5)
    count, length = 128, 20
    wanted = chance.integers(110, 120, count)
    passages = chance.integers(130, 200, (count, length))
    where = chance.integers(0, length, count)
    there = chance.random(count) < 0.75
    passages[np.arange(count)[there], where[there]] = wanted[there]
    starts = np.where(there, where, -1).astype(np.int32)
    numbers = np.arange(count, dtype=np.int32)
    return data.Examples(
        wanted.astype(np.int32),
        np.arange(count + 1, dtype=np.int32),
        passages.ravel().astype(np.int32),
        np.arange(0, count * length + 1, length, dtype=np.int32),
        numbers,
        numbers,
        numbers * length,
        (numbers + 1) * length,
        starts,
        starts,
        np.full(count, data.GOLD, np.int32),
        numbers,
        *(np.zeros(count, np.int32) for _ in ("context", "polarity")),
        np.full(count, 1000, np.int32),
        numbers,
        np.zeros(count, np.int32),
        np.zeros(0, np.int32),
        np.zeros(2, np.int32),
    )


def test_a_batch_is_laid_out_as_bert_reads_it(examples: data.Examples) -> None:
    batch = DeviceExamples(examples, "cpu").gather(torch.tensor([3]), 48, torch.tensor([False]))
    ids = batch.ids[0].tolist()
    assert [ids[0], ids[1], ids[2], ids[23]] == [CLS, int(examples.question_tokens[3]), SEP, SEP]
    assert ids[3:23] == examples.passage_tokens[60:80].tolist()
    assert ids[24:] == [0] * 24
    assert batch.types[0].tolist() == [0] * 3 + [1] * 21 + [0] * 24
    assert batch.mask[0].tolist() == [True] * 24 + [False] * 24
    assert batch.spans[0].nonzero()[:, 0].tolist() == [0, *range(3, 23)]


def test_mpnet_has_two_separators_and_its_own_numbers(examples: data.Examples) -> None:
    batch = DeviceExamples(examples, "cpu").gather(torch.tensor([3]), 48, torch.tensor([False]), mpnet=True)
    ids = batch.ids[0].tolist()
    assert ids[:5] == [0, int(examples.question_tokens[3]) + 4, 2, 2, int(examples.passage_tokens[60]) + 4]
    assert ids[24:26] == [2, 1]


def test_a_tiny_reader_learns_where_the_token_stands(examples: data.Examples) -> None:
    torch.manual_seed(0)
    model = Encoder(SHAPE, dropout=0.0)
    everything = np.arange(len(examples.kind))
    before = token_scores(examples, everything, predict(model, examples, everything, "cpu"))
    recipe = Recipe(epochs=60, batch=32, rate=3e-3)
    fit(model, examples, lambda _: everything, recipe, "cpu", report=lambda _: None)
    after = token_scores(examples, everything, predict(model, examples, everything, "cpu"))
    assert before["answerable_f1"] < 40
    assert after["answerable_f1"] > 90
    assert after["all_f1"] > 90


def test_a_student_learns_from_the_teachers_alone(examples: data.Examples) -> None:
    everything = np.arange(len(examples.kind))
    targets = SoftTargets(examples, None, "cpu")
    for number in everything:
        begin = int(targets.begin[number])
        targets.values[begin + 1 + int(examples.start[number])] = 0.0  # -1, no answer, is the place before the passage
    torch.manual_seed(0)
    model = Encoder(SHAPE, dropout=0.0)
    recipe = Recipe(epochs=60, batch=32, rate=3e-3, gold=0.0, soft=1.0)
    fit(model, examples, lambda _: everything, recipe, "cpu", targets.values.numpy(), report=lambda _: None)
    assert token_scores(examples, everything, predict(model, examples, everything, "cpu"))["all_f1"] > 90


def test_exported_weights_are_a_whole_bert_and_load_again(examples: data.Examples) -> None:
    model = Encoder(SHAPE, dropout=0.0).eval()
    tensors = export_bert(model)
    config = BertConfig.from_dict(
        {
            "model_type": "bert",
            "vocab_size": 200,
            "hidden_size": 32,
            "num_hidden_layers": 2,
            "num_attention_heads": 4,
            "intermediate_size": 64,
            "max_position_embeddings": 64,
            "type_vocab_size": 2,
            "layer_norm_eps": 1e-12,
            "hidden_act": "gelu",
        }
    )
    assert {name: value.shape for name, value in tensors.items()} == expected_shapes(config, "span")
    again = load_encoder(tensors, SHAPE, 0.0).eval()
    batch = DeviceExamples(examples, "cpu").gather(torch.arange(4), 48, torch.zeros(4, dtype=torch.bool))
    with torch.no_grad():
        assert torch.equal(model(batch.ids, batch.types, batch.mask), again(batch.ids, batch.types, batch.mask))


def test_the_schedule_takes_every_example_once_and_fills_the_last_batch() -> None:
    lengths = np.array([40, 50, 60, 300, 30, 45])
    batches = list(schedule(lengths, np.arange(6), 2, random.Random(1)))
    assert {bucket for bucket, _ in batches} == {48, 64, 320}
    assert {number for _, picked in batches for number in picked.tolist()} == set(range(6))
    assert all(len(picked) == 2 for _, picked in batches)


def test_a_reader_labels_for_itself_without_titles_that_were_made_up(examples: data.Examples, tmp_path: Path) -> None:
    titled = replace(
        examples,
        context=np.ones(128, np.int32),
        made_up=np.arange(128, dtype=np.int32) % 2,
        context_tokens=np.array([105, 106], np.int32),
        context_starts=np.array([0, 0, 2], np.int32),
    )
    titled.save(tmp_path / "examples.npz")
    folders = []
    for seed in (1, 2):
        torch.manual_seed(seed)
        folders.append(tmp_path / f"reader{seed}")
        folders[-1].mkdir()
        save_file(export_bert(Encoder(SHAPE, dropout=0.0)), folders[-1] / "model.safetensors")
        config = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 64}
        config |= {"vocab_size": 200, "max_position_embeddings": 64, "layer_norm_eps": 1e-12, "model_type": "bert"}
        (folders[-1] / "config.json").write_text(json.dumps(config), encoding="utf-8")

    def labels(model: Path, also: Path | None) -> np.ndarray:
        out = tmp_path / "labels.npy"
        label(Namespace(examples=tmp_path / "examples.npz", model=model, also=also, out=out, device="cpu", batch=32))
        return np.load(out).astype(np.float32).reshape(128, 21, 2)

    def of(model: Path, shown: data.Examples) -> np.ndarray:
        targets = SoftTargets(shown, None, "cpu")
        predict(read_checkpoint(model, 0.0), shown, np.arange(128), "cpu", targets=targets)
        return targets.values.float().numpy().reshape(128, 21, 2)

    made_up = titled.made_up == 1
    bare, told = of(folders[0], titled.untitled()), of(folders[0], titled)
    alone = labels(folders[0], None)
    assert np.abs(alone[made_up] - bare[made_up]).max() < 0.01 < np.abs(told[made_up] - bare[made_up]).max()
    assert np.abs(alone[~made_up] - told[~made_up]).max() < 0.01
    both = labels(*folders)
    assert np.abs(both[made_up] - (bare + of(folders[1], titled.untitled()))[made_up] / 2).max() < 0.01
    assert (both[~made_up] == alone[~made_up]).all()
