"""Spoken questions in real Chromium, whose microphone hears recordings."""

from __future__ import annotations

import asyncio
import base64
import time
from typing import Any

import numpy as np

QUESTION = "Who was the first keeper of the lighthouse?"
OTHER = "How many eggs can the queen lay a day?"

#: Keeps what the page shows of words that are still being said: on a busy machine it comes and goes between two looks.
PARTIALS = """
window.partials = [];
new MutationObserver(() => {
  const text = document.querySelector(".question.partial")?.textContent ?? "";
  if (text.length > 3) partials.push(text);
}).observe(document, { subtree: true, childList: true, characterData: true, attributes: true });
"""


def words(text: str) -> set[str]:
    return set(text.lower().strip("?.").split())


async def test_a_spoken_question_is_heard_answered_and_accounted_for(server: Any, visit: Any, recording: Any) -> None:
    visited = await visit(server.url, hears=recording(1.0, QUESTION, 4.0), before=PARTIALS)
    page = visited.page
    await visited.is_("ready")
    await page.click("#talk")
    await visited.is_("listening")
    await visited.is_("hearing")
    partial = await visited.until("partials[0]")
    await visited.loudest(0.2)  # what is heard is seen
    await visited.is_("thinking", "speaking")
    await visited.event("response.done")
    final = await page.text_content(".question")
    assert len(words(final) & words(QUESTION)) >= 6, final
    heard = visited.of(visited.received, "repartee.partial_transcript")
    assert partial in [event["transcript"] for event in heard]
    assert "Martha Reed" in await page.inner_text("mark")
    await page.click("summary")
    for stage in ("endpoint", "recognise", "read", "first_audio"):
        await page.locator(f".stage[data-stage={stage}]").wait_for()
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
    spent = time.monotonic() - began
    await visited.page.click("#talk")
    await visited.is_("ready", "thinking", "speaking")
    appended = visited.of(visited.sent, "input_audio_buffer.append")
    pieces = [np.frombuffer(base64.b64decode(event["audio"]), "<i2") for event in appended]
    assert {len(piece) for piece in pieces} == {480}  # 20 ms each
    sent = sum(map(len, pieces)) / 24_000
    assert sent > spent  # nothing was lost while it was spoken
    sound = np.concatenate(pieces) / 32768
    spectrum = np.abs(np.fft.rfft(sound))
    hertz = np.fft.rfftfreq(len(sound), 1 / 24_000)
    speech, above = spectrum[(hertz > 100) & (hertz < 4000)], spectrum[hertz > 8500]  # the recording ends at 8 kHz
    assert np.sqrt(np.mean(speech**2)) > 30 * np.sqrt(np.mean(above**2))  # no images of it above


#: Notes what the page has done to the sound when its handler of speech_started returns, and for which items' audio it
#: schedules sound, after how many such events. Put in before the page's own script.
NOTE_CUTS = """
window.cuts = [];
window.scheduled = [];
const live = new Map();  // sources that sound or will, and when they were told to stop
let handled = {};
const { start, stop } = AudioScheduledSourceNode.prototype;
AudioBufferSourceNode.prototype.start = function (at) {
  live.set(this, null);
  this.addEventListener("ended", () => live.delete(this));
  scheduled.push([handled.item_id, cuts.length]);
  start.call(this, at);
};
AudioScheduledSourceNode.prototype.stop = function (at) {
  live.set(this, at - this.context.currentTime);
  stop.call(this, at);
};
window.WebSocket = class extends WebSocket {
  set onmessage(told) {
    super.onmessage = (message) => {
      handled = JSON.parse(message.data);
      const sounding = [...live].filter(([, stopped]) => stopped === null).map(([source]) => source);
      told(message);
      if (handled.type === "input_audio_buffer.speech_started")
        cuts.push({ stops: sounding.map((source) => live.get(source)), state: document.body.dataset.state });
    };
  }
};
"""


async def test_speaking_over_the_answer_silences_it_at_once(server: Any, visit: Any, recording: Any) -> None:
    # The first question is spoken over the answer to a typed one, each further one over the answer to the one before,
    # which comes later on a busy machine: so the gaps grow, by less than an answer takes.
    gaps = (part for gap in (2.0, 3.5, 5.0, 7.0, 9.0, 11.0, 13.0) for part in (QUESTION, gap))
    visited = await visit(server.url, hears=recording(3.0, *gaps, QUESTION), before=NOTE_CUTS)
    page = visited.page
    await visited.is_("ready")
    await page.click("#talk")
    await visited.is_("listening")
    await visited.ask(OTHER)
    async with asyncio.timeout(120):
        while not visited.of(visited.sent, "conversation.item.truncate"):
            await asyncio.sleep(0.005)
    cut = visited.of(visited.sent, "conversation.item.truncate")[0]
    await visited.event("conversation.item.truncated")
    audio = visited.of(visited.received, "response.output_audio.delta")
    sent_ms = sum(len(base64.b64decode(e["delta"])) for e in audio if e["item_id"] == cut["item_id"]) / 48
    assert 0 < cut["audio_end_ms"] < sent_ms
    # When the handler returns all sound has been told to end within 50 ms, most of which is the fade that avoids
    # a click, and none of that reply is scheduled again. (How long that takes is measured: repartee bench page.)
    (cut_at, told), *_ = [(i, one) for i, one in enumerate(await page.evaluate("cuts")) if one["stops"]]
    assert all(at is not None and at < 0.05 for at in told["stops"]), told
    assert told["state"] == "hearing"
    scheduled = [after for item, after in await page.evaluate("scheduled") if item == cut["item_id"]]
    assert scheduled
    assert max(scheduled) <= cut_at
    assert await page.locator(".tag", has_text="Interrupted").count() >= 1
    answered = "[...document.querySelectorAll('.turn mark')].some((mark) => mark.innerText === 'Martha Reed')"
    await visited.until(answered)


async def test_silence_asks_nothing(server: Any, visit: Any, recording: Any) -> None:
    visited = await visit(server.url, hears=recording(6.0))
    await visited.is_("ready")
    await visited.page.click("#talk")
    await visited.is_("listening")
    await visited.page.wait_for_timeout(2500)
    assert await visited.page.evaluate("document.body.dataset.state") == "listening"
    assert await visited.page.locator(".turn").count() == 0
    assert len(visited.of(visited.sent, "input_audio_buffer.append")) > 40
