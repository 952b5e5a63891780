"""Spoken questions in real Chromium, whose microphone hears recordings."""

from __future__ import annotations

import asyncio
import base64
import time
from typing import Any

import numpy as np

QUESTION = "Who was the first keeper of the lighthouse?"
OTHER = "How many eggs can the queen lay a day?"


def words(text: str) -> set[str]:
    return set(text.lower().strip("?.").split())


async def test_a_spoken_question_is_heard_answered_and_accounted_for(server: Any, visit: Any, recording: Any) -> None:
    visited = await visit(server.url, hears=recording(1.0, QUESTION, 4.0))
    page = visited.page
    await visited.is_("ready")
    await page.click("#talk")
    await visited.is_("listening")
    await visited.is_("hearing")
    assert await visited.until("document.querySelector('.question.partial')?.textContent.length > 3")
    partial = await page.text_content(".question")
    while await visited.level() < 0.2:  # what is heard is seen
        await page.wait_for_timeout(10)
    await visited.is_("thinking", "speaking")
    await visited.event("response.done")
    final = await page.text_content(".question")
    assert len(words(final) & words(QUESTION)) >= 6, final
    deltas = visited.of(visited.received, "conversation.item.input_audio_transcription.delta")
    assert "".join(event["delta"] for event in deltas).startswith(partial)
    assert "Martha Reed" in await page.inner_text("mark")
    for stage in ("endpoint", "recognise", "read", "first_audio"):
        assert await page.locator(f".stage[data-stage={stage}]").is_visible(), stage
    await visited.is_("listening")
    assert await page.locator("#talk").get_attribute("aria-pressed") == "true"


async def test_the_microphone_is_sent_whole_at_24_khz(server: Any, visit: Any, recording: Any) -> None:
    file = recording(0.5, QUESTION, 2.0)
    visited = await visit(server.url, hears=file)
    await visited.is_("ready")
    await visited.page.click("#talk")
    await visited.event("input_audio_buffer.speech_started")
    began = time.monotonic()
    await visited.event("input_audio_buffer.speech_stopped")
    await visited.page.click("#talk")
    await visited.is_("ready", "thinking", "speaking")
    appended = visited.of(visited.sent, "input_audio_buffer.append")
    pieces = [np.frombuffer(base64.b64decode(event["audio"]), "<i2") for event in appended]
    assert {len(piece) for piece in pieces} == {960}  # 40 ms each
    spent = time.monotonic() - began
    sent = sum(map(len, pieces)) / 24_000
    assert sent > spent  # nothing was lost while it was spoken
    sound = np.concatenate(pieces) / 32768
    spectrum = np.abs(np.fft.rfft(sound))
    hertz = np.fft.rfftfreq(len(sound), 1 / 24_000)
    speech, above = spectrum[(hertz > 100) & (hertz < 4000)], spectrum[hertz > 8500]  # the recording ends at 8 kHz
    assert np.sqrt(np.mean(speech**2)) > 30 * np.sqrt(np.mean(above**2))  # no images of it above


async def test_speaking_over_the_answer_silences_it_at_once(server: Any, visit: Any, recording: Any) -> None:
    visited = await visit(server.url, hears=recording(3.5, QUESTION, 4.0))
    page = visited.page
    await visited.is_("ready")
    await page.click("#talk")
    await visited.is_("listening")
    while not visited.of(
        visited.received, "input_audio_buffer.speech_started"
    ):  # answers, one after another, until then
        if await page.evaluate("document.body.dataset.state") == "listening":
            await visited.ask(OTHER)
            await visited.is_("speaking")
        await page.wait_for_timeout(5)
    async with asyncio.timeout(30):
        while not visited.of(visited.sent, "conversation.item.truncate"):
            await asyncio.sleep(0.005)
    assert await page.evaluate("document.body.dataset.state") != "speaking"
    cut = visited.of(visited.sent, "conversation.item.truncate")[-1]
    audio = visited.of(visited.received, "response.output_audio.delta")
    sent_ms = sum(len(base64.b64decode(e["delta"])) for e in audio if e["item_id"] == cut["item_id"]) / 48
    assert 0 < cut["audio_end_ms"] < sent_ms
    await visited.event("conversation.item.truncated")
    await visited.until("document.querySelector('.turn:last-child .source:not([hidden])')")
    assert "Martha Reed" in await page.inner_text(".turn:last-child mark")
    assert await page.locator(".tag", has_text="Interrupted").count() == 1


async def test_silence_asks_nothing(server: Any, visit: Any, recording: Any) -> None:
    visited = await visit(server.url, hears=recording(6.0))
    await visited.is_("ready")
    await visited.page.click("#talk")
    await visited.is_("listening")
    await visited.page.wait_for_timeout(2500)
    assert await visited.page.evaluate("document.body.dataset.state") == "listening"
    assert await visited.page.locator(".turn").count() == 0
    assert len(visited.of(visited.sent, "input_audio_buffer.append")) > 40
