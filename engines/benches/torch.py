"""PyTorch's side of the GPU bench: the same BERT, eager, in a CUDA graph and compiled; and float32 reference results.

    python -m engines.benches.torch OUT [--models minilm-l6,base,large] [--weights FILE] [--questions FILE.jsonl]

Writes OUT/reference-MODEL.npz (inputs and float32 logits, which `engines.benches.gpu` compares with), OUT/torch.json.
Every shape is timed by three clocks: `host`, numpy arrays in to a numpy array out; `launch`, the host's clock
around queueing the network and waiting for it, inputs and outputs on the device; `device`, between two events.
"""

from __future__ import annotations

import argparse
import json
import time
import traceback
from collections.abc import Callable, Iterator
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engines.checkpoint import Checkpoint, default_checkpoint_path
from engines.figures import Figures
from engines.json_lines import read_objects
from engines.reader.reader import ReadablePassage, Reader
from engines.runtimes.ranges import Batch, question_batches
from engines.runtimes.runtime import Runtime
from engines.sizes import SIZES, random_checkpoint
from engines.tokenize import Tokenizer

#: (tokens, batch) that are timed.
SHAPES = ((128, 1), (128, 8), (384, 1), (384, 8))

#: (tokens, batch) whose logits are compared.
CHECKED = tuple((seq, batch) for seq in (32, 64, 128, 256, 384, 512) for batch in (1, 8))

WARM_UP, RUNS = 50, 500

#: A GPU that rested raises its clock over a few hundred ms; what is timed before looks slower than it is.
WARM_UP_S = 0.3


