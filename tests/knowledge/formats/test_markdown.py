"""Markdown becomes the text that a person would read, with headings as context."""

import pytest

from knowledge.formats.markdown import front_matter, markdown_document
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


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("Seen on Monday #trips/coast/north.", "Seen on Monday."),
        ("#trips/coast", ""),
        ("Ask in #garden, by either/or.", "Ask in #garden, by either/or."),
        ("The file is at a#b/c and `#x/y`.", "The file is at a#b/c and #x/y."),
        ("It is #1/2 of it.", "It is #1/2 of it."),
    ],
)
def test_tags_below_tags_are_left_out(written, shown):
    assert markdown_document(f"# Title\n\n{written}\n\nEnd.", "name").text.split("\n\n")[1:-1] == (
        [shown] if shown else []
    )


def test_a_rule_at_the_start_is_no_front_matter():
    assert "Body." in markdown_document("---\n\nBody.\n\nMore.", "name").text


def test_lists_and_tables_stay_readable():
    document = markdown_document(
        "Buy:\n\n- milk\n- bread\n  - rye\n\n3. wake\n4. eat\n\n"
        "| Tea | Time |\n|---|---|\n| green | 2 min |\n| black | |\n",
        "name",
    )
    assert document.text == ("Buy:\n\n- milk\n- bread: rye\n\n3. wake\n4. eat\n\nTea: green; Time: 2 min.\nTea: black.")


def test_code_keeps_its_lines_and_links_their_words():
    document = markdown_document("See [the manual](http://x) and ![a photo](y.png).\n\n    a = 1\n    b = 2\n", "name")
    assert document.text == "See the manual and a photo.\n\na = 1\nb = 2"


def test_html_inside_markdown_is_read_too():
    assert (
        markdown_document("Hello <b>bold</b>&nbsp;world.\n\n<script>x()</script>\n", "name").text == "Hello bold world."
    )


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("The fee is ~~80~~ 95 euros.", "The fee is 95 euros."),
        ("See [[Places/The mill|the old mill]] and [[Places/Bridge]].", "See the old mill and Bridge."),
        ("See [[Mill#History]].", "See Mill."),
        ("A ==bright== idea, a == b, `[[code|x]]`.", "A bright idea, a == b, [[code|x]]."),
        ("Before ![[photo.png]]after.", "Before after."),
        ("Shown %%not this%% again, 50 %% of it.", "Shown again, 50 %% of it."),
        ("It has 12 arches[^1].\n\n[^1]: Two are dry.", "It has 12 arches.\n\n1. Two are dry."),
        ("The vet is Ann. ^vet-1\n\nTwo ^2", "The vet is Ann.\n\nTwo ^2"),
        ("Class `[^abc]` stays.", "Class [^abc] stays."),
        ("Mill\n: Grinds corn.", "Mill\nGrinds corn."),
        ("One.\n\n%%\nsecret\n\nmore\n%%\n\nTwo.", "One.\n\nTwo."),
        ("%% Section one\n\nText.", "%% Section one\n\nText."),
    ],
)
def test_what_dialects_add_to_a_line_is_shown_as_they_show_it(line, shown):
    assert " ".join(markdown_document(line, "name").text.split(" ")).replace("  ", " ") == shown


@pytest.mark.parametrize(
    "block",
    [
        '!!! tip "Warm hands"\n\n    Rub them.\n\n    - twice',
        '??? tip "Warm hands"\n    Rub them.\n\n    - twice',
        '=== "Warm hands"\n\n    Rub them.\n\n    - twice',
        ":::tip Warm hands\nRub them.\n\n- twice\n:::",
        ":::tip[Warm hands]\nRub them.\n\n- twice\n:::",
        "> [!tip] Warm hands\n> Rub them.\n>\n> - twice",
        "> [!tip]- Warm hands\n> Rub them.\n>\n> - twice\n",
    ],
)
def test_a_block_with_a_title_is_a_section_that_ends_with_it(block):
    document = markdown_document(f"# Winter\n\n## Walks {{#walks}}\n\nBefore.\n\n{block}\n\nAfter.", "name")
    assert blocks(document) == [
        (("Walks",), ["Before."]),
        (("Walks", "Warm hands"), ["Rub them.", "- twice"]),
        (("Walks",), ["After."]),
    ]


def test_blocks_stand_in_blocks_and_beside_each_other():
    table = "    | Part | Use |\n    |---|---|\n    | pump | 17 W |"
    text = f'=== "Old"\n\n{table}\n\n    !!! warning\n        Hot.\n\n=== "New"\n\n    Cold.'
    assert blocks(markdown_document(text, "name")) == [
        (("Old",), ["Part: pump; Use: 17 W."]),
        (("Old", "Warning"), ["Hot."]),
        (("New",), ["Cold."]),
    ]


def test_code_is_not_a_dialect():
    code = '=== "x"\n%% b %%\n[[c|d]] ~~e~~ ==f==\n> [!note] g\n:::tip h\n:::'
    assert markdown_document(f"```\n{code}\n```\n", "name").text == code


@pytest.mark.parametrize(
    ("front", "title"),
    [
        ('+++\ntitle = "Broad beans"\ndate = 2021-04-01\n+++\n', "Broad beans"),
        ("+++\ndate = 2021\n[extra]\ntitle = 'Later'\n+++\n", "Later"),
        ("---\ntitle : Beans\n...\n", "Beans"),
    ],
)
def test_front_matter_of_either_kind_gives_the_title(front, title):
    document = markdown_document(f"{front}\nSow them deep.", "name")
    assert (document.title, document.text) == (title, "Sow them deep.")


@pytest.mark.parametrize("text", ["---\ntitle: a\n\nNo end.", "+++ x\ntitle = 'a'\n+++\n", "--- \n", "---", ""])
def test_what_only_looks_like_front_matter_is_text(text):
    assert front_matter(text) == ("", text)
