"""The page at ``/``: one self-contained file, and the headers that let it do what it does and nothing else."""

from __future__ import annotations

import base64
import hashlib
import re
from functools import cache
from pathlib import Path

PATH = Path(__file__).with_name("index.html")
_INLINE = re.compile(r"<(script|style)\b[^>]*>(.*?)</\1>", re.DOTALL)


@cache
def page() -> tuple[bytes, dict[str, str]]:
    """Return the page and its HTTP headers.

    The Content Security Policy names the page's one script and one style by their SHA-256, so that no other runs,
    whatever text a document or a person brings in; ``blob:`` is for the audio worklet, which that script makes. Trusted
    Types make the browser refuse markup made from strings. (Content Security Policy Level 3, Trusted Types.)
    """
    html = PATH.read_text(encoding="utf-8")
    hashes = {kind: _sha256(content) for kind, content in _INLINE.findall(html)}
    policy = {
        "default-src": "'none'",
        "script-src": f"'{hashes['script']}' blob:",
        "style-src": f"'{hashes['style']}'",
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


def _sha256(content: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(content.encode()).digest()).decode("ascii")
