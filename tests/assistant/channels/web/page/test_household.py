"""The household's panel in real Chromium: timers, lists and who listens, live, and changed by touch."""

from __future__ import annotations

import asyncio
import json
import re
import shutil
import urllib.request
from collections.abc import Callable
from typing import Any

import pytest

from tests.assistant.channels.web.page.conftest import Server
from tests.assistant.channels.web.page.test_everyone import CONTRAST, FOCUSED


@pytest.fixture(scope="module")
def household(stocked: Any, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A server of this file's own: what is set here is nobody else's."""
    home = shutil.copytree(stocked, tmp_path_factory.mktemp("household") / "home")
    with (home / "repartee.toml").open("a") as settings:
        settings.write('[ear]\nwake_words = ["hey_jarvis"]\n[satellites.addresses]\nbedside = "tcp://127.0.0.1:1"\n')
        settings.write('[satellites.areas]\nbedside = "Bedroom"\n')
    server = Server(home)
    server.start()
    yield server
    server.stop()


HOSTILE = "<img src=x onerror=\"document.title='struck'\"> milk"


def chat(url: str, words: str) -> str:
    """Say something elsewhere, as another client does."""
    body = json.dumps({"messages": [{"role": "user", "content": words}]}).encode()
    request = urllib.request.Request(f"{url}v1/chat/completions", body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=60) as answer:
        return str(json.load(answer)["choices"][0]["message"]["content"])


async def at_panel(visit: Callable[..., Any], url: str, **options: Any) -> Any:
    visited = await visit(url, **options)
    await visited.is_("ready")
    await visited.page.click("#clock")
    await visited.page.locator("#satellites li").first.wait_for()
    return visited


def row(visited: Any, words: str) -> Any:
    return visited.page.locator(".rows li", has=visited.page.get_by_text(words, exact=True))


async def test_timers_are_shown_as_they_are_set_and_are_cancelled_by_touch(household: Any, visit: Any) -> None:
    visited = await at_panel(visit, household.url)
    page = visited.page
    await page.locator("#timers-none").wait_for()
    await asyncio.to_thread(chat, household.url, "set a pasta timer for twelve minutes")
    pasta = row(visited, "Pasta")
    await pasta.wait_for()
    first = await pasta.locator(".said").inner_text()
    assert re.fullmatch(r"Timer, 1\d:\d\d left", first)
    await visited.until(f"document.querySelector('#timers .said').textContent !== {json.dumps(first)}")
    await pasta.get_by_role("button", name="Cancel: Pasta").click()
    await pasta.wait_for(state="detached")
    await visited.until("document.querySelector('#household-said').textContent === 'Pasta: cancelled.'")
    assert await asyncio.to_thread(chat, household.url, "how long is left on the pasta timer?") == (
        "There is no pasta timer."
    )


async def test_an_alarm_that_rings_is_stopped_on_the_page_whatever_is_shown(household: Any, visit: Any) -> None:
    visited = await visit(household.url)
    await visited.is_("ready")
    await asyncio.to_thread(chat, household.url, "wake me in one second")
    await visited.page.locator("#ringing").wait_for(state="visible")
    await visited.page.click("#ringing button")
    await visited.page.locator("#ringing").wait_for(state="hidden")
    assert await asyncio.to_thread(chat, household.url, "when is my alarm?") == "There is no alarm."


async def test_lists_are_read_and_written(household: Any, visit: Any) -> None:
    visited = await at_panel(visit, household.url)
    field = visited.page.get_by_label("Add to: Shopping list")
    await field.fill("Rye Bread")
    await field.press("Enter")
    await row(visited, "rye bread").wait_for()
    assert await visited.page.evaluate("document.activeElement.placeholder") == "Add something"
    body = json.dumps({"items": ["rye bread", HOSTILE]}).encode()
    put = urllib.request.Request(f"{household.url}v1/skills/lists/shopping", body, method="PUT")
    await asyncio.to_thread(urllib.request.urlopen, put, timeout=60)
    await row(visited, HOSTILE).wait_for()
    await visited.page.get_by_role("button", name="Take off: rye bread").click()
    await row(visited, "rye bread").wait_for(state="detached")
    assert await visited.page.title() == "Repartee"
    assert "milk" in await asyncio.to_thread(chat, household.url, "what's on my shopping list?")


async def test_who_listens_is_shown_with_room_and_this_place_has_a_name_of_its_own(household: Any, visit: Any) -> None:
    visited = await at_panel(visit, household.url)
    page = visited.page
    assert await row(visited, "bedside").locator(".said").inner_text() == "Satellite, Bedroom, not connected"
    await page.click("#tune")
    await page.fill("#place", "desk")
    await page.fill("#room", "Study")
    await page.press("#room", "Enter")
    await page.click("#clock")
    await visited.until("[...document.querySelectorAll('#satellites .said')].some((one) => "
                        "one.textContent === 'This page, Study, connected')")  # fmt: skip
    assert await row(visited, "desk").count() == 1
    await page.select_option("#whom", "Study")
    await page.fill("#announcement", "Dinner is ready.")
    await page.press("#announcement", "Enter")
    await visited.until("document.querySelector('#household-said').textContent === "
                        "'Announced in Study: Dinner is ready.'")  # fmt: skip
    await visited.until(
        "[...document.querySelectorAll('.answer')].some((one) => one.textContent === 'Dinner is ready.')"
    )
    await page.reload()  # it is kept by the browser
    await visited.is_("ready")
    await page.click("#clock")
    await row(visited, "desk").wait_for()


async def test_the_wake_word_is_waited_for_where_that_is_chosen(household: Any, visit: Any) -> None:
    visited = await visit(household.url)
    await visited.is_("ready")
    await visited.page.click("#tune")
    box = visited.page.get_by_label("Wait for “hey jarvis”")
    await box.check()
    async with asyncio.timeout(60):
        while not any("wake=hey_jarvis" in socket for socket in visited.sockets):
            await asyncio.sleep(0.01)
    count = len(visited.sockets)
    await visited.page.reload()  # it is kept by the browser
    await visited.is_("ready")
    async with asyncio.timeout(60):
        while not any("wake=hey_jarvis" in socket for socket in visited.sockets[count:]):
            await asyncio.sleep(0.01)
    await visited.page.click("#tune")
    assert await box.is_checked()


#: Keeps a new session's first event from the page until `go` is called.
HELD = """
window.held = null;
window.WebSocket = class extends WebSocket {
  set onmessage(told) {
    super.onmessage = async (message) => {
      if (message.data.includes('"session.created"')) await held;
      told(message);
    };
  }
};
"""


async def test_a_page_that_hears_of_its_session_from_the_household_first_knows_it_later(
    household: Any, visit: Any
) -> None:
    visited = await at_panel(visit, household.url, before=HELD)
    page = visited.page
    await page.evaluate("void (held = new Promise((resolve) => { window.go = resolve; }))")
    await page.click("#tune")
    await page.fill("#room", "Cellar")
    await page.press("#room", "Enter")
    await page.click("#clock")
    rows = "[...document.querySelectorAll('#satellites .said')].map((one) => one.textContent)"
    cellar = f"{rows}.find((text) => text.includes('Cellar'))"
    assert await visited.until(cellar) == "Page, Cellar, connected"
    await page.evaluate("go()")
    await visited.until(f"{cellar} === 'This page, Cellar, connected'")


async def test_what_nobody_asked_for_leaves_a_phones_panel_where_it_is(household: Any, visit: Any) -> None:
    """Somebody writes on a list there, while a timer ends; a question of their own goes to the conversation."""
    visited = await at_panel(visit, household.url, width=390, height=700)
    page = visited.page
    entry = page.locator("#lists input").first
    await entry.fill("oat mi")
    scrolled = await page.evaluate("scrollY")
    await asyncio.to_thread(chat, household.url, "tell everyone that dinner is ready")
    await page.locator("#turns .answer", has_text="Dinner is ready.").wait_for(state="attached")
    await page.locator("#household").wait_for()
    assert (await entry.input_value(), await page.evaluate("scrollY")) == ("oat mi", scrolled)
    await page.fill("#question", "what is two plus two")
    await page.keyboard.press("Enter")
    await page.locator("#turns .answer", has_text="That is 4.").wait_for()
    await page.locator("#household").wait_for(state="hidden")


async def test_it_fits_a_phone_in_the_dark_and_escape_goes_back(household: Any, visit: Any) -> None:
    await asyncio.to_thread(chat, household.url, f"set a {'unmistakably ' * 5}timer for two hours")
    visited = await at_panel(visit, household.url, width=320, height=640, color_scheme="dark")
    page = visited.page
    await page.locator("#timers li").first.wait_for()
    assert await page.evaluate("document.documentElement.scrollWidth") <= 320
    for selector in ("#timers .name", "#timers .said", "#household h3"):
        assert await page.evaluate(CONTRAST, selector) >= 4.5, selector
    await page.focus("#announcement")
    await page.keyboard.press("Escape")
    assert await page.evaluate(FOCUSED) == "clock"
    await page.locator("#household").wait_for(state="hidden")