def random_batch(vocab_size: int, seq: int, batch: int, random: np.random.Generator) -> Batch:
    """Draw ids, types and a mask, int32 [batch, seq]: rows of different lengths, padded; the first fills its row."""
    ids = random.integers(4, vocab_size, (batch, seq), np.int32)
    lengths = np.concatenate([[seq], random.integers(seq // 3, seq + 1, batch - 1)])
    mask = (np.arange(seq) < lengths[:, None]).astype(np.int32)
    types = (np.arange(seq) >= (lengths // 5)[:, None]).astype(np.int32) * mask
    return ids * mask, types, mask


def quantiles(milliseconds: list[float]) -> dict[str, float]:
    """Median and 99th percentile."""
    figures = Figures.of(milliseconds)
    return {"p50": figures.p50, "p99": figures.p99}


def warm_up(run: Callable[[], object], runs: int = RUNS) -> None:
    """Call `run` WARM_UP times (at most `runs`) and for WARM_UP_S at least."""
    began, done = time.perf_counter(), 0
    while done < min(WARM_UP, runs) or time.perf_counter() - began < WARM_UP_S:
        run()
        done += 1


def time_host(run: Callable[[], object], runs: int = RUNS) -> dict[str, float]:
    """Time `run` by the host's clock, in ms, after a warm-up."""
    warm_up(run, runs)
    spent = []
    for _ in range(runs):
        started = time.perf_counter_ns()
        run()
        spent.append((time.perf_counter_ns() - started) / 1e6)
    return quantiles(spent)


class Quiet:
    """Holds a file's lock while something is timed, so that benches sharing a GPU take turns; `None`: no lock."""

    def __init__(self, path: Path | None) -> None:
        self._path = path

    def __enter__(self) -> None:
        import fcntl

        if self._path:
            self._file = self._path.open("wb")
            fcntl.flock(self._file, fcntl.LOCK_EX)

    def __exit__(self, *error: object) -> None:
        if self._path:
            self._file.close()


def torch_bert(checkpoint: Checkpoint, device: str, half: bool) -> Any:
    """Make a module: (ids, types, mask) int64 [batch, seq] → float32 [batch, seq, 2], by PyTorch's fused attention."""
    import torch
    from torch.nn import functional

    config = checkpoint.config
    kind = torch.float16 if half else torch.float32

    class Bert(torch.nn.Module):  # type: ignore[misc,name-defined,unused-ignore]
        def __init__(self) -> None:
            super().__init__()
            self.weights = torch.nn.ParameterDict()
            for name, tensor in self.fused():
                value = torch.from_numpy(np.ascontiguousarray(tensor)).to(device, kind)
                self.weights[name.replace(".", "/")] = torch.nn.Parameter(value, requires_grad=False)

        def fused(self) -> Iterator[tuple[str, NDArray[np.float32]]]:
            for name, tensor in checkpoint.tensors.items():
                if ".self.query." in name:
                    three = [checkpoint.tensors[name.replace("query", part)] for part in ("query", "key", "value")]
                    yield name.replace("query", "qkv"), np.concatenate(three)
                elif ".self." not in name:
                    yield name, tensor

        def linear(self, x: Any, name: str) -> Any:
            return functional.linear(x, self.weights[f"{name}/weight"], self.weights[f"{name}/bias"])

        def norm(self, x: Any, name: str) -> Any:
            weight, bias = self.weights[f"{name}/weight"], self.weights[f"{name}/bias"]
            return functional.layer_norm(x, (config.hidden_size,), weight, bias, config.layer_norm_eps)

        def forward(self, ids: Any, types: Any, mask: Any) -> Any:
            batch, seq = ids.shape
            tables = "embeddings/{}_embeddings/weight"
            x = functional.embedding(ids, self.weights[tables.format("word")])
            x = x + functional.embedding(types, self.weights[tables.format("token_type")])
            x = self.norm(x + self.weights[tables.format("position")][:seq], "embeddings/LayerNorm")
            bias = ((1 - mask[:, None, None, :]) * -10000).to(kind)
            for layer in range(config.layers):
                name = f"encoder/layer/{layer}"
                qkv = self.linear(x, f"{name}/attention/self/qkv").view(batch, seq, 3, config.heads, -1)
                q, k, v = qkv.permute(2, 0, 3, 1, 4)
                mixed = functional.scaled_dot_product_attention(q, k, v, attn_mask=bias)
                mixed = self.linear(mixed.transpose(1, 2).reshape(batch, seq, -1), f"{name}/attention/output/dense")
                x = self.norm(x + mixed, f"{name}/attention/output/LayerNorm")
                inner = functional.gelu(self.linear(x, f"{name}/intermediate/dense"))
                x = self.norm(x + self.linear(inner, f"{name}/output/dense"), f"{name}/output/LayerNorm")
            return self.linear(x, "qa_outputs").float()

    return Bert().eval()


class TorchRuntime:
    """The float32 reference as a runtime (see `engines.runtimes.runtime.Runtime`); TensorFloat-32 stays off."""

    name = "torch-fp32"
    max_batch = 16
    note = ""

    compiles = True

    def __init__(self, checkpoint: Checkpoint, device: str = "cuda") -> None:
        import torch

        torch.backends.cuda.matmul.allow_tf32 = False
        self.device = device
        self.buckets = tuple(seq for seq in (32, 64, 128, 256, 384, 512) if seq <= checkpoint.config.max_positions)
        self._torch, self._model = torch, torch_bert(checkpoint, device, half=False)

    def run(
        self, input_ids: NDArray[Any], token_type_ids: NDArray[Any], attention_mask: NDArray[Any]
    ) -> NDArray[np.float32]:
        """Run a batch; see `engines.runtimes.runtime.Runtime`."""
        batch = (input_ids, token_type_ids, attention_mask)
        with self._torch.inference_mode():
            tensors = (self._torch.from_numpy(part.astype(np.int64)).to(self.device) for part in batch)
            return np.asarray(self._model(*tensors).cpu().numpy(), np.float32)

    def close(self) -> None:
        """Drop the model."""
        self._model = None


def write_reference(
    path: Path, checkpoint: Checkpoint, tokenizer: Tokenizer, rows: list[dict[str, Any]], device: str
) -> None:
    """Write random and real inputs for every shape of `CHECKED`, with their float32 logits, to `path`."""
    runtime = TorchRuntime(checkpoint, device)
    random = np.random.default_rng(20)
    arrays: dict[str, NDArray[Any]] = {}
    for seq, batch in CHECKED:
        cases = {"random": random_batch(checkpoint.config.vocab_size, seq, batch, random)}
        if len(rows) >= batch:
            cases["real"] = next(question_batches(tokenizer, rows, seq, batch))
        for kind, inputs in cases.items():
            arrays[f"{kind}/{seq}/{batch}/inputs"] = np.stack(inputs)
            arrays[f"{kind}/{seq}/{batch}/logits"] = runtime.run(*inputs)
    np.savez(path, **arrays)  # type: ignore[arg-type,unused-ignore]


def answer_questions(
    runtime: Runtime, checkpoint: Checkpoint, rows: list[dict[str, Any]], passages: int = 1
) -> dict[str, Any]:
    """Read the answer to every question in its context and `passages` - 1 others, all tokenised beforehand.

    Gives `answers`: per row the best span and its score above the null score; `read_ms`: question to span.
    """
    reader = Reader(runtime, checkpoint)
    texts = dict.fromkeys(row["context"] for row in rows)
    contexts = {text: ReadablePassage(text, reader.tokenize(text)) for text in texts}
    others = list(contexts.values())
    answers, spent = [], []
    for index, row in enumerate(rows):
        given = [contexts[row["context"]], *(others[(index + skip) % len(others)] for skip in range(1, passages))]
        reading = reader.read(row["question"], given)
        spent.append(reading.spent_ms)
        best = reading.spans[0] if reading.spans else None
        answers.append([best.text, round(best.score, 4)] if best else ["", -99.0])
    return {"runtime": runtime.name, "passages": passages, "answers": answers, "read_ms": quantiles(spent)}


def time_torch(checkpoint: Checkpoint, mode: str, quiet: Quiet) -> Iterator[dict[str, Any]]:
    """Time one model in float16, eager, graph or compile: host to host (numpy to numpy) and on the device only."""
    import torch

    model = torch_bert(checkpoint, "cuda", half=True)
    random = np.random.default_rng(21)
    compiled = torch.compile(model, mode="reduce-overhead", dynamic=False) if mode == "compile" else model
    for seq, batch in SHAPES:
        arrays = random_batch(checkpoint.config.vocab_size, seq, batch, random)
        pinned = torch.from_numpy(np.stack(arrays).astype(np.int64)).pin_memory()
        inputs, out = torch.empty_like(pinned, device="cuda"), torch.empty(batch, seq, 2).pin_memory()
        inputs.copy_(pinned)
        with torch.inference_mode():
            compute = _graphed(compiled, inputs) if mode == "graph" else lambda: compiled(*inputs)  # noqa: B023

            def whole() -> NDArray[Any]:
                pinned.copy_(torch.from_numpy(np.stack(arrays)))  # noqa: B023
                inputs.copy_(pinned, non_blocking=True)  # noqa: B023
                out.copy_(compute(), non_blocking=True)  # noqa: B023
                torch.cuda.synchronize()
                return np.array(out.numpy())  # noqa: B023

            compute()  # compiles, where the mode does

            def launch() -> None:
                compute()  # noqa: B023
                torch.cuda.synchronize()

            with quiet:
                host, launched = time_host(whole), time_host(launch)
                device = _time_device(compute)
        times = {"host": host, "launch": launched, "device": device}
        yield {"runtime": f"torch-{mode}", "seq": seq, "batch": batch, **times}


def _graphed(model: Any, inputs: Any) -> Callable[[], Any]:
    import torch

    side = torch.cuda.Stream()
    with torch.cuda.stream(side):
        for _ in range(3):
            model(*inputs)
    torch.cuda.synchronize()
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        result = model(*inputs)

    def replay() -> Any:
        graph.replay()
        return result

    return replay


def _time_device(compute: Callable[[], object]) -> dict[str, float]:
    import torch

    spent = []
    for _ in range(RUNS):
        before, after = (torch.cuda.Event(enable_timing=True) for _ in range(2))
        before.record()
        compute()
        after.record()
        after.synchronize()
        spent.append(before.elapsed_time(after))
    return quantiles(spent)


def main() -> None:
    """Run every section; one that fails is reported in the JSON and does not stop the others."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("--models", default=",".join(SIZES))
    parser.add_argument("--modes", default="eager,graph,compile")
    parser.add_argument("--weights", type=Path, default=default_checkpoint_path())
    parser.add_argument("--reference", action="store_true", help="write reference-MODEL.npz for every model")
    parser.add_argument("--answers", action="store_true", help="write answers-torch-fp32.json")
    parser.add_argument("--questions", type=Path, help="JSON lines with question, context and answers")
    parser.add_argument("--name", default="torch", help="of the report")
    parser.add_argument("--lock", type=Path, help="time only while holding this file's lock: others share the GPU")
    parser.add_argument("--device", default="cuda", choices=("cuda", "cpu"), help="cpu: the reference only")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    import torch

    rows = [row for _, row in read_objects(options.questions)] if options.questions else []
    report: dict[str, Any] = {"torch": torch.__version__, "rows": [], "errors": []}

    def save() -> None:
        (options.out / f"{options.name}.json").write_text(json.dumps(report, indent=1))

    def attempt(what: str, work: Callable[[], object]) -> None:
        try:
            work()
        except Exception:  # a bench goes on, and its report says what failed
            report["errors"].append({"what": what, "error": traceback.format_exc()})
        save()

    trained = Checkpoint.load(options.weights)
    tokenizer = Tokenizer(trained.vocab, trained.lower_case)
    for size in options.models.split(",") if options.reference else ():

        def refer(size: str = size) -> None:
            checkpoint = trained if size == "minilm-l6" else random_checkpoint(size)
            write_reference(options.out / f"reference-{size}.npz", checkpoint, tokenizer, rows, options.device)

        attempt(f"reference {size}", refer)
    if options.answers:

        def answer() -> None:
            found = answer_questions(TorchRuntime(trained, options.device), trained, rows)
            (options.out / "answers-torch-fp32.json").write_text(json.dumps(found))

        attempt("answers", answer)
    if options.device == "cpu":
        return
    report["gpu"] = torch.cuda.get_device_name()
    for mode, size in product(filter(None, options.modes.split(",")), options.models.split(",")):
        checkpoint = trained if size == "minilm-l6" else random_checkpoint(size)

        def timing(checkpoint: Checkpoint = checkpoint, size: str = size, mode: str = mode) -> None:
            for row in time_torch(checkpoint, mode, Quiet(options.lock)):
                report["rows"].append({"model": size, **row})
                save()

        attempt(f"{size} {mode}", timing)


if __name__ == "__main__":
    main()
