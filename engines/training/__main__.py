"""`python -m engines.training STEP`: prepare, teach, label, distil, late, blend, ship. All: docs/training.md."""

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


def _choice(  # type: ignore[no-untyped-def]
    examples: data.Examples, shares: dict[int, float], *, known: bool, documents: float = 1.0
):
    """A function that draws an epoch: this share of each kind; `known` leaves out what only a teacher could label.

    `documents`: how much more often examples of documents are taken than their weight says.
    """
    weight = examples.weight * np.where(examples.made_up, 1.0, documents) / 1000
    usable = examples.start != data.UNKNOWN if known else np.ones(len(examples.kind), bool)
    pools = {kind: np.flatnonzero((examples.kind == kind) & usable) for kind in shares}

    def draw(chance: random.Random) -> np.ndarray:
        picks = np.random.default_rng(chance.getrandbits(32))
        parts = []
        for kind, pool in pools.items():
            often = shares[kind] * weight[pool]
            parts.append(np.repeat(pool, (often + picks.random(len(pool))).astype(int)))
        return picks.permutation(np.concatenate(parts))

    return draw


def _score(model, examples: data.Examples, device: str, apart=None) -> dict[str, dict[str, float]]:  # type: ignore[no-untyped-def]
    from engines.training.fit import predict, token_scores

    scores = {}
    for name, kind, noisy in (("held", data.HELD, False), ("held, noisy", data.HELD, True), ("dev", data.DEV, False)):
        chosen = np.flatnonzero(examples.kind == kind)
        if len(chosen):
            scores[name] = token_scores(
                examples, chosen, predict(model, examples, chosen, device, noisy=noisy, apart=apart)
            )
    return scores


def teach(options: argparse.Namespace) -> None:
    """Fine-tune a large reader and write its log probabilities for every example, without titles that were made up."""
    from engines.training.fit import Recipe, SoftTargets, fit, predict
    from engines.training.model import read_checkpoint

    examples = data.Examples.load(options.examples).untitled()
    model = read_checkpoint(options.model, options.dropout)
    recipe = Recipe(
        options.epochs, options.batch, options.rate, noisy=options.noisy, minutes=options.minutes, seed=options.seed
    )
    shares = {data.GOLD: 1.0, data.CHUNK: options.chunks, data.RETRIEVED: options.retrieved}
    fit(model, examples, _choice(examples, shares, known=True), recipe, options.device, report=_say)
    _say(json.dumps(_score(model, examples, options.device)))
    targets = SoftTargets(examples, None, options.device)
    everything = np.flatnonzero(examples.kind != data.DEV)
    found = predict(model, examples, everything, options.device, targets=targets)
    np.save(options.out, targets.values.cpu().numpy())
    margins = np.full(len(examples.kind), -30.0, np.float32)
    margins[everything] = found[:, 2] - found[:, 3]
    np.save(options.out.with_name(f"{options.out.stem}-margins.npy"), margins)
    _say("labelled")


def label(options: argparse.Namespace) -> None:
    """Write a reader's own log probabilities for every example, as it reads without the titles that were made up."""
    from engines.training.fit import SoftTargets, predict
    from engines.training.model import read_checkpoint

    titled = data.Examples.load(options.examples)
    examples = titled.untitled()
    trained_on = np.isin(examples.kind, (data.GOLD, data.CHUNK, data.RETRIEVED))
    plain = examples.made_up == 1

    def labels(path: Path, chosen: np.ndarray) -> np.ndarray:
        targets = SoftTargets(examples, None, options.device)
        model = read_checkpoint(path, 0.0)
        predict(model, examples, np.flatnonzero(chosen), options.device, batch=options.batch, targets=targets)
        _say(f"{path}: {int(chosen.sum())} examples")
        return targets.values.cpu().numpy()

    values = labels(options.model, trained_on)
    if options.also:
        both = (values.astype(np.float32) + labels(options.also, trained_on & plain)) / 2
        values = np.where(np.repeat(plain, examples.high - examples.low + 1)[:, None], both, values)
    np.save(options.out, values.astype(np.float16))


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
    model.words.requires_grad_(not options.keep_words)
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
        apart=options.apart,
    )
    shares = {data.GOLD: 1.0, data.CHUNK: options.chunks, data.RETRIEVED: options.retrieved}
    choice = _choice(examples, shares, known=soft is None, documents=options.documents)
    fit(model, examples, choice, recipe, options.device, soft, _say)
    save_file({name: value.astype(np.float16) for name, value in export_bert(model).items()}, options.out)
    scores = _score(model, examples, options.device)
    if recipe.apart:
        apart = _score(model, examples, options.device, recipe.how_apart)
        scores |= {f"{name}, apart": figures for name, figures in apart.items()}
    _say(json.dumps(scores))
    options.out.with_suffix(".json").write_text(json.dumps(scores, indent=1), encoding="utf-8")


