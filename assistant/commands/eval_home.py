"""`repartee eval home`: what sentences would do to the devices of a house, against what they should do."""

from __future__ import annotations

import json
from pathlib import Path

import click

from assistant.channels.terminal.printable import printable

SAMPLES = Path(__file__).parents[1] / "samples" / "home"
HOUSE = "house.json"


@click.command("home")
@click.argument("file", type=click.Path(path_type=Path), required=False)
@click.option("--house", type=click.Path(path_type=Path), help="Default: house.json beside FILE, else the sample.")
@click.option("--all", "show_all", is_flag=True, help="Show the sentences that are right too.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def command(file: Path | None, house: Path | None, show_all: bool, as_json: bool) -> None:
    """Score the sentences in FILE (JSON lines; default: the project's own) over a house: right device and value, asked
    back, missed, and acted wrongly, which has to be none. Nothing is sent to any broker."""
    from assistant.home.evaluate import ASKED, MISSED, RIGHT, WRONG, evaluate, read_sentences
    from assistant.home.house_file import read_house

    files = [file] if file else sorted(SAMPLES.glob("*.jsonl"))
    rows = [row for each in files for row in read_sentences(each)]
    beside = file.parent / HOUSE if file else SAMPLES / HOUSE
    score = evaluate(rows, read_house(house or (beside if beside.is_file() else SAMPLES / HOUSE)))
    if as_json:
        wrong = [{"sentence": each.sentence, "told": each.told} for each in score.verdicts if each.result == WRONG]
        click.echo(json.dumps({"files": [each.name for each in files], **score.as_json(), "acted_wrongly": wrong}))
        return
    for each in score.verdicts:
        if show_all or each.result != RIGHT:
            click.echo(f"{each.result:7} {printable(each.sentence)}\n        {printable(each.told)}")
    table = score.as_json()
    click.echo(
        f"{table['sentences']} sentences: {table[RIGHT]} right ({table['right_percent']} %), "
        f"{table[ASKED]} asked back, {table[MISSED]} missed, {table[WRONG]} acted wrongly; "
        f"understood in {table['p50_ms']} ms (p95 {table['p95_ms']} ms)"
    )
