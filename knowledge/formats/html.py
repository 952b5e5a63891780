"""HTML to plain text: what a reader of the page would read, without what stands around it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from knowledge.formats.decode import decode
from knowledge.text import LONGEST_HEADING, DocumentText, Section, stream_safe

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

_DROPPED = frozenset(
    "head script style noscript template nav footer aside form button select svg math iframe object canvas audio video "
    "map dialog input textarea".split()
)
_DROPPED_ROLES = frozenset("navigation banner contentinfo search dialog alertdialog complementary menu".split())
_BLOCKS = frozenset(
    "address article blockquote body center dd details div dl dt fieldset figcaption figure header hgroup hr html "
    "legend li main ol p pre section summary table caption tbody thead tfoot tr ul".split()
)
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_LINES = frozenset(["li", "tr", "dt", "dd"])
_SPACE = re.compile(r"\s+")
_SPACES = re.compile(" {2,}")
_INVISIBLE = dict.fromkeys(map(ord, "\u00ad\u200b\u2060\ufeff"))
#: No list counts further than this: the digits of its first number may be thousands.
_LAST_NUMBER = 999_999


def convert(content: bytes, name: str) -> DocumentText:
    """Read an HTML page. Raises DocumentError for binary content."""
    return html_document(decode(content, html=True), name)


def html_document(text: str, name: str, title: str = "") -> DocumentText:
    """Turn an HTML page into plain text.

    The title is ``title``, else the first h1, else the page's title, else ``name``. Navigation, scripts, forms and
    hidden parts are dropped; if the page has a main part, only that is read. Runs of white space become one space,
    list items and table rows become lines, and a row names the column of each cell.
    """
    from selectolax.lexbor import LexborHTMLParser

    tree = LexborHTMLParser(text)
    root = tree.css_first("main, [role=main]") or tree.body
    articles = tree.css("article")
    if root is not None and root.tag == "body" and len(articles) == 1:
        root = articles[0]
    page = _Page()
    if root is not None:
        page.read(root)
    head = tree.css_first("head > title")
    page_title = _squeeze(head.text()).strip()[:LONGEST_HEADING] if head is not None else ""
    return page.document(title or page.first_heading or page_title or name)


def _squeeze(text: str) -> str:
    return _SPACE.sub(" ", text.translate(_INVISIBLE))


@dataclass
class _Page:
    """Collects blocks while the tree is walked; ``text`` grows by appending, so offsets into it are final."""

    text: list[str] = field(default_factory=list)
    length: int = 0
    inline: list[str] = field(default_factory=list)
    prefix: str = ""
    joint: str = "\n\n"
    levels: dict[int, str] = field(default_factory=dict)
    sections: list[tuple[tuple[str, ...], list[tuple[int, int]]]] = field(default_factory=lambda: [((), [])])
    first_heading: str = ""

    def read(self, root: LexborNode) -> None:
        """Walk ``root`` in document order, without recursion: pages nest thousands of elements deep."""
        stack: list[tuple[LexborNode, bool]] = [(root, False)]
        preformatted = 0
        lists: list[int | None] = []
        while stack:
            node, leaving = stack.pop()
            tag = node.tag or ""
            if leaving:
                if tag in _HEADINGS:
                    self.heading(_HEADINGS[tag])
                    continue
                self.flush()
                self.prefix = "" if tag == "li" else self.prefix
                preformatted -= tag == "pre"
                if tag in {"ol", "ul"}:
                    lists.pop()
                if tag in _LINES or lists:
                    self.joint = "\n"
                elif tag in {"ol", "ul", "dl", "table"}:
                    self.joint = "\n\n"
                continue
            if tag == "-text":
                words = node.text_content or ""
                self.inline.append(words.translate(_INVISIBLE) if preformatted else _squeeze(words))
                continue
            if tag == "br":
                self.inline.append("\n")
            elif tag == "img":
                self.inline.append(node.attributes.get("alt") or "")
            if _is_dropped(node, tag):
                continue
            if tag == "table" and self.table(node):
                continue
            if tag in _BLOCKS or tag in _HEADINGS:
                self.flush()
                stack.append((node, True))
                preformatted += tag == "pre"
                if tag in {"ol", "ul"}:
                    self.joint = "\n" if lists else self.joint
                    lists.append(None if tag == "ul" else _first_number(node))
                elif tag == "li" and lists:
                    number = lists[-1]
                    self.prefix = "- " if number is None else f"{number}. "
                    lists[-1] = None if number is None else number + 1
            elif tag in {"td", "th"}:
                self.inline.append(" ")
            stack.extend((child, False) for child in reversed(list(node.iter(include_text=True))))
        self.flush()

    def flush(self) -> None:
        """End the block that is being collected."""
        block = self._collected()
        if not block:
            return
        self.add(self.prefix + block)
        self.prefix, self.joint = "", "\n\n"

    def add(self, block: str) -> None:
        """Append ``block`` to the plain text and to the current section."""
        block = stream_safe(block)
        joint = self.joint if self.length else ""
        start = self.length + len(joint)
        self.text += (joint, block)
        self.length = start + len(block)
        self.sections[-1][1].append((start, self.length))

    def heading(self, level: int) -> None:
        """End a heading of ``level`` (1 is the highest): what follows is a new section."""
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
        self.sections.append((tuple(self.levels[key] for key in sorted(self.levels)), []))

    def table(self, node: LexborNode) -> bool:
        """Write a table of data as one line per row, and return True; leave a table used for layout alone."""
        if node.css_first("table table, h1, h2, h3, ul, ol, p + p") is not None:
            return False
        rows = [[cell for cell in row.iter() if cell.tag in {"td", "th"}] for row in node.css("tr")]
        rows = [row for row in rows if row]
        if len(rows) < 2:
            return False
        self.flush()
        if (caption := node.css_first("caption")) is not None:
            self.inline.append(_squeeze(caption.text(separator=" ")))
            self.flush()
        texts = [[_squeeze(cell.text(separator=" ")).strip() for cell in row] for row in rows]
        header = texts[0] if all(cell.tag == "th" for cell in rows[0]) and len(rows[0]) > 1 else []
        for row in texts[1:] if header else texts:
            named = (
                f"{name}: {cell}" if name and cell else cell
                for name, cell in zip(header + [""] * len(row), row, strict=False)
            )
            if line := "; ".join(filter(None, named)):
                self.add(line if line[-1] in ".!?" else line + ".")
                self.joint = "\n"
        self.joint = "\n\n"
        return True

    def document(self, title: str) -> DocumentText:
        """Return what was collected; the title is not repeated among the headings."""
        sections = tuple(
            Section(tuple(heading for heading in headings if heading != title), tuple(blocks))
            for headings, blocks in self.sections
            if blocks
        )
        if not sections and self.length:  # nothing but headings: then they are what there is to read
            sections = (Section((), ((0, self.length),)),)
        return DocumentText(title, "".join(self.text), sections)

    def _collected(self) -> str:
        lines = "".join(self.inline).split("\n")
        self.inline.clear()
        return stream_safe("\n".join(_SPACES.sub(" ", line.strip(" ")) for line in lines).strip())


def _first_number(node: LexborNode) -> int:
    start = node.attributes.get("start") or ""
    return min(int(start[:10]), _LAST_NUMBER) if start.isdecimal() else 1


def _is_dropped(node: LexborNode, tag: str) -> bool:
    if tag in _DROPPED or tag in {"-comment", "_comment"}:
        return True
    attributes = node.attributes
    return bool(attributes) and (
        "hidden" in attributes
        or attributes.get("aria-hidden") == "true"
        or attributes.get("role") in _DROPPED_ROLES
        or (tag == "sup" and "reference" in (attributes.get("class") or ""))
        or "display:none" in (attributes.get("style") or "").replace(" ", "")
    )
