"""`repartee skills`: what can be said besides questions."""

from __future__ import annotations

import json

import click

from assistant.config import Config


@click.group()
def command() -> None:
    """Say which skills there are: those that come with Repartee, and those of installed packages."""


@command.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON array.")
@click.pass_obj
def list_(config: Config, as_json: bool) -> None:
    """List the skills in the order in which they are asked, each with where it comes from and what to say."""
    from assistant.channels.terminal.printable import printable
    from assistant.skills.choose import load_skills

    skills = [
        {"name": skill.name, "package": type(skill).__module__.partition(".")[0], "examples": list(skill.examples)}
        for skill in load_skills(config)
        if skill.examples or type(skill).__module__.partition(".")[0] != "assistant"
    ]
    if as_json:
        click.echo(json.dumps(skills))
        return
    for skill in skills:
        other = "" if skill["package"] == "assistant" else f" (of {skill['package']})"
        click.echo(printable(f"{skill['name']}{other}: {' '.join(skill['examples'])}"))
