"""The BERT sizes that benches compare, and random checkpoints of them: speed does not depend on what a model knows."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from engines.bert_config import BertConfig
from engines.checkpoint import Checkpoint, expected_shapes
from engines.errors import ReparteeError

#: Name → sizes, as published (Devlin et al. 2018; Wang et al. 2020).
SIZES = {
    "minilm-l6": BertConfig(30522, 384, 6, 12, 1536, 512, 2),
    "base": BertConfig(30522, 768, 12, 12, 3072, 512, 2),
    "large": BertConfig(30522, 1024, 24, 16, 4096, 512, 2),
}


def random_checkpoint(size: str, *, vocab: Sequence[str] = (), seed: int = 0) -> Checkpoint:
    """Make a checkpoint of `size` (one of `SIZES`) with the initial weights of training: normal, deviation 0.02.

    `vocab`: word pieces, at most 30,522; made-up ones fill what is missing.
    """
    if size not in SIZES:
        raise ReparteeError(f"There is no BERT size {size!r}; choose one of {', '.join(SIZES)}.")
    config, random = SIZES[size], np.random.default_rng(seed)
    tensors = {}
    for name, shape in expected_shapes(config, "span").items():
        if name.endswith("LayerNorm.weight"):
            tensors[name] = np.ones(shape, np.float32)
        elif name.endswith(".bias"):
            tensors[name] = np.zeros(shape, np.float32)
        else:
            tensors[name] = random.standard_normal(shape, np.float32) * np.float32(0.02)
    pieces = list(vocab or ("[PAD]", "[UNK]", "[CLS]", "[SEP]"))
    pieces += [f"[unused{number}]" for number in range(len(pieces), config.vocab_size)]
    return Checkpoint(config, tensors, pieces, head="span", digest=f"random-{size}-{seed}")
