"""A browser's client, which calls by WebRTC unless it is told otherwise: the agents SDK in a real Chromium."""

import asyncio
import json
import os
import re
import urllib.request
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from assistant.audio.files import load_audio
from assistant.benches.page import find_chromium
from tests.clients.conftest import HERE, QUESTION, ROOT, TURNS

BUNDLE = HERE / "agents" / "node_modules" / "@openai" / "agents-realtime" / "dist" / "bundle"
PAGE = """<!doctype html><title>A page of somebody's own</title>
<script type="importmap">{ "imports": { "@openai/agents/realtime": "/openai-realtime-agents.mjs" } }</script>"""
#: The lines of docs/clients.md for a page.
(SNIPPET,) = re.findall(
    r"^```js\n(.*?)^```", (ROOT / "docs" / "clients.md").read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
)
#: A microphone of a room where nobody speaks, so that what is answered is what was typed.
QUIET = """navigator.mediaDevices.getUserMedia = async () => new AudioContext().createMediaStreamDestination().stream"""
CHROMIUM = find_chromium()
RATE = 16_000


@pytest.fixture(scope="module")
def microphone(tmp_path_factory) -> Path:
    """A question with pauses around it, which Chromium's microphone says over and over."""
    path: Path = tmp_path_factory.mktemp("microphone") / "question.wav"
    quiet = np.random.default_rng(1).normal(0, 10, 6 * RATE).astype(np.int16)
    soundfile.write(path, np.concatenate([quiet[: RATE // 2], load_audio(TURNS / f"{QUESTION}.flac"), quiet]), RATE)
    return path


@asynccontextmanager
async def page_of(url: str, microphone: Path) -> AsyncIterator[Any]:
    """Hold a page of the server's own address, where the SDK's parts are put in."""
    playwright = pytest.importorskip("playwright.async_api", reason="playwright drives Chromium")

    async def part(route: Any) -> None:
        name = route.request.url.rpartition("/")[2]
        if name == "certify":
            await route.fulfill(body=PAGE, content_type="text/html")
        elif name == "snippet.mjs":
            await route.fulfill(body=SNIPPET, content_type="text/javascript")
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
        yield page
        await browser.close()


def sessions(url: str) -> int:
    with urllib.request.urlopen(f"{url}/health") as answer:
        return int(json.loads(answer.read())["sessions"])


def needs_the_sdk_and_a_browser() -> None:
    if not BUNDLE.exists() and not os.environ.get("CI"):
        pytest.skip("the agents SDK is not installed; run make test-clients")
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed: apt-get install chromium")


async def test_the_agents_sdk_calls_from_a_page(served, microphone):
    needs_the_sdk_and_a_browser()
    before = sessions(served.url)
    async with page_of(served.url, microphone) as page:
        seen = await page.evaluate("import('/browser.mjs').then((client) => client.certify())")
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


async def test_the_lines_of_the_docs_call_from_a_page_and_print_the_answer(served, microphone):
    needs_the_sdk_and_a_browser()
    async with page_of(served.url, microphone) as page:
        problems: list[str] = []
        page.on("pageerror", lambda error: problems.append(str(error)))
        async with page.expect_console_message(lambda said: "41 metres" in said.text):
            await page.evaluate(f"{QUIET}; void import('/snippet.mjs')")
    assert problems == []
