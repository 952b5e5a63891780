"""Make the recordings of `repartee bench turn`: spoken questions whose end of speech is known by construction.

    python tests/data/turns/make.py

Needs flite (apt-get install flite). Each question is spoken by one of two voices and cut to where it is louder than a
fiftieth of its peak. "|" marks a pause inside the sentence: the pieces are spoken one by one and joined with a
silence. turns.jsonl has, for each: file, text, answer (a part of the expected one), speech_end (samples from the start
of the file, which begins and ends with speech), pauses_ms. hey-jarvis.flac is a wake word for the tests.
"""

from __future__ import annotations

import json
import subprocess
import tempfile
from pathlib import Path

import numpy as np
import soundfile

RATE = 16_000
HERE = Path(__file__).parent

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
    """Return the speech as int16 at 16 kHz, cut to where it is audible."""
    with tempfile.NamedTemporaryFile(suffix=".wav") as wav:
        subprocess.run(["flite", "-voice", voice, "-t", text, "-o", wav.name], check=True)
        pcm, rate = soundfile.read(wav.name, dtype="int16")
    assert rate == RATE
    loud = np.flatnonzero(np.abs(pcm.astype(np.int32)) > np.abs(pcm.astype(np.int32)).max() / 50)
    return pcm[loud[0] : loud[-1] + 1]


def main() -> None:
    rng = np.random.default_rng(4)
    lines = []
    for number, line in enumerate(QUESTIONS.splitlines()):
        voice, text, answer = (part.strip() for part in line.split(";"))
        pieces, pauses = [part.strip() for part in text.split("|")][::2], [int(part) for part in text.split("|")[1::2]]
        pcm = say(pieces[0], voice)
        for pause, piece in zip(pauses, pieces[1:], strict=True):
            hush = rng.normal(0, 3, pause * RATE // 1000).astype(np.int16)
            pcm = np.concatenate([pcm, hush, say(piece, voice)])
        name = f"{number:02d}-{voice}.flac"
        soundfile.write(HERE / name, pcm, RATE)
        lines.append(
            {
                "file": name,
                "text": " ".join(pieces),
                "answer": answer,
                "speech_end": len(pcm),
                "pauses_ms": pauses,
            }
        )
    soundfile.write(HERE / "hey-jarvis.flac", say("Hey Jarvis.", "slt"), RATE)
    (HERE / "turns.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")


if __name__ == "__main__":
    main()
