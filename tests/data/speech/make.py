"""Makes the spoken recordings of the demo and of the tests, with flite's voices (`apt install flite`).

    .venv/bin/python tests/data/speech/make.py

The demo's question goes to assistant/samples/audio, the others and their manifest into this folder. Each recording
begins with 0.3 s and ends with 0.6 s of a quiet room: noise of one fixed seed, so that a second run changes nothing.
"""

import asyncio
import json
from pathlib import Path

import numpy as np
import soundfile

from assistant.speech.flite import Flite

HERE = Path(__file__).parent
DEMO = HERE.parents[2] / "assistant" / "samples" / "audio"
BEFORE_S, AFTER_S, ROOM = 0.3, 0.6, 12.0  # root mean square of int16 samples

QUESTION = ("slt", "marlow-point", "How tall is the lighthouse at Marlow Point?")
RECORDINGS = (
    ("slt", "keeper", "Who was the first keeper of the lighthouse?"),
    ("rms", "keeper", "Who was the first keeper of the lighthouse?"),
    ("slt", "waggle", "What does the angle of the waggle dance show?"),
    ("rms", "parrot", "What was the name of the parrot in the midnight room?"),
    ("slt", "fault-code", "What does fault code E 7 mean?"),
    ("rms", "railway", "In 1908, the storm lasted for nineteen hours."),
    ("slt", "weather", "What is the weather like today?"),
    ("rms", "kitchen", "Turn on the light in the kitchen."),
    ("slt", "stop", "Stop."),
)


async def say(speaker: str, text: str) -> np.ndarray:
    """Return the text spoken in a quiet room, int16[samples] at 16 kHz."""
    chunks = [chunk async for chunk in Flite(speaker).stream(text)]
    speech = np.frombuffer(b"".join(chunks), np.int16).astype(np.float64)
    quiet = [np.zeros(int(seconds * 16_000)) for seconds in (BEFORE_S, AFTER_S)]
    samples = np.concatenate([quiet[0], speech, quiet[1]])
    samples += np.random.default_rng(7).normal(0.0, ROOM, len(samples))
    return np.clip(np.round(samples), -32768, 32767).astype(np.int16)


async def main() -> None:
    """Write every recording and the manifest."""
    speaker, name, text = QUESTION
    soundfile.write(DEMO / f"{name}.flac", await say(speaker, text), 16_000)
    rows = []
    for speaker, name, text in RECORDINGS:
        file = f"{name}-{speaker}.flac"
        soundfile.write(HERE / file, await say(speaker, text), 16_000)
        rows.append(json.dumps({"file": file, "text": text}))
    (HERE / "manifest.jsonl").write_text("\n".join(rows) + "\n", encoding="utf-8")


if __name__ == "__main__":
    asyncio.run(main())
