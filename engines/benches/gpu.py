"""Our side of the GPU bench: correctness first, then time; every section writes its own JSON.

    python -m engines.benches.gpu SECTION OUT [--models minilm-l6,base,large] [--weights FILE] [--cache DIR]

check: logits against OUT/reference-MODEL.npz (written by `engines.benches.torch --reference`), on every bucket
time:  enqueue (TensorRT) and CUDA graph, by the clocks that `engines.benches.torch` names
cpu:   a CPU runtime (--runtime) on the same host, host to host
read:  a question and passages to a span, through the reader, for every question of --questions; answers and scores
build: the engines alone, into --cache
"""

from __future__ import annotations

import argparse
import json
import time
import traceback
from collections.abc import Callable, Iterator
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engines.benches.torch import RUNS, SHAPES, answer_questions, quantiles, random_batch, time_host
from engines.checkpoint import Checkpoint, default_checkpoint_path
from engines.json_lines import read_objects
from engines.runtimes.cuda import runtime as cuda_runtime
from engines.runtimes.cuda.driver import Graph
from engines.runtimes.cuda.runtime import CudaRuntime
from engines.runtimes.ranges import Batch, measure_ranges, question_batches, with_ranges
from engines.runtimes.runtime import Runtime, load_runtime
from engines.runtimes.tensorrt import runtime as tensorrt_runtime
from engines.runtimes.tensorrt.build import EngineOptions
from engines.runtimes.tensorrt.runtime import Shape, TensorRTRuntime
from engines.sizes import SIZES, random_checkpoint
from engines.squad import load as load_questions
from engines.squad import score
from engines.tokenize import Tokenizer


def relative_error(found: NDArray[np.float32], wanted: NDArray[np.float32], mask: NDArray[Any]) -> float:
    """‖found − wanted‖ / ‖wanted‖ over the tokens that the mask keeps; infinite if anything is not finite."""
    kept = mask.astype(bool)
    if not np.isfinite(found).all():
        return float("inf")
    return float(np.linalg.norm((found - wanted)[kept]) / np.linalg.norm(wanted[kept]))


#: Runs of each checked case: all must give the same bits.
REPEATS = 30


def check(runtime: TensorRTRuntime | CudaRuntime, reference: Path) -> Iterator[dict[str, Any]]:
    """Compare logits with the float32 reference; `run_as`: the batch sizes that a case's rows were run as."""
    if isinstance(runtime, TensorRTRuntime):
        yield {"unsteady": [[each.seq, each.batch] for each in runtime.unsteady]}
    cases = np.load(reference)
    for name in sorted({key.rsplit("/", 1)[0] for key in cases.files}):
        kind, seq, batch = name.split("/")
        if int(seq) not in runtime.buckets:
            continue
        ids, types, mask = cases[f"{name}/inputs"]
        wanted = cases[f"{name}/logits"]
        found, *others = (runtime.run(ids, types, mask) for _ in range(REPEATS))
        kept = mask.astype(bool)
        best = [
            [np.where(kept, logits[..., side], -np.inf).argmax(axis=1) for side in (0, 1)] for logits in (found, wanted)
        ]
        yield {
            "inputs": kind,
            "seq": int(seq),
            "batch": int(batch),
            "relative_error": relative_error(found, wanted, mask),
            "largest_error": float(np.abs(found - wanted)[kept].max()),
            "same_best": float(np.mean(np.array(best[0]) == np.array(best[1]))),
            "repeats": all(np.array_equal(found, other) for other in others),
            "run_as": runtime.split(int(batch), int(seq)) if isinstance(runtime, TensorRTRuntime) else [int(batch)],
        }


def time_shape(runtime: TensorRTRuntime, shape: Shape, inputs: Batch) -> Iterator[dict[str, Any]]:
    """Time one shape by enqueue and by graph, each by all three clocks; inputs as drawn, not zeros."""
    stream = runtime.stream

    def whole() -> NDArray[np.float32]:
        for place, values in zip(shape.inputs, inputs, strict=True):
            place[:] = values
        shape.enqueue()
        stream.synchronize()
        return np.array(shape.output)

    def clocks(queue: Callable[[], None], run: Callable[[], object]) -> dict[str, Any]:
        def launch() -> None:
            queue()
            stream.synchronize()

        whole()
        host, launched = time_host(run), time_host(launch)
        device = [stream.milliseconds(queue) for _ in range(RUNS)]
        return {"host": host, "launch": launched, "device": quantiles(device)}

    yield {"runtime": "tensorrt-enqueue", **clocks(shape.compute, whole)}
    with stream.capture(shape.compute) as graph:
        yield {"runtime": "tensorrt-graph", **clocks(graph.launch, lambda: runtime.run(*inputs))}


