"""What stands around the text of a web page, told by ids and classes."""

import pytest

from knowledge.formats.registry import convert

TEXT = "The ferry leaves at nine and comes back at five; dogs travel free, and bicycles cost two pounds. " * 3
LINKS = "".join(f"<li><a href=/{n}>Page number {n}</a></li>" for n in range(5))


def read(body: str, title: str = "") -> str:
    return convert(f"<html><head><title>{title}</title></head><body>{body}</body></html>".encode(), ".html", "x").text


@pytest.mark.parametrize(
    "around",
    [
        "<div class=cc-window role=region><span>This site uses cookies. <a href=#>More</a></span></div>",
        "<div id=cookie-banner><p>We like cookies.</p><a>Accept all</a></div>",
        f"<ul class='menu large'>{LINKS}</ul>",
        f"<div id=navbar><ul>{LINKS}</ul></div>",
        f"<section class=related-posts><h3>Related</h3><ul>{LINKS}</ul></section>",
        "<div id=footer><p>Follow us: <a>Mastodon</a></p><p>Ferry Ltd, Quay 1</p></div>",
        "<div class=sidebar><p>Ferries were invented long ago.</p></div>",
        "<p class=social>Follow us: <a>Mastodon</a> <a>Email</a></p>",
        "<div class=newsletter-signup><p>Get our news!</p><input><button>Go</button></div>",
        "<a class=skip-link href=#c>To the text</a>",
        "<a href=#c>Skip to content</a>",
    ],
)
def test_what_stands_around_the_text_is_left_out(around):
    assert read(f"{around}<h1>Ferry</h1><p>{TEXT}</p>") == f"Ferry\n\n{TEXT.strip()}"


@pytest.mark.parametrize(
    "body",
    [
        f"<div class=menu><h2>Soups</h2><p>Leek, with bread, £4. {TEXT}</p></div><p>We cook at noon.</p>",
        "<p>Ferry.</p><div class=menu><p>Leek soup £4</p><p>Trout £9</p></div>",
        f"<div id=footer><p>{TEXT}</p></div><p>Ferry.</p>",
        f"<div class=sidebar><article><p>{TEXT}</p></article></div>",
        f"<main><div class=sidebar><p>Mind the gap.</p></div><p>{TEXT}</p></main>",
        f"<div class=newsletter><h2>May</h2><p>{TEXT}</p></div>",
        f"<div class=cookie-recipe><p>Two cups of flour. {TEXT}</p></div>",
        "<p>Ferry.</p><div class=social><p>The social begins at eight, with a band.</p></div>",
    ],
)
def test_what_is_the_text_is_read_whatever_it_is_called(body):
    words = read(body).split()
    plain = body
    for tag in ("div", "p", "h2", "article", "main"):
        plain = plain.replace(f"</{tag}>", " ")
    expected = [word for part in plain.split("<") for word in part.partition(">")[2].split()]
    assert words == [word for word in expected if word]


def test_an_aside_of_links_in_the_main_part_is_left_out_and_another_one_not():
    links = f"<aside><h4>Related articles</h4><ul>{LINKS}</ul></aside>"
    note = "<aside><p>Mind the gap, and see <a href=/s>safety</a>.</p></aside>"
    assert read(f"<main><p>{TEXT}</p>{links}{note}</main>") == f"{TEXT.strip()}\n\nMind the gap, and see safety."


@pytest.mark.parametrize(
    ("heading", "title", "made"),
    [
        ("Frequently asked questions", "FAQs | Ferry to Skye", "Frequently asked questions – Ferry to Skye"),
        ("Welcome", "Home - Ferry to Skye", "Welcome – Ferry to Skye"),
        ("Prices", "Prices", "Prices"),
        ("Dogs on board", "Dogs on board | Ferry to Skye", "Dogs on board"),
    ],
)
def test_a_heading_that_any_page_could_have_is_told_with_the_site(heading, title, made):
    page = f"<title>{title}</title><h1>{heading}</h1><p>{TEXT}</p><h2>Dogs</h2><p>Free.</p>"
    document = convert(page.encode(), ".html", "x")
    assert document.title == made
    assert [section.headings for section in document.sections] == [(), ("Dogs",)]
