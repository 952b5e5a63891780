"""A BERT-shaped encoder with a span head in PyTorch, for training only: BERT itself, and MPNet as a teacher.

MPNet (Song et al. 2020) differs from BERT in three things: it has no token types, its positions begin at 2, and one
table of relative positions (Raffel et al. 2020, section 2.1) adds to every layer's attention.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from engines.checkpoint import Apart, Checkpoint

_BERT = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "o": "attention.output.dense",
    "attention_norm": "attention.output.LayerNorm",
    "up": "intermediate.dense",
    "down": "output.dense",
    "norm": "output.LayerNorm",
}
_MPNET = {
    **_BERT,
    "q": "attention.attn.q",
    "k": "attention.attn.k",
    "v": "attention.attn.v",
    "o": "attention.attn.o",
    "attention_norm": "attention.LayerNorm",
}


@dataclass(frozen=True)
class Shape:
    """What the encoder looks like; `relative` marks MPNet."""

    hidden: int
    layers: int
    heads: int
    inner: int
    vocabulary: int
    positions: int
    eps: float
    relative: bool = False


class Linear(nn.Linear):
    """Float32 weights, computing in the input's precision (autocast would turn every layer norm back into float32)."""

    def forward(self, x: Tensor) -> Tensor:
        """[..., in] to [..., out]."""
        return functional.linear(x, self.weight.to(x.dtype), self.bias.to(x.dtype))


class LayerNorm(nn.LayerNorm):
    """Likewise."""

    def forward(self, x: Tensor) -> Tensor:
        """[..., hidden] to the same."""
        return functional.layer_norm(x, self.normalized_shape, self.weight.to(x.dtype), self.bias.to(x.dtype), self.eps)


class Layer(nn.Module):
    """One post-norm transformer layer; [batch, length, hidden] in and out."""

    def __init__(self, shape: Shape, dropout: float) -> None:
        super().__init__()
        self.heads, self.dropout = shape.heads, dropout
        self.qkv = Linear(shape.hidden, 3 * shape.hidden)
        self.o = Linear(shape.hidden, shape.hidden)
        self.attention_norm = LayerNorm(shape.hidden, eps=shape.eps)
        self.up = Linear(shape.hidden, shape.inner)
        self.down = Linear(shape.inner, shape.hidden)
        self.norm = LayerNorm(shape.hidden, eps=shape.eps)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """`mask` is added to the attention scores, [batch, 1 or heads, 1 or length, length]."""
        batch, length, hidden = x.shape
        rate = self.dropout if self.training else 0.0
        q, k, v = self.qkv(x).view(batch, length, 3, self.heads, -1).permute(2, 0, 3, 1, 4)
        mixed = (
            functional.scaled_dot_product_attention(q, k, v, mask, dropout_p=rate)
            .transpose(1, 2)
            .reshape(batch, length, hidden)
        )
        x = self.attention_norm(x + functional.dropout(self.o(mixed), rate, self.training))
        return self.norm(x + functional.dropout(self.down(functional.gelu(self.up(x))), rate, self.training))


class Encoder(nn.Module):
    """Token ids to start and end logits."""

    def __init__(self, shape: Shape, dropout: float) -> None:
        super().__init__()
        self.shape, self.dropout = shape, dropout
        self.on_gpu = torch.bfloat16
        self.words = nn.Embedding(shape.vocabulary, shape.hidden)
        self.positions = nn.Embedding(shape.positions, shape.hidden)
        self.types = None if shape.relative else nn.Embedding(2, shape.hidden)
        self.norm = LayerNorm(shape.hidden, eps=shape.eps)
        self.layers = nn.ModuleList(Layer(shape, dropout) for _ in range(shape.layers))
        self.head = Linear(shape.hidden, 2)
        nn.init.normal_(self.head.weight, std=0.02)
        nn.init.zeros_(self.head.bias)
        # frozen: its gradient would cost the fused attention kernel more than the table is worth in a fine-tuning
        self.relative = nn.Embedding(32, shape.heads).requires_grad_(False) if shape.relative else None

    def forward(self, ids: Tensor, types: Tensor, mask: Tensor, apart: Apart | None = None) -> Tensor:
        """`ids`, `types` int64 [batch, length], `mask` bool likewise; logits float [batch, length, 2].

        `apart`: read so, the tokens of type 1 being the passage's part; None: question and passage together.
        """
        logits: Tensor = self.head(self.hidden(ids, types, mask, apart)).float()
        return logits

    def hidden(self, ids: Tensor, types: Tensor, mask: Tensor, apart: Apart | None = None) -> Tensor:
        """What the last layer gives: [batch, length, hidden]."""
        length = ids.shape[1]
        places = torch.arange(length, device=ids.device)
        positions = places + (2 if self.relative is not None else 0)
        behind = types == 1
        if apart is not None:
            begins = (mask & ~behind).sum(dim=1, keepdim=True)
            positions = torch.where(behind, places - begins + apart.position, places)
        x = self.words(ids) + self.positions(positions)
        if self.types is not None:
            x = x + self.types(types)
        x = x.to(self.on_gpu) if ids.is_cuda else x
        x = functional.dropout(self.norm(x), self.dropout, self.training)
        added = torch.zeros(mask.shape, device=ids.device, dtype=torch.float32).masked_fill(~mask, -30000.0)[
            :, None, None, :
        ]
        if self.relative is not None:
            bias = self.relative(_buckets(places[None, :] - places[:, None])).permute(2, 0, 1)[None]
            added = added + bias
        together = added.expand(-1, self.shape.heads, length, -1).to(x.dtype)
        if apart is None:
            for layer in self.layers:
                x = layer(x, together)
            return x
        other = (behind[:, :, None] != behind[:, None, :])[:, None]
        alone = added.masked_fill(other, -30000.0).expand(-1, self.shape.heads, -1, -1).to(x.dtype)
        for number, layer in enumerate(self.layers):
            if number == apart.layers:
                x = torch.where(behind[..., None], as_kept(x), x)
            x = layer(x, alone if number < apart.layers else together)
        return x


