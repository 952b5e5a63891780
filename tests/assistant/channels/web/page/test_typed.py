"""A typed question in real Chromium: the answer, its passage, its sound and its ledger."""

from __future__ import annotations

import re
import time
from typing import Any

from tests.assistant.channels.web.page.conftest import LEVEL

#: What a remark on hardware would speak of.
HARDWARE = re.compile(r"lib\w+\.so|cuda|gpu|tensorrt|openvino|avx|vnni|neon|doctor|kernel|this machine", re.IGNORECASE)


async def test_the_answer_is_shown_with_its_passage_and_its_ledger(server: Any, visit: Any) -> None:
    visited = await visit(server.url)
    await visited.is_("ready")
    await visited.ask("How tall is the lighthouse at Marlow Point?")
    await visited.event("response.done")
    page = visited.page
    assert await page.inner_text(".question") == "How tall is the lighthouse at Marlow Point?"
    assert "41 metres" in await page.inner_text(".answer")
    assert "41 metres" in await page.inner_text("mark")
    assert "196 steps" in await page.inner_text("blockquote")
    assert await page.inner_text(".title") == "The Marlow Point Lighthouse"
    assert await page.inner_text(".file") == "lighthouse.md"
    summary = page.locator(".ledger summary")
    assert await page.locator(".ledger").get_attribute("open") is None
    line = float((await summary.evaluate("(one) => getComputedStyle(one).lineHeight")).removesuffix("px"))
    assert (await summary.bounding_box())["height"] < 2 * line, "one line"
    await summary.click()
    for stage in ("understand", "retrieve", "read"):
        row = page.locator(f".stage[data-stage={stage}]")
        await row.wait_for()
        assert " ms" in await row.locator(".spent").inner_text()
        track, bar = await row.locator(".bar").bounding_box(), await row.locator(".bar i").bounding_box()
        assert 0 < bar["width"] <= track["width"] * 2 / 3 + 1  # these stages have plenty: none passes its mark
    assert "to the answer" in await page.inner_text("summary")
    for note in await page.locator(".stage .note").all_inner_texts():
        assert not HARDWARE.search(note), "what this machine has is told by serve and by doctor, not with every answer"


async def test_the_answer_is_heard_and_then_it_is_quiet(server: Any, visit: Any) -> None:
    visited = await visit(server.url)
    await visited.is_("ready")
    await visited.ask("How tall is the lighthouse at Marlow Point?")
    await visited.is_("speaking")
    began = time.monotonic()
    await visited.loudest(0.2)
    await visited.is_("ready")
    assert time.monotonic() - began > 0.8  # the sentence takes longer than that to say
    await visited.until(f"Number({LEVEL}) === 0")
    assert not visited.of(visited.sent, "conversation.item.truncate")


async def test_what_is_not_in_the_documents_is_not_answered(server: Any, visit: Any) -> None:
    visited = await visit(server.url)
    await visited.is_("ready")
    await visited.ask("Who won the football world cup in 1998?")
    await visited.event("response.done")
    assert "don't know" in await visited.page.inner_text(".answer")
    await visited.page.locator(".source").wait_for(state="hidden")


async def test_markup_in_a_document_stays_text(server: Any, visit: Any) -> None:
    visited = await visit(server.url)
    await visited.is_("ready")
    await visited.ask("What is the password of the old gatehouse?")
    await visited.event("response.done")
    assert "swordfish" in await visited.page.inner_text(".turn")
    await visited.ask("<img src=x onerror=\"document.title='struck'\">")
    await visited.event("response.done", count=2)
    assert "<img src=x" in await visited.page.inner_text(".turn:last-child .question")
    assert await visited.page.title() == "Repartee"
    assert await visited.page.locator(".turn img, .turn script").count() == 0


async def test_nothing_is_asked_of_anybody_else(server: Any, visit: Any) -> None:
    visited = await visit(server.url)
    await visited.is_("ready")
    await visited.page.click("#talk")
    await visited.is_("listening", "hearing")
    elsewhere = [url for url in visited.requests if not url.startswith((server.url, "blob:", "data:"))]
    assert elsewhere == []


async def test_in_writing_nothing_is_said(server: Any, visit: Any) -> None:
    visited = await visit(server.url)
    await visited.is_("ready")
    await visited.page.click("#voice")
    await visited.event("session.updated", count=2)
    await visited.ask("How many eggs can the queen lay a day?")
    await visited.event("response.done")
    assert "2,000" in await visited.page.inner_text(".answer")
    assert not visited.of(visited.received, "response.output_audio.delta")


async def test_a_new_question_silences_the_answer_before(server: Any, visit: Any) -> None:
    visited = await visit(server.url)
    await visited.is_("ready")
    await visited.ask("How tall is the lighthouse at Marlow Point?")
    await visited.is_("speaking")
    await visited.page.wait_for_timeout(300)
    await visited.ask("Who was the first keeper of the lighthouse?")
    await visited.event("response.done", count=2)
    [cut] = visited.of(visited.sent, "conversation.item.truncate")
    assert 100 <= cut["audio_end_ms"] <= 2000
    assert await visited.page.inner_text(".turn:first-child .tag") == "Interrupted"
    assert "Martha Reed" in await visited.page.inner_text(".turn:last-child .answer")


async def test_a_second_question_typed_at_once_is_answered_and_each_answer_stands_under_its_own(
    server: Any, visit: Any
) -> None:
    visited = await visit(server.url)
    await visited.is_("ready")
    await visited.page.evaluate(
        """for (const text of ["How tall is the lighthouse at Marlow Point?", "When did the railway open?"]) {
            document.getElementById("question").value = text;
            document.getElementById("composer").requestSubmit();
        }"""
    )
    await visited.event("response.done", count=2)
    await visited.is_("ready", "speaking")
    questions = [await one.inner_text() for one in await visited.page.locator(".question").all()]
    assert questions == ["How tall is the lighthouse at Marlow Point?", "When did the railway open?"]
    answers = await visited.page.locator(".turn").all_inner_texts()
    assert "1893" in answers[1]
    assert "1893" not in answers[0]
    assert not visited.of(visited.received, "error")
