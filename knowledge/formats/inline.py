"""What of an HTML page is read at all, and the words inside a line of it."""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

BLOCKS = frozenset(
    "address article blockquote body center dd details div dl dt fieldset figcaption figure header hgroup hr html "
    "legend li main ol p pre section summary table caption tbody thead tfoot tr ul".split()
)
#: Elements whose text says what the text after them is about; a button in one of them is part of it.
NAMING = frozenset("h1 h2 h3 h4 h5 h6 dt summary legend".split())
#: What stands in one of these belongs to the text, even beside it.
CONTENT = frozenset(["main", "article"])

_DROPPED = frozenset(
    "head script style noscript template nav footer select svg math iframe object canvas audio video map dialog input "
    "textarea del s strike -comment _comment".split()
)
_DROPPED_ROLES = frozenset(
    "navigation banner contentinfo search dialog alertdialog complementary menu doc-noteref doc-backlink".split()
)
#: Classes of what leads to other pages: the way to this one, and those before and after it.
_AROUND = frozenset("breadcrumb breadcrumbs pager pagination pagination-nav".split())
_HOLDERS = frozenset("div ul ol p span section".split())
#: What a link shows in a heading that it leads to.
_ANCHORS = frozenset("# ¶ § 🔗".split())
#: Attributes that hide an element.
HIDING = ("hidden", "aria-hidden", "style")
_TOGGLES = ("aria-expanded", "aria-controls", "data-toggle", "data-bs-toggle")
#: A form with a paragraph of this many characters is a page in a form, and no dialogue with the reader.
_PARAGRAPH = 60
_SPACE = re.compile(r"\s+")
_INVISIBLE = dict.fromkeys(map(ord, "\u00ad\u200b\u2060\ufeff"))
#: Digits and signs to those that stand above the line.
RAISED = str.maketrans("0123456789+-−=()ni", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ⁿⁱ")
_NOTE_MARK = re.compile(r"\[?[\d*†‡§a-z]{1,4}\]?")


def visible(text: str) -> str:
    """Return `text` without the characters that only say where a line may break."""
    return text.translate(_INVISIBLE)


def squeeze(text: str) -> str:
    """Return `text` with each run of white space as one space, as HTML is shown."""
    return _SPACE.sub(" ", visible(text))


def is_dropped(node: LexborNode, tag: str, *, inside: bool = True, naming: bool = False) -> bool:
    """Tell whether an element is not read: what a program runs, a visitor operates, or nobody is shown.

    `inside`: it stands in the content of the page; `naming`: it stands in a heading or the like.
    """
    if tag in _DROPPED or (tag == "aside" and not inside):
        return True
    attributes = node.attributes
    if tag == "button" and not naming:
        return is_hidden(node) or not is_toggle(node)
    if tag == "form" and not holds_a_page(node):
        return True
    if not attributes:
        return False
    kind = attributes.get("class") or ""
    role = attributes.get("role")
    return (
        is_hidden(node)
        or (role in _DROPPED_ROLES and not (inside and role == "complementary"))
        or (tag == "a" and ("footnote-backref" in kind or _is_anchor(node, kind)))
        or (tag in _HOLDERS and not _AROUND.isdisjoint(kind.lower().split()))
    )


def _is_anchor(node: LexborNode, kind: str) -> bool:
    """Tell whether a link leads to the heading that it stands in, and only shows a sign."""
    href = node.attributes.get("href") or ""
    return "headerlink" in kind or (href.startswith("#") and node.text().strip() in _ANCHORS)


def is_hidden(node: LexborNode) -> bool:
    """Tell whether an element is not shown, by what it says itself."""
    attributes = node.attributes
    return (
        attributes.get("hidden", "until-found") != "until-found"
        or attributes.get("aria-hidden") == "true"
        or "display:none" in (attributes.get("style") or "").replace(" ", "")
    )


def is_toggle(node: LexborNode) -> bool:
    """Tell whether a button opens a text that it names: the question of an answer, not "Menu"."""
    if not any(name in node.attributes for name in _TOGGLES):
        return False
    words = node.text(separator=" ").split()
    return len(words) > 2 or bool(words and words[-1].endswith("?"))


def holds_a_page(form: LexborNode) -> bool:
    """Tell whether what has controls in it is a page in a form, and no dialogue with the reader."""
    if form.css_first("h1, h2, h3, main, article") is not None:
        return True
    return any(len(part.text()) >= _PARAGRAPH for part in islice(form.css("p, li, td, dd"), 20))


def raised(node: LexborNode) -> str:
    """Return the text of a `sup` element: an exponent so that it stays one, nothing for the mark of a footnote."""
    text = inline_text(node).strip()
    attributes = node.attributes
    marked = any(
        mark in f"{attributes.get('class')} {attributes.get('id')}" for mark in ("reference", "footnote", "fnref")
    )
    if marked or (_NOTE_MARK.fullmatch(text) and (text[0] == "[" or node.css_first("a[href*='#']") is not None)):
        return ""
    if not any(char.isalnum() for char in text):
        return ""
    if text.isalpha() and len(text) > 1:  # 1st
        return text
    lifted = text.translate(RAISED)
    return lifted if not set(lifted) & set(text) else f"^({text})"


def inline_text(root: LexborNode) -> str:
    """Return the words of an element in one line, with a space only where one is seen."""
    pieces: list[str] = []
    stack: list[LexborNode | None] = [root]
    while stack:
        node = stack.pop()
        if node is None:
            pieces.append(" ")
            continue
        tag = node.tag or ""
        if tag == "-text":
            pieces.append(squeeze(node.text_content or ""))
        elif tag == "br":
            pieces.append(" ")
        elif tag == "img":
            pieces.append(node.attributes.get("alt") or "")
        elif tag == "sup" and node is not root:
            pieces.append(raised(node))
        elif not is_dropped(node, tag):
            around = tag in BLOCKS or tag in NAMING or tag in {"td", "th"}
            children = reversed(list(node.iter(include_text=True)))
            if around:
                pieces.append(" ")
                stack.append(None)
            stack.extend(children)
    return squeeze("".join(pieces))
