import dataclasses
import json

import ml_dtypes
import numpy as np
import pytest
from safetensors import safe_open
from safetensors.numpy import load_file, save

from engines.checkpoint import FORMAT, Checkpoint
from engines.errors import ReparteeError
from engines.quantize import write_int8
from tests.engines.small_bert import random_checkpoint, write_hf_folder


@pytest.mark.parametrize("prefix", ["bert.", ""])
@pytest.mark.parametrize("shards", [1, 3])
@pytest.mark.parametrize("dtype", [np.float32, np.float16, ml_dtypes.bfloat16])
def test_reads_every_hugging_face_layout(tmp_path, checkpoint, prefix, shards, dtype):
    loaded = Checkpoint.load(write_hf_folder(tmp_path, checkpoint, prefix=prefix, shards=shards, dtype=dtype))
    assert loaded.config == checkpoint.config
    assert loaded.head == "span"
    assert loaded.tensors.keys() == checkpoint.tensors.keys()
    for name, tensor in checkpoint.tensors.items():
        assert loaded.tensors[name].dtype == np.float32
        np.testing.assert_array_equal(loaded.tensors[name], tensor.astype(dtype).astype(np.float32))


@pytest.mark.parametrize("tokenizer_json", [True, False])
@pytest.mark.parametrize("lower_case", [True, False])
def test_reads_the_vocabulary_and_its_case(tmp_path, checkpoint, tokenizer_json, lower_case):
    cased = dataclasses.replace(checkpoint, lower_case=lower_case)
    loaded = Checkpoint.load(write_hf_folder(tmp_path, cased, tokenizer_json=tokenizer_json))
    assert loaded.vocab == checkpoint.vocab
    assert loaded.lower_case is lower_case


def test_reads_an_encoder_without_a_head(tmp_path):
    bare = random_checkpoint(head="none")
    assert Checkpoint.load(write_hf_folder(tmp_path, bare, prefix="")).head == "none"


def test_understands_layer_norm_names_of_tensorflow_exports(tmp_path, checkpoint):
    old = {
        name.replace("LayerNorm.weight", "LayerNorm.gamma").replace("LayerNorm.bias", "LayerNorm.beta"): tensor
        for name, tensor in checkpoint.tensors.items()
    }
    loaded = Checkpoint.load(write_hf_folder(tmp_path, dataclasses.replace(checkpoint, tensors=old)))
    assert loaded.tensors.keys() == checkpoint.tensors.keys()


def test_the_digest_follows_the_content(tmp_path, checkpoint):
    one = Checkpoint.load(write_hf_folder(tmp_path / "one", checkpoint)).digest
    same = Checkpoint.load(write_hf_folder(tmp_path / "two", checkpoint)).digest
    other = Checkpoint.load(write_hf_folder(tmp_path / "three", random_checkpoint(seed=8))).digest
    assert one == same != other


def rewrite(folder, change):
    """Write the folder's checkpoint again after `change` has altered its dictionary of tensors."""
    from safetensors.numpy import load_file, save_file

    tensors = load_file(folder / "model.safetensors")
    change(tensors)
    save_file(tensors, folder / "model.safetensors")


def test_names_a_missing_tensor(tmp_path, checkpoint):
    folder = write_hf_folder(tmp_path, checkpoint)
    rewrite(folder, lambda tensors: tensors.pop("bert.encoder.layer.1.output.dense.bias"))
    with pytest.raises(ReparteeError, match=r"no tensor encoder\.layer\.1\.output\.dense\.bias"):
        Checkpoint.load(folder)


def test_names_a_misshapen_tensor(tmp_path, checkpoint):
    folder = write_hf_folder(tmp_path, checkpoint)
    rewrite(folder, lambda tensors: tensors.update({"bert.embeddings.LayerNorm.bias": np.zeros(5, np.float32)}))
    with pytest.raises(ReparteeError, match=r"embeddings\.LayerNorm\.bias has the shape \[5\], but \[32\]"):
        Checkpoint.load(folder)


