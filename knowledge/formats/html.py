"""HTML to plain text: what a reader of the page would read, without what stands around it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from knowledge.formats.accordions import ENDED, open_accordions
from knowledge.formats.boilerplate import drop_boilerplate
from knowledge.formats.decode import decode
from knowledge.formats.inline import (
    BLOCKS,
    CONTENT,
    NAMING,
    inline_text,
    is_dropped,
    is_toggle,
    raised,
    squeeze,
    visible,
)
from knowledge.formats.lists import name_nested_items
from knowledge.formats.nesting import refuse_too_deep
from knowledge.formats.tables import table_lines
from knowledge.formats.tabs import TITLED, TITLED_TAGS, open_tabs
from knowledge.text import LONGEST_HEADING, DocumentText, Section, stream_safe

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser, LexborNode

_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_LINES = frozenset(["li", "tr", "dt", "dd"])
_SPACES = re.compile(" {2,}")
#: An element with this attribute begins the page of this number: what a converter marks in a document with pages.
PAGE = "data-page-number"
#: The main part of a page is read alone unless it holds less than this share of all that could be read.
_MAIN_SHARE = 0.1
#: The same for its only article, which may be one small teaser.
_ARTICLE_SHARE = 0.4
_MOST_MAINS = 20
#: Between the parts of a page's title: the page, the site.
_BETWEEN = re.compile(r"\s+[|–—·•»:-]\s+|\s*[|»]\s*")
#: A heading that does not say whose page it is.
_GENERIC = re.compile(
    r"(?:the |our |your )?(?:frequently asked questions|faqs?|q ?(?:&|and) ?a|questions(?: (?:&|and) answers)?"
    r"|home(?: ?page)?|welcome(?: to (?:our|the) \w+)?|about(?: us)?|contact(?: us)?|help(?: cent(?:re|er))?|support"
    r"|info(?:rmation)?|overview|introduction|news|prices?|price list|tariffs?|rates|fees|opening (?:hours|times)|times"
    r"|timetables?|menu|delivery|returns|terms(?: (?:&|and) conditions| of (?:use|service))?|rules|services|team|story"
    r"|visit|useful information|visitor information|visit us|getting here|directions|find us|index)[!.?]?",
    re.IGNORECASE,
)
#: No list counts further than this: the digits of its first number may be thousands.
_LAST_NUMBER = 999_999


def convert(content: bytes, name: str) -> DocumentText:
    """Read an HTML page. Raises DocumentError for binary content."""
    return html_document(decode(content, html=True), name, on_web=True)


def html_document(text: str, name: str, title: str = "", *, on_web: bool = False) -> DocumentText:
    """Turn an HTML page into plain text.

    The title is `title`, else the first h1, else the page's title, else `name`. Navigation, scripts, controls, hidden
    and struck-out parts are dropped; if the page has a main part, only that is read. Of a page that is `on_web` also
    what says only by ids and classes that it stands around the text, and an h1 like "Prices" is told with the site.
    Runs of white space become one space, list items and table rows become lines, and a row names the column of each
    cell. Raises DocumentError for a page that is nested too deeply to be parsed.
    """
    from selectolax.lexbor import LexborHTMLParser

    refuse_too_deep(text)
    tree = LexborHTMLParser(text)
    if on_web:
        drop_boilerplate(tree)
    open_tabs(tree)
    open_accordions(tree)
    name_nested_items(tree)
    page = _main_part(tree)
    head = tree.css_first("head > title")
    page_title = squeeze(head.text()).strip()[:LONGEST_HEADING] if head is not None else ""
    first = page.first_heading
    return page.document(title or (_with_site(first, page_title) if on_web else first) or page_title or name)


def _with_site(heading: str, page_title: str) -> str:
    """Return the first heading with what else the title of the page says, where it could be that of any page."""
    if not _GENERIC.fullmatch(heading):
        return heading
    others = [part for part in _BETWEEN.split(page_title) if part and not _GENERIC.fullmatch(part)]
    return " – ".join([heading, *others])[:LONGEST_HEADING]


def _main_part(tree: LexborHTMLParser) -> _Page:
    """Read the part of a page that it marks as its content, or all of it where that would leave most out."""
    if tree.body is None:
        return _Page()
    everything = _Page().read(tree.body)
    if 0 < len(mains := tree.css("main, [role=main]")) <= _MOST_MAINS:
        roots, share = [main for main in mains if not _is_inside(main, mains)], _MAIN_SHARE
    elif len(articles := tree.css("article")) == 1:
        roots, share = articles, _ARTICLE_SHARE
    else:
        return everything
    page = _Page()
    for root in roots:
        page.read(root)
    return page if page.length >= share * everything.length else everything


def _is_inside(node: LexborNode, others: list[LexborNode]) -> bool:
    parents = {other.mem_id for other in others} - {node.mem_id}
    above = node.parent
    while above is not None:
        if above.mem_id in parents:
            return True
        above = above.parent
    return False


@dataclass
class _Page:
    """Collects blocks while the tree is walked; `text` grows by appending, so offsets into it are final."""

    text: list[str] = field(default_factory=list)
    length: int = 0
    inline: list[str] = field(default_factory=list)
    prefix: str = ""
    joint: str = "\n\n"
    levels: dict[int, str] = field(default_factory=dict)
    sections: list[tuple[tuple[str, ...], list[tuple[int, int]]]] = field(default_factory=lambda: [((), [])])
    first_heading: str = ""
    preformatted: int = 0
    lists: list[int | None] = field(default_factory=list)  # the number of the next item; None without numbers
    outer: list[dict[int, str]] = field(default_factory=list)  # the headings to go back to
    pages: list[tuple[int, int]] = field(default_factory=list)

    def read(self, root: LexborNode) -> _Page:
        """Walk `root` in document order, without recursion: pages nest thousands of elements deep. Returns self."""
        stack: list[tuple[LexborNode, bool]] = [(root, False)]
        inside = naming = 0
        while stack:
            node, leaving = stack.pop()
            tag = node.tag or ""
            if leaving:
                inside -= _is_content(node, tag)
                naming -= tag in NAMING
                self.leave(node, tag)
            elif tag == "-text":
                words = node.text_content or ""
                self.inline.append(visible(words) if self.preformatted else squeeze(words))
            elif tag == "sup":
                self.inline.append(raised(node))
            elif not is_dropped(node, tag, inside=inside > 0, naming=naming > 0) and not self.taken(node, tag):
                if tag in BLOCKS or tag in _HEADINGS or (tag == "button" and not naming and is_toggle(node)):
                    inside += _is_content(node, tag)
                    naming += tag in NAMING
                    self.enter(node, tag)
                    stack.append((node, True))
                stack.extend((child, False) for child in reversed(list(node.iter(include_text=True))))
        self.flush()
        return self

    def taken(self, node: LexborNode, tag: str) -> bool:
        """Take in an element that has no children to walk, or whose children are read here; tell whether it is one."""
        if tag == "br":
            self.inline.append("\n")
        elif tag == "img":
            self.inline.append(node.attributes.get("alt") or "")
        elif tag in {"td", "th"}:
            self.inline.append(" ")
        return tag == "table" and self.table(node)

    def enter(self, node: LexborNode, tag: str) -> None:
        """Begin a block."""
        self.flush()
        if (page := node.attributes.get(PAGE) or "").isdecimal():
            self.pages.append((self.length, min(int(page[:10]), _LAST_NUMBER)))
        self.preformatted += tag == "pre"
        if tag in {"ol", "ul"}:
            self.joint = "\n" if self.lists else self.joint
            self.lists.append(None if tag == "ul" else _first_number(node))
        elif tag == "li" and self.lists:
            number = self.lists[-1]
            self.prefix = "- " if number is None else f"{number}. "
            self.lists[-1] = None if number is None else number + 1
        elif title := _block_title(node, tag):
            self.outer.append(dict(self.levels))
            self.inline.append(title)
            self.heading(max(self.levels, default=1) + 1)

    def leave(self, node: LexborNode, tag: str) -> None:
        """End a block."""
        if tag in _HEADINGS:
            self.heading(_HEADINGS[tag])
            return
        self.flush()
        self.prefix = "" if tag == "li" else self.prefix
        self.preformatted -= tag == "pre"
        if tag in {"ol", "ul"}:
            self.lists.pop()
        if _block_title(node, tag):
            self.levels = self.outer.pop()
            self.sections.append((self.headings(), []))
        elif tag in _LINES or self.lists:
            self.joint = "\n"
        elif tag in {"ol", "ul", "dl", "table"}:
            self.joint = "\n\n"
        if (ended := node.attributes.get(ENDED) or "").isdecimal():
            self.levels = {level: text for level, text in self.levels.items() if level < int(ended[:1])}
            self.sections.append((self.headings(), []))

    def flush(self) -> None:
        """End the block that is being collected."""
        block = self._collected()
        if not block:
            return
        self.add(self.prefix + block)
        self.prefix, self.joint = "", "\n\n"

    def add(self, block: str) -> None:
        """Append `block` to the plain text and to the current section."""
        block = stream_safe(block)
        joint = self.joint if self.length else ""
        start = self.length + len(joint)
        self.text += (joint, block)
        self.length = start + len(block)
        self.sections[-1][1].append((start, self.length))

    def heading(self, level: int) -> None:
        """End a heading of `level` (1 is the highest): what follows is a new section."""
        title = " ".join(self._collected().split())
        if len(title) > LONGEST_HEADING:
            self.add(title)
        if not title or len(title) > LONGEST_HEADING:
            return
        if level == 1 and not self.first_heading:
            self.first_heading = title
        self.levels = {above: text for above, text in self.levels.items() if above < level} | {level: title}
        self.prefix, self.joint = "", "\n\n"
        self.add(title)
        self.sections[-1][1].pop()
        self.sections.append((self.headings(), []))

    def headings(self) -> tuple[str, ...]:
        """The headings that lead to what comes next."""
        return tuple(self.levels[level] for level in sorted(self.levels))

    def table(self, node: LexborNode) -> bool:
        """Write a table of data as one line per row, and return True; leave a table used for layout alone."""
        lines = table_lines(node)
        if lines is None:
            return False
        self.flush()
        if (caption := node.css_first("caption")) is not None:
            self.inline.append(inline_text(caption))
            self.flush()
        for line in lines:
            self.add(line)
            self.joint = "\n"
        self.joint = "\n\n"
        return True

    def document(self, title: str) -> DocumentText:
        """Return what was collected; the title is not repeated among the headings, nor is what it begins with."""
        first = self.first_heading if title.startswith(self.first_heading) else title
        sections = tuple(
            Section(tuple(heading for heading in headings if heading not in (title, first)), tuple(blocks))
            for headings, blocks in self.sections
            if blocks
        )
        if not sections and self.length:  # nothing but headings: then they are what there is to read
            sections = (Section((), ((0, self.length),)),)
        return DocumentText(title, "".join(self.text), sections, pages=tuple(self.pages))

    def _collected(self) -> str:
        lines = "".join(self.inline).split("\n")
        self.inline.clear()
        return stream_safe("\n".join(_SPACES.sub(" ", line.strip(" ")) for line in lines).strip())


def _first_number(node: LexborNode) -> int:
    start = node.attributes.get("start") or ""
    return min(int(start[:10]), _LAST_NUMBER) if start.isdecimal() else 1


def _is_content(node: LexborNode, tag: str) -> bool:
    return tag in CONTENT or (tag in BLOCKS and node.attributes.get("role") == "main")


def _block_title(node: LexborNode, tag: str) -> str:
    return ((node.attributes.get(TITLED) or "") if tag in TITLED_TAGS else "")[:LONGEST_HEADING].strip()
