"""`repartee bench page`: how soon the page falls silent when somebody speaks over its answer, in real Chromium.

A script put into the page is its microphone: it speaks a question, and the next one while the answer sounds. It notes
when the first loud sample leaves the microphone, when the server's `speech_started` arrives, and when the last sound
passes the node through which all of the page's sound goes.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from assistant.benches.caller import Recording, load_recordings
from assistant.benches.turn import RECORDINGS, served
from assistant.config import Config
from engines.errors import ReparteeError
from engines.figures import Figures

ANSWERED_MS = 1_000  # of the answer are heard before it is interrupted
GIVE_UP_MS = 60_000.0  # with an answer that does not come
CHROMIUM = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")  # the first that is there
FLAGS = (
    "--no-sandbox",  # a container's root may not have one
    "--use-fake-device-for-media-stream",
    "--autoplay-policy=no-user-gesture-required",  # however long the page takes from the press of the button on
    "--disable-background-networking",
)

# Times are performance.now(), ms. LOUD is of the microphone's int16 samples, SOUND and ROOM of float ones.
WATCH = """
(() => {
  const LOUD = 300, QUIET_MS = 1000, SOUND = 0.002, WINDOW = 128, SETTLED_MS = 600, RATE = 24000, ROOM = 0.0005;
  const seen = window.interruptions = [];
  window.told = 0; // times that the server has told of speech, and what it silenced is known
  window.answered = () => (performance.now() - sounded < 100 ? sounded - answer : 0); // ms of the answer that sounds
  navigator.mediaDevices.getUserMedia = async () => {
    const context = new AudioContext({ sampleRate: RATE }), microphone = context.createMediaStreamDestination();
    const play = (samples, loop) => {
      const buffer = context.createBuffer(1, samples.length, RATE);
      buffer.copyToChannel(samples, 0);
      const source = new AudioBufferSourceNode(context, { buffer, loop });
      source.connect(microphone);
      source.start();
    };
    window.speak = (audio) => play(Float32Array.from(int16(audio), (sample) => sample / 32768), false);
    play(Float32Array.from({ length: RATE }, () => (Math.random() - 0.5) * ROOM), true);
    return microphone.stream;
  };
  const int16 = (audio) => new Int16Array(Uint8Array.from(atob(audio), (c) => c.charCodeAt(0)).buffer);
  let graph = null, sounded = -1e9, answer = 0, loud = -1e9, began = 0, told = 0, sounding = false;
  const Socket = window.WebSocket;
  window.WebSocket = class extends Socket {
    constructor(...given) {
      super(...given);
      this.addEventListener("message", ({ data }) => {
        if (!data.includes('"input_audio_buffer.speech_started"')) return;
        told = performance.now();
        sounding = told - sounded < 30;
      });
    }
    send(data) {
      if (data.includes('"input_audio_buffer.append"')) hear(JSON.parse(data).audio);
      super.send(data);
    }
  };
  const hear = (audio) => {
    const now = performance.now(), pcm = int16(audio);
    const first = pcm.findIndex((sample) => Math.abs(sample) > LOUD);
    if (first < 0) return;
    const at = now - (pcm.length - first) / 24;
    if (at - loud > QUIET_MS) began = at;
    loud = now;
  };
  const Analyser = window.AnalyserNode;
  window.AnalyserNode = class extends Analyser {
    constructor(context, options) { super(context, options); graph = this; }
  };
  const wave = new Float32Array(1024);
  setInterval(() => {
    if (!graph) return;
    const now = performance.now();
    graph.getFloatTimeDomainData(wave);
    if (wave.subarray(-WINDOW).some((sample) => Math.abs(sample) > SOUND)) {
      if (now - sounded > QUIET_MS) answer = now;
      sounded = now;
    }
    if (told && (now - told > SETTLED_MS || (now - sounded > 100 && sounded > told))) {
      if (sounding) seen.push({ told: Math.max(sounded, told) - told, spoken: Math.max(sounded, told) - began });
      told = 0;
      window.told += 1;
    }
  }, 1);
})();
"""


@dataclass(frozen=True)
class Interruption:
    """Until the page was silent, ms: since `speech_started` arrived, and since the first loud sample was spoken."""

    told_ms: float
    spoken_ms: float


@click.command()
@click.option("--recordings", type=click.Path(path_type=Path), default=RECORDINGS, help="Folder with turns.jsonl.")
@click.option("--times", default=20, show_default=True, type=click.IntRange(1), help="Answers to interrupt.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_obj
def command(config: Config, recordings: Path, times: int, as_json: bool) -> None:
    """Speak over the page's answers in Chromium, and time how soon it falls silent.

    Needs Chromium and the package playwright, which drives it. Interruptions in a gap of the answer are not counted.
    """
    found = asyncio.run(interrupt(config, load_recordings(recordings), times))
    figures = {
        "interruptions": len(found),
        "speech_started_to_silence_ms": Figures.of([one.told_ms for one in found]).to_json(1),
        "speech_to_silence_ms": Figures.of([one.spoken_ms for one in found]).to_json(1),
    }
    if as_json:
        click.echo(json.dumps(figures))
        return
    click.echo(f"{len(found)} of {times} interruptions, ms{'p50':>19}{'p95':>8}{'worst':>8}")
    for name, key in (("speech_started to silence", "speech_started_to_silence_ms"),
                      ("first sample of speech to silence", "speech_to_silence_ms")):  # fmt: skip
        row = figures[key]
        assert isinstance(row, dict)
        click.echo(f"{name:<38}" + "".join(f"{row.get(column, 0.0):>8.1f}" for column in ("p50", "p95", "worst")))


def find_chromium() -> str | None:
    """Return the path of an installed Chromium, the lightest first, or None."""
    return next(filter(None, map(shutil.which, CHROMIUM)), None)


async def interrupt(config: Config, recordings: Sequence[Recording], times: int) -> list[Interruption]:
    """Return what was measured. Raises ReparteeError where the browser or what drives it is not installed."""
    chromium = find_chromium()
    if chromium is None:
        raise ReparteeError("Chromium is not installed; the page is measured in it: apt-get install chromium.")
    try:
        from playwright import async_api as playwright
    except ImportError as error:
        raise ReparteeError("playwright, which drives Chromium, is not installed: pip install playwright.") from error
    whole = [recording for recording in recordings if not recording.pauses_ms]
    async with served(config, {}) as server, playwright.async_playwright() as driver:
        browser = await driver.chromium.launch(executable_path=chromium, args=list(FLAGS))
        try:
            page = await browser.new_page()
            page.set_default_timeout(GIVE_UP_MS)
            await page.add_init_script(WATCH)
            await page.goto(server.url.replace("ws", "http", 1).removesuffix("v1/realtime"))
            await page.wait_for_selector("body[data-state=ready]")
            await page.click("#talk")
            await page.wait_for_function("window.speak !== undefined")
            for number in range(times + 1):
                with contextlib.suppress(playwright.TimeoutError):  # an answer that does not come is not interrupted
                    await speak(page, whole[number % len(whole)])
            seen: list[dict[str, Any]] = await page.evaluate("window.interruptions")
        finally:
            await browser.close()
    return [Interruption(one["told"], one["spoken"]) for one in seen]


async def speak(page: Any, question: Recording) -> None:
    """Speak over the answer that sounds, and wait until the page is silent and sounds with the next one.

    Raises playwright's TimeoutError after GIVE_UP_MS.
    """
    before = await page.evaluate("window.told")
    await page.evaluate("speak", base64.b64encode(question.pcm.astype("<i2").tobytes()).decode())
    await page.wait_for_function("(before) => window.told > before", arg=before)
    await page.wait_for_function("(ms) => answered() > ms", arg=ANSWERED_MS)
