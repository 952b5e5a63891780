"""HTML becomes the text that a person would read, with headings as context."""

import pytest
from hypothesis import given
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


def test_a_first_row_that_alone_is_bold_names_the_columns():
    head = "<tr><td><p><b>Item</b></p></td><td style='font-weight: bold'>Fee</td></tr>"
    row = "<tr><td><b>Book</b></td><td>10 cents</td></tr>"
    bare, title = "<tr><td></td><td><b>Fee</b></td></tr>", "<tr><td colspan=2><b>Fees</b></td></tr>"
    assert html(f"<table>{bare}{row}</table>").text == "Book; Fee: 10 cents."
    assert html(f"<table>{title}{row}</table>").text == "Fees.\nBook; 10 cents."
    assert html(f"<table>{head}{row}</table>").text == "Item: Book; Fee: 10 cents."
    assert html(f"<table>{row}{row}</table>").text == "Book; 10 cents.\nBook; 10 cents."
    assert html(f"<table>{head}{row}{head}</table>").text == "Item; Fee.\nBook; 10 cents.\nItem; Fee."


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


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("<h2><button aria-expanded=false>How long?</button></h2><div>Two years.</div>", "How long?\n\nTwo years."),
        ("<dl><dt><button>Parts</button></dt><dd>Ten.</dd></dl><button>Send</button>", "Parts\nTen."),
        ("<button aria-controls=a>May I return it?</button><div id=a>Yes.</div>", "May I return it?\n\nYes."),
        ("<button aria-expanded=false>Menu</button><p>Text.</p>", "Text."),
        ("<article><p>One.</p><aside>Mind the step.</aside></article><aside>Ads</aside>", "One.\n\nMind the step."),
        ("<main><p>One.</p><div role=complementary>Beside.</div></main>", "One.\n\nBeside."),
        ("<p>One.</p><div hidden=until-found>Found.</div><div hidden>Not.</div>", "One.\n\nFound."),
        ("<form><h1>Fees</h1><p>Ten.</p><select><option>A</select><button>Go</button></form>", "Fees\n\nTen."),
        ("<form><p>Name: <input></p><button>Log in</button></form><p>Text.</p>", "Text."),
        ("<main><p>One.</p></main><div>Between.</div><main><p>Two.</p></main>", "One.\n\nTwo."),
        ("<p>Was <del>80</del> <ins>95</ins>, <s>9 pm</s> <strike>7</strike>8 pm.</p>", "Was 95, 8 pm."),
        ("<p>10<sup>3</sup> and x<sup>-2n</sup>, 7<sup>50</sup></p>", "10³ and x⁻²ⁿ, 7⁵⁰"),
        ("<p>the 1<sup>st</sup> of 2<sup>a/b</sup>, H<sub>2</sub>O</p>", "the 1st of 2^(a/b), H2O"),
        ("<p>long<sup><a href='#f1'>1</a></sup>, old<sup>[2]</sup>, end<sup>†</sup>.</p>", "long, old, end."),
    ],
)
def test_what_belongs_to_the_text_is_read_and_what_is_operated_is_not(body, text):
    assert html(body).text == text


def test_a_lone_article_that_is_only_a_teaser_is_not_taken_for_the_page():
    prices = "".join(f"<p>Tyre number {n} costs {n}0 euros to change.</p>" for n in range(9))
    document = html(f"<h1>Prices</h1>{prices}<article><h2>News</h2><p>We are open.</p></article>")
    assert "Tyre number 8 costs 80 euros" in document.text
    assert "We are open." in document.text
    page = html(f"<div>Brand</div><article><h1>Prices</h1>{prices}</article><div>Contact</div>")
    assert "Brand" not in page.text


def test_a_main_part_that_holds_next_to_nothing_is_not_the_page():
    assert "The story. " in html("<main><p>Hi.</p></main><div>" + "The story. " * 20 + "</div>").text


@pytest.mark.parametrize(
    ("rows", "lines"),
    [
        (
            (
                "<tr><th>To<th>Weight<th>Price</tr><tr><td rowspan=2>Spain<td>5 kg<td>9</tr><tr><td>10 kg<td>14</tr>"
                "<tr><td>Italy<td>5 kg<td>8</tr>"
            ),
            [
                "To: Spain; Weight: 5 kg; Price: 9.",
                "To: Spain; Weight: 10 kg; Price: 14.",
                "To: Italy; Weight: 5 kg; Price: 8.",
            ],
        ),
        (
            "<tr><th rowspan=2>Room<th colspan=2>Price</tr><tr><th>Summer<th>Winter</tr><tr><td>Blue<td>90<td>70</tr>",
            ["Room: Blue; Price Summer: 90; Price Winter: 70."],
        ),
        (
            "<tr><th>Day<th>Open<th>Close</tr><tr><td>Sunday<td colspan=2>closed</tr><tr><td>Monday<td>9<td>17</tr>",
            ["Day: Sunday; Open: closed.", "Day: Monday; Open: 9; Close: 17."],
        ),
        (
            "<tr><th>A<th>B</tr><tr><td><b>W</b>oollens<td>H<sub>2</sub>O<br>cold</tr>",
            ["A: Woollens; B: H2O cold."],
        ),
        ("<tr><td rowspan=0>x<td>1</tr><tr><td>2</tr><tr><td colspan=x rowspan=-1>3</tr>", ["x; 1.", "x; 2.", "x; 3."]),
    ],
)
def test_cells_that_span_rows_or_columns_keep_the_others_in_theirs(rows, lines):
    assert html(f"<table>{rows}</table>").text.split("\n") == lines


def test_spans_without_end_do_not_multiply_the_text():
    cell = f"<td rowspan=999999 colspan=999999>{'long ' * 100}"
    document = html(f"<table>{f'<tr>{cell}</tr>' * 2000}</table>")
    assert len(document.text) < 3000 * 500


@pytest.mark.parametrize(
    "anchor",
    [
        '<a class="hash-link" href="#geese">#</a>',
        '<a class="headerlink" href="#geese">Link</a>',
        '<a href="#geese">¶</a>',
        '<a href="#geese" aria-label="Link to Geese">§</a>',
        '<a class="anchor" href="#geese">🔗</a>',
    ],
)
def test_a_heading_is_read_without_the_link_to_itself(anchor):
    document = html(f"<h1>Barn</h1><h2 id=geese>Geese{anchor}</h2><p>Four.</p>")
    assert blocks(document) == [(("Geese",), ["Four."])]


def test_a_heading_that_is_a_link_to_itself_is_read():
    document = html('<h1>Barn</h1><h2><a href="#geese">Geese</a> in <a href="#c">C#</a></h2><p>Four.</p>')
    assert blocks(document) == [(("Geese in C#",), ["Four."])]


@pytest.mark.parametrize("kind", ["breadcrumb", "breadcrumbs", "nav pager", "pagination-nav", "pagination"])
def test_ways_to_other_pages_are_not_read(kind):
    ways = f'<ul class="{kind}"><li><a href="/">Barn</a><li><a href="b">Next »</a></ul>'
    assert html(f"<p>Four.</p>{ways}").text == "Four."
    assert html('<p class="pagination-rules">Number each leaf.</p>').text == "Number each leaf."


def test_a_table_of_data_inside_one_for_layout_names_its_columns():
    inner = "<table><tr><th>Item<th>Count</tr><tr><td>Kettle<td>2</tr></table>"
    assert html(f"<table><tr><td><p>Thanks.</p>{inner}<p>Bye.</p></table>").text == (
        "Thanks.\n\nItem: Kettle; Count: 2.\n\nBye."
    )
