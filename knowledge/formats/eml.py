"""E-mail (.eml; RFC 5322), without quotes but the message that it answers, where that stands whole below it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from email import message_from_bytes, policy
from email.message import EmailMessage
from html import escape
from itertools import groupby

from knowledge.formats.decode import decode
from knowledge.formats.html import html_document
from knowledge.formats.markup import heading, paragraph
from knowledge.formats.plain import ITEM, plain_document
from knowledge.text import LONGEST_HEADING, DocumentText

_SHOWN = ("From", "To", "Cc", "Date")
#: A plain form is a stub where the last one has so many times its words, and at least so many more.
_STUB, _LEAST_MORE = 3, 20
_BELOW_SUBJECTS = 3  # the level of headings: subjects are of the first and the second
_BLANK = re.compile(rb"\r?\n\r?\n")
_QUOTED = re.compile(r"^>.*\n?", re.MULTILINE)
_ATTRIBUTED = re.compile(r"^(?:On|Am|Le|El) [^\n]{1,200}(?:\n[^\n]{1,100})?:\s*\n(?=>)", re.MULTILINE)
#: A message that is quoted whole: so many lines at least, with nothing below them.
_ANSWERED = re.compile(r"(?:^>.*(?:\n|\Z)){5,}\s*\Z", re.MULTILINE)
_WRITTEN = re.compile(r"\s*((?:On|Am|Le|El) [^\n]{1,200}(?:\n[^\n]{1,100})?):[ \t]*(?:\n|$)")
_SIGNATURE = re.compile(r"^-- ?\n.*\Z", re.MULTILINE | re.DOTALL)


def convert(content: bytes, name: str) -> DocumentText:
    """Read a message, whose subject is its title; a message that is attached to it is read too."""
    message = message_from_bytes(_readable(content), policy=policy.default)
    assert isinstance(message, EmailMessage)
    attached = [str(part.get_filename()) for part in message.iter_attachments() if part.get_filename()]
    named = f"<p>Attached: {escape(', '.join(attached))}.</p>" if attached else ""
    html = [_head(message, 1), named, *_texts(message)]
    return html_document("".join(html), name, _subject(message)[:LONGEST_HEADING])


def _readable(content: bytes) -> bytes:
    """Return a message with its head in UTF-8: it should be ASCII, and is Windows-1252 where it is neither."""
    found = _BLANK.search(content)
    end = found.start() if found else len(content)
    try:
        content[:end].decode()
    except UnicodeDecodeError:
        return content[:end].decode("cp1252", "replace").encode() + content[end:]
    return content


def _subject(message: EmailMessage) -> str:
    return " ".join(str(message.get("Subject", "")).split())


def _head(message: EmailMessage, level: int) -> str:
    subject = _subject(message)
    fields = [f"{field}: {escape(_line(message, field))}" for field in _SHOWN if message.get(field)]
    return (heading(subject, level) if subject else "") + (f"<p>{'<br>'.join(fields)}</p>" if fields else "")


def _line(message: EmailMessage, field: str) -> str:
    found = message.get(field)
    date = getattr(found, "datetime", None)
    return f"{date:%A, %-d %B %Y, %H:%M}" if date is not None else " ".join(str(found).split())


def _texts(part: EmailMessage) -> Iterator[str]:
    """Yield the texts of a message as HTML, in order; the plain one of several forms, unless it is a stub."""
    if part.get_content_type() == "multipart/alternative":
        forms = [(form.get_content_subtype(), "".join(_texts(form))) for form in _parts(part)]
        filled = [form for form in forms if form[1].strip()]
        fullest = filled[-1][1] if filled else ""
        plain = next((html for kind, html in filled if kind == "plain"), "")
        is_stub = _words(fullest) > max(_STUB * _words(plain), _words(plain) + _LEAST_MORE)
        yield fullest if is_stub or not plain else plain
    elif part.is_multipart():
        for inner in _parts(part):
            if part.get_content_type() == "message/rfc822":
                yield _head(inner, 2)
            yield from _texts(inner)
    elif part.get_content_maintype() == "text" and not part.is_attachment():
        yield _text(part)


def _words(html: str) -> int:
    return len(html_document(html, "").text.split())


def _parts(message: EmailMessage) -> list[EmailMessage]:
    payload = message.get_payload()
    return [part for part in payload if isinstance(part, EmailMessage)] if isinstance(payload, list) else []


def _text(part: EmailMessage) -> str:
    payload = part.get_payload(decode=True)
    content = payload if isinstance(payload, bytes) else b""
    is_html = part.get_content_subtype() == "html"
    try:
        text = content.decode(part.get_content_charset() or "utf-8")
    except (LookupError, ValueError):  # a charset that nobody knows, or another than the message says
        text = decode(content, html=is_html)
    if is_html:
        return re.sub(r"(?is)<blockquote\b.*?</blockquote>|<title\b.*?</title>", "", text)
    text = text.replace("\r\n", "\n")
    return _html(_own(text)) + _answered(text)


def _own(text: str) -> str:
    return _SIGNATURE.sub("", _QUOTED.sub("", _ATTRIBUTED.sub("", text)))


def _answered(text: str) -> str:
    """Return the message that a text answers as HTML, below who wrote it and when; "" where none is quoted whole."""
    quoted = _ANSWERED.search(text)
    if quoted is None:
        return ""
    words = re.sub(r"^> ?", "", quoted[0], flags=re.MULTILINE)
    before = list(_WRITTEN.finditer(text, max(0, text.rfind("\n\n", 0, quoted.start())), quoted.start()))
    written = _WRITTEN.match(words)
    who = written or (before[-1] if before and not text[before[-1].end() : quoted.start()].strip() else None)
    if who is None:
        return ""
    own = _own(words[written.end() :] if written else words)
    return heading(" ".join(who[1].split())[:LONGEST_HEADING], 2) + _html(own)


def _html(text: str) -> str:
    """Return plain text as HTML, with the headings, lists and rows that it has as a document of its own."""
    document = plain_document(text, "", titled=False)
    made: list[str] = []
    above: tuple[str, ...] = ()
    for section in document.sections:
        changed = [number for number, words in enumerate(section.headings) if words not in above[number : number + 1]]
        first = min(changed, default=len(section.headings))
        made += [heading(words, _BELOW_SUBJECTS + n) for n, words in enumerate(section.headings) if n >= first]
        above = section.headings
        blocks = [document.text[start:end].strip("\n") for start, end in section.blocks]
        for kind, group in groupby(blocks, key=_kind):
            found = list(group)
            made += _list(kind, found) if kind else [paragraph(block).replace("\n", "<br>") for block in found]
    return "".join(made)


def _kind(block: str) -> str:
    """Return the list that a block is an item of, "" for none."""
    found = ITEM.match(block)
    return "" if found is None else "ol" if found[1][0].isdecimal() else "ul"


def _list(kind: str, items: Sequence[str]) -> Iterator[str]:
    found = ITEM.match(items[0])
    yield f'<ol start="{found[1][:-1]}">' if found is not None and kind == "ol" else f"<{kind}>"
    for item in items:
        yield f"<li>{escape(' '.join(ITEM.sub('', item, count=1).split()))}</li>"
    yield f"</{kind}>"
