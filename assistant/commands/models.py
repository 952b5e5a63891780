"""`repartee models`: pull BERT readers from the Hugging Face hub and list what is here."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from assistant.config import Config

if TYPE_CHECKING:
    from engines.hub import LocalModel


@click.group()
def command() -> None:
    """Pull and list reader models: BERT checkpoints fine-tuned for question answering."""


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


def _describe(model: LocalModel) -> str:
    if model.problem:
        return model.problem
    facts = model.facts
    return f"{facts['layers']} layers of {facts['hidden_size']}, {facts['megabytes']} MB, {model.path}"