def as_kept(states: Tensor) -> Tensor:
    """`states` [..., hidden] as they come out of the store: 256 levels from the least to the most of each token.

    Scale and offset are float16. The rounding has no gradient of its own: it is passed through as if it were not there.
    """
    with torch.no_grad():
        exact = states.float()
        least, most = exact.aminmax(dim=-1, keepdim=True)
        offset = least.half().float()
        scale = ((most - offset).clamp(min=1e-6) / 255).half().float().clamp(min=6e-8)
        kept = ((exact - offset) / scale).round().clamp(0, 255) * scale + offset
    return states + (kept.to(states.dtype) - states).detach()


def _buckets(distance: Tensor, count: int = 32, far: int = 128) -> Tensor:
    """T5's bidirectional relative position buckets, as MPNet uses them."""
    half = count // 2
    n = -distance
    side = (n < 0).long() * half
    n = n.abs()
    exact = half // 2
    scaled = exact + (torch.log(n.float().clamp(min=1) / exact) / math.log(far / exact) * (half - exact)).long()
    return side + torch.where(n < exact, n, scaled.clamp(max=half - 1))


def load_encoder(tensors: dict[str, np.ndarray], shape: Shape, dropout: float) -> Encoder:
    """An encoder with the weights of a Hugging Face BERT or MPNet checkpoint (names without a model prefix)."""
    model = Encoder(shape, dropout)
    names = _MPNET if shape.relative else _BERT
    state = {
        "words.weight": tensors["embeddings.word_embeddings.weight"],
        "positions.weight": tensors["embeddings.position_embeddings.weight"],
        "norm.weight": tensors["embeddings.LayerNorm.weight"],
        "norm.bias": tensors["embeddings.LayerNorm.bias"],
    }
    if shape.relative:
        state["relative.weight"] = tensors["encoder.relative_attention_bias.weight"]
    else:
        state["types.weight"] = tensors["embeddings.token_type_embeddings.weight"]
    for number in range(shape.layers):
        for part in ("weight", "bias"):

            def read(name: str, layer: int = number, which: str = part) -> np.ndarray:
                return tensors[f"encoder.layer.{layer}.{names[name]}.{which}"]

            state[f"layers.{number}.qkv.{part}"] = np.concatenate([read("q"), read("k"), read("v")])
            for name in ("o", "attention_norm", "up", "down", "norm"):
                state[f"layers.{number}.{name}.{part}"] = read(name)
    for part in ("weight", "bias"):
        state[f"head.{part}"] = tensors.get(f"qa_outputs.{part}", model.head.state_dict()[part].numpy())
    model.load_state_dict({name: torch.from_numpy(np.array(value, np.float32)) for name, value in state.items()})
    return model


def export_bert(model: Encoder) -> dict[str, np.ndarray]:
    """The weights under Hugging Face BERT names, float32."""
    state = {name: value.detach().float().cpu().numpy() for name, value in model.state_dict().items()}
    out = {
        "embeddings.word_embeddings.weight": state["words.weight"],
        "embeddings.position_embeddings.weight": state["positions.weight"],
        "embeddings.token_type_embeddings.weight": state["types.weight"],
        "embeddings.LayerNorm.weight": state["norm.weight"],
        "embeddings.LayerNorm.bias": state["norm.bias"],
        "qa_outputs.weight": state["head.weight"],
        "qa_outputs.bias": state["head.bias"],
    }
    for number in range(len(model.layers)):
        for part in ("weight", "bias"):
            q, k, v = np.split(state[f"layers.{number}.qkv.{part}"], 3)
            named = {"q": q, "k": k, "v": v}
            for name in ("o", "attention_norm", "up", "down", "norm"):
                named[name] = state[f"layers.{number}.{name}.{part}"]
            for name, value in named.items():
                out[f"encoder.layer.{number}.{_BERT[name]}.{part}"] = value
    return out


def encoder_of(checkpoint: Checkpoint, dropout: float) -> Encoder:
    """An encoder with the weights of a BERT that was loaded."""
    bert = checkpoint.config
    sizes = (bert.hidden_size, bert.layers, bert.heads, bert.intermediate_size, bert.vocab_size, bert.max_positions)
    return load_encoder(dict(checkpoint.tensors), Shape(*sizes, bert.layer_norm_eps), dropout)


def read_checkpoint(folder: Path, dropout: float) -> Encoder:
    """An encoder from `config.json` and `model*.safetensors` in `folder` (BERT or MPNet), or from a file of ours."""
    import json

    if folder.is_file():
        return encoder_of(Checkpoint.load(folder), dropout)

    from safetensors.numpy import load_file

    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    tensors: dict[str, np.ndarray] = {}
    for path in sorted(folder.glob("model*.safetensors")):
        tensors |= load_file(path)
    shape = Shape(
        config["hidden_size"],
        config["num_hidden_layers"],
        config["num_attention_heads"],
        config["intermediate_size"],
        config["vocab_size"],
        config["max_position_embeddings"],
        config["layer_norm_eps"],
        config["model_type"] == "mpnet",
    )
    return load_encoder({name.removeprefix("bert."): value for name, value in tensors.items()}, shape, dropout)
