"""`repartee bench page`: how soon the page falls silent when somebody speaks over its answer, in real Chromium.

The browser's microphone hears a recording in which a question follows another before the answer is over. A script put
into the page notes when the first loud sample leaves the microphone, when the server's `speech_started` arrives, and
when the last sound passes the node through which all of the page's sound goes.
"""

from __future__ import annotations

import asyncio
import json
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import numpy as np

from assistant.benches.caller import Recording, load_recordings
from assistant.benches.turn import RECORDINGS, served
from assistant.config import Config
from engines.errors import ReparteeError
from engines.figures import Figures

RATE = 24_000
ANSWERED_S = 2.5  # of the answer are heard before it is interrupted
FIRST_S = 2.0
CHROMIUM = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")  # the first that is there
FLAGS = (
    "--no-sandbox",  # a container's root may not have one
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    "--disable-background-networking",
)

# Times are performance.now(), ms. LOUD is of the microphone's int16 samples, SOUND of the output's float ones.
WATCH = """
(() => {
  const LOUD = 300, QUIET_MS = 1000, SOUND = 0.002, WINDOW = 128, SETTLED_MS = 600;
  const seen = window.interruptions = [];
  let graph = null, sounded = 0, loud = -1e9, began = 0, told = 0, sounding = false;
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
    const now = performance.now(), pcm = new Int16Array(Uint8Array.from(atob(audio), (c) => c.charCodeAt(0)).buffer);
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
    if (wave.subarray(-WINDOW).some((sample) => Math.abs(sample) > SOUND)) sounded = now;
    if (told && (now - told > SETTLED_MS || (now - sounded > 100 && sounded > told))) {
      if (sounding) seen.push({ told: Math.max(sounded, told) - told, spoken: Math.max(sounded, told) - began });
      told = 0;
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
        from playwright.async_api import async_playwright
    except ImportError as error:
        raise ReparteeError("playwright, which drives Chromium, is not installed: pip install playwright.") from error
    with tempfile.TemporaryDirectory(prefix="repartee-bench-") as folder:
        microphone = Path(folder) / "microphone.wav"
        seconds = write_microphone(microphone, recordings, times + 1)
        flags = [*FLAGS, f"--use-file-for-fake-audio-capture={microphone}%noloop"]
        async with served(config, {}) as server, async_playwright() as driver:
            browser = await driver.chromium.launch(executable_path=chromium, args=flags)
            try:
                page = await browser.new_page()
                await page.add_init_script(WATCH)
                await page.goto(server.url.replace("ws", "http", 1).removesuffix("v1/realtime"))
                await page.wait_for_selector("body[data-state=ready]")
                await page.click("#talk")
                await asyncio.sleep(seconds + 1)
                seen: list[dict[str, Any]] = await page.evaluate("window.interruptions")
            finally:
                await browser.close()
    return [Interruption(one["told"], one["spoken"]) for one in seen]


def write_microphone(file: Path, recordings: Sequence[Recording], count: int) -> float:
    """Write `count` questions, each of which interrupts the answer to the one before; return the seconds."""
    import soundfile

    rng = np.random.default_rng(0)
    whole = [recording for recording in recordings if not recording.pauses_ms]
    parts = [rng.normal(0, 10, int(FIRST_S * RATE)).astype(np.int16)]
    for number in range(count):
        parts += [whole[number % len(whole)].pcm, rng.normal(0, 10, int(ANSWERED_S * RATE)).astype(np.int16)]
    pcm = np.concatenate(parts)
    soundfile.write(file, pcm, RATE, subtype="PCM_16")
    return len(pcm) / RATE
