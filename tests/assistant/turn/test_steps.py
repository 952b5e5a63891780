"""The steps in running text that are told where one of them was found, and amounts instead of steps."""

import pytest

from assistant.turn.ingredients import with_amounts
from assistant.turn.steps import with_its_steps
from tests.assistant.turn.test_completing import cited, is_verbatim

PUMP = (
    "The pump is old. Fill the jug with rain water. Pour it in slowly and move the handle. When it draws, close the "
    "tap. At night the needles turn to red.\nTo empty it, open the drain. Wait an hour."
)
STEPS = "Fill the jug with rain water. Pour it in slowly and move the handle. When it draws, close the tap."
LOAF = (
    "Oat loaf\n\nWhat you need\n- 300 g oats\n- 2 eggs\n- a pinch of salt\n\nFor the top\n"
    "- 20 ml milk\n- 1 egg\n- half an apple\n\nMethod\n1. Mix it.\n2. Bake it.\n"
)


@pytest.mark.parametrize(
    ("question", "span", "told"),
    [
        ("How do I start the pump?", "Pour it in slowly", STEPS),
        ("tell me how to start it", "close the tap", STEPS),
        ("what do I do to empty it", "open the drain", "To empty it, open the drain. Wait an hour."),
        ("How do I know that it runs?", "close the tap", "close the tap"),
        ("How do I hold it?", "At night the needles turn to red", "At night the needles turn to red"),
    ],
)
def test_steps_in_running_text_are_told_whole(question, span, told):
    found = with_its_steps(question, cited(PUMP, span))
    assert found.text == told
    assert is_verbatim(found, PUMP)


def test_ingredients_are_no_steps():
    question, text = "What are the ingredients of the oat loaf?", f"{' ' * 50}{LOAF}"
    found = with_amounts(question, cited(LOAF, "Mix it.\n2. Bake it"), text)
    assert found.text == LOAF[LOAF.index("300 g oats") : LOAF.index("\n\nMethod")]
    assert "2 eggs, a pinch of salt" in found.said
