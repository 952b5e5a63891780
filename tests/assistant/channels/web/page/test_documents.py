"""What is answered from, on the page: listed, sent, removed, and opened where an answer stands."""

from __future__ import annotations

import asyncio
import json
import shutil
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.assistant.channels.web.page.conftest import SETTINGS, Server

FERRY = "# The Skarholm Ferry\n\nThe 🚢 is old. The ferry to Skarholm leaves at twenty past nine from the north pier.\n"
STEPS = "To empty the tank, turn the red valve to the left and wait for ten minutes."
FAQ = f"# Pump\n\n## How do I empty the tank?\n\n{STEPS}\n"
DOCUMENTS = "v1/knowledge/documents"
LEAVES = "When does the ferry to Skarholm leave?"
DROP = """(files) => {
  const all = new DataTransfer();
  for (const [name, text] of Object.entries(files)) all.items.add(new File([text], name));
  document.body.dispatchEvent(new DragEvent("drop", { dataTransfer: all, bubbles: true, cancelable: true }));
}"""
IN_SIGHT = """(one) => { const { left, top, bottom } = one.getClientRects()[0];
  return one.contains(document.elementFromPoint(left + 1, (top + bottom) / 2)); }"""


@pytest.fixture
def serve(tmp_path: Path, stocked: Path) -> Iterator[Callable[..., Server]]:
    """Starts a server of a home that the test may change: `serve(empty=True, settings="…")`."""
    started: list[Server] = []

    def start(*, empty: bool = False, settings: str = "", **options: Any) -> Server:
        home = tmp_path / "home"
        if empty:
            home.mkdir()
        else:
            shutil.copytree(stocked, home)
        (home / "repartee.toml").write_text(SETTINGS + settings)
        started.append(Server(home, **options))
        started[-1].start()
        return started[-1]

    yield start
    for one in started:
        one.stop()


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory, stocked: Path) -> Iterator[Server]:
    home = tmp_path_factory.mktemp("library") / "home"
    shutil.copytree(stocked, home)
    server = Server(home)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def lent(library: Server) -> Iterator[Server]:
    """A server that tests share: what a test adds is taken away after it."""
    there = documents(library)
    yield library
    for number in documents(library) - there:
        request = urllib.request.Request(f"{library.url}{DOCUMENTS}/{number}", method="DELETE")
        urllib.request.urlopen(request, timeout=60).close()


def documents(server: Server) -> set[int]:
    with urllib.request.urlopen(server.url + DOCUMENTS, timeout=60) as answer:
        return {document["id"] for document in json.load(answer)["data"]}


async def opened(visit: Any, server: Any, **options: Any) -> Any:
    """Return a visit whose panel of documents is open."""
    visited = await visit(server.url, **options)
    await visited.is_("ready")
    await visited.page.click("#shelf")
    await visited.until("/./.test(document.querySelector('#documents-said').textContent)")
    return visited


async def sent(visited: Any, name: str) -> str:
    """Wait until a file is done with; return what is said of it."""
    row = visited.page.locator("#sending li", has_text=name)
    await row.locator("progress").wait_for(state="detached")
    return str(await row.locator(".said").inner_text())


async def test_an_empty_store_says_so_first_and_answers_once_it_has_something(serve: Any, visit: Any) -> None:
    visited = await visit(serve(empty=True).url)
    page = visited.page
    page.on("filechooser", lambda _: None)  # told only as the key is pressed, a busy browser opens a chooser of its own
    await visited.is_("ready")
    await page.get_by_role("button", name="Add documents").click()
    assert await page.evaluate("document.activeElement.id") == "choose"
    assert "no document yet" in await page.inner_text("#documents-said")
    async with page.expect_file_chooser() as chooser:
        await page.keyboard.press("Enter")
    await (await chooser.value).set_files([{"name": "ferry.md", "mimeType": "text/markdown", "buffer": FERRY.encode()}])
    assert await sent(visited, "ferry.md") == "Added: The Skarholm Ferry"
    await page.locator("#welcome-empty").wait_for(state="hidden")
    await page.get_by_role("button", name=LEAVES).click()  # the document itself says what it answers
    await visited.event("response.done")
    assert "wenty past nine" in await page.inner_text(".answer")


#: A server that is gone again before it has told what it knows.
UNTOLD = """
const ask = window.fetch;
window.fetch = (url, ...rest) =>
  String(url).includes("knowledge/documents") ? Promise.reject(new TypeError("gone")) : ask(url, ...rest);
"""


async def test_of_a_store_that_is_not_known_it_is_not_said_that_it_is_empty(server: Any, visit: Any) -> None:
    visited = await visit(server.url, before=UNTOLD)
    await visited.is_("ready")
    await visited.until("/./.test(document.querySelector('#documents-said').textContent)")
    assert await visited.page.locator("#welcome-full").is_visible()
    assert not await visited.page.locator("#welcome-empty").is_visible()


