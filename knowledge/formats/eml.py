"""E-mail (.eml; RFC 5322): who wrote what to whom and when, without what they quoted."""

from __future__ import annotations

import re
from email import message_from_bytes, policy
from email.message import EmailMessage
from html import escape

from knowledge.formats.html import html_document
from knowledge.formats.markup import heading
from knowledge.text import LONGEST_HEADING, DocumentText

_SHOWN = ("From", "To", "Cc", "Date")
_QUOTED = re.compile(r"^>.*\n?", re.MULTILINE)
_ATTRIBUTED = re.compile(r"^(?:On|Am|Le|El) [^\n]{1,200}(?:\n[^\n]{1,100})?:\s*\n(?=>)", re.MULTILINE)
_SIGNATURE = re.compile(r"^-- ?\n.*\Z", re.MULTILINE | re.DOTALL)


def convert(content: bytes, name: str) -> DocumentText:
    """Read a message, whose subject is its title; of two forms of its text the plain one is taken."""
    message = message_from_bytes(content, policy=policy.default)
    assert isinstance(message, EmailMessage)
    subject = " ".join(str(message.get("Subject", "")).split())
    head = [f"{field}: {escape(_line(message, field))}" for field in _SHOWN if message.get(field)]
    html = [heading(subject, 1)] if subject else []
    if head:
        html.append(f"<p>{'<br>'.join(head)}</p>")
    html.append(_body(message))
    attached = [str(part.get_filename()) for part in message.iter_attachments() if part.get_filename()]
    if attached:
        html.append(f"<p>Attached: {escape(', '.join(attached))}.</p>")
    return html_document("".join(html), name, subject[:LONGEST_HEADING])


def _line(message: EmailMessage, field: str) -> str:
    found = message.get(field)
    date = getattr(found, "datetime", None)
    return f"{date:%A, %-d %B %Y, %H:%M}" if date is not None else " ".join(str(found).split())


def _body(message: EmailMessage) -> str:
    part = message.get_body(("plain", "html"))
    if part is None:
        return ""
    try:
        text = str(part.get_content())
    except (LookupError, UnicodeError, KeyError):  # a charset that nobody knows
        payload = part.get_payload(decode=True)
        text = payload.decode("utf-8", "replace") if isinstance(payload, bytes) else ""
    if part.get_content_subtype() == "html":
        return re.sub(r"(?is)<blockquote\b.*?</blockquote>|<title\b.*?</title>", "", text)
    text = _SIGNATURE.sub("", _QUOTED.sub("", _ATTRIBUTED.sub("", text.replace("\r\n", "\n"))))
    return "".join(f"<p>{escape(block)}</p>" for block in re.split(r"\n\s*\n", text) if block.strip())
