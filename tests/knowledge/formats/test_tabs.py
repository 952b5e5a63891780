"""Panels of tabs stand under the names of their tabs."""

import pytest

from knowledge.formats.html import html_document
from tests.knowledge.texts import blocks

PANELS = "<div {0}><p>Press the left key.</p></div><section {1}><p>Press the right key.</p></section><p>Done.</p>"
ROLES = PANELS.format('role="tabpanel"', 'role="tabpanel" hidden')
READ = [(("Fox",), ["Press the left key."]), (("Owl",), ["Press the right key."]), ((), ["Done."])]


@pytest.mark.parametrize(
    "body",
    [
        f'<ul role="tablist"><li role="tab">Fox</li><li role="tab">Owl</li></ul>{ROLES}',
        f'<div><div role="tablist"><button role="tab">Fox</button><button role="tab">Owl</button></div></div>{ROLES}',
        '<ul><li><a role="tab" href="#b">Owl</a><li><a role="tab" aria-controls="a">Fox</a></ul>'
        + PANELS.format('id="a"', 'id="b" style="display: none"'),
        '<ul><li><a href="#a">Fox</a><li><a href="#b">Owl</a></ul>' + PANELS.format('id="a"', 'id="b" hidden'),
        '<b role="tab" id="x">Fox</b><b role="tab" id="y">Owl</b>'
        + PANELS.format('role="tabpanel" aria-labelledby="x"', 'role="tabpanel" aria-labelledby="y" hidden'),
    ],
)
def test_a_panel_is_read_under_its_tab_and_the_list_of_tabs_is_not(body):
    assert blocks(html_document(f"<h1>Keys</h1>{body}", "name")) == READ


def test_a_second_set_of_tabs_has_its_own_panels():
    tabs = '<ul role="tablist"><li role="tab">Fox</li><li role="tab">Owl</li></ul>'
    assert blocks(html_document(f"<h1>Keys</h1>{tabs}{ROLES}{tabs}{ROLES}", "name")) == READ * 2


def test_links_to_shown_sections_or_to_one_hidden_dialog_are_no_tabs():
    shown = '<ul><li><a href="#a">Fox</a><li><a href="#b">Owl</a></ul>' + PANELS.format('id="a"', 'id="b"')
    assert html_document(shown, "name").text.startswith("- Fox\n- Owl\n\nPress the left key.")
    assert html_document('<p><a href="#a">More</a></p><div id="a" hidden>Advert</div>', "name").text == "More"


def test_a_heading_after_tabs_in_a_list_is_not_under_them():
    tabs = '<ol><li>Go on:<b role="tab">Fox</b><b role="tab">Owl</b>' + ROLES.removesuffix("<p>Done.</p>")
    read = blocks(html_document(f"<h1>Keys</h1>{tabs}<li>Done.</ol>", "name"))
    assert read[-2:] == [(("Owl",), ["Press the right key."]), ((), ["2. Done."])]
