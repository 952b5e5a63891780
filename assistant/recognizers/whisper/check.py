"""Whether Whisper runs here, and how long one waits for it: `python -m … NAME [--json]`."""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path

from assistant.recognizers.probe import Trial, remembered
from assistant.recognizers.whisper.weights import Weights, find, runs_here
from engines.errors import ReparteeError

MODULE = "assistant.recognizers.whisper.check"
SECONDS = 2.0  # of sound, about a question
#: Seconds for a question, from which quicker weights are the better ear.
TOO_DEAR = 0.8


def trial(weights: Weights, cache_dir: Path) -> Trial:
    """Return whether these weights hear here, and the seconds that a question takes. Blocks at the first call."""
    if not runs_here():
        return Trial(problem="CTranslate2 is not installed; pip install 'repartee[asr]'.")
    files = [path for parts in weights.files.values() for path, _ in parts]
    return remembered(MODULE, weights.name, files, "ctranslate2", cache_dir)


def main() -> None:
    """Load weights, hear a sound, and say what hears; status 1 and a sentence where that is impossible."""
    import numpy as np

    from assistant.audio.samples import RATE
    from assistant.recognizers.whisper.decoder import Decoder
    from assistant.recognizers.whisper.model import threads_here

    noise = np.random.default_rng(0).normal(0, 3000, int(SECONDS * RATE)).astype(np.int16)
    try:
        weights = find(sys.argv[1])
        threads = threads_here(weights.megabytes)
        decoder = Decoder(weights.read(), threads=threads)
        decoder.hear(noise)
        # Of the processor, not of the clock: how busy the machine is just now says little of what it can do.
        started_s = time.process_time()
        decoder.hear(noise)
        cost = (time.process_time() - started_s) / min(threads, os.cpu_count() or 1)
    except ReparteeError as error:
        sys.exit(str(error))
    if "--json" in sys.argv:
        print(json.dumps({"cost": cost}))
        return
    print(
        f"Whisper {Path(weights.name).name} hears here, a question in about {1000 * cost:.0f} ms: {weights.origin}, "
        f"licence {weights.licence}, {weights.megabytes} MB."
    )


if __name__ == "__main__":
    main()
