"""The baseline of the benches: Hugging Face transformers, float32, eager, on the CPU (extra `[train]`)."""

from __future__ import annotations

import importlib
from importlib.util import find_spec
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engines.checkpoint import Checkpoint
from engines.errors import ReparteeError

MISSING = "transformers and torch are not installed; install them with: pip install 'repartee[train]'."


def installed() -> bool:
    """Whether the baseline can be run."""
    return find_spec("transformers") is not None and find_spec("torch") is not None


class TransformersEager:
    """`BertForQuestionAnswering` with the weights of `checkpoint` and plain attention."""

    def __init__(self, checkpoint: Checkpoint, threads: int | None = None) -> None:
        if not installed():
            raise ReparteeError(MISSING)
        self._torch: Any = importlib.import_module("torch")
        transformers: Any = importlib.import_module("transformers")
        if threads:
            self._torch.set_num_threads(threads)
        config = transformers.BertConfig(**checkpoint.config.to_dict(), attn_implementation="eager")
        self._model = transformers.BertForQuestionAnswering(config).eval()
        state = {
            name if name.startswith("qa_outputs") else f"bert.{name}": self._torch.from_numpy(np.array(tensor))
            for name, tensor in checkpoint.tensors.items()
        }
        missing, unexpected = self._model.load_state_dict(state, strict=False)
        if unexpected or any("position_ids" not in name for name in missing):
            raise ReparteeError(f"transformers did not take the weights: {[*missing, *unexpected][:3]}.")

    def run(
        self, input_ids: NDArray[Any], token_type_ids: NDArray[Any], attention_mask: NDArray[Any]
    ) -> NDArray[np.float32]:
        """Run int64 [batch, seq] arrays; float32 [batch, seq, 2]."""
        names = ("input_ids", "token_type_ids", "attention_mask")
        arrays = (input_ids, token_type_ids, attention_mask)
        inputs = {
            name: self._torch.from_numpy(np.asarray(each, np.int64)) for name, each in zip(names, arrays, strict=True)
        }
        with self._torch.inference_mode():
            output = self._model(**inputs)
        logits: NDArray[np.float32] = self._torch.stack([output.start_logits, output.end_logits], -1).numpy()
        return logits
