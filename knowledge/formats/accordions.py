"""What a page shows once it is opened: each answer, open or not, becomes a section under the question on its button."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from knowledge.formats.inline import HIDING, NAMING, holds_a_page, inline_text, is_hidden
from knowledge.formats.tabs import TITLED, TITLED_TAGS
from knowledge.text import LONGEST_HEADING

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser, LexborNode

#: An element with this attribute ends the section of a heading of this level.
ENDED = "data-ended-heading"
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_MOST_TOGGLES = 2000
#: A button opens what it names (https://www.w3.org/WAI/ARIA/apg/patterns/accordion/), or what is hidden right after it.
_TOGGLES = "[aria-expanded], [data-toggle=collapse], [data-bs-toggle=collapse]"
_TARGETS = ("aria-controls", "data-bs-target", "data-target", "href")
#: What opens beside a page, and is no part of its text.
_BESIDE = frozenset("tooltip listbox menu dialog alertdialog navigation search tablist".split())
#: On a button these words say that it opens something, and not what.
_UNTELLING = re.compile(
    r"(?:\W|\b(?:show|see|view|read|learn|load|the|all|more|less|details?|open|close|expand|collapse|toggle|answer|here|"
    r"click)\b)*",
    re.IGNORECASE,
)
#: Where so much of a text leads elsewhere it is a menu.
_MENU_SHARE = 0.8
#: So far around its button a heading may stand.
_FURTHEST = 4


def open_accordions(tree: LexborHTMLParser) -> None:
    """Show what a button of the page opens, with the button's words as its title unless they stand in a heading.

    Menus, filters and what else opens beside the text stay as they are; so does what nothing opens.
    """
    toggles = [node for node in tree.css(_TOGGLES) if _may_open(node)][:_MOST_TOGGLES]
    named = {node.attributes.get("id") or "": node for node in tree.css("[id]")} if toggles else {}
    for toggle in toggles:
        panel = next((named[name] for name in _names(toggle) if name in named), None) or _hidden_after(toggle)
        if panel is None:
            _end_item(toggle)
        if panel is None or TITLED in panel.attributes or _is_beside(panel):
            continue
        hiding = {name: panel.attributes[name] for name in HIDING if name in panel.attributes}
        for name in hiding:
            del panel.attrs[name]
        if not _is_text(panel):
            for name, value in hiding.items():
                panel.attrs[name] = value or ""
        elif panel.tag in TITLED_TAGS and (holder := _naming(toggle)) is None:
            _entitle(panel, toggle)
        elif panel.tag in TITLED_TAGS and holder is not None:
            _end(panel, holder)
    for details in tree.css("details")[:_MOST_TOGGLES]:
        summary = next((child for child in details.iter() if child.tag == "summary"), None)
        inner = summary.css_first(", ".join(_HEADINGS)) if summary is not None else None
        if inner is not None:
            _end(details, inner)
        elif summary is not None and _is_text(details):
            _entitle(details, summary)


def _end(panel: LexborNode, name: LexborNode) -> None:
    """Let the heading of an answer end with it: what comes next stands under the one before."""
    if name.tag in _HEADINGS:
        panel.attrs[ENDED] = name.tag[1:]


def _end_item(toggle: LexborNode) -> None:
    """The same for an element that holds nothing but a heading with a button in it, and one other."""
    name = _naming(toggle)
    item = name.parent if name is not None else None
    if name is None or item is None or item.tag not in TITLED_TAGS:
        return
    held = [child for child in item.iter() if not (child.tag or "-").startswith(("-", "_"))]
    if len(held) == 2 and held[0].mem_id == name.mem_id:
        _end(item, name)


def _entitle(panel: LexborNode, toggle: LexborNode) -> None:
    """Make the words of a button the title of what it opens, unless they only say that it does."""
    title = " ".join("".join(inline_text(child) for child in toggle.iter(include_text=True)).split())
    if len(title) > LONGEST_HEADING:
        return
    if not _UNTELLING.fullmatch(title):
        panel.attrs[TITLED] = title
    toggle.attrs["hidden"] = ""


def _may_open(node: LexborNode) -> bool:
    attributes = node.attributes
    return attributes.get("role") not in {"tab", "combobox"} and attributes.get("aria-haspopup", "false") == "false"


def _names(toggle: LexborNode) -> Iterator[str]:
    """Yield the ids of what a button may open."""
    for name in _TARGETS:
        yield from (part.removeprefix("#") for part in (toggle.attributes.get(name) or "").split())


def _naming(toggle: LexborNode) -> LexborNode | None:
    """Return the heading or the like that a button stands in."""
    node: LexborNode | None = toggle
    for _ in range(_FURTHEST):
        if node is None or node.tag in NAMING:
            return node
        node = node.parent
    return None


def _hidden_after(toggle: LexborNode) -> LexborNode | None:
    """Return what is hidden right behind a button, or behind the heading that it stands in."""
    for node in (toggle, _naming(toggle)):
        following = node.next if node is not None else None
        while following is not None and (following.tag or "").startswith(("-", "_")) and not following.text().strip():
            following = following.next
        if following is not None and not (following.tag or "-").startswith(("-", "_")) and is_hidden(following):
            return following
    return None


def _is_beside(panel: LexborNode) -> bool:
    controls = panel.css_first("input, select, textarea") is not None
    return panel.attributes.get("role") in _BESIDE or (controls and not holds_a_page(panel))


def _is_text(panel: LexborNode) -> bool:
    """Tell whether a panel has words, and most of them do not lead elsewhere."""
    words = len(inline_text(panel).split())
    return words > 0 and sum(len(link.text().split()) for link in panel.css("a[href]")) < _MENU_SHARE * words