async def test_examples_are_questions_that_are_answered(server: Any, visit: Any) -> None:
    visited = await visit(server.url)
    page = visited.page
    await visited.is_("ready")
    await page.locator("#examples button").first.wait_for()
    questions = await page.locator("#examples button").all_inner_texts()
    assert 2 <= len(questions) <= 4
    for count, question in enumerate(questions, 1):
        await visited.ask(question)
        done = await visited.event("response.done", count=count)
        assert done["response"]["metadata"]["repartee_outcome"] == "answered", question


async def test_a_question_that_a_document_asks_itself_is_an_example(serve: Any, visit: Any) -> None:
    visited = await opened(visit, serve(empty=True))
    await visited.page.evaluate(DROP, {"pump.md": FAQ})
    assert await sent(visited, "pump.md") == "Added: Pump"
    await visited.until("document.querySelector('#examples li')")
    assert await visited.page.locator("#examples button").all_inner_texts() == ["How do I empty the tank?"]


async def test_files_are_dropped_anywhere_and_each_says_what_became_of_it(lent: Any, visit: Any) -> None:
    visited = await visit(lent.url)
    page = visited.page
    await visited.is_("ready")
    await visited.until("document.querySelector('#examples li')")
    await page.evaluate(DROP, {"ferry.md": FERRY, "broken.md": "\0\1" * 1000, "again.txt": "The pier is closed."})
    assert await sent(visited, "again.txt") == "Added: again"
    assert await sent(visited, "ferry.md") == "Added: The Skarholm Ferry"
    fault = await sent(visited, "broken.md")
    assert fault.startswith("broken.md holds binary data")
    assert "/" not in fault  # nothing of where the server keeps it
    colours = "[...document.querySelectorAll('#sending .said')].map((one) => getComputedStyle(one).color)"
    assert len(set(await page.evaluate(colours))) == 2, "what went wrong is told from what did not"
    names = await page.locator("#documents-list .name").all_inner_texts()
    assert names[:2] == ["again", "The Skarholm Ferry"]
    await visited.until("document.querySelector('#live').textContent === '2 of 3 documents were taken up.'")
    await visited.ask(LEAVES)
    await visited.event("response.done")
    assert "wenty past nine" in await page.inner_text(".answer")
    assert visited.problems.pop().startswith("Failed to load resource: the server responded with a status of 400")


#: Keeps everything that the line of a file on its way shows: the words, and how far its bar is.
SHOWN = """
window.shown = [];
new MutationObserver(() => {
  const line = document.querySelector("#sending li"), bar = line?.querySelector("progress");
  if (line) shown.push([line.querySelector(".said").textContent, bar && bar.hasAttribute("value") ? bar.value : null]);
}).observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
"""


async def test_a_file_on_its_way_shows_how_much_of_it_is_sent(lent: Any, visit: Any) -> None:
    visited = await opened(visit, lent, before=SHOWN)
    page = visited.page
    line = await page.context.new_cdp_session(page)
    await line.send("Network.enable")
    network = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": 100_000}
    await line.send("Network.emulateNetworkConditions", network)
    large = f"<!-- {'much that is not read ' * 20_000} --><h1>The Skarholm Ferry</h1><p>It is old.</p>"
    await page.evaluate(DROP, {"ferry.html": large})
    await visited.until("shown.some(([, value]) => value > 0 && value < 1)")
    await line.send("Network.emulateNetworkConditions", network | {"uploadThroughput": -1})
    assert await sent(visited, "ferry.html") == "Added: The Skarholm Ferry"
    shown = await page.evaluate("shown")
    parts = [value for words, value in shown if "% sent" in words]
    assert any(0 < value < 1 for value in parts), shown
    assert parts == sorted(parts)
    told = [int(words.split()[0]) for words, value in shown if "% sent" in words and value is not None]
    assert all(abs(percent - 100 * value) <= 1 for percent, value in zip(told, parts, strict=True) if percent), shown
    assert ["Reading…", None] in shown, "sent, and not yet taken up"
    assert shown[-1] == ["Added: The Skarholm Ferry", None]


async def test_one_that_is_too_large_is_not_even_sent(serve: Any, visit: Any) -> None:
    visited = await opened(visit, serve(empty=True, settings="[knowledge]\nmax_document_mb = 1\n"))
    await visited.page.evaluate(DROP, {"long.txt": "word " * 300_000})
    assert await sent(visited, "long.txt") == "It is 1.5 MB large; at most 1.0 MB are taken."
    assert not await visited.page.locator("#documents-list li").count()


