"""What runs a BERT graph: one protocol, one choice.

A runtime is a module of this room with two functions, named in `RUNTIMES`:

    status() -> Status                                        cheap; loads nothing heavy
    load(checkpoint, *, head, cache_dir, threads) -> Runtime   raises ReparteeError if it cannot

Those of our CPU kernels also take `isa`, the instruction set that was asked for.
"""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from engines.checkpoint import Checkpoint
from engines.errors import ReparteeError

OutputHead = Literal["span", "embedding", "tokens"]

#: Name → module, best first: `auto` takes the first one that works.
RUNTIMES = {
    "tensorrt": "engines.runtimes.tensorrt.runtime",
    "cuda": "engines.runtimes.cuda.runtime",
    "cpu": "engines.runtimes.cpu.runtime",
    "openvino": "engines.runtimes.openvino.runtime",
    "openvino-f32": "engines.runtimes.openvino.float32",
}

ON_GPU = ("tensorrt", "cuda")

#: What reads where our own kernels do not.
ADD_OPENVINO = "pip install 'repartee[openvino]' adds OpenVINO, which can"

#: Sequence lengths in tokens that a batch is padded to: a new shape costs a runtime time, padding costs every run.
BUCKETS = (32, 48, 64, 80, 96, 112, 128, 160, 192, 256, 320, 384, 512)


def buckets_within(longest: int, buckets: tuple[int, ...] = BUCKETS) -> tuple[int, ...]:
    """Return the buckets of a model that takes at most `longest` tokens; that length where all are longer."""
    return tuple(length for length in buckets if length <= longest) or (longest,)


class UnsuitableModelError(ReparteeError):
    """The runtime works here, but not for this model."""


class Runtime(Protocol):
    """A loaded BERT. `run` may be called from several threads and releases the GIL while it computes."""

    name: str
    #: The chip, in words, and the precision it computes in.
    device: str
    #: Sequence lengths that `run` takes, ascending.
    buckets: tuple[int, ...]
    max_batch: int
    #: Whether a shape is made ready on its first run, which is dearer for it; if not, shapes may be many.
    compiles: bool
    #: Why a runtime that ranks higher was passed over, or "".
    note: str

    def run(
        self, input_ids: NDArray[Any], token_type_ids: NDArray[Any], attention_mask: NDArray[Any]
    ) -> NDArray[np.float32]:
        """Run a batch: int32 or int64 [batch, seq], seq one of `buckets`, batch at most `max_batch`.

        Returns float32: start and end logits [batch, seq, 2] for the span head, [batch, hidden] for the embedding head,
        the last layer's [batch, seq, hidden] for tokens.
        """
        ...

    def close(self) -> None:
        """Release what the runtime holds; it cannot run afterwards."""
        ...


@runtime_checkable
class SplitRuntime(Runtime, Protocol):
    """A runtime of a span head that can stop below a layer, and go on there: what reading apart takes."""

    def lower(
        self, input_ids: NDArray[Any], token_type_ids: NDArray[Any], position_ids: NDArray[Any], layers: int
    ) -> NDArray[np.float32]:
        """Run the lowest `layers` on one row, int [tokens] each: their hidden states, float32 [tokens, hidden]."""
        ...

    def upper(
        self, states: NDArray[np.float32], lengths: NDArray[Any], layers: int, until: int | None = None, wanted: int = 0
    ) -> NDArray[np.float32]:
        """Run the layers above the lowest `layers` on states of rows of `lengths` tokens, one row after the other.

        Returns start and end logits, float32 [tokens, 2]; with `until`, the number of a layer at which to stop before,
        its hidden states instead. Of the tokens from number `wanted` on alone. `states` may be overwritten.
        """
        ...


@dataclass(frozen=True)
class Status:
    """Whether a runtime works here. `reason`: one sentence, why (not). `installed`: its library is there."""

    name: str
    available: bool
    reason: str
    installed: bool = True


