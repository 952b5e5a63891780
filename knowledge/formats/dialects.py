"""What the tools that people write Markdown with add to it, said in CommonMark.

Blocks with a title (admonitions and tabs of MkDocs, `:::` containers, callouts of Obsidian and GitHub) become `div`
elements with the title as an attribute; comments and embeds of Obsidian are left out, and what its links show is kept.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from itertools import count
from typing import TYPE_CHECKING, Any

from knowledge.formats.tabs import TITLED

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

_FENCE = re.compile(r"[ \t]{0,12}(`{3,}|~{3,})")
# MkDocs: https://squidfunk.github.io/mkdocs-material/reference/admonitions/, …/content-tabs/
_INDENTED = re.compile(r'([ \t]*)(?:!!!|\?\?\?\+?|===[!+]?)[ \t]+([\w -]{0,80}?)[ \t]*(?:"([^"\n]{0,150})")?[ \t]*$')
# Docusaurus and VitePress: https://docusaurus.io/docs/markdown-features/admonitions
_CONTAINER = re.compile(r"([ \t]*):{3,}[ \t]*(?:\{?([\w-]+)\}?)?[ \t]*(?:\[([^\]\n]{0,150})\]|([^\n]{0,150}))$")
# Obsidian and GitHub: https://help.obsidian.md/callouts
_CALLOUT = re.compile(r"([ \t]*)>[ \t]?\[!([\w-]{1,40})\][+-]?[ \t]*([^\n]{0,150})$")
_QUOTED = re.compile(r"[ \t]*> ?")
_HEADING_ID = re.compile(r"[ \t]*\{[:#.][^{}\n]{0,200}\}[ \t]*$")
_LINK = re.compile(r"(!?)\[\[([^\[\]|\n]{1,300})(?:\|([^\[\]\n]{1,300}))?\]\]")
_MARKED = re.compile(r"(?<![=\w])==(?=[^\s=])([^=\n]{1,500}?)(?<=\S)==(?![=\w])")
#: The name of a paragraph, for links to it.
_BLOCK_ID = re.compile(r"(?:^|\s)\^[A-Za-z][\w-]{0,60}$")
#: A tag below another, which is shown nowhere but in a list of tags: #health/vaccine.
# https://help.obsidian.md/tags#Nested+tags
_NESTED_TAG = re.compile(r"(?:^|(?<=\s))#[^\W\d][\w-]*(?:/[\w-]+)+(?=[\s.,;:!?)]|$)")
_GAP_BEFORE_MARK = re.compile(r"[ \t]+(?=[.,;:!?)]|$)")
#: Blocks in blocks; what is deeper is text.
_DEEPEST = 20


def common(text: str) -> str:
    """Return Markdown of any of these dialects as CommonMark; code is left as it is."""
    return "\n".join(_blocks(_uncommented(text).split("\n"), 0))


def extend(markdown: MarkdownIt) -> None:
    """Have `markdown` read the links, marks and embeds inside lines."""
    markdown.core.ruler.push("repartee_inline", _inline)


def _uncommented(text: str) -> str:
    """Leave out what stands between two `%%` of a line, or from a line that begins with it on; but not in code."""
    if "%%" not in text:
        return text
    kept: list[str] = []
    lines = text.split("\n")
    last = max(number for number, line in enumerate(lines) if "%%" in line)
    fence, comment = "", False
    for number, line in enumerate(lines):
        shown = line
        if comment:
            _, end, shown = line.partition("%%")
            if not end:
                continue
            comment = False
        if fence := _fence_after(shown, fence):
            kept.append(shown)
            continue
        pieces = shown.split("%%")
        if len(pieces) == 2 and not pieces[0].strip() and number < last:
            comment = True
            continue
        if len(pieces) % 2 == 0:  # the last one belongs to no other: "50 %%"
            pieces[-2:] = ["%%".join(pieces[-2:])]
        kept.append("".join(pieces[::2]))
    return "\n".join(kept)


def _fence_after(line: str, fence: str) -> str:
    """The fence of the code that `line` begins, goes on with or ends; empty outside."""
    if (match := _FENCE.match(line)) is None:
        return fence
    if not fence:
        return match[1]
    closes = match[1].startswith(fence) and not line.strip().strip(fence[0])
    return "" if closes else fence


def _blocks(lines: list[str], depth: int) -> Iterator[str]:
    fence, number = "", 0
    containers: list[str] = []
    while number < len(lines):
        line = lines[number]
        number += 1
        before, fence = fence, _fence_after(line, fence)
        if before or fence:
            yield line
        elif depth < _DEEPEST and (match := _INDENTED.match(line)) and (match[3] or match[2]):
            end = _end_of_indented(lines, number, match[1])
            body = [each[len(match[1]) + 4 :] if each.strip() else "" for each in lines[number:end]]
            yield from _titled(match[1], match[3] or _name(match[2]), _blocks(body, depth + 1))
            number = end
        elif depth < _DEEPEST and (match := _CALLOUT.match(line)):
            end = next((at for at in range(number, len(lines)) if not _QUOTED.match(lines[at])), len(lines))
            body = [_QUOTED.sub("", each, count=1) for each in lines[number:end]]
            yield from _titled(match[1], match[3].strip() or _name(match[2]), _blocks(body, depth + 1))
            number = end
        elif line.lstrip().startswith(":::") and (match := _CONTAINER.match(line)):
            title = match[3] or (match[4] or "").strip() or _name(match[2] or "")
            if title and len(containers) < _DEEPEST:
                containers.append(match[1])
                yield from ("", f'{match[1]}<div {TITLED}="{html.escape(title)}">', "")
            elif containers and not title:
                yield from ("", f"{containers.pop()}</div>", "")
        else:
            yield _HEADING_ID.sub("", line) if line.startswith("#") else line
    for indent in reversed(containers):
        yield from ("", f"{indent}</div>", "")


def _end_of_indented(lines: list[str], start: int, indent: str) -> int:
    """Return where the block ends that is indented by four more than `indent`."""
    end = start
    for number in count(start):
        if number >= len(lines):
            return end
        line = lines[number]
        if line.strip():
            if not line.startswith((indent + "    ", indent + "\t")):
                return end
            end = number + 1
    return end


def _titled(indent: str, title: str, body: Iterator[str]) -> Iterator[str]:
    yield from ("", f'{indent}<div {TITLED}="{html.escape(title)}">', "")
    for line in body:
        yield indent + line if line else ""
    yield from ("", f"{indent}</div>", "")


def _name(kind: str) -> str:
    """The title of a block that has none of its own: what it is."""
    return kind.strip().split(" ")[0].replace("-", " ").capitalize() if kind.strip() else ""


def _inline(state: Any) -> None:
    """A rule of markdown-it: links show their alias or page, embeds and names of paragraphs nothing."""
    for token in state.tokens:
        children = token.children or []
        if children and children[-1].type == "text":
            children[-1].content = _BLOCK_ID.sub("", children[-1].content)
        for child in children:
            if child.type == "text" and "#" in child.content:
                child.content = _untagged(child.content)
            if child.type == "text" and ("[[" in child.content or "==" in child.content):
                child.content = _MARKED.sub(r"\1", _LINK.sub(_shown, child.content))


def _untagged(text: str) -> str:
    bare = _NESTED_TAG.sub("", text)
    return text if bare == text else _GAP_BEFORE_MARK.sub("", bare)


def _shown(link: re.Match[str]) -> str:
    if link[1]:
        return ""
    return (link[3] or link[2].partition("#")[0].rpartition("/")[2] or link[2].lstrip("#")).strip()
