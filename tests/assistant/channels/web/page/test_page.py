"""What the page is, before any browser: one answer, and headers that name what may run in it."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import struct
import zlib

import numpy as np
import pytest

from assistant.channels.gate import PUBLIC
from assistant.channels.web.page import FOLDER, PARTS, SCRIPTS, STYLES, WORKER, page, part
from assistant.channels.web.page.icon import GROUND, INK, png


def policy_of(headers: dict[str, str]) -> dict[str, str]:
    return dict(part.split(" ", 1) for part in headers["Content-Security-Policy"].split("; "))


def test_the_page_asks_nobody_else_for_anything() -> None:
    html = page()[0].decode()
    assert not re.search(r"(?:https?:)?//[\w.-]+\.\w+[^\s\"']*", html)
    assert not re.search(r"<(?:script|img|iframe|audio|video)[^>]*\bsrc=|@import|url\(", html)
    beside = re.findall(r'<link rel="[\w-]+" href="([^"]*)"', html)
    assert len(beside) == 3
    assert {f"/{name}" for name in beside} <= set(PARTS)


def test_the_policy_names_the_one_script_and_the_one_style() -> None:
    html, headers = page()
    policy = policy_of(headers)
    assert policy["default-src"] == "'none'"
    for kind in ("script", "style"):
        inline = re.findall(rf"<{kind}\b[^>]*>(.*?)</{kind}>".encode(), html, re.DOTALL)
        assert len(inline) == 1
        digest = base64.b64encode(hashlib.sha256(inline[0]).digest()).decode()
        assert policy[f"{kind}-src"].split()[0] == f"'sha256-{digest}'"
        assert "unsafe" not in policy[f"{kind}-src"]
    assert policy["frame-ancestors"] == policy["form-action"] == policy["base-uri"] == "'none'"


def test_it_is_made_of_every_file_in_its_folder() -> None:
    made_of = {"index.html", *STYLES, *SCRIPTS}
    assert made_of | {WORKER} == {file.name for file in FOLDER.iterdir() if file.suffix in (".html", ".css", ".js")}
    for name in made_of - {"index.html"}:
        assert (FOLDER / name).read_bytes() in page()[0], name


def test_it_stays_small() -> None:
    assert len(page()[0]) < 128 * 1024
    assert len(zlib.compress(page()[0])) < 40 * 1024


def test_no_text_becomes_markup() -> None:
    html = page()[0].decode()
    assert not re.search(
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|style=\"|onclick=", html
    )


def test_everybody_may_see_its_parts_and_each_allows_only_what_it_needs() -> None:
    assert set(PARTS) < PUBLIC
    for path in set(PARTS) - {"/"}:
        content, headers = part(path)
        policy = policy_of(headers)
        assert content, path
        assert policy["default-src"] == "'none'"
        assert set(policy) <= {"default-src", "connect-src"}
        assert headers["X-Content-Type-Options"] == "nosniff"


def test_the_manifest_names_icons_of_the_sizes_that_they_have() -> None:
    manifest = json.loads(part("/manifest.webmanifest")[0])
    pictures = [icon for icon in manifest["icons"] if icon["type"] == "image/png"]
    assert {icon["sizes"] for icon in pictures} >= {"192x192", "512x512"}  # which browsers ask of what is installed
    for icon in pictures:
        width, height = struct.unpack(">II", part(f"/{icon['src']}")[0][16:24])
        assert icon["sizes"] == f"{width}x{height}"
    assert any(icon.get("purpose") == "maskable" for icon in pictures)


@pytest.mark.parametrize("full", [False, True])
def test_the_icon_is_a_picture_with_bars_on_its_ground(full: bool) -> None:
    data = png(64, full=full)
    assert data.startswith(b"\x89PNG\r\n\x1a\n")
    at, chunks = 8, {}
    while at < len(data):
        (length,) = struct.unpack(">I", data[at : at + 4])
        kind, content = data[at + 4 : at + 8], data[at + 8 : at + 8 + length]
        assert struct.unpack(">I", data[at + 8 + length : at + 12 + length])[0] == zlib.crc32(kind + content)
        chunks[kind] = content
        at += 12 + length
    rows = np.frombuffer(zlib.decompress(chunks[b"IDAT"]), np.uint8).reshape(64, 1 + 64 * 4)
    pixels = rows[:, 1:].reshape(64, 64, 4)
    assert pixels[0, 0, 3] == (255 if full else 0)
    assert tuple(pixels[2, 32]) == (*GROUND, 255)
    assert tuple(pixels[32, 29]) == (*INK, 255)  # the tallest bar passes the middle