async def test_whether_to_remove_is_still_asked_when_the_list_comes_late(lent: Any, visit: Any) -> None:
    visited = await visit(lent.url)
    page, come = visited.page, asyncio.Event()
    await visited.is_("ready")
    await page.locator("#examples button").first.wait_for()

    async def late(route: Any) -> None:
        await come.wait()
        await route.continue_()

    await page.route("**/v1/knowledge/documents?*", late)
    await page.click("#shelf")
    await page.locator("#documents-list .plain").first.click()
    async with page.expect_response("**/v1/knowledge/documents?*"):
        come.set()
    await page.evaluate("new Promise((settle) => requestAnimationFrame(() => setTimeout(settle, 100)))")
    assert await page.locator("#documents-list .confirm").first.is_visible()
    assert await page.evaluate("document.activeElement.innerText") == "Cancel"
    await page.click("#shelf")
    await page.click("#shelf")
    assert not await page.locator("#documents-list .confirm").first.is_visible(), "and not when it is opened again"


async def test_removing_asks_first(lent: Any, visit: Any) -> None:
    visited = await opened(visit, lent)
    page = visited.page
    await page.evaluate(DROP, {"ferry.md": FERRY})
    await sent(visited, "ferry.md")
    row = page.locator("#documents-list li", has_text="The Skarholm Ferry")
    remove = page.get_by_role("button", name="Remove The Skarholm Ferry")
    await remove.focus()
    await page.keyboard.press("Enter")
    await page.keyboard.press("Enter")  # a second press of the same key agrees to nothing
    assert await row.count() == 1
    await row.locator(".confirm").wait_for(state="hidden")
    await remove.click()
    await page.keyboard.press("Escape")
    assert await row.count() == 1
    await remove.click()
    await page.get_by_role("button", name="Yes, remove").click()
    await row.wait_for(state="detached")
    await visited.until("document.activeElement.className === 'open'")
    await visited.ask(LEAVES)
    await visited.event("response.done")
    assert "wenty past nine" not in await page.inner_text(".turn")


@pytest.mark.parametrize("width", [1100, 360])
async def test_a_citation_opens_the_document_at_its_place(lent: Any, visit: Any, width: int) -> None:
    visited = await opened(visit, lent, width=width)
    page = visited.page
    await page.evaluate(DROP, {"ferry.md": "# Long\n\n" + "Nothing stands here. " * 3_000 + "\n\n" + FERRY})
    await sent(visited, "ferry.md")
    await visited.ask(LEAVES)
    await visited.event("response.done")
    await page.get_by_role("button", name="ferry.md", exact=True).click()
    mark = page.locator("#reading mark")
    await mark.wait_for()
    said = await page.text_content(".turn mark")
    assert "twenty past nine" in said
    assert await mark.inner_text() == said
    assert await mark.evaluate(IN_SIGHT)
    assert await page.evaluate("document.activeElement.id") == "reading-title"
    before = len(await page.inner_text("#reading-text"))
    await page.get_by_role("button", name="Show what comes before").click()
    assert len(await page.inner_text("#reading-text")) > before + 10_000
    await page.get_by_role("button", name="All documents").click()
    await page.locator("#documents-list").wait_for()
    await page.keyboard.press("Escape")
    await page.locator("#documents").wait_for(state="hidden")
    assert await page.evaluate("document.activeElement.id") == "shelf"


async def test_a_citation_whose_document_has_changed_says_so(lent: Any, visit: Any) -> None:
    visited = await opened(visit, lent)
    page = visited.page
    await page.evaluate(DROP, {"ferry.md": FERRY})
    await sent(visited, "ferry.md")
    await visited.ask(LEAVES)
    await visited.event("response.done")
    await page.evaluate(DROP, {"ferry.md": FERRY.replace("twenty", "ten")})
    assert (await sent(visited, "ferry.md")).startswith("Replaced")
    await page.get_by_role("button", name="ferry.md", exact=True).click()
    await visited.until("document.querySelector('#notice').textContent.includes('has changed')")


async def test_where_the_owner_takes_none_nothing_offers_to_add_or_remove(serve: Any, visit: Any) -> None:
    visited = await opened(visit, serve(settings="[knowledge]\nuploads = false\n"))
    page = visited.page
    await page.locator("#documents-list .open").first.wait_for()
    await page.locator("#drop").wait_for(state="hidden")
    assert not await page.locator("#documents-list .plain").count()
    await page.evaluate(DROP, {"ferry.md": FERRY})
    assert "does not take" in await page.get_by_role("alert").inner_text()


async def test_a_document_is_found_by_its_name(server: Any, visit: Any) -> None:
    visited = await opened(visit, server)
    page = visited.page
    await page.get_by_role("searchbox", name="Find a document").fill("light")
    await visited.until("document.querySelectorAll('#documents-list li').length === 1")
    await visited.until("document.querySelector('#documents-list .name').innerText === 'The Marlow Point Lighthouse'")
    await page.get_by_role("searchbox", name="Find a document").fill("no such thing")
    await visited.until("document.querySelectorAll('#documents-list li').length === 0")
    assert "No document goes by that name" in await page.inner_text("#documents-said")
