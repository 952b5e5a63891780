"""Pictures of every state of the page for a person to look at: `make screenshots` writes them to build/screenshots/."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.assistant.channels.web.page.conftest import Living, Server, living
from tests.assistant.channels.web.page.test_documents import DROP, FERRY
from tests.paths import ROOT

FOLDER = ROOT / "build" / "screenshots"
SIZES = {"desktop": (1280, 800), "phone": (390, 844), "lying": (844, 390)}
LOOKS = [(size, scheme) for size in SIZES for scheme in ("light", "dark")]
QUESTION = "How tall is the lighthouse at Marlow Point?"
#: Keeps what the server sends of a reply from the page until `go()` is called, but for that one is being made.
SLOW = r"""
window.slow = null;
window.hold = () => { slow = new Promise((settle) => { window.go = settle; }); };
window.WebSocket = class extends WebSocket {
  set onmessage(told) {
    super.onmessage = async (message) => {
      if (/"response\.(?!created)/.test(message.data)) await slow;
      told(message);
    };
  }
};
"""


@pytest.fixture(scope="module")
def house(stocked: Path, tmp_path_factory: pytest.TempPathFactory) -> Any:
    with living(stocked, tmp_path_factory.mktemp("broker")) as one:
        yield one


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Any:
    server = Server(tmp_path_factory.mktemp("empty"))
    server.start()
    yield server
    server.stop()


class Camera:
    """Takes pictures of one look of the page."""

    def __init__(self, size: str, scheme: str) -> None:
        self.size, self.scheme = size, scheme
        self.options = {"color_scheme": scheme, "reduced_motion": "reduce", "device_scale_factor": 1}
        self.options |= dict(zip(("width", "height"), SIZES[size], strict=True))
        FOLDER.mkdir(parents=True, exist_ok=True)

    async def take(self, page: Any, state: str) -> None:
        await page.screenshot(path=FOLDER / f"{state}-{self.size}-{self.scheme}.png")


@pytest.fixture(params=LOOKS, ids="-".join)
def camera(request: pytest.FixtureRequest) -> Camera:
    return Camera(*request.param)


async def test_a_store_without_documents(empty: Server, visit: Any, camera: Camera) -> None:
    visited = await visit(empty.url, **camera.options)
    await visited.is_("ready")
    await visited.page.locator("#fill").wait_for()
    await camera.take(visited.page, "01-empty")


async def test_a_conversation_and_the_panels(house: Living, visit: Any, camera: Camera) -> None:
    visited = await visit(house.url, before=SLOW, permissions=["microphone"], **camera.options)
    page = visited.page
    await visited.is_("ready")
    await page.locator("#examples button").first.wait_for()
    await camera.take(page, "02-welcome")
    await page.evaluate("hold()")
    await visited.ask(QUESTION)
    await visited.is_("thinking")
    await camera.take(page, "03-asking")
    await page.evaluate("go()")
    await visited.until("document.querySelector('.ledger:not([hidden])')")
    await camera.take(page, "04-answer")
    await page.locator(".ledger summary").click()
    await page.locator(".ledger").scroll_into_view_if_needed()
    await camera.take(page, "05-ledger")
    await visited.ask("Who won the football world cup in 1998?")
    await visited.until("document.querySelectorAll('.ledger:not([hidden])').length === 2")
    await camera.take(page, "06-abstained")
    await visited.ask("unlock the front door")
    await page.get_by_role("group", name="Answers").get_by_role("button", name="No").wait_for()
    await camera.take(page, "07-confirmation")
    await page.click("#house")
    await page.locator(".device").nth(13).wait_for(state="attached")
    await camera.take(page, "08-devices")
    await page.click("#clock")
    await page.locator("#satellites li").first.wait_for()
    await camera.take(page, "09-household")
    await page.click("#tune")
    await visited.until("document.querySelectorAll('#microphone option').length > 1")
    await camera.take(page, "10-settings")
    await page.locator("#size").select_option("200")
    await camera.take(page, "11-settings-200")
    await page.click("#tune")
    await camera.take(page, "12-answer-200")
    await page.click("#tune")
    await page.locator("#size").select_option("100")
    await page.get_by_label("Hold to talk").check()
    await page.click("#tune")
    await page.locator("#talk").hover()
    await page.mouse.down()
    await visited.is_("hearing")
    await camera.take(page, "13-held")
    await page.mouse.up()


async def test_documents(house: Living, visit: Any, camera: Camera) -> None:
    visited = await visit(house.url, **camera.options)
    page = visited.page
    await visited.is_("ready")
    await page.click("#shelf")
    await page.locator("#documents-list .open").first.wait_for()
    await camera.take(page, "14-documents")
    line = await page.context.new_cdp_session(page)
    await line.send("Network.enable")
    limits = {"offline": False, "latency": 0, "downloadThroughput": -1}
    await line.send("Network.emulateNetworkConditions", limits | {"uploadThroughput": 100_000})
    large = f"<!-- {'much that is not read ' * 40_000} --><h1>The Skarholm Ferry</h1>{FERRY}"
    await page.evaluate(DROP, {"ferry.html": large, "broken.md": "\0\1" * 1000, "again.txt": "The pier is closed."})
    await visited.until("document.querySelector('#sending progress')?.value > 0.1")
    await camera.take(page, "15-sending")
    await line.send("Network.emulateNetworkConditions", limits | {"uploadThroughput": -1})
    await visited.until("!document.querySelector('#sending progress')")
    await camera.take(page, "16-sent")
    await page.locator("#documents-list .plain").first.click()
    await camera.take(page, "17-remove")
    await page.get_by_role("button", name="Cancel").first.click()
    await page.locator("#documents-list .open", has_text="lighthouse").first.click()
    await page.locator("#reading-text").wait_for()
    await camera.take(page, "18-reading")
    visited.problems.clear()


async def test_without_a_token(guarded: Server, visit: Any, camera: Camera) -> None:
    visited = await visit(guarded.url, **camera.options)
    await visited.page.locator("#gate").wait_for()
    await camera.take(visited.page, "19-token")


async def test_without_a_microphone_and_without_the_server(
    other_server: Any, visit: Any, camera: Camera, stocked: Path
) -> None:
    server = other_server()
    visited = await visit(server.url, allowed=False, server_goes=True, **camera.options)
    page = visited.page
    await visited.is_("ready")
    await page.click("#talk")
    await page.get_by_role("alert").locator("span").first.wait_for()
    await camera.take(page, "20-no-microphone")
    server.stop()
    await visited.is_("offline", "reconnecting")
    await visited.ask(QUESTION)
    await camera.take(page, "21-no-server")
    visited.problems.clear()
