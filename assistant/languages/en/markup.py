"""What is written for the eye: Markdown, HTML, addresses. Returned as a person would read it out."""

from __future__ import annotations

import html
import re

_TAG = re.compile(r"</?[a-zA-Z][^<>]{0,200}>")
_IMAGE = re.compile(r"!\[([^\]]*)\]\([^)\s]*(?:\s\"[^\"]*\")?\)")
_LINK = re.compile(r"\[([^\]]*)\](?:\([^)\s]*(?:\s\"[^\"]*\")?\)|\[[^\]]*\])")
_LINK_REST = re.compile(r"\]\([^)\s]*(?:\s\"[^\"]*\")?\)")  # a link whose text was cut in two clauses
_FOOTNOTE = re.compile(r"\[\^?\w{1,3}\](?!\()")
_FENCE = re.compile(r"^\s*(?:```|~~~)\w*\s*$", re.MULTILINE)
_RULE = re.compile(r"^\s*(?:[-*_=]\s*){3,}$|^[\s|:-]*-{3,}[\s|:-]*$", re.MULTILINE)
_LINE_MARK = re.compile(r"^\s*(?:>+\s*)*(?:#{1,6}\s+|[-*+•]\s+(?:\[[ xX]\]\s+)?|(?=\d+[.)]\s))", re.MULTILINE)
_NUMBERED = re.compile(r"^(\d+)[.)]\s+", re.MULTILINE)
_CELL = re.compile(r"\s*\|\s*")
_LINE_END = re.compile(r"(?<=[^\s.!?:;,])[ \t]*\n\s*(?=\S)")
_EMAIL = re.compile(r"(?:mailto:)?\b([\w.+-]+)@([\w-]+(?:\.[\w-]+)+)\b")
_ENDINGS = "com|org|net|edu|gov|info|io|dev|ai|app|eu|uk|de|fr|ch|nl|es|it|ca|us|au|nz|ie|tv|me"
_URL = re.compile(
    r"<?\b(?:https?://|ftp://)(?:www\.)?([\w-]+(?:\.[\w-]+)+|localhost)(?::\d+)?(/[^\s<>\"]*)?>?"
    rf"|\bwww\.([\w-]+(?:\.[\w-]+)+)(/[^\s<>\"]*)?|\b((?:[a-z][a-z0-9-]*\.)+(?:{_ENDINGS}))\b(/[^\s<>\"]*)?",
)
_PATH_WORD = re.compile(r"[A-Za-z]{2,20}")
_HASHTAG = re.compile(r"(?<!\w)#(?=[A-Za-z])")
_HANDLE = re.compile(r"(?<!\w)@(?=\w)")
_LEFT_OVER = re.compile(r"[*_`|<>{}\\\[\]]+")
_STRUCK = re.compile(r"~~")


def unmarked(text: str) -> str:
    """Return `text` without marks of Markdown and HTML; a line's end ends a sentence, a table's cells are apart."""
    text = _RULE.sub("", _FENCE.sub("", html.unescape(text)))
    text = _LINK.sub(r"\1", _IMAGE.sub(r"\1", text))
    text = _FOOTNOTE.sub("", _LINK_REST.sub("", text))
    text = addresses(text)
    text = _TAG.sub(" ", _STRUCK.sub("", text))
    text = _NUMBERED.sub(r"\1, ", _LINE_MARK.sub("", text))
    text = "\n".join(_CELL.sub(", ", line.strip().strip("|").strip()) for line in text.splitlines())
    return _LINE_END.sub(". ", text.strip("\n"))


def without_marks(text: str) -> str:
    """Return `text` without the signs that nobody says."""
    return _LEFT_OVER.sub(" ", _HANDLE.sub("at ", _HASHTAG.sub("hashtag ", text)))


def addresses(text: str) -> str:
    """Return `text` with e-mail and web addresses as they are said: "example dot org", "anna at example dot org"."""
    return _URL.sub(_say_url, _EMAIL.sub(_say_email, text))


def _say_email(match: re.Match[str]) -> str:
    return f"{_say_name(match[1])} at {_say_name(match[2])}"


def _say_url(match: re.Match[str]) -> str:
    host, path = match[1] or match[3] or match[5], match[2] or match[4] or match[6] or ""
    end = ""
    while path and path[-1] in ".,;:!?)'":
        path, end = path[:-1], path[-1] + end
    steps = [step for step in path.strip("/").split("/") if step]
    said = _say_name(host)
    # What nobody would say, or take down by ear, is left out.
    if 0 < len(steps) <= 2 and all(_PATH_WORD.fullmatch(step) for step in steps):
        said += "".join(f" slash {step}" for step in steps)
    return said + end


def _say_name(name: str) -> str:
    for sign, said in ((".", "dot"), ("-", "dash"), ("_", "underscore"), ("+", "plus")):
        name = name.replace(sign, f" {said} ")
    return name
