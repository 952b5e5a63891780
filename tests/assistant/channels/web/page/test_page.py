"""What the page is, before any browser: one answer, and headers that name what may run in it."""

from __future__ import annotations

import base64
import hashlib
import re

from assistant.channels.web.page import FOLDER, SCRIPTS, STYLES, page


def test_the_page_asks_nobody_else_for_anything() -> None:
    html = page()[0].decode()
    assert set(re.findall(r"(?:https?:)?//[\w.-]+\.\w+[^\s\"']*", html)) == {"http://www.w3.org/2000/svg'"[:-1]}
    assert not re.search(r"<(?:script|img|iframe|audio|video)[^>]*\bsrc=|@import|url\(", html)


def test_the_policy_names_the_one_script_and_the_one_style() -> None:
    html, headers = page()
    policy = dict(part.split(" ", 1) for part in headers["Content-Security-Policy"].split("; "))
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
    assert made_of == {file.name for file in FOLDER.iterdir() if file.suffix in (".html", ".css", ".js")}
    for name in made_of - {"index.html"}:
        assert (FOLDER / name).read_bytes() in page()[0], name


def test_no_text_becomes_markup() -> None:
    html = page()[0].decode()
    assert not re.search(
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|style=\"|onclick=", html
    )
