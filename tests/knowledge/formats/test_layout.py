"""Words with their places become blocks."""

import pytest

from knowledge.formats.layout import read_pages
from knowledge.formats.printed import Page, Run


def run(text: str, left: float, top: float, *, size: float = 10.0, bold: bool = False) -> Run:
    right = left + 0.5 * size * len(text)
    return Run(text=text, left=left, top=top, right=right, bottom=top + size, size=size, bold=bold)


def read(*pages: list[Run]) -> list[list[tuple[str, str]]]:
    made = read_pages([Page(runs, 600.0, 800.0) for runs in pages])
    return [[(block.kind, block.text) for block in blocks] for blocks in made]


@pytest.mark.parametrize("sign", "•▪■➢✓\uf0b7\uf0a7\uf0d8\uf076\uf0fc")
def test_whatever_sign_stands_apart_before_words_makes_an_item(sign):
    words = ["Shut the gate.", "Feed the geese.", "Bring the eggs in."]
    tops = (200, 215, 230)
    signs = [run(sign, 90, top) for top in tops]
    runs = signs + [run(each, 108, top) for each, top in zip(words, tops, strict=True)]
    assert read(runs) == [[("item", f"- {each}") for each in words]]


TEXT = "The geese are counted twice, once at the gate and once at the pond."


def paged(
    head: str, *, first: int, by: int = 1, top: float = 40.0, size: float = 10.0, bold: bool = False
) -> list[list[str]]:
    """Return what is read of four pages with a line at the head of each, and a number for `{}` in it."""
    pages = read(
        *([run(head.format(first + by * n), 50, top, size=size, bold=bold), run(TEXT, 50, 80)] for n in range(4)),
    )
    return [[text for kind, text in page if kind == "heading"] for page in pages]


def test_headings_that_differ_by_a_number_are_no_running_head():
    days = [[f"Day {n}"] for n in range(1, 5)]
    assert paged("Day {}", first=1, top=55, size=18, bold=True) == days  # right above the text
    assert paged("Day {}", first=2, by=3, bold=True) == [[f"Day {n}"] for n in (2, 5, 8, 11)]  # no numbers of pages


def test_running_heads_are_the_same_or_number_the_pages():
    for first in (1, 5):
        assert paged("Farm, page {}", first=first) == [[]] * 4
        assert paged("Farm, page {}", first=first, bold=True) == [[]] * 4
    assert paged("Farm", first=1, size=18, bold=True) == [[]] * 4
    assert paged("Farm 2026", first=1, bold=True) == [[]] * 4
