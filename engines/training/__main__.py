"""`python -m engines.training STEP`: prepare, teach, distil, ship. See docs/training.md for a whole run."""

from __future__ import annotations

import argparse
import json
import random
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from engines.training import data


def prepare(options: argparse.Namespace) -> None:
    """Rows to tokenised examples."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(options.model / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()

    def encode(texts: Sequence[str]) -> list[tuple[data.Ints, data.Ints]]:
        pairs = []
        for begin in range(0, len(texts), 2000):
            batch = tokenizer.encode_batch(texts[begin : begin + 2000], add_special_tokens=False)
            pairs += [(np.array(each.ids, np.int32), np.array(each.offsets, np.int32).reshape(-1, 2)) for each in batch]
        return pairs

    examples = data.prepare(options.train, options.dev, encode, limit=options.limit)
    examples.save(options.out)
    names = ("as written", "chunks", "retrieved", "held out", "dev")
    print(
        ", ".join(f"{count} {name}" for name, count in zip(names, np.bincount(examples.kind, minlength=5), strict=True))
    )


def _choice(examples: data.Examples, shares: dict[int, float], *, known: bool):  # type: ignore[no-untyped-def]
    """A function that draws an epoch: this share of each kind; `known` leaves out what only a teacher could label."""
    usable = examples.start != data.UNKNOWN if known else np.ones(len(examples.kind), bool)
    pools = {kind: np.flatnonzero((examples.kind == kind) & usable) for kind in shares}

    def draw(chance: random.Random) -> np.ndarray:
        picks = np.random.default_rng(chance.getrandbits(32))
        parts = [picks.permutation(pool)[: int(len(pool) * shares[kind])] for kind, pool in pools.items()]
        return np.concatenate(parts)

    return draw


def _score(model, examples: data.Examples, device: str) -> dict[str, dict[str, float]]:  # type: ignore[no-untyped-def]
    from engines.training.fit import predict, token_scores

    scores = {}
    for name, kind, noisy in (("held", data.HELD, False), ("held, noisy", data.HELD, True), ("dev", data.DEV, False)):
        chosen = np.flatnonzero(examples.kind == kind)
        if len(chosen):
            scores[name] = token_scores(examples, chosen, predict(model, examples, chosen, device, noisy=noisy))
    return scores


def teach(options: argparse.Namespace) -> None:
    """Fine-tune a large reader and write its log probabilities for every example."""
    from engines.training.fit import Recipe, SoftTargets, fit, predict
    from engines.training.model import read_checkpoint

    examples = data.Examples.load(options.examples)
    model = read_checkpoint(options.model, options.dropout)
    recipe = Recipe(
        options.epochs, options.batch, options.rate, noisy=options.noisy, minutes=options.minutes, seed=options.seed
    )
    shares = {data.GOLD: 1.0, data.CHUNK: options.chunks, data.RETRIEVED: options.retrieved}
    fit(model, examples, _choice(examples, shares, known=True), recipe, options.device, report=_say)
    _say(json.dumps(_score(model, examples, options.device)))
    targets = SoftTargets(examples, None, options.device)
    everything = np.flatnonzero(examples.kind != data.DEV)
    predict(model, examples, everything, options.device, targets=targets)
    np.save(options.out, targets.values.cpu().numpy())
    _say("labelled")


def distil(options: argparse.Namespace) -> None:
    """Train the small reader on the mean of the teachers' distributions."""
    from safetensors.numpy import save_file

    from engines.training.fit import Recipe, fit
    from engines.training.model import export_bert, read_checkpoint

    examples = data.Examples.load(options.examples)
    soft = None
    for path in options.labels:
        values = np.load(path)
        soft = values.astype(np.float32) if soft is None else soft + values
    if soft is not None:
        soft = (soft / len(options.labels)).astype(np.float16)
    model = read_checkpoint(options.model, options.dropout)
    recipe = Recipe(
        options.epochs,
        options.batch,
        options.rate,
        noisy=options.noisy,
        gold=options.gold,
        soft=1.0 if soft is not None else 0.0,
        minutes=options.minutes,
        seed=options.seed,
        temperature=options.temperature,
    )
    shares = {data.GOLD: 1.0, data.CHUNK: options.chunks, data.RETRIEVED: options.retrieved}
    fit(model, examples, _choice(examples, shares, known=soft is None), recipe, options.device, soft, _say)
    scores = _score(model, examples, options.device)
    _say(json.dumps(scores))
    save_file({name: value.astype(np.float16) for name, value in export_bert(model).items()}, options.out)
    options.out.with_suffix(".json").write_text(json.dumps(scores, indent=1), encoding="utf-8")


