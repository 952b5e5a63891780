"""How often music and several voices at once have words, and how often one voice has none, by each way to be heard.

    python -m tests.assistant.ear.unheard --home HOME [--recognizer NAME] [--ways file,push,live] [--manifest FILE]

HOME knows the documents that the recognizer expects to hear of. The sounds are made from seeds that no test has; voices
are those of the recorded questions, or of a manifest, as `repartee eval speech` takes it.
"""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from assistant.audio.noise import conditions
from assistant.audio.samples import Pcm
from assistant.benches.speech_ways import WAYS, heard
from assistant.commands.eval_speech import read_manifest
from assistant.config import Config
from assistant.parts import Parts
from tests.assistant.ear.music import song, sung
from tests.assistant.ear.voices import babble
from tests.paths import TURNS

SEEDS = range(100, 124)
SECONDS = 3.0
CONDITIONS = ("clean", "pink noise, 10 dB", "pink noise, 5 dB", "telephone, 8 kHz")


def nobody(manifest: Path) -> Iterator[tuple[str, Pcm]]:
    """Yield what has no words, by its kind."""
    clips = [recording.load() for recording in read_manifest(manifest)]
    for seed in SEEDS:
        yield "a melody over chords", song(SECONDS, seed=seed, drums=seed % 2 == 0)
        yield "sung on vowels", sung(SECONDS, seed=seed)
        yield "sung on syllables", sung(SECONDS, seed=seed, syllables=True)
        yield "3 to 8 voices", babble(3 + seed % 6, SECONDS, seed=seed, clips=clips)


def somebody(manifest: Path) -> Iterator[tuple[str, Pcm]]:
    """Yield every second recording of a manifest, by what was done to it."""
    for recording in list(read_manifest(manifest))[::2]:
        pcm = recording.load()
        made = conditions([pcm])
        for name in CONDITIONS:
            yield f"one voice, {name}", made[name](pcm)


async def count(config: Config, way: str, manifest: Path) -> dict[str, tuple[int, int]]:
    """Return of how many sounds of a kind there were words, and how many there were."""
    found: dict[str, tuple[int, int]] = {}
    parts = Parts.open(config)
    try:
        for kind, pcm in (*nobody(manifest), *somebody(manifest)):
            words = bool(await heard(parts, pcm, way))
            having, all_ = found.get(kind, (0, 0))
            found[kind] = (having + words, all_ + 1)
    finally:
        await parts.close()
    return found


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--recognizer", default="pocketsphinx")
    parser.add_argument("--ways", default=",".join(WAYS))
    parser.add_argument("--manifest", type=Path, default=TURNS / "turns.jsonl")
    given = parser.parse_args()
    config = Config.load(given.home)
    config = replace(config, speech=replace(config.speech, recognizer=given.recognizer))
    for way in given.ways.split(","):
        for kind, (having, all_) in asyncio.run(count(config, way, given.manifest)).items():
            print(f"| {given.recognizer} | {way} | {kind} | {having} of {all_} |", flush=True)


if __name__ == "__main__":
    main()
