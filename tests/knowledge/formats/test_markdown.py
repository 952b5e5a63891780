"""Markdown becomes the text that a person would read, with headings as context."""

from knowledge.formats.markdown import markdown_document
from tests.knowledge.texts import blocks


def test_markdown_headings_lead_to_their_text():
    document = markdown_document("# Top\n\nIntro *here*.\n\n## A\n\n### B\n\nOne `two`\nthree.\n\n## C\n\nEnd.", "name")
    assert document.title == "Top"
    assert blocks(document) == [
        ((), ["Intro here."]),
        (("A", "B"), ["One two three."]),
        (("C",), ["End."]),
    ]
    assert "A\n\nB\n\nOne two three." in document.text


def test_front_matter_is_skipped_but_gives_the_title():
    document = markdown_document('---\ntitle: "My Title"\ntags: [x]\n---\n\n# Heading\n\nBody.', "name")
    assert document.title == "My Title"
    assert blocks(document) == [(("Heading",), ["Body."])]


def test_a_rule_at_the_start_is_no_front_matter():
    assert "Body." in markdown_document("---\n\nBody.\n\nMore.", "name").text


def test_lists_and_tables_stay_readable():
    document = markdown_document(
        "Buy:\n\n- milk\n- bread\n  - rye\n\n3. wake\n4. eat\n\n"
        "| Tea | Time |\n|---|---|\n| green | 2 min |\n| black | |\n",
        "name",
    )
    assert document.text == (
        "Buy:\n\n- milk\n- bread\n- rye\n\n3. wake\n4. eat\n\nTea: green; Time: 2 min.\nTea: black."
    )


def test_code_keeps_its_lines_and_links_their_words():
    document = markdown_document("See [the manual](http://x) and ![a photo](y.png).\n\n    a = 1\n    b = 2\n", "name")
    assert document.text == "See the manual and a photo.\n\na = 1\nb = 2"


def test_html_inside_markdown_is_read_too():
    assert (
        markdown_document("Hello <b>bold</b>&nbsp;world.\n\n<script>x()</script>\n", "name").text == "Hello bold world."
    )
