"""Where the tests find what they need."""

from pathlib import Path

ROOT = Path(__file__).parents[1]
DATA = ROOT / "tests" / "data"
SPEECH = DATA / "speech"
TURNS = DATA / "turns"
SAMPLES = ROOT / "assistant" / "samples"