def runtimes(isa: str = "") -> list[Status]:
    """Every runtime there is, best first, each with whether it works on this machine and why.

    `isa`: the instruction set that our CPU kernels were asked to run, "" for the best that the CPU has.
    """
    return [_status(name, isa) for name in RUNTIMES]


def wanted(name: str, isa: str = "") -> str:
    """The runtime that settings ask for: who names an instruction set asks for our CPU kernels, nothing else."""
    return "cpu" if isa and name == "auto" else name


def why_not(name: str, isa: str = "") -> str:
    """Say in one sentence why the runtime `name` cannot be loaded here; "" if it can."""
    if name not in RUNTIMES:
        return f"There is no runtime {name!r}; choose auto or one of {', '.join(RUNTIMES)}."
    status = _status(name, isa)
    return "" if status.available else status.reason


def load_runtime(
    name: str = "auto",
    checkpoint: Checkpoint | None = None,
    *,
    cache_dir: Path,
    threads: int | None = None,
    isa: str = "",
    head: OutputHead = "span",
) -> Runtime:
    """Load `checkpoint` (default: the bundled reader) into the runtime `name`, or the best that works (`auto`).

    `cache_dir` keeps compiled models; it may be read-only, then nothing is kept. `threads`: CPU threads, None for
    all cores. `isa`: run our CPU kernels for this instruction set, nothing else. With `auto`, `note` says in a
    few words, for every answer's ledger, why a GPU that is there, or whose libraries are, is not used; `status` and
    `repartee doctor` have the whole sentence.

    Raises:
        ReparteeError: the name is unknown, or the runtime (with `auto`: every one) does not work here.
    """
    if checkpoint is None:
        from engines.checkpoint import default_checkpoint_path

        checkpoint = Checkpoint.load(default_checkpoint_path())
    if (name := wanted(name, isa)) != "auto":
        return _load(name, checkpoint, head, cache_dir, threads, isa)
    reasons = []
    for candidate in RUNTIMES:
        try:
            runtime = _load(candidate, checkpoint, head, cache_dir, threads)
        except ReparteeError as error:
            expected = candidate in ON_GPU or not isinstance(error, UnsuitableModelError)  # of a GPU that is there
            if expected and _module(candidate).status().installed:
                reasons.append(str(error))
            continue
        if reasons and candidate not in ON_GPU:
            runtime.note = f"on the CPU: {'; '.join(map(_clause, reasons))}; see repartee doctor"
        return runtime
    raise ReparteeError(nothing_reads(reasons))


def nothing_reads(reasons: Sequence[str] = ()) -> str:
    """Say in one sentence why no runtime works here, and what would; `reasons`: why those that are installed do not."""
    cpu = _module("cpu").status()
    why = "; ".join(map(_clause, reasons if cpu.available else [cpu.reason, *reasons]))
    return f"No runtime can read here ({why}); {ADD_OPENVINO}."


def _clause(sentence: str) -> str:
    """What a sentence of the form "what is wrong; what to do." says is wrong, to go on after a colon."""
    wrong = sentence.split("; ", maxsplit=1)[0].rstrip(".")
    return wrong[0].lower() + wrong[1:] if wrong.split()[0].istitle() else wrong


def _load(
    name: str, checkpoint: Checkpoint, head: OutputHead, cache_dir: Path, threads: int | None, isa: str = ""
) -> Runtime:
    if problem := why_not(name, isa):
        raise ReparteeError(problem)
    options = _options(name, isa)
    runtime: Runtime = _module(name).load(checkpoint, head=head, cache_dir=cache_dir, threads=threads, **options)
    return runtime


def _status(name: str, isa: str) -> Status:
    status: Status = _module(name).status(**_options(name, isa))
    return status


def _options(name: str, isa: str) -> dict[str, str]:
    """What only our CPU kernels are told."""
    return {"isa": isa} if name == "cpu" else {}


def _module(name: str) -> Any:
    return importlib.import_module(RUNTIMES[name])
