"""What stands around the text of a web page and says so only by ids and classes: banners, menus, feet, links elsewhere.

Nothing of it is left out where that could be the text of the page: names are no promise ("menu" is what a restaurant
cooks), so that most kinds have to look like what they are called too.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from knowledge.formats.inline import inline_text

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser, LexborNode

_TAGS = "div, section, ul, ol, p, span, aside, header, table, form, a"
#: Asks for consent; so it is called in the libraries that most pages have it from.
_CONSENT = re.compile(
    r"(?:cookies?|gdpr|consent)[-_]?(?:banner|bar|box|consent|notice|popup|message|overlay|modal|dialog|layer|wrapper|alert)"
    r"|cookieconsent|cc-(?:window|banner|overlay|revoke)|onetrust-.+|cybotcookiebotdialog|cmp(?:box|-container)",
    re.IGNORECASE,
)
#: Outside the content of a page.
_AROUND = re.compile(
    r"(?:(?:site|page|global|main)[-_]?)?(?:footer|sidebar|side-bar)(?:[-_]?(?:wrapper|inner|area))?", re.IGNORECASE
)
#: Where most words lead elsewhere.
_LINKS = re.compile(
    r"(?:(?:site|main|top|primary|secondary|footer|header|side|mobile)[-_]?)?"
    r"(?:nav|navbar|navigation|menu|navmenu|nav-menu|menu-list|breadcrumbs?|topbar|toolbar)(?:[-_]?(?:bar|list|links|items|wrapper|main))?"
    r"|related(?:[-_]?(?:articles?|posts?|links|content|products|pages|reading))?|see-also|read-next|more-articles"
    r"|social(?:[-_]?(?:links|media|icons|share|bar|buttons))?|shar(?:e|ing)(?:[-_]?(?:buttons|links|bar|icons|tools))?|sharedaddy"
    r"|follow(?:[-_]?us|[-_]?links)?",
    re.IGNORECASE,
)
_SIGN_UP = re.compile(
    r"newsletter(?:[-_]?(?:sign-?up|form|box|banner|subscribe|section))?|subscribe(?:[-_]?(?:form|box))?", re.IGNORECASE
)
_SKIP = re.compile(r"skip[-_]?(?:link|nav|navigation|to-?(?:main-?)?content)s?", re.IGNORECASE)
_SKIPPING = re.compile(r"(?:skip|jump) to\b.*", re.IGNORECASE)
#: Of the words that are not headings, in links.
_MOSTLY = 0.5
_MOST_WORDS = 60  # of a sign-up, which has controls too
#: All of it, and each of its parts, holds at most this share of the words of a page.
_SHARE = 0.4
_MOST_NAMED = 3000


def drop_boilerplate(tree: LexborHTMLParser) -> None:
    """Take out what stands around the text of a page, unless that would be most of it."""
    if tree.body is None:
        return
    found: list[LexborNode] = []
    for node in tree.css(f":is({_TAGS}):is([id], [class]), aside, a[href^='#']")[:_MOST_NAMED]:
        if _is_around(node) and not _is_within(node, found):
            found.append(node)
    most = _SHARE * len(inline_text(tree.body))
    lengths = [len(inline_text(node)) for node in found]
    if sum(lengths) > most and max(lengths) <= most:
        return
    for node, length in zip(found, lengths, strict=True):
        if length <= most:
            node.decompose()


def _is_around(node: LexborNode) -> bool:
    attributes = node.attributes
    names = [attributes.get("id") or "", *(attributes.get("class") or "").split()]
    tag = node.tag or ""
    if tag == "a":
        skips = (attributes.get("href") or "").startswith("#") and _SKIPPING.fullmatch(node.text().strip())
        return bool(skips or any(map(_SKIP.fullmatch, names)))
    if node.css_first("main, article, h1, [role=main]") is not None:
        return False
    if any(map(_CONSENT.fullmatch, names)) or any(map(_SKIP.fullmatch, names)):
        return True
    if any(map(_AROUND.fullmatch, names)) and not _is_in_content(node):
        return True
    if any(map(_LINKS.fullmatch, names)) or tag == "aside":
        return _is_mostly_links(node)
    if any(map(_SIGN_UP.fullmatch, names)):
        return node.css_first("input, button, form") is not None and len(inline_text(node).split()) <= _MOST_WORDS
    return False


def _is_mostly_links(node: LexborNode) -> bool:
    links = sum(len(link.text(separator=" ").split()) for link in node.css("a"))
    heads = sum(len(head.text(separator=" ").split()) for head in node.css("h2, h3, h4, h5, h6"))
    return links > 0 and links >= _MOSTLY * (len(inline_text(node).split()) - heads)


def _is_in_content(node: LexborNode) -> bool:
    above = node.parent
    while above is not None:
        if above.tag in {"main", "article"} or above.attributes.get("role") == "main":
            return True
        above = above.parent
    return False


def _is_within(node: LexborNode, others: list[LexborNode]) -> bool:
    parents = {other.mem_id for other in others}
    above = node.parent
    while above is not None and parents:
        if above.mem_id in parents:
            return True
        above = above.parent
    return False
