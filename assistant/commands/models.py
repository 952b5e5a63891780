"""`repartee models`: pull readers and recognizers, list what is here, and name the best ear for this machine."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from assistant.config import Config

if TYPE_CHECKING:
    from engines.hub import LocalModel


@click.group()
def command() -> None:
    """Pull and list models: readers (BERT checkpoints fine-tuned for question answering) and recognizers."""


@command.command()
@click.argument("name")
@click.option("--revision", help="Branch, tag or commit; default: the one pulled before, or the hub's main branch.")
@click.option("--accept-licence", "accepted", is_flag=True, help="Accept the licence of a recognizer unasked.")
@click.option("--from", "source", default="", metavar="FOLDER|URL", help="A mirror that holds the model's folder.")
@click.pass_obj
def pull(config: Config, name: str, revision: str | None, *, accepted: bool, source: str) -> None:
    """Fetch NAME into the home folder, and check that it can be used.

    NAME is a recognizer of `repartee models recommend`, or a reader on the hub (owner/model). HF_ENDPOINT names another
    hub, HF_TOKEN signs in to it, HTTPS_PROXY is observed. A transfer that was cut is taken up where it stopped.
    """
    from assistant.recognizers.pulling import is_recognizer, pull_recognizer

    if is_recognizer(name):
        click.echo(pull_recognizer(config, name, revision=revision, accepted=accepted, source=source))
        return
    from engines.hub import pull as fetch

    model = fetch(name, config.models_dir, revision=revision)
    click.echo(f"{model.name}: {_describe(model)}\nRead with it:  REPARTEE_READER_MODEL={model.path} repartee ask ...")


@command.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON array.")
@click.pass_obj
def list_(config: Config, *, as_json: bool) -> None:
    """List the bundled reader, and the readers and recognizers that were pulled."""
    from assistant.recognizers.pulling import pulled_recognizers
    from engines.hub import local_models

    models, ears = local_models(config.models_dir), pulled_recognizers(config.models_dir)
    if as_json:
        rows = [{"name": each.name, "path": str(each.path), **each.facts, "problem": each.problem} for each in models]
        click.echo(json.dumps(rows + ears))
        return
    for model in models:
        click.echo(f"{model.name}: {_describe(model)}")
    for ear in ears:
        click.echo(
            f"{ear['name']}: "
            + (
                ear["problem"]
                or f"{ear['megabytes']} MB, licence {ear['licence']}, commit {ear['revision'][:12] or '-'}"
            )
        )


@command.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_obj
def recommend(config: Config, *, as_json: bool) -> None:
    """Measure this machine, and name a recognizer and a voice for it with size, licence and expected speed."""
    from assistant.recognizers.recommending import recommendation

    found = recommendation(config)
    if as_json:
        click.echo(json.dumps(found))
        return
    machine = found["machine"]
    click.echo(
        f"This machine: {machine['processor']}, {machine['cores']} cores ({' '.join(machine['instructions'])}), "
        f"{machine['memory_mb']} MB free, {machine['gflops']:.0f} GFLOP/s a core."
    )
    for row in found["recognizers"]:
        mark = "→" if row["name"] == found["recommended"] else " "
        state = "here" if row["installed"] else row["get"]
        click.echo(
            f"{mark} {row['name']}: {row['about']}; words wrong {row['errors']}; {row['megabytes']} MB, licence "
            f"{row['licence']}; {row['speed']}; {state}"
        )
    voice = found["voice"]
    click.echo(
        f"→ voice {voice['name']}: {voice['megabytes']} MB, licence {voice['licence']}; {voice['get'] or 'here'}"
    )
    click.echo(f"Here hears: {found['hears']} (setting speech.recognizer is {config.speech.recognizer}).")


def _describe(model: LocalModel) -> str:
    if model.problem:
        return model.problem
    facts = model.facts
    return f"{facts['layers']} layers of {facts['hidden_size']}, {facts['megabytes']} MB, {model.path}"
