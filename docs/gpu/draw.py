"""Draw docs/gpu/bench.png and print the tables of docs/benchmarks.md from results.json. Needs matplotlib."""

import json
from pathlib import Path

HERE = Path(__file__).parent
RUNTIMES = {
    "torch-eager": "PyTorch 2.11 eager",
    "torch-graph": "PyTorch, CUDA graph",
    "torch-compile": "torch.compile reduce-overhead",
    "tensorrt-enqueue": "TensorRT 8.6, enqueue",
    "tensorrt-graph": "TensorRT 8.6, CUDA graph",
    "cpu-openvino": "the CPU: OpenVINO, int8 and bf16",
    "cpu-openvino-f32": "the CPU: OpenVINO, float32",
}
MODELS = {"minilm-l6": "MiniLM-L6", "base": "BERT-base", "large": "BERT-large"}
SHAPES = ((128, 1), (128, 8), (384, 1), (384, 8))
UNSTEADY = {("minilm-l6", 384, 8)}
"""Shapes whose TensorRT engine failed the check of repeated results: timed, marked, and not used by the runtime."""


def table(rows, model, clock):
    """Print median / 99th percentile in ms for one model; ``clock``: host or device."""
    print(f"\n| {MODELS[model]}, {clock} | " + " | ".join(f"{seq} × {batch}" for seq, batch in SHAPES) + " |")
    print("|---" * 5 + "|")
    for runtime, title in RUNTIMES.items():
        cells = []
        for seq, batch in SHAPES:
            times = rows.get((model, runtime, seq, batch), {}).get(clock)
            mark = "†" if runtime.startswith("tensorrt") and (model, seq, batch) in UNSTEADY else ""
            cells.append(f"{times['p50']:.3f} / {times['p99']:.3f}{mark}" if times else "–")
        if set(cells) != {"–"}:
            print(f"| {title} | " + " | ".join(cells) + " |")


def draw(rows, path):
    """One panel per model: medians host to host at batch 1, on a logarithmic axis, with the 10 ms slot."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot

    figure, panels = pyplot.subplots(1, 3, figsize=(13, 4.6), sharex=True, layout="constrained")
    names = list(reversed(RUNTIMES))
    for panel, (model, title) in zip(panels, MODELS.items(), strict=True):
        for offset, seq, colour in ((0.2, 128, "#4477aa"), (-0.2, 384, "#ee6677")):
            found = [(place, rows.get((model, name, seq, 1))) for place, name in enumerate(names)]
            drawn = [(place + offset, row["host"]["p50"]) for place, row in found if row]
            panel.barh([y for y, _ in drawn], [ms for _, ms in drawn], 0.38, color=colour, label=f"{seq} tokens")
            for y, ms in drawn:
                panel.text(ms * 1.06, y, f"{ms:.2f}", va="center", fontsize=8)
        panel.axvline(10, color="black", linewidth=1, linestyle=":")
        panel.set(title=title, xscale="log", xlim=(0.15, 90), xlabel="ms, tokens in to logits out")
        panel.set_yticks(range(len(names)), [RUNTIMES[name] for name in names] if model == "minilm-l6" else [])
        panel.spines[["top", "right"]].set_visible(False)
    panels[0].text(10.6, len(names) - 0.55, "10 ms slot", fontsize=8)
    panels[2].legend(frameon=False, loc="lower right")
    figure.suptitle("One question on an NVIDIA H200 and on 16 cores of its host: medians, batch 1")
    figure.savefig(path, dpi=110)


def main():
    """Print the tables and draw the plot."""
    results = json.loads((HERE / "results.json").read_text())
    rows = {(row["model"], row["runtime"], row["seq"], row["batch"]): row for row in results["rows"]}
    for clock in ("host", "device"):
        for model in MODELS:
            table(rows, model, clock)
    print(
        "\n| times faster than the CPU (TensorRT graph, host to host) | "
        + " | ".join(f"{s} × {b}" for s, b in SHAPES)
        + " |"
    )
    print("|---" * 5 + "|")
    for model, title in MODELS.items():
        for runtime, about in (("cpu-openvino", "int8"), ("cpu-openvino-f32", "float32")):
            cells = []
            for shape in SHAPES:
                fast, slow = (rows.get((model, name, *shape)) for name in ("tensorrt-graph", runtime))
                usable = fast and slow and (model, *shape) not in UNSTEADY
                cells.append(f"{slow['host']['p50'] / fast['host']['p50']:.0f}" if usable else "–")
            if set(cells) != {"–"}:
                print(f"| {title}, CPU in {about} | " + " | ".join(cells) + " |")
    print("\n| bucket | " + " | ".join(f"{kind}, batch {n}" for kind in ("random", "real") for n in (1, 8)) + " |")
    print("|---" * 5 + "|")
    check = {(row["inputs"], row["seq"], row["batch"]): row for row in results["check"]}
    for seq in sorted({row["seq"] for row in results["check"]}):
        found = [check[kind, seq, batch] for kind in ("random", "real") for batch in (1, 8)]
        cells = [f"{row['relative_error']:.4f}" + ("" if row["repeats"] else "†") for row in found]
        print(f"| {seq} | " + " | ".join(cells) + " |")
    draw(rows, HERE / "bench.png")


if __name__ == "__main__":
    main()
