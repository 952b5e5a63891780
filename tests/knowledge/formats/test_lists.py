"""An item of a list in a list is told with the item above it."""

import pytest

from knowledge.formats.registry import convert


def lines(markdown: str, suffix: str = ".md") -> list[str]:
    return convert(markdown.encode(), suffix, "name").text.split("\n")


@pytest.mark.parametrize(
    "written",
    [
        "Bring:\n\n- clothes:\n  - coat\n  - boots\n- food\n",
        "Bring:\n\n- clothes:\n\n  - coat\n\n  - boots\n\n- food\n",
        "Bring:\n\n- clothes\n  - **coat**\n  - boots\n- food\n",
        "Bring:\n\n- **clothes:**\n  - coat\n  - boots\n- food\n",
    ],
)
def test_short_items_are_one_line_with_their_label(written):
    assert [line for line in lines(written) if line] == ["Bring:", "- clothes: coat, boots", "- food"]


def test_items_with_commas_are_parted_by_semicolons_and_numbers_stay():
    assert lines("1. Parts\n   - red, blue\n   - green\n2. Tools")[:2] == ["1. Parts: red, blue; green", "2. Tools"]


def test_longer_items_each_have_their_label():
    written = "- Dogs:\n  - They are let in until the end of March.\n  - A leash is needed.\n- Cats stay out."
    assert lines(written) == [
        "- Dogs:",
        "- Dogs: They are let in until the end of March.",
        "- Dogs: A leash is needed.",
        "- Cats stay out.",
    ]


def test_a_list_three_deep_keeps_every_level():
    assert lines("- Clothes\n  - coat\n    - red\n    - blue\n  - boots\n- food") == [
        "- Clothes",
        "- Clothes: coat: red, blue",
        "- Clothes: boots",
        "- food",
    ]


def test_what_stands_below_a_sentence_or_counts_stays_a_list():
    assert lines("- Clean the filter.\n  - brush\n  - cloth") == ["- Clean the filter.", "- brush", "- cloth"]
    assert lines("- Clean:\n  1. Open it\n  2. Rinse it") == ["- Clean:", "1. Open it", "2. Rinse it"]


def test_signs_of_html_in_an_item_stay_signs():
    page = "<ul><li>Keys:<ul><li>a &lt;b&gt; &amp;</li><li>c</li></ul></li><li>End</ul>"
    assert lines(page, ".html") == ["- Keys: a <b> &, c", "- End"]
