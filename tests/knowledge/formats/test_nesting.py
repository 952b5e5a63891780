"""Pages that are nested too deeply are refused before they are parsed; others are not, whatever their tags."""

from __future__ import annotations

import pytest

from knowledge.formats.html import convert
from knowledge.formats.markdown import convert as convert_markdown
from knowledge.formats.nesting import DEEPEST, refuse_too_deep
from knowledge.text import DocumentError


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The lengths of the pages that reached the parser, which is not run."""
    from selectolax import lexbor

    lengths: list[int] = []

    def parser(page: str) -> None:
        lengths.append(len(page))
        raise AssertionError("parsed")

    monkeypatch.setattr(lexbor, "LexborHTMLParser", parser)
    return lengths


@pytest.mark.parametrize("opening", ["<div>", "<b>", "<ul><li>", "<x-y a='1'>", "<DIV\nclass=a>", "<div/>"])
def test_a_page_nested_too_deeply_never_reaches_the_parser(parsed: list[int], opening: str) -> None:
    with pytest.raises(DocumentError, match=f"^nests elements more than {DEEPEST} deep"):
        convert((opening * 100_000 + "deep").encode(), "page")
    assert parsed == []


def test_neither_does_one_inside_markdown(parsed: list[int]) -> None:
    with pytest.raises(DocumentError, match=r"^nests elements more than"):
        convert_markdown(b"# T\n\n" + b"<div>" * 100_000, "page")
    assert parsed == []


MANY = DEEPEST + 1


@pytest.mark.parametrize(
    "page",
    [
        "<div>" * DEEPEST + "<p>" + "</div>" * DEEPEST,
        "<div><b>x</b></div>" * MANY,
        "<p>x" * MANY,
        "<ul>" + "<li>x" * MANY + "</ul>",
        "<table>" + "<tr><td>x" * MANY + "</table>",
        "<br><img src=a>" * MANY,
        "<div><span>never ended</div>" * MANY,
        "</div>" * MANY + "<div>" * DEEPEST,
        "a < b and b<3 " * MANY,
        "<!-- -->" * MANY,
    ],
)
def test_as_many_elements_side_by_side_are_no_matter(page: str) -> None:
    refuse_too_deep(page)