def time_tensorrt(checkpoint: Checkpoint, options: EngineOptions, cache: Path) -> Iterator[dict[str, Any]]:
    """Load (or build) the engines of `checkpoint` and time every shape of `SHAPES` that they take."""
    started = time.perf_counter()
    runtime = tensorrt_runtime.load(checkpoint, cache_dir=cache, options=options)
    loaded = time.perf_counter() - started
    random = np.random.default_rng(21)
    facts = {"seconds": loaded, "bytes": runtime.memory, "shapes": len(runtime.shapes) + len(runtime.unsteady)}
    yield {"runtime": "tensorrt-load", "device_name": runtime.device, **facts}
    for seq, batch in SHAPES:
        inputs = random_batch(checkpoint.config.vocab_size, seq, batch, random)
        if shape := runtime.shapes.get((seq, batch)):
            for row in time_shape(runtime, shape, inputs):
                yield {"seq": seq, "batch": batch, **row}
        elif seq in runtime.buckets:  # its results changed: the rows are split over other shapes
            host = time_host(lambda inputs=inputs: runtime.run(*inputs))  # type: ignore[misc]
            split = runtime.split(batch, seq)
            yield {"seq": seq, "batch": batch, "runtime": "tensorrt-graph", "host": host, "run_as": split}
    runtime.close()


def time_kernels(checkpoint: Checkpoint, cache: Path) -> Iterator[dict[str, Any]]:
    """Load `checkpoint` for our own kernels and time every shape of `SHAPES`: rows as drawn, and full ones."""
    started = time.perf_counter()
    runtime = cuda_runtime.load(checkpoint, cache_dir=cache)
    loaded = time.perf_counter() - started
    yield {"runtime": "cuda-load", "device_name": runtime.device, "seconds": loaded, "bytes": runtime.memory}
    random = np.random.default_rng(21)
    for seq, batch in SHAPES:
        ids, types, mask = random_batch(checkpoint.config.vocab_size, seq, batch, random)
        for name, kept in (("cuda-graph", mask), ("cuda-graph-full", np.ones_like(mask))):
            graph = runtime.graph(batch, seq)

            def launch(graph: Graph = graph) -> None:
                graph.launch()
                runtime.stream.synchronize()

            host = time_host(lambda inputs=(ids, types, kept): runtime.run(*inputs))  # type: ignore[misc]
            launched = time_host(launch)
            device = quantiles([runtime.stream.milliseconds(graph.launch) for _ in range(RUNS)])
            yield {"seq": seq, "batch": batch, "runtime": name, "host": host, "launch": launched, "device": device}
    runtime.close()


def time_cpu(checkpoint: Checkpoint, name: str, cache: Path, runs: int) -> Iterator[dict[str, Any]]:
    """Time a CPU runtime, host to host."""
    runtime = load_runtime(name, checkpoint, cache_dir=cache)
    random = np.random.default_rng(21)
    for seq, batch in SHAPES:
        inputs = random_batch(checkpoint.config.vocab_size, seq, batch, random)
        host = time_host(lambda inputs=inputs: runtime.run(*inputs), runs)  # type: ignore[misc]
        yield {
            "runtime": f"cpu-{runtime.name}",
            "device_name": runtime.device,
            "seq": seq,
            "batch": batch,
            "host": host,
        }
    runtime.close()


def read_questions(
    checkpoint: Checkpoint, questions: Path, given: argparse.Namespace, options: EngineOptions
) -> Iterator[dict[str, Any]]:
    """Time the whole reader with one and with eight passages; the answers go to OUT/answers-RUNTIME.json."""
    rows = [row for _, row in read_objects(questions)]
    if given.runtime == "tensorrt":
        runtime: Runtime = tensorrt_runtime.load(checkpoint, cache_dir=given.cache, options=options)
    else:
        runtime = load_runtime(given.runtime, checkpoint, cache_dir=given.cache)
    for passages, taken in ((8, rows[:500]), (1, rows[: given.limit])):
        found = answer_questions(runtime, checkpoint, taken, passages)
        name = f"answers-{runtime.name}-{given.precision}{'-norm32' if given.single_norm else ''}.json"
        (given.out / name).write_text(json.dumps(found))
        row = {"runtime": runtime.name, "passages": passages, "questions": len(taken), "read": found["read_ms"]}
        if passages == 1 and checkpoint.calibration:
            asked = load_questions(questions)[: given.limit]
            threshold = checkpoint.calibration.null_threshold
            kept = {
                each.id: text if margin > threshold else ""
                for each, (text, margin) in zip(asked, found["answers"], strict=True)
            }
            row["scores"] = asdict(score(asked, kept))
        yield row
    runtime.close()


