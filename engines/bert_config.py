"""The shape of one BERT, as its config.json gives it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from engines.errors import ReparteeError


@dataclass(frozen=True)
class BertConfig:
    """Sizes and constants of a BERT encoder (Devlin et al. 2018), field names ours, values those of config.json."""

    vocab_size: int
    hidden_size: int
    layers: int
    heads: int
    intermediate_size: int
    max_positions: int
    type_vocab_size: int
    layer_norm_eps: float = 1e-12
    hidden_act: str = "gelu"

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> BertConfig:
        """Read a Hugging Face `config.json`, already parsed.

        Raises:
            ReparteeError: the model is no BERT, a size is missing or not positive, or an option is not supported.
        """
        kind = values.get("model_type", "bert")
        if kind != "bert":
            raise ReparteeError(f"The model is of type {kind!r}, but a BERT is expected; choose a BERT checkpoint.")
        sizes: dict[str, Any] = {}
        for field, key in _KEYS.items():
            size = values.get(key)
            if not isinstance(size, int) or isinstance(size, bool) or size < 1:
                raise ReparteeError(
                    f"The model's configuration has {key} = {size!r}, but a positive whole number is expected."
                )
            sizes[field] = size
        if sizes["hidden_size"] % sizes["heads"]:
            raise ReparteeError(
                f"The model's hidden_size {sizes['hidden_size']} is no multiple of its {sizes['heads']} heads."
            )
        for key, expected in (("hidden_act", "gelu"), ("position_embedding_type", "absolute")):
            if (found := values.get(key) or expected) != expected:
                raise ReparteeError(f"The model has {key} {found!r}, but only {expected!r} is supported.")
        return cls(**sizes, layer_norm_eps=float(values.get("layer_norm_eps", 1e-12)))

    def to_dict(self) -> dict[str, Any]:
        """Give the configuration as `config.json` would hold it; `from_dict` reads it back unchanged."""
        own = asdict(self)
        return {"model_type": "bert", **{_KEYS.get(field, field): value for field, value in own.items()}}


_KEYS = {
    "vocab_size": "vocab_size",
    "hidden_size": "hidden_size",
    "layers": "num_hidden_layers",
    "heads": "num_attention_heads",
    "intermediate_size": "intermediate_size",
    "max_positions": "max_position_embeddings",
    "type_vocab_size": "type_vocab_size",
}
