"""What outlives a reload, and what may be done with an answer."""

from __future__ import annotations

import json
from typing import Any

from tests.assistant.channels.web.page.conftest import another_tab

QUESTION = "How tall is the lighthouse at Marlow Point?"
FOLLOW_UP = "When was it built?"
TAKEN_AS = "taken as: "  # what is noted of a question that is read in the light of those before


async def settled(visited: Any, count: int = 1) -> None:
    await visited.event("response.done", count=count)
    await visited.until(f"document.querySelectorAll('.turn .again:not([hidden])').length === {count}")


async def reloaded(visited: Any) -> None:
    """Load the page again and wait for its new session."""
    count = len(visited.of(visited.received, "session.updated"))
    await visited.page.reload()
    await visited.event("session.updated", count=count + 1)


async def test_a_reload_keeps_the_conversation_and_what_is_being_typed(server: Any, visit: Any) -> None:
    visited = await visit(server.url)
    page = visited.page
    await visited.is_("ready")
    await visited.ask(QUESTION)
    await settled(visited)
    await visited.ask("Who won the football world cup in 1998?")
    await settled(visited, 2)
    await page.fill("#question", "Half a ques")
    before = await page.locator(".turn").all_inner_texts()
    await reloaded(visited)
    assert await page.locator(".turn").all_inner_texts() == before
    assert (await page.inner_text(".turn:first-child mark")).startswith("41 metres")
    assert await page.input_value("#question") == "Half a ques"
    await page.locator("#welcome").wait_for(state="hidden")
    other = await another_tab(page)  # is another conversation
    assert await other.locator(".turn").count() == 0


async def test_after_a_reload_a_follow_up_is_understood(server: Any, visit: Any) -> None:
    visited = await visit(server.url)
    await visited.is_("ready")
    await visited.ask(QUESTION)
    await settled(visited)
    await reloaded(visited)
    await visited.ask(FOLLOW_UP)
    done = await visited.event("response.done", count=2)
    assert "1868" in done["response"]["metadata"]["repartee_answer"]
    assert TAKEN_AS in done["response"]["metadata"]["repartee_stages"]
    assert not visited.of(visited.received, "error")


async def test_a_new_conversation_knows_nothing_of_the_one_before(server: Any, visit: Any) -> None:
    visited = await visit(server.url)
    page = visited.page
    await visited.is_("ready")
    await visited.ask(QUESTION)
    await settled(visited)
    await page.get_by_role("button", name="New conversation").click()
    await visited.event("session.updated", count=2)
    await page.locator("#welcome").wait_for()
    await page.get_by_role("button", name="New conversation").wait_for(state="hidden")
    await visited.ask(FOLLOW_UP)
    done = await visited.event("response.done", count=2)
    assert TAKEN_AS not in done["response"]["metadata"]["repartee_stages"]
    await reloaded(visited)
    assert await page.locator(".turn").count() == 1


async def test_a_question_without_an_answer_is_still_there_to_be_asked(server: Any, visit: Any) -> None:
    waiting = [{"item": "item_1", "words": QUESTION, "said": "", "unheard": "", "tag": "", "metadata": {}}]
    store = f"sessionStorage.setItem('repartee-turns', {json.dumps(json.dumps(waiting))})"
    visited = await visit(server.url, before=f"if (!sessionStorage.length) {store}")
    page = visited.page
    await visited.is_("ready")
    assert await page.inner_text(".turn .tag") == "Not answered"
    await page.get_by_role("button", name="Ask again").click()
    await visited.event("response.done")
    assert "41 metres" in await page.inner_text(".turn:last-child .answer")


async def test_an_answer_is_copied(server: Any, visit: Any) -> None:
    visited = await visit(server.url, permissions=["clipboard-read", "clipboard-write"])
    page = visited.page
    await visited.is_("ready")
    await visited.ask(QUESTION)
    await settled(visited)
    await page.get_by_role("button", name="Copy the answer").click()
    await visited.until("document.querySelector('#live').textContent === 'Copied.'")
    assert await page.evaluate("navigator.clipboard.readText()") == await page.inner_text(".answer")


async def test_where_a_browser_has_no_clipboard_for_the_page_it_is_copied_all_the_same(server: Any, visit: Any) -> None:
    before = """Object.defineProperty(navigator, "clipboard", { value: undefined });
        addEventListener("copy", () => { window.copied = document.activeElement.value; });"""
    visited = await visit(server.url, before=before)
    page = visited.page
    await visited.is_("ready")
    await visited.ask(QUESTION)
    await settled(visited)
    await page.get_by_role("button", name="Copy the answer").click()
    assert await visited.until("window.copied") == await page.inner_text(".answer")
    assert not await page.locator("textarea").count()


async def test_no_more_is_kept_than_a_reload_needs(server: Any, visit: Any) -> None:
    many = [
        {"item": f"item_{n}", "words": f"Question {n}", "said": "Yes.", "unheard": "", "tag": "", "metadata": {}}
        for n in range(60)
    ]
    store = f"sessionStorage.setItem('repartee-turns', {json.dumps(json.dumps(many))})"
    visited = await visit(server.url, before=f"if (!sessionStorage.length) {store}")
    await visited.is_("ready")
    await visited.ask(QUESTION)
    await visited.event("response.done")
    kept = "JSON.parse(sessionStorage.getItem('repartee-turns'))"
    await visited.until(f"{kept}.at(-1).said")
    assert await visited.page.evaluate(f"{kept}.length") == 50
    assert await visited.page.evaluate(f"{kept}.at(-1).words") == QUESTION


async def test_a_browser_that_keeps_nothing_still_shows_the_page(server: Any, visit: Any) -> None:
    refuse = (
        """Object.defineProperty(window, "localStorage", { get() { throw new DOMException("", "SecurityError"); } });"""
    )
    visited = await visit(server.url, before=refuse)
    await visited.is_("ready")
    await visited.page.click("#voice")
    await visited.ask(QUESTION)
    await visited.event("response.done")
    assert "41 metres" in await visited.page.inner_text(".answer")
