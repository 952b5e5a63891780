"""A tiny random BERT and a plain numpy float32 BERT to check the graphs and runtimes against."""

import json
import threading
from math import erf

import numpy as np

from engines.bert_config import BertConfig
from engines.checkpoint import Checkpoint, expected_shapes

PIECES = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "the", "tower", "is", "in", "paris", "##s", "high", "how", "?", ".", "a"]


def random_checkpoint(*, head="span", seed=7, **sizes) -> Checkpoint:
    """A BERT of two layers with random weights, wide enough that every term of the graph matters."""
    shape = {"vocab_size": 40, "hidden_size": 32, "layers": 2, "heads": 4, "intermediate_size": 64}
    config = BertConfig(**{**shape, "max_positions": 64, "type_vocab_size": 2, **sizes})
    random = np.random.default_rng(seed)
    tensors = {}
    for name, size in expected_shapes(config, head).items():
        centre = 1.0 if name.endswith("LayerNorm.weight") else 0.0
        tensors[name] = (centre + random.normal(0, 0.3, size)).astype(np.float32)
    vocab = PIECES + [f"[unused{n}]" for n in range(config.vocab_size - len(PIECES))]
    return Checkpoint(config, tensors, vocab, head=head, digest=f"random-{seed}")


def reference_hidden(checkpoint, input_ids, token_type_ids, attention_mask):
    """BERT's last hidden state, float32 [batch, seq, hidden], straight from the paper's equations."""
    config, weights = checkpoint.config, checkpoint.tensors

    def linear(x, name):
        return x @ weights[f"{name}.weight"].T + weights[f"{name}.bias"]

    def norm(x, name):
        centred = x - x.mean(-1, keepdims=True)
        scaled = centred / np.sqrt((centred**2).mean(-1, keepdims=True) + config.layer_norm_eps)
        return scaled * weights[f"{name}.weight"] + weights[f"{name}.bias"]

    def heads(x):
        return x.reshape(*x.shape[:2], config.heads, -1).transpose(0, 2, 1, 3)

    def softmax(x):
        powers = np.exp(x - x.max(-1, keepdims=True))
        return powers / powers.sum(-1, keepdims=True)

    x = weights["embeddings.word_embeddings.weight"][input_ids]
    x = x + weights["embeddings.token_type_embeddings.weight"][token_type_ids]
    x = norm(x + weights["embeddings.position_embeddings.weight"][: input_ids.shape[1]], "embeddings.LayerNorm")
    hidden_from_padding = np.where(attention_mask[:, None, None, :] == 1, 0, -np.inf)
    for layer in range(config.layers):
        name = f"encoder.layer.{layer}"
        q, k, v = (heads(linear(x, f"{name}.attention.self.{part}")) for part in ("query", "key", "value"))
        scores = q @ k.transpose(0, 1, 3, 2) / np.sqrt(q.shape[-1]) + hidden_from_padding
        mixed = (softmax(scores) @ v).transpose(0, 2, 1, 3).reshape(x.shape)
        x = norm(linear(mixed, f"{name}.attention.output.dense") + x, f"{name}.attention.output.LayerNorm")
        inner = linear(x, f"{name}.intermediate.dense")
        inner = inner * 0.5 * (1 + np.vectorize(erf)(inner / np.sqrt(2)))
        x = norm(linear(inner, f"{name}.output.dense") + x, f"{name}.output.LayerNorm")
    return x.astype(np.float32)


def reference_logits(checkpoint, *inputs):
    weights = checkpoint.tensors
    return reference_hidden(checkpoint, *inputs) @ weights["qa_outputs.weight"].T + weights["qa_outputs.bias"]


def mixed_up(runtime, batches, times=200):
    """Run every batch in a thread of its own, all at once; give the numbers of those that got other bits than alone."""
    alone = [runtime.run(*batch) for batch in batches]
    wrong = []

    def work(number):
        for _ in range(times):
            if not np.array_equal(runtime.run(*batches[number]), alone[number]):
                wrong.append(number)

    workers = [threading.Thread(target=work, args=(number,)) for number in range(len(batches))]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return wrong


def random_batch(config, batch, seq, seed=0):
    """Token ids, types and a mask with padding of another length in each row, int64 [batch, seq]."""
    random = np.random.default_rng(seed)
    ids = random.integers(0, config.vocab_size, (batch, seq))
    types = (np.arange(seq)[None] >= seq // 3).astype(np.int64).repeat(batch, 0)
    mask = (np.arange(seq)[None] < random.integers(seq // 2, seq + 1, (batch, 1))).astype(np.int64)
    return ids, types, mask


def write_hf_folder(folder, checkpoint, *, prefix="bert.", dtype=np.float32, shards=1, tokenizer_json=False):
    """Write `checkpoint` as the Hugging Face libraries lay it out."""
    from safetensors.numpy import save_file

    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text(json.dumps(checkpoint.config.to_dict()))
    if tokenizer_json:
        vocab = {piece: n for n, piece in enumerate(checkpoint.vocab)}
        model = {
            "model": {"vocab": vocab},
            "normalizer": {"type": "BertNormalizer", "lowercase": checkpoint.lower_case},
        }
        (folder / "tokenizer.json").write_text(json.dumps(model))
    else:
        (folder / "vocab.txt").write_text("\n".join(checkpoint.vocab) + "\n")
        (folder / "tokenizer_config.json").write_text(json.dumps({"do_lower_case": checkpoint.lower_case}))
    named = {
        (name if name.startswith("qa_outputs") else prefix + name): tensor.astype(dtype)
        for name, tensor in checkpoint.tensors.items()
    }
    named[f"{prefix}pooler.dense.weight"] = np.zeros((2, 2), dtype)
    if shards == 1:
        save_file(named, folder / "model.safetensors")
        return folder
    where = {name: f"model-{n % shards + 1:05}-of-{shards:05}.safetensors" for n, name in enumerate(sorted(named))}
    for shard in set(where.values()):
        save_file({name: tensor for name, tensor in named.items() if where[name] == shard}, folder / shard)
    (folder / "model.safetensors.index.json").write_text(json.dumps({"metadata": {}, "weight_map": where}))
    return folder
