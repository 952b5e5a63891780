"""Replies on a terminal: the answer, its passage with the cited span, the ledger as bars, and a prompt for more."""

from __future__ import annotations

import re
import sys
from pathlib import PurePath
from typing import TYPE_CHECKING

from assistant.channels.terminal.printable import printable
from assistant.turn.budget import Stage
from assistant.turn.events import Citation, Reply
from assistant.turn.turn import take
from engines.errors import ReparteeError

if TYPE_CHECKING:
    import asyncio

    from rich.console import Console, RenderableType
    from rich.text import Text

    from assistant.parts import Parts

BAR = 16  # cells of a full budget


def show_reply(reply: Reply, console: Console) -> None:
    """Print a reply for a person."""
    from rich.text import Text

    console.width = min(console.width, 100)
    if reply.transcript is not None:
        console.print(Text.assemble(("heard  ", "dim"), (printable(reply.transcript), "italic")))
    if reply.answer is None:
        lost = reply.outcome in ("abstained", "failed")
        console.print(Text(printable(reply.spoken), "bold yellow" if lost else "bold green"))
    else:
        answer = printable(" ".join(reply.answer.text.split()))
        console.print(Text.assemble((answer, "bold green"), (f"   {reply.confidence:.0%} sure", "dim")))
        console.print(Text(f"“{printable(reply.spoken)}”", "dim"))
    console.print()
    for citation in reply.citations:
        console.print(citation_panel(citation, plain=console.color_system is None))
    if reply.citations:
        console.print()
    if reply.stages:  # what speaks first, such as a timer, has none
        console.print(ledger_table(reply.stages, reply.total_ms))


def citation_panel(citation: Citation, *, plain: bool) -> RenderableType:
    """Return the cited passage in a box, its span highlighted, or put between » « where there is no colour."""
    from rich.panel import Panel
    from rich.text import Text

    def line(text: str) -> str:
        return printable(re.sub(r"\s+", " ", text))

    start, end = citation.span_in_passage
    marks = ("»", "«") if plain else ("", "")
    passage = Text.assemble(
        line(citation.passage[:start]),
        (marks[0] + line(citation.passage[start:end]) + marks[1], "bold black on bright_green"),
        line(citation.passage[end:]),
    )
    place = f"{printable(PurePath(citation.document).name)} · "
    place += f"page {citation.page} · " if citation.page is not None else ""
    place += f"characters {citation.start}-{citation.end}"
    return Panel(
        passage,
        title=Text(
            printable(" › ".join((citation.title or PurePath(citation.document).stem, *citation.headings))), "bold"
        ),
        subtitle=Text(f"{place} · passage {citation.passage_id}", "dim"),
        title_align="left",
        subtitle_align="right",
        border_style="dim",
    )


def ledger_table(stages: tuple[Stage, ...], total_ms: float) -> RenderableType:
    """Return the ledger: what each stage spent of its budget, as numbers and as a bar."""
    from rich import box
    from rich.table import Table

    table = Table(
        box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, header_style="dim", show_footer=True, footer_style="bold"
    )
    table.add_column("stage", footer="total", no_wrap=True)
    table.add_column("ms", footer=f"{total_ms:.1f}", justify="right", no_wrap=True)
    table.add_column("budget", justify="right", no_wrap=True)
    table.add_column("", width=BAR + 1, no_wrap=True)
    table.add_column("note", style="dim", overflow="fold")
    for stage in stages:
        table.add_row(stage.name, f"{stage.spent_ms:.1f}", f"{stage.budget_ms:g}", bar(stage), stage.note)
    return table


def bar(stage: Stage) -> Text:
    """Return the share of the budget spent, in eighths of a cell; an overrun is full, red and ends in an arrow."""
    from rich.text import Text

    if stage.over:
        return Text("█" * BAR + "▶", "red")
    eighths = round(8 * BAR * stage.spent_ms / stage.budget_ms) if stage.budget_ms else 0
    full, part = divmod(eighths, 8)
    filled = "█" * full + ("▏▎▍▌▋▊▉"[part - 1] if part else "")
    return Text.assemble((filled, "green"), ("·" * (BAR - len(filled)), "dim"))


def prompt(parts: Parts, console: Console, runner: asyncio.Runner) -> None:
    """Ask and answer on the terminal until an empty line or the end of the input; follow-ups are understood.

    The event loop of `runner` rests while the person types, so that Ctrl-C leaves at once.
    """
    if sys.stdin.isatty():
        import readline  # noqa: F401  (line editing and history for input())

    history: list[Reply] = []
    console.print("Ask something about the documents; an empty line leaves.")
    while True:
        try:
            question = input("? ")
        except (EOFError, KeyboardInterrupt):
            console.print()
            return
        if not question.strip():
            return
        try:
            reply = runner.run(take(question, parts=parts, context=parts.context(history, collections=None)))
        except ReparteeError as error:
            console.print(printable(str(error)), style="red", markup=False)
            continue
        history = [*history[-9:], reply]
        show_reply(reply, console)
