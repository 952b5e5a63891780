import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engines.checkpoint import Calibration, Checkpoint
from engines.errors import ReparteeError
from engines.quantize import quantize_rows, write_int8
from tests.engines.small_bert import random_checkpoint, write_hf_folder


@given(st.integers(0, 2**32 - 1), st.floats(1e-6, 1e3), st.integers(1, 40))
def test_codes_are_within_half_a_step_and_quantising_again_changes_nothing(seed, spread, columns):
    weight = np.random.default_rng(seed).normal(0, spread, (6, columns)).astype(np.float32)
    codes, scale = quantize_rows(weight)
    back = codes * scale.astype(np.float32)[:, None]
    assert (np.abs(back - weight) <= scale.astype(np.float32)[:, None] * 0.5001).all()
    again, same_scale = quantize_rows(back)
    np.testing.assert_array_equal(again, codes)
    np.testing.assert_array_equal(same_scale, scale)


def test_a_row_of_zeros_stays_zero():
    codes, scale = quantize_rows(np.zeros((2, 3), np.float32))
    assert not codes.any()
    assert (scale > 0).all()


def test_one_file_brings_everything_back(tmp_path, checkpoint):
    full = dataclasses.replace(
        checkpoint,
        lower_case=False,
        calibration=Calibration(null_threshold=-1.25, temperature=1.5),
        activations={"encoder.layer.0.output.dense": np.array([0.5, 2], np.float32)},
        card={"data": "written by hand – naïve"},
    )
    write_int8(full, tmp_path / "reader.safetensors")
    loaded = Checkpoint.load(tmp_path / "reader.safetensors")
    assert (loaded.config, loaded.vocab, loaded.head) == (full.config, full.vocab, "span")
    assert (loaded.lower_case, loaded.calibration, loaded.card) == (False, full.calibration, full.card)
    np.testing.assert_array_equal(loaded.activations["encoder.layer.0.output.dense"], [0.5, 2])
    for name, tensor in full.tensors.items():
        step = np.abs(tensor).max(axis=-1, keepdims=True) / 127 if tensor.ndim == 2 else np.zeros(1)
        exact = tensor.ndim == 1 or name == "qa_outputs.weight"
        assert np.all(np.abs(loaded.tensors[name] - tensor) <= (0 if exact else step * 0.51)), name


def test_the_loaded_file_written_again_has_the_same_numbers(tmp_path, checkpoint):
    write_int8(checkpoint, tmp_path / "a.safetensors")
    first = Checkpoint.load(tmp_path / "a.safetensors")
    write_int8(first, tmp_path / "b.safetensors")
    second = Checkpoint.load(tmp_path / "b.safetensors")
    for name, tensor in first.tensors.items():
        np.testing.assert_array_equal(second.tensors[name], tensor)


def test_an_encoder_without_a_head_keeps_having_none(tmp_path):
    write_int8(random_checkpoint(head="none"), tmp_path / "encoder.safetensors")
    assert Checkpoint.load(tmp_path / "encoder.safetensors").head == "none"


def test_a_cut_file_and_a_foreign_file_give_one_sentence(tmp_path, checkpoint):
    file = tmp_path / "reader.safetensors"
    write_int8(checkpoint, file)
    file.write_bytes(file.read_bytes()[:5000])
    with pytest.raises(ReparteeError, match="no complete safetensors file"):
        Checkpoint.load(file)
    foreign = write_hf_folder(tmp_path / "hf", checkpoint) / "model.safetensors"
    with pytest.raises(ReparteeError, match="no Repartee weights file"):
        Checkpoint.load(foreign)


def test_a_failed_write_leaves_the_old_file(tmp_path, checkpoint):
    file = tmp_path / "reader.safetensors"
    write_int8(checkpoint, file)
    before = file.read_bytes()
    incomplete = dict(checkpoint.tensors)
    del incomplete["embeddings.LayerNorm.bias"]
    with pytest.raises(ReparteeError, match=r"no tensor embeddings\.LayerNorm\.bias"):
        write_int8(dataclasses.replace(checkpoint, tensors=incomplete), file)
    assert file.read_bytes() == before
    with pytest.raises(ReparteeError, match="cannot be written"):
        write_int8(checkpoint, tmp_path / "no such folder" / "reader.safetensors")
