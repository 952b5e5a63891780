"""The mean of two readers' weights, one trained on from the other: what each does better is kept by both halves.

Wortsman et al. 2022, "Robust fine-tuning of zero-shot models": between a model and what it was fine-tuned to, the loss
on either's data hardly rises.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from engines.errors import ReparteeError

Weights = Mapping[str, NDArray[np.floating]]


def blend(student: Weights, base: Weights, share: float) -> dict[str, NDArray[np.float32]]:
    """`share` of `student` and the rest of `base`, tensor by tensor.

    Raises ReparteeError if the two are not of one shape.
    """
    if wrong := sorted(name for name in student.keys() | base.keys() if _shape(student, name) != _shape(base, name)):
        name = wrong[0]
        raise ReparteeError(
            f"{name} is {_shape(student, name)} in the student and {_shape(base, name)} in what it started from; "
            "give the two files of one training."
        )
    return {
        name: np.float32(share) * value.astype(np.float32) + np.float32(1 - share) * base[name].astype(np.float32)
        for name, value in student.items()
    }


def _shape(weights: Weights, name: str) -> tuple[int, ...] | None:
    return weights[name].shape if name in weights else None
