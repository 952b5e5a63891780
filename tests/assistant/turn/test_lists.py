"""An answer of several items is the whole list, wherever a passage ends."""

import pytest

from assistant.config import Config
from assistant.parts import Parts
from assistant.turn.budget import DEFAULT_SLOTS, Budget
from assistant.turn.turn import take
from assistant.turn.understanding import Context

SLOW = dict.fromkeys(DEFAULT_SLOTS, 60000.0)
STEPS = (
    "Switch the machine off and wait until the green lamp beside the tank has gone out.",
    "Open the door at the right-hand side and lay it on the table.",
    "Press the two orange catches together and pull the brewing group towards you.",
    "Rinse it under lukewarm water, and use no soap, since soap takes the grease off its seals.",
    "Let it dry on a cloth for at least an hour.",
    "Push it in until both of the catches click, and shut the door again.",
)
MANUAL = """# Larkby coffee machine

## Cleaning the brewing group

How to clean the brewing group:

{}

Once a month is enough.
"""


@pytest.fixture
async def parts(tmp_path):
    (tmp_path / "coffee.md").write_text(MANUAL.format("\n".join(f"{at}. {step}" for at, step in enumerate(STEPS, 1))))
    parts = Parts.open(Config.load(tmp_path / "home", {}))
    parts.library.add([tmp_path / "coffee.md"])
    yield parts
    await parts.close()


async def test_all_steps_are_told_though_the_passage_has_not_all_of_them(parts):
    assert not any(STEPS[0] in each.text and STEPS[-1] in each.text for each in parts.library.passages())
    words = "How do I clean the brewing group?"
    reply = await take(words, parts=parts, context=Context(skills=parts.skills), budget=Budget(SLOW))
    (citation,) = reply.citations
    assert (
        reply.answer.text
        == citation.text
        == "\n".join([STEPS[0], *(f"{at}. {step}" for at, step in enumerate(STEPS[1:], 2))])
    )
    assert reply.spoken == f"{' '.join(STEPS).rstrip('.')}, according to Larkby coffee machine."
    (document,) = parts.library.documents()
    assert parts.library.text(document.id)[citation.start : citation.end] == citation.text
    start, end = citation.span_in_passage
    assert citation.passage[start:end] == citation.text


async def test_whether_something_is_so_is_told_with_the_row_of_the_table_that_says_it(parts, tmp_path):
    (tmp_path / "tip.md").write_text(
        "# Opening hours of the Garsdale tip\n\n| Day | In summer | In winter |\n|---|---|---|\n"
        "| Monday | 8:00 to 18:00 | 9:00 to 16:00 |\n| Wednesday | closed | closed |\n"
        "| Saturday | 9:00 to 17:00 | closed |\n"
    )
    parts.library.add([tmp_path / "tip.md"])
    words = "Is the tip open on Wednesday in summer?"
    reply = await take(words, parts=parts, context=Context(skills=parts.skills), budget=Budget(SLOW))
    assert reply.answer.text == "Day: Wednesday; In summer: closed; In winter: closed"
    (citation,) = reply.citations[:1]
    start, end = citation.span_in_passage
    assert citation.passage[start:end] == reply.answer.text
    asked = await take(
        "When is the tip open on Saturday in summer?",
        parts=parts,
        context=Context(skills=parts.skills),
        budget=Budget(SLOW),
    )
    assert asked.answer.text == "9:00 to 17:00"
