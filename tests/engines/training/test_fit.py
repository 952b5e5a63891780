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
from engines.checkpoint import Apart, Checkpoint, expected_shapes  # noqa: E402
from engines.training import data  # noqa: E402
from engines.training.__main__ import label  # noqa: E402
from engines.training.batches import CLS, SEP, DeviceExamples, schedule  # noqa: E402
from engines.training.fit import Recipe, SoftTargets, fit, predict, token_scores  # noqa: E402
from engines.training.model import Encoder, Shape, as_kept, export_bert, load_encoder, read_checkpoint  # noqa: E402
from engines.training.runtime import ReadApart  # noqa: E402

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


def test_read_apart_question_and_passage_meet_in_the_upper_layers_only(examples: data.Examples) -> None:
    torch.manual_seed(0)
    model = Encoder(SHAPE, dropout=0.0).eval()
    batch = DeviceExamples(examples, "cpu").gather(torch.tensor([3]), 48, torch.tensor([False]))
    other = batch.ids.clone()
    other[0, 1] += 1  # another question
    apart = Apart(layers=2, position=16)
    with torch.no_grad():
        one, two = (model.hidden(ids, batch.types, batch.mask, apart)[0] for ids in (batch.ids, other))
        mixed = model.hidden(other, batch.types, batch.mask, Apart(layers=1, position=16))[0]
        alone = model.hidden(batch.ids[:, 3:24], batch.types[:, 3:24], batch.mask[:, 3:24], Apart(2, 16))[0]
    assert torch.equal(one[3:24], two[3:24])
    assert not torch.equal(one[:3], two[:3])
    assert not torch.equal(one[3:24], mixed[3:24])
    assert torch.allclose(one[3:24], alone, atol=1e-5)  # the passage's part as ingestion makes it, without a question


def test_states_are_kept_to_within_half_a_step_and_pass_their_gradient_on() -> None:
    states = torch.randn(5, 32, generator=torch.Generator().manual_seed(2)) * 3
    states.requires_grad_(True)
    kept = as_kept(states)
    step = (states.max(dim=1).values - states.min(dim=1).values) / 255
    assert ((kept - states).abs().max(dim=1).values < 0.7 * step).all()
    assert ((kept - states).abs().max(dim=1).values > 0.3 * step).all()
    kept.sum().backward()
    assert torch.equal(states.grad, torch.ones_like(states))


def test_a_tiny_reader_learns_both_ways_at_once(examples: data.Examples) -> None:
    torch.manual_seed(0)
    model = Encoder(SHAPE, dropout=0.0)
    everything = np.arange(len(examples.kind))
    how = Apart(layers=1, position=16)
    recipe = Recipe(epochs=100, batch=32, rate=3e-3, apart=0.5, how_apart=how)
    fit(model, examples, lambda _: everything, recipe, "cpu", report=lambda _: None)
    for apart in (None, how):
        found = predict(model, examples, everything, "cpu", apart=apart)
        assert token_scores(examples, everything, found)["all_f1"] > 90


def test_a_reader_takes_weights_read_apart_as_a_runtime(examples: data.Examples) -> None:
    torch.manual_seed(0)
    model = Encoder(SHAPE, dropout=0.0).eval()
    facts = {"model_type": "bert", "vocab_size": 200, "hidden_size": 32, "num_hidden_layers": 2}
    facts |= {"num_attention_heads": 4, "intermediate_size": 64, "max_position_embeddings": 64, "type_vocab_size": 2}
    config = BertConfig.from_dict({**facts, "layer_norm_eps": 1e-12, "hidden_act": "gelu"})
    how = Apart(layers=1, position=16)
    runtime = ReadApart(Checkpoint(config, export_bert(model), [], head="span"), how)
    batch = DeviceExamples(examples, "cpu").gather(torch.arange(4), 48, torch.zeros(4, dtype=torch.bool))
    with torch.no_grad():
        wanted = model(batch.ids, batch.types, batch.mask, how).numpy()
    found = runtime.run(batch.ids.numpy(), batch.types.numpy(), batch.mask.numpy())
    assert np.array_equal(found, wanted)
    assert runtime.buckets[-1] + how.position <= 64


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
