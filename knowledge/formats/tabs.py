"""Tabs of an HTML page: each panel, shown or not, becomes a section under the name on its tab."""

from __future__ import annotations

from typing import TYPE_CHECKING

from knowledge.formats.inline import HIDING, is_hidden, squeeze

if TYPE_CHECKING:
    from collections.abc import Iterator

    from selectolax.lexbor import LexborHTMLParser, LexborNode

#: An element with this attribute is a section of its own, under that name: what a dialect of Markdown marks as a block.
TITLED = "data-block-title"
TITLED_TAGS = frozenset(["div", "section", "article", "details"])
_MOST_TABS = 1000
#: So many elements further out than its tabs a panel may stand that no tab names.
_FURTHEST = 3


def open_tabs(tree: LexborHTMLParser) -> None:
    """Show every panel of tabs as a block with the tab's name as its title, and hide the tabs.

    A panel is what a tab or a panel names as the other (https://www.w3.org/WAI/ARIA/apg/patterns/tabs/), what stands
    in the place of its tab among panels that nothing names, or what a list of links names of which some is hidden.
    """
    for tab, panel in _pairs(tree):
        if title := squeeze(tab.text()).strip():
            panel.attrs[TITLED] = title
        for name in HIDING:
            if name in panel.attributes:
                del panel.attrs[name]
        tab.attrs["hidden"] = ""


def _pairs(tree: LexborHTMLParser) -> list[tuple[LexborNode, LexborNode]]:
    """Return the tabs, each with its panel."""
    tabs, links = tree.css("[role=tab]")[:_MOST_TABS], tree.css("a[href^='#']:not([role])")[:_MOST_TABS]
    if not tabs and not links:
        return []
    named = {node.attributes.get("id") or "": node for node in tree.css("[id]") if node.tag in TITLED_TAGS}
    labelled = {
        node.attributes.get("aria-labelledby") or "": node
        for node in tree.css("[role=tabpanel]")
        if node.tag in TITLED_TAGS
    }
    found = [(tab, named.get(_target(tab)) or labelled.get(tab.attributes.get("id") or "-")) for tab in tabs]
    pairs = [(tab, panel) for tab, panel in found if panel is not None]
    taken = {panel.mem_id for _, panel in pairs}
    for group in _groups([tab for tab, panel in found if panel is None]):
        panels = [panel for panel in _panels_beside(group[0]) if panel.mem_id not in taken][: len(group)]
        if len(panels) == len(group):
            pairs += zip(group, panels, strict=True)
            taken |= {panel.mem_id for panel in panels}
    for group in _groups(links):
        panels = [panel for link in group if (panel := named.get(_target(link))) is not None]
        beside = len({panel.parent.mem_id for panel in panels if panel.parent is not None}) == 1
        if 1 < len(panels) == len(group) and beside and any(is_hidden(panel) for panel in panels):
            pairs += zip(group, panels, strict=True)
    return pairs


def _target(tab: LexborNode) -> str:
    """Return the id of what a tab says it opens, "-" for nothing."""
    href = tab.attributes.get("href") or ""
    return tab.attributes.get("aria-controls") or (href[1:] if href.startswith("#") else "") or "-"


def _groups(tabs: list[LexborNode]) -> Iterator[list[LexborNode]]:
    """Yield the tabs that stand in one list, or side by side."""
    groups: dict[int, list[LexborNode]] = {}
    for tab in tabs:
        around = tab.parent
        if around is not None and around.tag == "li":
            around = around.parent
        groups.setdefault(around.mem_id if around is not None else 0, []).append(tab)
    yield from groups.values()


def _panels_beside(tab: LexborNode) -> list[LexborNode]:
    around = tab.parent
    for _ in range(_FURTHEST):
        if around is None:
            break
        first = around.css_first("[role=tabpanel]")
        if first is not None and first.parent is not None:
            return [
                node
                for node in first.parent.iter()
                if node.attributes.get("role") == "tabpanel" and node.tag in TITLED_TAGS
            ]
        around = around.parent
    return []
