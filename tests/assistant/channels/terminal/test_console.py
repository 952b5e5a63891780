"""What a person sees: the answer, the cited span in its passage, and a ledger whose bars tell the truth."""

import io
from dataclasses import replace

import pytest
from rich.console import Console

from assistant.channels.terminal.console import BAR, bar, show_reply
from assistant.turn.budget import Stage
from assistant.turn.events import Citation, Reply
from tests.assistant.replies import answered

PASSAGE = "The lighthouse at Marlow Point is 41 metres tall\nand has 196 steps."
CITATION = Citation(
    document="docs/lighthouse.md",
    passage_id=17,
    start=1034,
    end=1043,
    text="41 metres",
    title="The Lighthouse",
    passage=PASSAGE,
    passage_start=1000,
)


def shown(reply: Reply, *, terminal: bool) -> str:
    out = io.StringIO()
    show_reply(
        reply, Console(file=out, width=100, force_terminal=terminal, color_system="standard" if terminal else None)
    )
    return out.getvalue()


def reply(citations=(CITATION,), transcript=None, stages=()) -> Reply:
    return answered(
        "How tall is it?",
        citations[0].text if citations else None,
        *citations,
        transcript=transcript,
        confidence=0.91,
        spoken="41 metres, it says.",
        stages=stages,
        total_ms=8.3,
    )


def test_answer_citation_and_ledger_are_shown():
    text = shown(reply(stages=(Stage("read", 10, 7.25, False, "read 6 of 20 passages"),)), terminal=False)
    assert "41 metres   91% sure" in text
    assert "is »41 metres« tall and has 196 steps." in text
    assert "lighthouse.md · characters 1034-1043 · passage 17" in text
    assert "read 6 of 20 passages" in text
    assert "8.3" in text


def test_what_nobody_asked_for_has_no_ledger():
    told = Reply(question="", spoken="Your pasta timer is done.", outcome="command")
    assert shown(told, terminal=False).strip() == "Your pasta timer is done."


def test_on_a_terminal_the_span_is_highlighted_instead_of_marked():
    text = shown(reply(), terminal=True)
    assert "»" not in text
    assert "41 metres\x1b[0m" in text


def test_an_abstention_shows_what_was_said_and_no_citation():
    text = shown(reply(citations=(), transcript="how tall is it"), terminal=False)
    assert "heard  how tall is it" in text
    assert "sure" not in text
    assert "╭" not in text


def test_markup_in_documents_is_not_interpreted():
    odd = Citation(
        document="[bold].txt",
        passage_id=1,
        start=0,
        end=6,
        text="[/red]",
        title="[link=x]",
        passage="[/red] text",
    )
    assert "»[/red]« text" in shown(reply(citations=(odd,)), terminal=False)


@pytest.mark.parametrize(
    ("spent", "filled"), [(0, ""), (5, "█" * (BAR // 2)), (10, "█" * BAR), (0.1, "▏"), (12, "█" * BAR + "▶")]
)
def test_a_bar_is_the_share_of_the_budget(spent, filled):
    drawn = bar(Stage("read", 10, spent, over=spent > 10)).plain
    assert drawn.rstrip("·") == filled
    assert len(drawn) == BAR + (spent > 10)


def test_a_stage_without_budget_is_drawn():
    assert bar(Stage("read", 0, 0.0)).plain == "·" * BAR


def test_a_gap_in_a_passage_is_one_space():
    passage = "It is\t41 metres" + " \t" * 5000 + "tall."
    gap = replace(CITATION, passage=passage, passage_start=1034 - passage.index("41"))
    assert "It is »41 metres« tall." in shown(reply([gap]), terminal=False)
