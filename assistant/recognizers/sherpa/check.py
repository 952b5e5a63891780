"""Whether a streaming model runs here, and how much of a core it takes: `python -m … FOLDER [--json]`."""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path

from assistant.recognizers.probe import Trial, remembered
from assistant.recognizers.sherpa.model import read_model
from engines.errors import ReparteeError
from engines.pull import damaged

MODULE = "assistant.recognizers.sherpa.check"
#: Seconds of a core for a second of sound, from which a model does not keep up with who speaks and whoever else does.
TOO_DEAR = 0.5


def runs_here() -> bool:
    """Say whether the library is installed; it is not imported."""
    return importlib.util.find_spec("sherpa_onnx") is not None


def trial(folder: Path, cache_dir: Path) -> Trial:
    """Return whether a model works here, and its cost. Blocks for seconds at the first call."""
    try:
        model = read_model(folder)
    except ReparteeError as error:
        return Trial(problem=str(error))
    return remembered(MODULE, str(folder), [*model.files.values(), folder / "tokens.txt"], "sherpa-onnx", cache_dir)


def main() -> None:
    """Load a model, decode a chunk, and say what it costs; status 1 and a sentence where that is impossible."""
    from assistant.recognizers.sherpa.worker import Recognizer

    folder = Path(sys.argv[1])
    try:
        if name := damaged(folder):
            sys.exit(f"{folder / name} is not the file that was pulled (its SHA-256 differs); pull it again.")
        cost = Recognizer(read_model(folder)).chunk_cost()
    except ReparteeError as error:
        sys.exit(str(error))
    print(
        json.dumps({"cost": cost}) if "--json" in sys.argv else f"{folder.name} hears here, with {cost:.2f} of a core."
    )


if __name__ == "__main__":
    main()
