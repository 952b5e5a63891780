"""Trouble, in real Chromium: no microphone, server, token."""

from __future__ import annotations

from typing import Any

QUESTION = "How tall is the lighthouse at Marlow Point?"


async def test_a_blocked_microphone_is_told_and_typing_goes_on(server: Any, visit: Any) -> None:
    visited = await visit(server.url, allowed=False)
    page = visited.page
    await visited.is_("ready")
    await page.click("#talk")
    alert = page.get_by_role("alert")
    await alert.wait_for()
    assert "microphone is blocked" in await alert.inner_text()
    assert await page.locator("#talk").get_attribute("aria-pressed") == "false"
    await visited.ask(QUESTION)
    await visited.event("response.done")
    assert "41 metres" in await page.inner_text(".answer")
    await page.get_by_role("button", name="Dismiss").click()
    await alert.wait_for(state="hidden")


async def test_a_server_that_goes_and_comes_back_is_found_again(other_server: Any, visit: Any) -> None:
    server = other_server()
    visited = await visit(server.url, server_goes=True)
    page = visited.page
    await visited.is_("ready")
    await visited.ask(QUESTION)
    await visited.event("response.done")
    server.stop()
    await visited.is_("reconnecting")
    await visited.ask("Who was the first keeper of the lighthouse?")
    assert "no connection" in await page.get_by_role("alert").inner_text()
    assert await page.input_value("#question") == "Who was the first keeper of the lighthouse?"
    server.start()
    await visited.is_("ready")
    await page.get_by_role("alert").wait_for(state="hidden")
    await page.press("#question", "Enter")
    await visited.event("response.done", count=2)
    assert "Martha Reed" in await page.inner_text(".turn:last-child .answer")
    assert await page.locator(".turn").count() == 2  # what was said before is still there


async def test_the_microphone_outlives_a_lost_server(other_server: Any, visit: Any, recording: Any) -> None:
    server = other_server()
    visited = await visit(server.url, hears=recording(60.0), server_goes=True)
    await visited.is_("ready")
    await visited.page.click("#talk")
    await visited.is_("listening")
    server.stop()
    await visited.is_("reconnecting")
    before = len(visited.of(visited.sent, "input_audio_buffer.append"))
    await visited.page.wait_for_timeout(300)
    server.start()
    await visited.is_("listening")
    await visited.page.wait_for_timeout(500)
    assert 0 < len(visited.of(visited.sent, "input_audio_buffer.append")) - before < 100  # and nothing stale was sent


async def test_a_token_is_asked_for_and_kept_for_the_tab(guarded: Any, visit: Any) -> None:
    visited = await visit(guarded.url)
    page = visited.page
    await visited.is_("token")
    dialog = page.get_by_role("dialog", name="A token, please")
    for attempt in ("wrong", "not even\ta token é", "open-sesame"):
        await dialog.get_by_label("Token").fill(attempt)
        await dialog.get_by_role("button", name="Connect").click()
        if attempt != "open-sesame":
            await dialog.get_by_role("alert").wait_for()
            assert "did not accept" in await dialog.get_by_role("alert").inner_text()
    await visited.is_("ready")
    await page.reload()
    await visited.is_("ready")
    assert not any("sesame" in url for url in visited.requests)


async def test_a_token_may_come_with_the_address(guarded: Any, visit: Any) -> None:
    visited = await visit(guarded.url + "#token=open-sesame")
    await visited.is_("ready")
    assert visited.page.url == guarded.url
    assert not any("sesame" in url for url in visited.requests)


async def test_a_full_server_is_told_from_an_absent_one(other_server: Any, visit: Any) -> None:
    server = other_server(sessions=1)
    first = await visit(server.url)
    await first.is_("ready")
    second = await visit(server.url)
    alert = second.page.get_by_role("alert")
    await alert.wait_for()
    assert "no more conversations" in await alert.inner_text()
    await first.page.close()
    await second.is_("ready")
    await alert.wait_for(state="hidden")
