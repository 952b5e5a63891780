"""`repartee doctor`: what is installed, what is missing, how to get it, and the settings in effect."""

from __future__ import annotations

import dataclasses
import json

import click

from assistant.channels.terminal.printable import printable
from assistant.cli import CONFIG_PROBLEM
from assistant.config import FILE_NAME, Config
from assistant.doctor.checks import Finding, examine, settings


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_context
def command(ctx: click.Context, as_json: bool) -> None:
    """Report on the machine, the reader, the store, speech and the settings in effect. Always exits with status 0."""
    config: Config = ctx.obj
    findings = examine(config, ctx.meta.get(CONFIG_PROBLEM, ""))
    if as_json:
        report = {"findings": [dataclasses.asdict(finding) for finding in findings], "settings": settings(config)}
        click.echo(json.dumps(report))
    else:
        show(findings, config)


def show(findings: list[Finding], config: Config) -> None:
    """Print the report as tables."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(highlight=False)
    marks = {"ok": Text("✓", "green"), "missing": Text("–", "yellow"), "broken": Text("✗", "bold red")}
    table = Table(box=None, show_header=False, pad_edge=False)
    for column in ("topic", "mark", "name"):
        table.add_column(column, no_wrap=True)
    table.add_column("detail", overflow="fold")
    topic = ""
    for finding in findings:
        heading = Text(finding.topic if finding.topic != topic else "", "bold")
        topic = finding.topic
        remedy = f"  → {printable(finding.remedy)}" if finding.remedy else ""
        detail = Text.assemble(printable(finding.detail), (remedy, "yellow"))
        table.add_row(heading, marks[finding.state], Text(printable(finding.name)), detail)
    console.print(table)
    console.print(f"\nSettings in effect, from {config.home / FILE_NAME} and the environment:", markup=False)
    defaults = settings(Config(config.home))
    for name, section in settings(config).items():
        line = Text(f"[{name}] ", "bold")
        for key, value in section.items():
            changed = value != defaults[name][key]
            shown = "-" if value in (None, "") else printable(str(value))
            line.append(f"{key}={shown}  ", "yellow" if changed else "dim")
        console.print(line)
    broken = sum(finding.state == "broken" for finding in findings)
    console.print(
        f"\n{broken} broken." if broken else "\nNothing is broken.", style="bold red" if broken else "bold green"
    )
