"""A browser's client, which calls by WebRTC unless it is told otherwise: the agents SDK in a real Chromium."""

import asyncio
import json
import os
import urllib.request
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from assistant.audio.files import load_audio
from assistant.benches.page import find_chromium
from tests.clients.conftest import HERE, QUESTION, TURNS

BUNDLE = HERE / "agents" / "node_modules" / "@openai" / "agents-realtime" / "dist" / "bundle"
PAGE = "<!doctype html><title>A page of somebody's own</title>"
CHROMIUM = find_chromium()
RATE = 16_000


@pytest.fixture(scope="module")
def microphone(tmp_path_factory) -> Path:
    """A question with pauses around it, which Chromium's microphone says over and over."""
    path: Path = tmp_path_factory.mktemp("microphone") / "question.wav"
    quiet = np.random.default_rng(1).normal(0, 10, 6 * RATE).astype(np.int16)
    soundfile.write(path, np.concatenate([quiet[: RATE // 2], load_audio(TURNS / f"{QUESTION}.flac"), quiet]), RATE)
    return path


async def seen_in_a_page(url: str, microphone: Path) -> dict[str, Any]:
    """Return what the SDK saw in a page of the server's own address, where its parts are put in."""
    playwright = pytest.importorskip("playwright.async_api", reason="playwright drives Chromium")

    async def part(route: Any) -> None:
        name = route.request.url.rpartition("/")[2]
        if name == "certify":
            await route.fulfill(body=PAGE, content_type="text/html")
        else:
            path = HERE / "agents" / name if name == "browser.mjs" else BUNDLE / name
            await route.fulfill(path=path, content_type="text/javascript")

    flags = [
        "--no-sandbox",
        "--disable-background-networking",
        "--use-fake-device-for-media-stream",
        "--use-fake-ui-for-media-stream",
        f"--use-file-for-fake-audio-capture={microphone}",
    ]
    async with playwright.async_playwright() as driver:
        browser = await driver.chromium.launch(executable_path=CHROMIUM, args=flags)
        page = await browser.new_page()
        page.set_default_timeout(120_000)
        await page.route("**/certify", part)
        await page.route("**/*.mjs", part)
        await page.goto(f"{url}/certify")
        seen: dict[str, Any] = await page.evaluate("import('/browser.mjs').then((client) => client.certify())")
        await browser.close()
    return seen


def sessions(url: str) -> int:
    with urllib.request.urlopen(f"{url}/health") as answer:
        return int(json.loads(answer.read())["sessions"])


async def test_the_agents_sdk_calls_from_a_page(served, microphone):
    if not BUNDLE.exists() and not os.environ.get("CI"):
        pytest.skip("the agents SDK is not installed; run make test-clients")
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed: apt-get install chromium")
    before = sessions(served.url)
    seen = await seen_in_a_page(served.url, microphone)
    assert seen["errors"] == []
    assert seen["callId"].startswith("rtc_")
    assert seen["created"]["instructions"] == "Bound to the key."
    assert seen["created"]["audio"]["output"]["speed"] == 0.5
    assert any("lighthouse" in heard for heard in seen["heard"])
    assert "41 metres" in seen["spoken"]
    assert json.loads(seen["metadata"]["repartee_citations"])[0]["document"].endswith("lighthouse.md")
    assert seen["energy"] > 0
    assert "response.output_audio.delta" not in seen["types"]
    kept = seen["kept"]["content"][0]["transcript"]
    assert "1893" in seen["whole"]
    assert seen["whole"].startswith(kept)
    assert kept != seen["whole"]
    assert {"user", "assistant"} == set(seen["history"])
    async with asyncio.timeout(60):
        while await asyncio.to_thread(sessions, served.url) > before:
            await asyncio.sleep(0.1)