def ship(options: argparse.Namespace) -> None:
    """Quantise the student, calibrate it on the held-out rows, write the one file that is shipped."""
    from engines.training.calibrate import calibrate, held_out

    questions = held_out(data.Examples.load(options.examples), options.train)[: options.limit]
    card = dict(pair.split("=", 1) for pair in options.card)
    calibrate(options.student, options.out, questions, card)


_BEGAN = time.monotonic()


def _say(line: str) -> None:
    print(f"{time.monotonic() - _BEGAN:6.0f} s  {line}", flush=True)


def main() -> None:
    """Parse the command line and run one step."""
    parser = argparse.ArgumentParser(prog="python -m engines.training", description=__doc__)
    steps = parser.add_subparsers(required=True)

    step = steps.add_parser("prepare", help=prepare.__doc__)
    step.set_defaults(run=prepare)
    step.add_argument(
        "train", type=Path, nargs="+", help="JSON lines: question, context, answers, answer_start, is_impossible"
    )
    step.add_argument("--dev", type=Path, help="rows of the same form, for scoring only")
    step.add_argument("--model", type=Path, required=True, help="folder with tokenizer.json")
    step.add_argument("--out", type=Path, required=True)
    step.add_argument("--limit", type=int)

    for name, run, epochs, batch, rate, noisy, chunks, retrieved in (
        ("teach", teach, 2.5, 48, 4e-5, 0.15, 0.4, 0.15),
        ("distil", distil, 12.0, 128, 4e-4, 0.3, 0.5, 0.5),
    ):
        step = steps.add_parser(name, help=run.__doc__)
        step.set_defaults(run=run)
        step.add_argument("--examples", type=Path, required=True)
        step.add_argument("--model", type=Path, required=True, help="Hugging Face checkpoint to start from")
        step.add_argument("--out", type=Path, required=True)
        step.add_argument("--epochs", type=float, default=epochs)
        step.add_argument("--batch", type=int, default=batch)
        step.add_argument("--rate", type=float, default=rate)
        step.add_argument(
            "--noisy", type=float, default=noisy, help="share of questions given as a recogniser writes them"
        )
        step.add_argument("--chunks", type=float, default=chunks, help="share of the chunks that an epoch takes")
        step.add_argument("--retrieved", type=float, default=retrieved)
        step.add_argument("--dropout", type=float, default=0.1)
        step.add_argument(
            "--minutes", type=float, default=600.0, help="finish within this time, the rate falling in time"
        )
        step.add_argument("--seed", type=int, default=0)
        step.add_argument("--device", default="cuda")
        if name == "distil":
            step.add_argument(
                "--labels", type=Path, nargs="*", default=[], help="what teachers wrote; none: plain fine-tuning"
            )
            step.add_argument(
                "--gold", type=float, default=0.25, help="weight of the annotated answers beside the teachers"
            )
            step.add_argument("--temperature", type=float, default=2.0)
    step = steps.add_parser("ship", help=ship.__doc__)
    step.set_defaults(run=ship)
    step.add_argument("train", type=Path, nargs="+", help="the files given to prepare, in the same order")
    step.add_argument("--examples", type=Path, required=True)
    step.add_argument("--student", type=Path, required=True, help="folder: model.safetensors, config.json, vocab.txt")
    step.add_argument("--out", type=Path, required=True)
    step.add_argument("--card", nargs="*", default=[], metavar="NAME=FACT", help="facts written into the file")
    step.add_argument("--limit", type=int)
    options = parser.parse_args()
    options.run(options)


if __name__ == "__main__":
    main()