def main() -> None:
    """Run one section for each model; one that fails is reported in the JSON and does not stop the others."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("section", choices=("build", "check", "time", "cpu", "read"))
    parser.add_argument("out", type=Path)
    parser.add_argument("--models", default=",".join(SIZES))
    parser.add_argument(
        "--buckets", default="", help="lengths in tokens; default: those of the product, or of the bench"
    )
    parser.add_argument("--batches", default="", help="rows; default: those of the product")
    parser.add_argument("--precision", default="fp16")
    parser.add_argument("--single-norm", action="store_true")
    parser.add_argument("--name", help="of the report; default: the section")
    parser.add_argument("--weights", type=Path, default=default_checkpoint_path())
    parser.add_argument("--cache", type=Path, default=Path("cache"))
    parser.add_argument("--questions", type=Path, help="JSON lines with question, context and answers")
    parser.add_argument("--limit", type=int, help="questions to read")
    parser.add_argument("--calibrate", type=Path, help="JSON lines to measure activation ranges on, for int8")
    parser.add_argument("--runtime", default="tensorrt", help="tensorrt or cuda; read and cpu take any")
    parser.add_argument("--runs", type=int, default=100, help="of the CPU")
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    report: dict[str, Any] = {"rows": [], "errors": []}

    def attempt(model: str, rows: Callable[[], Iterator[dict[str, Any]]]) -> None:
        try:
            for row in rows():
                report["rows"].append({"model": model, **row})
                print(model, row, flush=True)
        except Exception:
            report["errors"].append({"model": model, "error": traceback.format_exc()})
            traceback.print_exc()
        (given.out / f"{given.name or given.section}.json").write_text(json.dumps(report, indent=1))

    trained, calibration = Checkpoint.load(given.weights), []
    if given.calibrate:
        tokenizer = Tokenizer(trained.vocab, trained.lower_case)
        rows_given = [row for _, row in read_objects(given.calibrate)]
        calibration = list(question_batches(tokenizer, rows_given, 256, 8))
    for model in given.models.split(","):
        checkpoint = trained if model == "minilm-l6" else random_checkpoint(model)
        if given.calibrate:
            checkpoint = with_ranges(checkpoint, measure_ranges(checkpoint, calibration))
        buckets = tuple(map(int, given.buckets.split(","))) if given.buckets else EngineOptions().buckets
        batches = tuple(map(int, given.batches.split(","))) if given.batches else EngineOptions().batches
        options = EngineOptions(buckets, batches, precision=given.precision, single_norm=given.single_norm)

        attempt(model, partial(section, given, model, checkpoint, options))


def section(
    given: argparse.Namespace, model: str, checkpoint: Checkpoint, options: EngineOptions
) -> Iterator[dict[str, Any]]:
    """Yield the rows of the section that was asked for, for one model."""
    if given.section == "build":
        started = time.perf_counter()
        tensorrt_runtime.load(checkpoint, cache_dir=given.cache, options=options).close()
        yield {"buckets": options.buckets, "seconds": time.perf_counter() - started}
    elif given.section == "check":
        runtime: TensorRTRuntime | CudaRuntime
        if given.runtime == "cuda":
            runtime = cuda_runtime.load(checkpoint, cache_dir=given.cache)
        else:
            runtime = tensorrt_runtime.load(checkpoint, cache_dir=given.cache, options=options)
        yield from check(runtime, given.out / f"reference-{model}.npz")
        runtime.close()
    elif given.section == "time" and given.runtime == "cuda":
        yield from time_kernels(checkpoint, given.cache)
    elif given.section == "time":
        yield from time_tensorrt(checkpoint, options, given.cache)
    elif given.section == "read":
        yield from read_questions(checkpoint, given.questions, given, options)
    else:
        yield from time_cpu(checkpoint, given.runtime, given.cache, given.runs)


if __name__ == "__main__":
    main()
