"""What a person can open on a page is read, under what its button says."""

import pytest

from knowledge.formats.html import html_document
from tests.knowledge.texts import blocks

QUESTION, ANSWER = "May I return it?", "Yes, within a month."
READ = [((QUESTION,), [ANSWER]), ((), ["Done."])]


@pytest.mark.parametrize(
    "body",
    [
        '<button aria-expanded="false" aria-controls="p">{q}</button><div id="p" hidden>{a}</div>',
        '<button aria-expanded="false" aria-controls="p">{q}</button><div id="p" aria-hidden="true">{a}</div>',
        '<button aria-expanded="false" aria-controls="p">{q}</button><div id="p" style="display:none">{a}</div>',
        '<div role="button" aria-expanded="false" aria-controls="p">{q} <svg></svg></div><div id="p" hidden>{a}</div>',
        '<a href="#p" data-toggle="collapse">{q}</a><div id="p" class="collapse" aria-hidden="true">{a}</div>',
        '<button data-bs-toggle="collapse" data-bs-target="#p">{q}</button><div id="p" class="collapse">{a}</div>',
        '<button aria-expanded="false">{q}</button> <!-- x --> <div hidden>{a}</div>',
        "<details><summary>{q}</summary><p>{a}</p></details>",
    ],
)
def test_an_answer_that_can_be_opened_is_read_under_its_question(body):
    page = f"<h1>Shop</h1>{body.format(q=QUESTION, a=ANSWER)}<p>Done.</p>"
    assert blocks(html_document(page, "name")) == READ


@pytest.mark.parametrize(
    "body",
    [
        '<h2><button aria-expanded="false" aria-controls="p">{q}</button></h2><div id="p" hidden>{a}</div>',
        '<h2><span><button aria-expanded="false">{q}</button></span></h2><div hidden>{a}</div>',
        "<details><summary><h2>{q}</h2></summary><p>{a}</p></details>",
    ],
)
def test_a_question_that_is_a_heading_stays_one(body):
    page = f"<h1>Shop</h1>{body.format(q=QUESTION, a=ANSWER)}"
    assert blocks(html_document(page, "name")) == READ[:1]


def test_a_description_that_can_be_opened_is_read_after_its_term():
    term = '<dt><button aria-expanded="false" aria-controls="p">Parts</button></dt><dd id="p" hidden>Ten.</dd>'
    assert html_document(f"<dl>{term}</dl>", "name").text == "Parts\nTen."


@pytest.mark.parametrize(
    ("opened", "text"),
    [
        ('<button {} aria-controls="p">Delivery</button><div id="p" hidden>A week.</div>', "Delivery\n\nA week."),
        ('<button {} aria-controls="p">Show more</button><div id="p" hidden>It is blue.</div>', "It is blue."),
        ("<details><summary>Details</summary>It is blue.</details>", "It is blue."),
        ('<button {} aria-controls="p">Menu</button><ul id="p" hidden><li><a href="/">Home</a></ul>', ""),
        ('<button {} aria-controls="p">Filter</button><div id="p" hidden><input>Blue</div>', ""),
        ('<button {} aria-controls="p" aria-haspopup="true">Share</button><div id="p" hidden>Mail it</div>', ""),
        ('<button {} aria-controls="p">What?</button><div id="p" role="tooltip" hidden>A hint.</div>', "What?"),
        ('<button {} aria-controls="q">Basket</button><p>One.</p><div id="p" hidden>It is empty.</div>', "One."),
        ('<button {} aria-controls="p">Delivery</button><div id="p" hidden></div><p>One.</p>', "One."),
    ],
)  # fmt: skip
def test_what_opens_beside_the_text_is_not_read_and_a_button_without_words_of_its_own_neither(opened, text):
    page = f"<p>First.</p>{opened.format('aria-expanded=false')}"
    assert html_document(page, "name").text.removeprefix("First.").strip() == text


def test_answers_in_answers_stand_under_both_questions():
    inner = '<button aria-expanded="false" aria-controls="b">By post</button><div id="b" hidden>Use the box.</div>'
    page = f'<button aria-expanded="false" aria-controls="a">Returns</button><div id="a" hidden>Free. {inner}</div>'
    assert blocks(html_document(f"<h1>Shop</h1>{page}", "name")) == [
        (("Returns",), ["Free."]),
        (("Returns", "By post"), ["Use the box."]),
    ]


@pytest.mark.parametrize(
    "body",
    [
        '<h3><button aria-expanded="false" aria-controls="p">{q}</button></h3><div id="p" hidden>{a}</div>',
        '<div><h3><button aria-expanded="false">{q}</button></h3><div class="shut">{a}</div></div>',
        "<details><summary><h3>{q}</h3></summary><p>{a}</p></details>",
    ],
)
def test_what_comes_after_an_answer_stands_under_the_heading_before_its_question(body):
    page = f"<h1>Shop</h1><h2>Returns</h2><p>Keep the bill.</p>{body.format(q=QUESTION, a=ANSWER)}<p>Done.</p>"
    assert blocks(html_document(page, "name")) == [
        (("Returns",), ["Keep the bill."]),
        (("Returns", QUESTION), [ANSWER]),
        (("Returns",), ["Done."]),
    ]
