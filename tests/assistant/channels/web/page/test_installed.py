"""The page as it is installed: what a browser fetches beside it, and what is there while the server is not."""

from __future__ import annotations

import urllib.error
import urllib.request
from typing import Any

import pytest

from assistant.channels.web.page import PARTS

QUESTION = "How tall is the lighthouse at Marlow Point?"


def test_its_parts_need_no_token_and_nothing_else_does_without(guarded: Any) -> None:
    for path in PARTS:
        with urllib.request.urlopen(guarded.url.rstrip("/") + path, timeout=60) as answer:
            assert answer.status == 200
            assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    for path in ("v1/knowledge/documents", "v1/knowledge/examples", "v1/audio/voices"):
        with pytest.raises(urllib.error.HTTPError, match="401"):
            urllib.request.urlopen(guarded.url + path, timeout=60)


async def test_a_browser_finds_it_fit_to_be_installed(server: Any, visit: Any) -> None:
    visited = await visit(server.url)
    browser = await visited.page.context.new_cdp_session(visited.page)
    manifest = await browser.send("Page.getAppManifest")
    assert manifest["errors"] == []
    assert manifest["url"].endswith("/manifest.webmanifest")
    told = await browser.send("Page.getInstallabilityErrors")
    assert [one["errorId"] for one in told["installabilityErrors"] if one["errorId"] != "in-incognito"] == []


async def test_it_opens_while_the_server_is_away_with_what_was_said(other_server: Any, visit: Any) -> None:
    server = other_server()
    visited = await visit(server.url, server_goes=True)
    page = visited.page
    await visited.is_("ready")
    await visited.until("navigator.serviceWorker.ready.then(() => navigator.serviceWorker.controller !== null)")
    await visited.ask(QUESTION)
    await visited.event("response.done")
    await visited.until("sessionStorage.getItem('repartee-turns').includes('41 metres')")
    server.stop()
    await visited.is_("reconnecting")
    answer = await page.reload()
    assert answer.from_service_worker
    assert "script-src 'sha256-" in answer.headers["content-security-policy"]
    assert "41 metres" in await page.inner_text(".answer")
    await page.fill("#question", "Who was the first keeper of the lighthouse?")
    server.start()
    await visited.is_("ready")
    await page.press("#question", "Enter")
    await visited.event("response.done", count=2)
    assert "Martha Reed" in await page.inner_text(".turn:last-child .answer")
