"""Words with their places become blocks."""

import pytest

from knowledge.formats.layout import Page, Run, read_pages


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