def test_a_short_file_is_named(tmp_path, checkpoint):
    file = write_hf_folder(tmp_path, checkpoint) / "model.safetensors"
    file.write_bytes(file.read_bytes()[:-100])
    with pytest.raises(ReparteeError, match=r"model\.safetensors is no complete safetensors file"):
        Checkpoint.load(tmp_path)


def test_a_missing_shard_is_named(tmp_path, checkpoint):
    (write_hf_folder(tmp_path, checkpoint, shards=3) / "model-00002-of-00003.safetensors").unlink()
    with pytest.raises(ReparteeError, match=r"model-00002-of-00003\.safetensors is missing"):
        Checkpoint.load(tmp_path)


@pytest.mark.parametrize(
    ("file", "content", "words"),
    [
        ("config.json", None, r"config\.json is missing"),
        ("config.json", b"{oops", r"config\.json cannot be read as JSON"),
        ("config.json", b"[1]", r"holds no JSON object"),
        ("config.json", json.dumps({"model_type": "t5"}).encode(), "type 't5'"),
        ("model.safetensors", None, r"has no model\.safetensors"),
        ("model.safetensors", b"", r"is no complete safetensors file"),
        ("vocab.txt", None, r"neither vocab\.txt nor tokenizer\.json"),
        ("vocab.txt", b"\xff\xfe\x00", r"vocab\.txt cannot be read"),
        ("vocab.txt", b"[PAD]\n" * 100, "100 entries, but the model knows 40"),
    ],
)
def test_a_damaged_folder_gives_one_sentence(tmp_path, checkpoint, file, content, words):
    path = write_hf_folder(tmp_path, checkpoint) / file
    path.unlink() if content is None else path.write_bytes(content)
    with pytest.raises(ReparteeError, match=words) as caught:
        Checkpoint.load(tmp_path)
    assert "\n" not in str(caught.value)


def test_says_how_to_use_pickled_weights(tmp_path, checkpoint):
    folder = write_hf_folder(tmp_path, checkpoint)
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    with pytest.raises(ReparteeError, match=r"pytorch_model\.bin, which must first be converted to safetensors"):
        Checkpoint.load(folder)


def test_a_model_that_is_not_there_is_named(tmp_path):
    with pytest.raises(ReparteeError, match=r"There is no model at .*nowhere"):
        Checkpoint.load(tmp_path / "nowhere")


@pytest.mark.parametrize(
    "damage",
    [
        {"vocab": np.frombuffer(b"[PAD]\n\xff\xfe", np.uint8)},
        {"embeddings.word_embeddings.weight.scale": np.zeros(3, np.float16)},
        {"embeddings.word_embeddings.weight.scale": np.zeros(1, np.float16)},
    ],
    ids=["vocabulary", "other scales", "one scale"],
)
def test_damaged_tensors_are_refused_in_one_sentence(tmp_path, checkpoint, damage):
    whole, path = tmp_path / "whole.safetensors", tmp_path / "damaged.safetensors"
    write_int8(checkpoint, whole)
    with safe_open(whole, "np") as file:
        metadata = file.metadata()
    path.write_bytes(save(load_file(whole) | damage, metadata))
    with pytest.raises(ReparteeError, match=r"damaged\.safetensors .*; the file is damaged, install it again\."):
        Checkpoint.load(path)


@pytest.mark.parametrize(
    "metadata",
    [
        {},
        {"config": "{"},
        {"config": "[]"},
        {"calibration": json.dumps({"slope": 1})},
        {"calibration": "[" * 100_000},
        {"card": "nothing"},
    ],
)
def test_a_file_that_does_not_say_what_it_holds_is_refused_in_one_sentence(tmp_path, checkpoint, metadata):
    path = tmp_path / "weights.safetensors"
    given = {"format": FORMAT, "config": json.dumps(checkpoint.config.to_dict())} if metadata else {"format": FORMAT}
    arrays = {name: tensor.astype(np.float32) for name, tensor in checkpoint.tensors.items()}
    path.write_bytes(save({**arrays, "vocab": np.frombuffer(b"[PAD]", np.uint8)}, given | metadata))
    with pytest.raises(ReparteeError, match=r"weights\.safetensors does not say what model it holds .*; install it"):
        Checkpoint.load(path)
