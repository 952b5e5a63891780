"""What a document is called aloud: short, and telling."""

from __future__ import annotations

import re
from pathlib import PurePath
from urllib.parse import urlsplit

#: A title of more words is cut at its dash; several dashes stand between names.
_LONG = 5
#: Titles that any site has: they tell nobody whose questions or terms these are.
_UNTELLING = frozenset(
    (
        "frequently asked questions|faq|faqs|home|home page|homepage|index|terms and conditions|terms & conditions|"
        "terms|terms of use|t&cs|privacy policy|about|about us|contact|contact us|welcome|help|untitled|document|"
        "main page|start|default|readme|information|overview|news"
    ).split("|")
)
_FORWARDED = re.compile(r"(?:(?:fwd?|re|aw|wg)\s*:\s*)+", re.IGNORECASE)
_PRINTED = re.compile(r"Microsoft (?:Word|Excel|PowerPoint) - (.+?)(?:\.\w{2,5})?")
_REFERENCE = re.compile(
    r"\s*[(\[](?:(?:(?:our|your)\s)?(?:ref|reference|no|number|id|order|booking|case|version)\b[^()\[\]]*|"
    r"(?=[^()\[\]]*\d)[\w/.#-]+)[)\]]",
    re.IGNORECASE,
)
_REMARK = re.compile(r"\s+\([^()]*\)$")
_DASH = re.compile(r"\s+[-–—|]\s+")
_BETWEEN_NAMES = re.compile(r"\s*[|_–—]+\s*|\s+-\s+")


def spoken_source(title: str, document: str) -> str:
    """Return the name of a document with this title and this path or address.

    References in brackets, a remark behind a long title and what follows the dash of a long title are left out; a
    title that any site has gives way to the name of the site, the file or its folder.
    """
    if not title:
        return PurePath(document).stem
    if not _is_untelling(title):
        return _short(title)
    if "://" in document and (host := urlsplit(document).hostname):
        return host.removeprefix("www.")
    path = PurePath(document)
    names = [*_BETWEEN_NAMES.split(path.stem), path.parent.name]
    return next((name for name in names if name and not _is_untelling(name)), title)


def _is_untelling(name: str) -> bool:
    return " ".join(name.lower().replace("-", " ").split()).strip(" .!?:") in _UNTELLING


def _short(title: str) -> str:
    short = _FORWARDED.sub("", title, count=1) if _FORWARDED.match(title) else title
    if printed := _PRINTED.fullmatch(short):
        short = printed[1].replace("_", " ")
    short = _REFERENCE.sub("", short).strip()
    if len(re.findall(r"\w+", short)) > 2 * _LONG:
        short = _REMARK.sub("", short)
    parts = _DASH.split(short)
    if len(re.findall(r"\w+", short)) > _LONG and len(parts) == 2 and len(parts[0].split()) > 1:
        short = parts[0]
    return short or title
