"""HTML becomes the text that a person would read, with headings as context."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.formats.html import html_document
from tests.knowledge.texts import blocks


def html(body, head=""):
    return html_document(f"<html><head>{head}</head><body>{body}</body></html>", "name")


def test_an_empty_list_item_leaves_nothing_behind():
    assert html("<ul><li></li></ul><p>One.</p><ol start='²'><li>two</ol>").text == "One.\n\n1. two"


def test_boilerplate_is_dropped():
    document = html(
        "<nav>Home</nav><header role='banner'>Brand</header><aside>Ads</aside><div role='navigation'>Menu</div>"
        "<p>Read <span hidden>not this</span><span aria-hidden='true'>nor</span>me<sup class='reference'>[1]</sup>.</p>"
        "<div style='display: none'>Secret</div><form><button>Send</button></form><!-- comment -->"
        "<footer>Imprint</footer><script>run()</script><style>p {}</style><noscript>No script</noscript>"
    )
    assert document.text == "Read me."


def test_the_main_part_of_a_page_is_read_alone():
    assert html("<div>Noise</div><main><p>Signal.</p></main><p>More noise</p>").text == "Signal."
    assert html("<div>Noise</div><article><p>Signal.</p></article>").text == "Signal."
    assert html("<article><p>One.</p></article><article><p>Two.</p></article>").text == "One.\n\nTwo."


@pytest.mark.parametrize(
    ("page", "title"),
    [
        ("<title>Site | Page</title><h1>Page</h1><p>Text.</p>", "Page"),
        ("<title> The\n Page </title><p>Text.</p>", "The Page"),
        ("<p>Text.</p>", "name"),
    ],
)
def test_the_title_comes_from_the_best_place(page, title):
    document = html_document(page, "name")
    assert document.title == title
    assert blocks(document)[-1][0] == ()


def test_white_space_and_entities_become_plain():
    document = html("<p>One&nbsp;two\n   three&shy;four &amp; five<br>six</p>five<div>seven</div>eight")
    assert document.text == "One two threefour & five\nsix\n\nfive\n\nseven\n\neight"


def test_a_row_names_its_columns_unless_the_table_has_no_header():
    head = "<table><caption>Fees</caption><tr><th>Item<th>Fee</tr>"
    assert html(f"{head}<tr><td>Book<td>10 cents.</tr></table>").text == "Fees\n\nItem: Book; Fee: 10 cents."
    assert html("<table><tr><td>a<td>b</tr><tr><td>c<td>d</tr></table>").text == "a; b.\nc; d."


def test_a_table_for_layout_is_read_cell_by_cell():
    document = html("<table><tr><td><h2>Left</h2><p>One.</p></td></tr><tr><td><ul><li>two</li></ul></td></tr></table>")
    assert blocks(document) == [(("Left",), ["One.", "- two"])]


def test_skipped_and_returning_heading_levels():
    document = html("<h1>T</h1><h3>deep</h3><p>a.</p><h2>mid</h2><p>b.</p><h4>low</h4><p>c.</p><h2></h2><p>d.</p>")
    assert [headings for headings, _ in blocks(document)] == [("deep",), ("mid",), ("mid", "low")]


def test_a_page_of_headings_alone_is_read_all_the_same():
    document = html("<h1>Emergency</h1><h2>Call 555 0142.</h2>")
    assert blocks(document) == [((), ["Emergency\n\nCall 555 0142."])]


def test_what_is_too_long_for_a_heading_is_text():
    document = html(f"<h2>{'word ' * 100}</h2><p>More.</p>")
    assert blocks(document) == [((), [("word " * 100).strip(), "More."])]


@pytest.mark.parametrize("opening", ["<table><tr><td>", "<b>", "<ul><li>"])
def test_other_deep_nesting_is_no_problem_either(opening):
    assert "deep" in html(opening * 3000 + "deep").text


def test_thousands_of_nested_elements_are_no_problem():
    assert html("<div>" * 20_000 + "deep" + "</div>" * 20_000).text == "deep"


def test_broken_html_is_still_read():
    assert html_document("<p>One<p>Two <b>three</i> <td>four", "name").text.split() == ["One", "Two", "three", "four"]


TAGS = (
    "<p> </p> <h1> </h1> <h2> </h2> <ul> <ol> <li> </ul> </ol> <table> <tr> <td> <th> </table> <pre> </pre> <br> "
    "<main> </main> <nav> </nav> </div> word é&nbsp;x text. & &lt; <script> </script>"
)


@settings(deadline=None)
@given(
    st.lists(
        st.sampled_from([*TAGS.split(), " ", "\n", "<div hidden>", "<!-- x -->"]),
        max_size=60,
    )
)
def test_blocks_are_verbatim_slices_in_order(pieces):
    document = html_document(" ".join(pieces), "name")
    ends = 0
    for section in document.sections:
        for start, end in section.blocks:
            assert ends <= start < end <= len(document.text)
            assert document.text[start:end].strip() == document.text[start:end]
            ends = end
