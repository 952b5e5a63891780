"""Lists in lists of an HTML page: an item deeper in says nothing without the item that it belongs to.

As lines the levels would be lost: in "Bring: clothes: coat, boots; food" food is none of the clothes.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from knowledge.formats.inline import inline_text

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser, LexborNode

#: Words of an item that only names what is below it, and of an item that is told in one line with the others.
_LONGEST_LABEL, _LONGEST_ITEM = 6, 8
#: Words of such a line.
_LONGEST_LINE = 40
_MOST_LISTS = 5000
#: What an item is more than a line for.
_MORE = "ul, ol, dl, table, pre, p + p, div, h1, h2, h3, h4, h5, h6, br"


def name_nested_items(tree: LexborHTMLParser) -> None:
    """Tell short items with the label above them in one line, and put it before each of longer ones.

    Steps with numbers stay as they are, and so does what stands below a sentence.
    """
    for nested in reversed(tree.css("li > ul")[:_MOST_LISTS]):
        parent, before = nested.parent, nested.prev
        while before is not None and before.tag == "-text" and not (before.text_content or "").strip():
            before = before.prev
        label = _label(parent, nested) if parent is not None and before is not None else ""
        items = [child for child in nested.iter() if child.tag == "li"]
        if not label or before is None or not items:
            continue
        words = [" ".join(inline_text(item).split()) if item.css_first(_MORE) is None else "" for item in items]
        if all(map(_is_short, words)) and len(" ".join((label, *words)).split()) <= _LONGEST_LINE:
            line = ("; " if any("," in each for each in words) else ", ").join(words)
            _put_behind(before, line)
            nested.decompose()
        else:
            for item in items:
                _put_before(item, f"{label}: ")


def _label(parent: LexborNode, nested: LexborNode) -> str:
    """Return the words of an item above a list, if they only name what is in it."""
    words = ""
    for count, child in enumerate(parent.iter(include_text=True)):
        if child.mem_id == nested.mem_id:
            label = " ".join(words.split())
            is_label = label[-1:] not in tuple(".!?;,") and len(label.split()) <= _LONGEST_LABEL
            return label.removesuffix(":").strip() if is_label else ""
        if child.tag in {"ul", "ol", "table", "pre"} or (child.tag == "p" and count > 1):
            return ""
        words += inline_text(child)
    return ""


def _is_short(words: str) -> bool:
    return 0 < len(words.split()) <= _LONGEST_ITEM and words[-1] not in ".!?:" and not set(words) & set(";:")


def _put_before(item: LexborNode, label: str) -> None:
    """Write `label` before the first words of an item."""
    first: LexborNode | None = next((child for child in islice(item.iter(), 1) if child.tag == "p"), None)
    first = next(iter((first or item).iter(include_text=True)), None)
    if first is not None:
        first.insert_before(label)


def _put_behind(label: LexborNode, line: str) -> None:
    """Write a line behind the last words of a label."""
    is_text = label.tag == "-text"
    words = ((label.text_content or "") if is_text else inline_text(label)).rstrip()
    said = f"{'' if words.endswith(':') else ':'} {line}"
    if is_text:
        label.replace_with(words + said)
    elif label.tag == "p":
        label.insert_child(said)
    else:
        label.insert_after(said)
