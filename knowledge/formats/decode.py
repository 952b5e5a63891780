"""Bytes to text: by what the document says about itself, else by what the bytes can be."""

from __future__ import annotations

import codecs
import re

from knowledge.text import DocumentError, stream_safe

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_DECLARED = re.compile(
    rb"<meta[^>]{0,200}charset\s*=\s*[\"']?\s*([\w.:-]+)|<\?xml[^>]{0,200}encoding\s*=\s*[\"']([\w.:-]+)", re.IGNORECASE
)
#: A text is still UTF-8 if it has this many characters beyond ASCII for each byte that is wrong.
_UTF8_PER_FAULT = 4
#: Encodings of the web (https://encoding.spec.whatwg.org/#names-and-labels), by Python's names. Python knows others
#: under which bytes are no text at all (`undefined`, `idna`, `unicode_escape`).
_DECLARABLE = frozenset(
    """
    utf-8 utf-16 utf-16-le utf-16-be ascii cp866 cp874 cp932 cp949 koi8-r koi8-u mac-roman mac-cyrillic
    cp1250 cp1251 cp1252 cp1253 cp1254 cp1255 cp1256 cp1257 cp1258 big5 big5hkscs euc_jp euc_kr gb2312 gbk gb18030
    iso2022_jp shift_jis tis-620
    iso8859-1 iso8859-2 iso8859-3 iso8859-4 iso8859-5 iso8859-6 iso8859-7 iso8859-8 iso8859-9 iso8859-10 iso8859-11
    iso8859-13 iso8859-14 iso8859-15 iso8859-16
    """.split()
)
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")


def decode(content: bytes, *, html: bool = False) -> str:
    """Return the text of `content`: by its byte order mark, as UTF-8, as an HTML page declares, or as Windows-1252.

    Line ends are `\\n`, and a letter has at most thirty combining marks. Raises DocumentError for binary content.
    """
    encoding = next((encoding for mark, encoding in _BOMS if content.startswith(mark)), None)
    if encoding is None and b"\0" in content:
        encoding = _unmarked_utf16(content)
    declared = _DECLARED.search(content, 0, 2048) if html else None
    candidates = [encoding] if encoding else ["utf-8", *_known(declared)]
    for candidate in candidates:
        try:
            text = content.decode(candidate)
            break
        except UnicodeError:
            continue
    else:
        text = content.decode(encoding, errors="replace") if encoding else _utf8_or_windows(content)
    if len(_CONTROL.findall(text)) + text.count("\ufffd") > len(text) // 50:
        raise _binary()
    return stream_safe(text.replace("\r\n", "\n").replace("\r", "\n"))


def _known(declared: re.Match[bytes] | None) -> list[str]:
    if declared is None:
        return []
    try:
        name = codecs.lookup((declared[1] or declared[2]).decode("ascii", "replace")).name
    except (LookupError, ValueError):
        return []
    return [name] if name in _DECLARABLE else []


def _unmarked_utf16(content: bytes) -> str:
    """Tell UTF-16 without a byte order mark by the zeros of its ASCII; raise DocumentError for what is not."""
    sample = content[:4096]
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    if len(content) % 2 == 0 and max(even, odd) > len(sample) // 4 and min(even, odd) <= len(sample) // 100:
        return "utf-16-le" if odd > even else "utf-16-be"
    raise _binary()


def _utf8_or_windows(content: bytes) -> str:
    """Decode what is not quite UTF-8: a stray byte is read as Windows-1252, and so is all of it if most is stray."""
    faults = 0

    def stray(error: UnicodeError) -> tuple[str, int]:
        nonlocal faults
        assert isinstance(error, UnicodeDecodeError)
        faults += 1
        return content[error.start : error.start + 1].decode("cp1252", "replace"), error.start + 1

    codecs.register_error("repartee-stray", stray)
    text = content.decode("utf-8", "repartee-stray")
    meant = sum(1 for char in text if char > "\x7f") - faults
    return text if meant >= _UTF8_PER_FAULT * faults else content.decode("cp1252", errors="replace")


def _binary() -> DocumentError:
    return DocumentError("holds binary data, not text; convert it to .txt, .md or .html first.")
