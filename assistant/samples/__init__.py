"""Documents, questions and a recording that come with Repartee: for the demo, the benchmarks and the tests."""

from __future__ import annotations

from pathlib import Path

SAMPLES = Path(__file__).parent