def late(options: argparse.Namespace) -> None:
    """Train the encoder whose token vectors rank passages."""
    from safetensors.numpy import save_file

    from engines.checkpoint import Checkpoint
    from engines.training.late import Groups, LateEncoder, LateRecipe, fit_late, rank, stored_tokens
    from engines.training.model import export_bert, read_checkpoint

    groups = Groups(data.Examples.load(options.examples), np.load(options.margins))
    encoder = read_checkpoint(options.model, 0.1)
    encoder.words.weight.data.copy_(read_checkpoint(options.words, 0.0).words.weight.data)
    model = LateEncoder(encoder, options.layers, options.dims, pooled=options.pooled)
    names = ("layers", "dims", "steps", "batch", "rate", "distil", "frozen", "seed")
    kept = stored_tokens(Checkpoint.load(options.words).vocab)
    fit_late(model, groups, kept, LateRecipe(**{name: getattr(options, name) for name in names}), options.device, _say)
    for path in options.open:
        _say(f"{path.name} {json.dumps(rank(model, kept, path, options.device))}")
    tensors = {name: value for name, value in export_bert(model.encoder).items() if not name.startswith("qa_")}
    tensors.pop("embeddings.word_embeddings.weight")
    projection = {name: value.detach().float().cpu().numpy() for name, value in model.projection.state_dict().items()}
    tensors |= {f"projection.{name}": value for name, value in projection.items()}
    save_file({name: value.astype(np.float16) for name, value in tensors.items()}, options.out)


def blend(options: argparse.Namespace) -> None:
    """Write the mean of a student's weights and of those that it started from."""
    from safetensors.numpy import load_file, save_file

    from engines.checkpoint import Checkpoint
    from engines.training.blend import blend

    mean = blend(load_file(options.student), Checkpoint.load(options.base).tensors, options.share)
    save_file(mean, options.out)


def ship(options: argparse.Namespace) -> None:
    """Quantise the student, calibrate it on the held-out rows, write the one file that is shipped."""
    from safetensors.numpy import load_file

    from engines.checkpoint import Late
    from engines.training.calibrate import calibrate, held_out

    questions, passages = held_out(data.Examples.load(options.examples), options.train)
    card = dict(pair.split("=", 1) for pair in options.card)
    late = None
    if options.late:
        tensors = {name: value.astype(np.float32) for name, value in load_file(options.late).items()}
        weight, bias = tensors.pop("projection.weight"), tensors.pop("projection.bias")
        layers = sum(name.endswith("attention.self.query.weight") for name in tensors)
        late = Late(tensors, weight, bias, layers, options.bm25)
    calibrate(options.student, options.out, questions[: options.limit], passages, card, late=late, apart=options.apart)


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
            step.add_argument(
                "--apart", type=float, default=0.0, help="share of the batches in which question and passage lie apart"
            )
            step.add_argument(
                "--documents", type=float, default=1.0, help="how much more often rows of documents are taken"
            )
            step.add_argument("--keep-words", action="store_true", help="leave the word embeddings as they are")
    step = steps.add_parser("label", help=label.__doc__)
    step.set_defaults(run=label)
    step.add_argument("--examples", type=Path, required=True)
    step.add_argument("--model", type=Path, required=True, help="the reader that is to go on as it is")
    step.add_argument("--also", type=Path, help="another one, whose word counts as much where titles were made up")
    step.add_argument("--out", type=Path, required=True)
    step.add_argument("--batch", type=int, default=1024)
    step.add_argument("--device", default="cuda")
    step = steps.add_parser("late", help=late.__doc__)
    step.set_defaults(run=late)
    step.add_argument("--examples", type=Path, required=True)
    step.add_argument("--margins", type=Path, required=True, help="how the reader scores each example (from teach)")
    step.add_argument("--model", type=Path, required=True, help="whose layers it starts from")
    step.add_argument("--words", type=Path, required=True, help="the reader whose word embeddings it shares")
    step.add_argument("--out", type=Path, required=True)
    step.add_argument("--open", type=Path, nargs="*", default=[], help="questions with passages to rank, for scoring")
    step.add_argument("--layers", type=int, default=3)
    step.add_argument("--dims", type=int, default=48)
    step.add_argument("--steps", type=int, default=2500)
    step.add_argument("--batch", type=int, default=96)
    step.add_argument("--rate", type=float, default=2e-4)
    step.add_argument("--distil", type=float, default=1.0, help="weight of the reader's scores")
    step.add_argument("--frozen", action="store_true", help="the layers stay as they are: the reader's own")
    step.add_argument("--pooled", action="store_true", help="one vector a passage instead, to compare with")
    step.add_argument("--seed", type=int, default=0)
    step.add_argument("--device", default="cuda")
    step = steps.add_parser("blend", help=blend.__doc__)
    step.set_defaults(run=blend)
    step.add_argument("--student", type=Path, required=True, help="what `distil` wrote")
    step.add_argument("--base", type=Path, required=True, help="the reader that it started from")
    step.add_argument("--share", type=float, default=0.8, help="how much of the student")
    step.add_argument("--out", type=Path, required=True)
    step = steps.add_parser("ship", help=ship.__doc__)
    step.set_defaults(run=ship)
    step.add_argument("train", type=Path, nargs="+", help="the files given to prepare, in the same order")
    step.add_argument("--examples", type=Path, required=True)
    step.add_argument("--student", type=Path, required=True, help="folder: model.safetensors, config.json, vocab.txt")
    step.add_argument("--out", type=Path, required=True)
    step.add_argument("--late", type=Path, help="what `late` wrote, to go into the same file")
    step.add_argument("--apart", action="store_true", help="the student was trained to be read apart too")
    step.add_argument("--bm25", type=float, default=0.0, help="what a point of BM25 counts beside its scores")
    step.add_argument("--card", nargs="*", default=[], metavar="NAME=FACT", help="facts written into the file")
    step.add_argument("--limit", type=int)
    options = parser.parse_args()
    options.run(options)


if __name__ == "__main__":
    main()
