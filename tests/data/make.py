"""Make the recordings of the tests and of `repartee bench turn` with flite's voices (`apt install flite`).

    .venv/bin/python tests/data/make.py [--demo]

A second run makes the same. --demo also makes the demo's question (assistant/samples/audio). They have 12 bits a
sample: the steps are below the noise of a quiet room, and FLAC packs them in half the space.

speech/ has sentences in a quiet room: 0.3 s before and 0.6 s after the speech, noise of one fixed seed throughout.
manifest.jsonl has, for each: file, text.

turns/ has questions whose end of speech is known by construction: each is cut to where it is louder than a fiftieth of
its peak. "|" marks a pause inside the sentence: the pieces are spoken one by one and joined with a silence. turns.jsonl
has, for each: file, text, answer (a part of the expected one), speech_end (samples from the start of the file, which
begins and ends with speech), pauses_ms. hey-jarvis.flac is a wake word.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import soundfile

from assistant.voices.flite import Flite

RATE = 16_000
HERE = Path(__file__).parent
DEMO = HERE.parents[1] / "assistant" / "samples" / "audio" / "marlow-point.flac"
BEFORE_S, AFTER_S, ROOM = 0.3, 0.6, 12.0  # root mean square of int16 samples
STEP = 16

SENTENCES = (
    ("rms", "keeper", "Who was the first keeper of the lighthouse?"),
    ("slt", "waggle", "What does the angle of the waggle dance show?"),
    ("rms", "parrot", "What was the name of the parrot in the midnight room?"),
    ("slt", "fault-code", "What does fault code E 7 mean?"),
    ("rms", "railway", "In 1908, the storm lasted for nineteen hours."),
    ("slt", "weather", "What is the weather like today?"),
    ("rms", "kitchen", "Turn on the light in the kitchen."),
    ("slt", "stop", "Stop."),
)

# Two thirds of the pauses are where people hesitate, after small words; the others stand between phrases.
QUESTIONS = """
slt; How tall is the lighthouse at Marlow Point?; 41 metres
rms; Who was the first keeper of the lighthouse?; Martha Reed
slt; How many eggs can the queen lay a day?; 2,000
rms; How long does a summer worker live?; six weeks
slt; Who made the great tower clock?; Anna Lindqvist
rms; When did the railway open?; July 1893
slt; How much does a return ticket cost?; 46 francs
rms; What is the restaurant known for?; blueberry cake
slt; How long should a burn be cooled?; 20 minutes
rms; How far away is the moon?; 384,400
slt; Which planet is the largest?; Jupiter
rms; When did tea reach Europe?; 1610
slt; How many books may members borrow?; ten
rms; When is garlic ready?; July
slt; Why does Mars look red?; iron rust
rms; How hot should the water be for green tea?; 75 degrees
slt; What does code E four mean?; flame did not light
rms; How often should the chain be oiled?; 200 kilometres
slt; How long does it take to make a starter?; seven days
rms; What burned down in eighteen sixty six?; beacon
slt; Who gave the collection to the city?; Walter Finch
rms; How many tunnels are there on the line?; six
slt; What is the nearest star after the sun?; Proxima Centauri
rms; Where do ladybirds sleep?; seed heads
slt; What is the | 350 | oldest clock in the museum?; water clock
rms; How high is the | 280 | summit station?; 2,130
slt; When was the | 450 | lighthouse built?; 1868
rms; How many | 300 | bees are in a strong hive?; 50,000
slt; Who invented the | 380 | tea bag?; Thomas Sullivan
rms; How much salt | 250 | do I need for one loaf?; 10 grams
slt; What should I use instead of | 420 | tap water?; rain water
rms; How long does the | 500 | train take to the summit?; 52 minutes
slt; Who was the | 220 | parrot in the midnight room?; Captain
rms; At what temperature should the | 330 | dough rise?; 24 degrees
slt; How often do I water a | 300 | moth orchid?; once a week
rms; When the needle falls, | 400 | which tap should I open?; black filling tap
""".strip()


def say(text: str, voice: str) -> np.ndarray:
    """Return the speech as the voice made it, int16[samples] at 16 kHz."""
    with tempfile.NamedTemporaryFile(suffix=".wav") as wav:
        subprocess.run(["flite", "-voice", voice, "-t", text, "-o", wav.name], check=True)
        pcm, rate = soundfile.read(wav.name, dtype="int16")
    assert rate == RATE
    return pcm


def in_a_quiet_room(speech: np.ndarray) -> np.ndarray:
    """Return the speech with a quiet room before, behind and around it, int16[samples]."""
    silence = [np.zeros(int(seconds * RATE)) for seconds in (BEFORE_S, AFTER_S)]
    samples = np.concatenate([silence[0], speech, silence[1]])
    samples += np.random.default_rng(7).normal(0.0, ROOM, len(samples))
    return np.clip(np.round(samples), -32768, 32767).astype(np.int16)


def trimmed(speech: np.ndarray) -> np.ndarray:
    """Return the speech from its first to its last audible sample."""
    level = np.abs(speech.astype(np.int32))
    loud = np.flatnonzero(level > level.max() / 50)
    return speech[loud[0] : loud[-1] + 1]


def keep(path: Path, pcm: np.ndarray) -> None:
    """Write a recording, each sample rounded to a multiple of STEP."""
    rounded = np.clip(np.round(pcm / STEP), -32768 // STEP, 32767 // STEP) * STEP
    soundfile.write(path, rounded.astype(np.int16), RATE, compression_level=1.0)


def write_manifest(path: Path, rows: list[dict[str, object]]) -> None:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


def make_speech(folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    rows: list[dict[str, object]] = []
    for voice, name, text in SENTENCES:
        file = f"{name}-{voice}.flac"
        keep(folder / file, in_a_quiet_room(say(text, voice)))
        rows.append({"file": file, "text": text})
    write_manifest(folder / "manifest.jsonl", rows)


def make_turns(folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    rng = np.random.default_rng(4)
    rows: list[dict[str, object]] = []
    for number, line in enumerate(QUESTIONS.splitlines()):
        voice, text, answer = (part.strip() for part in line.split(";"))
        parts = [part.strip() for part in text.split("|")]
        pieces, pauses = parts[::2], [int(part) for part in parts[1::2]]
        pcm = trimmed(say(pieces[0], voice))
        for pause, piece in zip(pauses, pieces[1:], strict=True):
            hush = rng.normal(0, ROOM, pause * RATE // 1000).astype(np.int16)
            pcm = np.concatenate([pcm, hush, trimmed(say(piece, voice))])
        file = f"{number:02d}-{voice}.flac"
        keep(folder / file, pcm)
        row = {"file": file, "text": " ".join(pieces), "answer": answer}
        rows.append(row | {"speech_end": len(pcm), "pauses_ms": pauses})
    write_manifest(folder / "turns.jsonl", rows)
    keep(folder / "hey-jarvis.flac", trimmed(say("Hey Jarvis.", "slt")))


def make_demo() -> None:
    """Write the demo's question as the assistant's own voice makes it, with the silence that it leaves out."""
    chunks: list[bytes] = []
    Flite()._speak("How tall is the lighthouse at Marlow Point?", lambda chunk: chunks.append(chunk) is None)
    keep(DEMO, in_a_quiet_room(np.frombuffer(b"".join(chunks), np.int16)))


if __name__ == "__main__":
    make_speech(HERE / "speech")
    make_turns(HERE / "turns")
    if "--demo" in sys.argv[1:]:
        make_demo()
