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
    "cuda-graph": "our CUDA kernels",
    "cuda-graph-full": "the same, rows without padding",
    "cpu-avx512": "the CPU: our AVX-512 kernels",
    "cpu-openvino": "the CPU: OpenVINO, int8 and bf16",
    "cpu-openvino-f32": "the CPU: OpenVINO, float32",
}
MODELS = {"minilm-l6": "MiniLM-L6", "base": "BERT-base", "large": "BERT-large"}
SHAPES = ((128, 1), (128, 8), (384, 1), (384, 8))


def table(rows, model, title, cell):
    """Print one model's times; `cell`: row → text, or None where something is missing."""
    print(f"\n| {MODELS[model]}, {title} | " + " | ".join(f"{seq} × {batch}" for seq, batch in SHAPES) + " |")
    print("|---" * 5 + "|")
    for runtime, name in RUNTIMES.items():
        cells = []
        for shape in SHAPES:
            row = rows.get((model, runtime, *shape))
            single = runtime.endswith("-full") and shape[1] == 1  # one row has no padding in any case
            cells.append((cell(row) if row and not single else None) or "–")
        if set(cells) != {"–"}:
            print(f"| {name} | " + " | ".join(cells) + " |")


def host(row):
    """Median and 99th percentile, arrays in to array out."""
    return f"{row[0][0]:.3f} / {row[0][1]:.3f}"


def device(row):
    """Medians: queued and waited for by the host, and between two events."""
    return f"{row[1][0]:.3f} / {row[2][0]:.3f}" if len(row) == 3 else None


def draw(rows, path):
    """One panel per model: medians host to host at batch 1, on a logarithmic axis, with the 10 ms slot."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot
    from PIL import Image

    figure, panels = pyplot.subplots(1, 3, figsize=(13, 5), sharex=True, layout="constrained")
    names = [name for name in reversed(RUNTIMES) if not name.endswith("-full")]
    for panel, (model, title) in zip(panels, MODELS.items(), strict=True):
        for offset, seq, colour in ((0.2, 128, "#4477aa"), (-0.2, 384, "#ee6677")):
            found = [(place, rows.get((model, name, seq, 1))) for place, name in enumerate(names)]
            drawn = [(place + offset, row[0][0]) for place, row in found if row]
            panel.barh([y for y, _ in drawn], [ms for _, ms in drawn], 0.38, color=colour, label=f"{seq} tokens")
            for y, ms in drawn:
                panel.text(ms * 1.06, y, f"{ms:.2f}", va="center", fontsize=9)
        panel.axvline(10, color="black", linewidth=1, linestyle=":")
        panel.set(title=title, xscale="log", xlim=(0.1, 900), xlabel="ms, tokens in to logits out")
        panel.set_yticks(range(len(names)), [RUNTIMES[name] for name in names] if model == "minilm-l6" else [])
        panel.spines[["top", "right"]].set_visible(False)
    panels[0].text(10.6, len(names) - 0.55, "10 ms slot", fontsize=9)
    panels[0].legend(frameon=False, loc="center right")
    figure.suptitle("One question on an NVIDIA H200 and on 16 cores of its host: medians, batch 1")
    figure.savefig(path, dpi=76)
    with Image.open(path) as drawn:  # few colours: a third of the bytes
        drawn.convert("RGB").quantize(16, dither=Image.Dither.NONE).save(path, optimize=True)


def main():
    """Print the tables and draw the plot."""
    results = json.loads((HERE / "results.json").read_text())
    rows = {tuple(row[:4]): row[4:] for row in results["rows"]}
    for title, cell in (("host", host), ("device", device)):
        for model in MODELS:
            table(rows, model, title, cell)
    shapes = " | ".join(f"{seq} × {batch}" for seq, batch in SHAPES)
    print(f"\n| times faster than the CPU (our CUDA kernels, host to host) | {shapes} |")
    print("|---" * 5 + "|")
    for model, title in MODELS.items():
        slower = ("cpu-avx512", "our kernels"), ("cpu-openvino", "int8"), ("cpu-openvino-f32", "float32")
        for runtime, about in slower:
            cells = []
            for shape in SHAPES:
                fast, slow = (rows.get((model, name, *shape)) for name in ("cuda-graph", runtime))
                cells.append(f"{slow[0][0] / fast[0][0]:.0f}" if fast and slow else "–")
            if set(cells) != {"–"}:
                print(f"| {title}, CPU with {about} | " + " | ".join(cells) + " |")
    check = {tuple(row[:4]): row[4] for row in results["check"]}
    cases = [(kind, batch) for kind in ("random", "real") for batch in (1, 8)]
    print("\n| largest error | " + " | ".join(f"{kind}, batch {batch}" for kind, batch in cases) + " |")
    print("|---" * 5 + "|")
    for model, title in MODELS.items():
        for runtime, about in (("tensorrt", "TensorRT"), ("cuda", "our kernels")):
            cells = " | ".join(f"{max(check[(runtime, model, *case)]):.4f}" for case in cases)
            print(f"| {title}, {about} | {cells} |")
    draw(rows, HERE / "bench.png")


if __name__ == "__main__":
    main()
