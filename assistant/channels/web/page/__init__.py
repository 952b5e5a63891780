"""The page at `/`: one self-contained file, and the headers that let it do what it does and nothing else.

It is made of the files beside this one: the markup, its styles, and the parts of its one script, in the order in which
they build on each other.
"""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent
STYLES = ("style.css", "home.css")
SCRIPTS = ("sound.js", "connection.js", "conversation.js", "home.js", "controls.js", "main.js")
_STYLE, _SCRIPT = "<style></style>", '<script type="module"></script>'


@cache
def page() -> tuple[bytes, dict[str, str]]:
    """Return the page and its HTTP headers.

    The Content Security Policy names the page's one script and one style by their SHA-256, so that no other runs,
    whatever text a document, a device or a person brings in; `blob:` is for the audio worklet, which that script
    makes. Trusted Types make the browser refuse markup made from strings. (Content Security Policy Level 3, Trusted
    Types.)
    """
    html, style, script = _read("index.html").lstrip(), _read(*STYLES), _read(*SCRIPTS)
    for empty, content in ((_STYLE, style), (_SCRIPT, script)):
        before, found, after = html.partition(empty)
        assert found, empty
        html = before + empty.replace("><", f">{content}<") + after
    policy = {
        "default-src": "'none'",
        "script-src": f"'{_sha256(script)}' blob:",
        "style-src": f"'{_sha256(style)}'",
        "img-src": "data:",
        "connect-src": "'self'",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'none'",
        "require-trusted-types-for": "'script'",
        "trusted-types": "'none'",
    }
    return html.encode(), {
        "Content-Type": "text/html; charset=utf-8",
        "Content-Security-Policy": "; ".join(f"{name} {value}" for name, value in policy.items()),
        "Permissions-Policy": "microphone=(self), camera=(), geolocation=()",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-cache",
    }


def _read(*names: str) -> str:
    return "\n" + "\n".join((FOLDER / name).read_text(encoding="utf-8") for name in names)


def _sha256(content: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(content.encode()).digest()).decode("ascii")
