"""The page at `/`: one self-contained file, and the headers that let it do what it does and nothing else.

It is made of the files beside this one: the markup, its styles, and the parts of its one script, in the order in which
they build on each other. Only what a browser insists on asking for by itself is on its own: icons, the manifest by
which the page is installed, and the worker that shows it while the server is away.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent
STYLES = ("style.css", "panels.css", "home.css", "household.css")
SCRIPTS = (
    "remembered.js",
    "sound.js",
    "connection.js",
    "conversation.js",
    "chronicle.js",
    "evidence.js",
    "panels.js",
    "feed.js",
    "home.js",
    "household.js",
    "controls.js",
    "documents.js",
    "reading.js",
    "uploads.js",
    "settings.js",
    "main.js",
)
WORKER = "service-worker.js"
_STYLE, _SCRIPT = "<style></style>", '<script type="module"></script>'

Part = tuple[bytes, dict[str, str]]


@cache
def page() -> Part:
    """Return the page and its HTTP headers.

    The Content Security Policy names the page's one script and one style by their SHA-256, so that no other runs,
    whatever text a document, a device or a person brings in; `blob:` is for the audio worklet, which that script
    makes. Trusted Types make the browser refuse markup made from strings; their one policy lets the one worker be
    named. (Content Security Policy Level 3, Trusted Types.)
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
        "img-src": "'self'",
        "connect-src": "'self'",
        "manifest-src": "'self'",
        "worker-src": "'self'",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'none'",
        "require-trusted-types-for": "'script'",
        "trusted-types": "worker",
    }
    return html.encode(), _headers("text/html; charset=utf-8", "; ".join(f"{k} {v}" for k, v in policy.items())) | {
        "Permissions-Policy": "microphone=(self), camera=(), geolocation=()"
    }


def part(path: str) -> Part:
    """Return what is at one of the paths of PARTS, and its HTTP headers."""
    return PARTS[path]()


@cache
def _worker() -> Part:
    return _read(WORKER).lstrip().encode(), _headers(
        "text/javascript; charset=utf-8", _NOTHING + "; connect-src 'self'"
    )


@cache
def _manifest() -> Part:
    """Return the manifest by which browsers install the page (Web Application Manifest, W3C)."""
    icons = [{"src": "icon.svg", "type": "image/svg+xml", "sizes": "any"}]
    icons += [{"src": f"icon-{size}.png", "type": "image/png", "sizes": f"{size}x{size}"} for size in (192, 512)]
    icons.append({"src": "icon-maskable.png", "type": "image/png", "sizes": "512x512", "purpose": "maskable"})
    manifest = {
        "id": "./",
        "name": "Repartee",
        "short_name": "Repartee",
        "description": "Ask your own documents, by voice or in writing.",
        "lang": "en",
        "start_url": "./",
        "scope": "./",
        "display": "standalone",
        "background_color": "#f7f4ee",
        "theme_color": "#f7f4ee",
        "icons": icons,
    }
    return json.dumps(manifest).encode(), _headers("application/manifest+json", _NOTHING)


@cache
def _drawn(size: int, *, full: bool = False) -> Part:
    from assistant.channels.web.page.icon import png

    return png(size, full=full), _headers("image/png", _NOTHING, keep_s=_DAY)


@cache
def _icon() -> Part:
    from assistant.channels.web.page.icon import svg

    return svg(), _headers("image/svg+xml", _NOTHING, keep_s=_DAY)


def _headers(kind: str, policy: str, *, keep_s: int = 0) -> dict[str, str]:
    return {
        "Content-Type": kind,
        "Content-Security-Policy": policy,
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": f"max-age={keep_s}" if keep_s else "no-cache",
    }


_NOTHING = "default-src 'none'"
_DAY = 24 * 60 * 60

#: What everybody may see: the page, and what browsers ask for beside it.
PARTS: dict[str, Callable[[], Part]] = {
    "/": page,
    f"/{WORKER}": _worker,
    "/manifest.webmanifest": _manifest,
    "/icon.svg": _icon,
    "/favicon.ico": lambda: _drawn(48),  # a PNG, which every browser reads under this name
    "/icon-180.png": lambda: _drawn(180, full=True),  # Apple's home screens round the corners themselves
    "/icon-192.png": lambda: _drawn(192),
    "/icon-512.png": lambda: _drawn(512),
    "/icon-maskable.png": lambda: _drawn(512, full=True),
}


def _read(*names: str) -> str:
    return "\n" + "\n".join((FOLDER / name).read_text(encoding="utf-8") for name in names)


def _sha256(content: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(content.encode()).digest()).decode("ascii")
