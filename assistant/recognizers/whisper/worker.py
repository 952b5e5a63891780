"""The process in which Whisper runs: one request after the other, whole sounds in and text out.

One which dies or hangs is replaced and asked again: nothing is kept between requests but what the newest doubts were
about, which may be looked at again and need not be. Which of several utterances is decoded next is decided by
`recognizer.py`, which asks for one at a time.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from assistant.recognizers.frames import Kind, frame, read_frame, read_request
from assistant.recognizers.whisper.decoder import Decoder
from assistant.recognizers.whisper.rescoring import Doubt
from assistant.recognizers.whisper.sound_alikes import SoundAlikes
from assistant.recognizers.whisper.weights import find
from engines.errors import ReparteeError
from engines.processes import serve_parent

DOUBTS = 4  # that are kept, about a megabyte each: as many people as may be about to end at once


class Worker:
    """Answers the requests on `source` on `sink`."""

    def __init__(self, source: BinaryIO, sink: BinaryIO) -> None:
        self._source, self._sink = source, sink
        self._decoder: Decoder | None = None
        self._doubts: dict[int, Doubt] = {}  # by the number of the request, the newest last

    def run(self) -> None:
        """Work until the end of input."""
        while (received := read_frame(self._source)) is not None:
            kind, number, payload = received
            if kind not in {Kind.DOMAIN, Kind.DECODE}:
                continue
            try:
                content, attached = read_request(payload)
                answer = self._load(content) if kind is Kind.DOMAIN else self._decode(number, content, attached)
            except (ReparteeError, OSError, ValueError, KeyError, MemoryError) as error:
                sentence = str(error) if isinstance(error, ReparteeError) else f"The speech recogniser failed: {error}."
                self._write(frame(Kind.FAILED, number, sentence.encode()))
            else:
                done = Kind.READY if kind is Kind.DOMAIN else Kind.DECODED
                self._write(frame(done, number, json.dumps(answer).encode()))

    def _load(self, content: dict[str, Any]) -> dict[str, Any]:
        """Load a model, or the likelihood of what is said about the documents, which lies in a file."""
        if "documents" in content:
            from assistant.recognizers.sphinx.likelihood import Likelihood

            path, decoder = Path(content["documents"]), self._loaded()
            decoder.likelihood = Likelihood(path)
            decoder.sound_alikes = SoundAlikes.of_model(path)
            decoder.sound_alikes.rivals("What is that?", decoder.likelihood)  # the first time takes longer, too
            return {}
        weights = find(content["weights"])
        self._decoder = Decoder(weights.read(), threads=content["threads"], language=content["language"])
        if content["live"]:
            self._decoder.warm_up()
        return {"weights": weights.name}

    def _loaded(self) -> Decoder:
        if self._decoder is None:
            raise ValueError("no model was loaded before the first sound")
        return self._decoder

    def _decode(self, number: int, content: dict[str, Any], sound: bytes) -> dict[str, Any]:
        """Return the first choice of words for a sound and the doubt there is; or look again at an earlier doubt.

        Of a doubt that is forgotten there is no text.
        """
        if "doubt" in content:
            doubt = self._doubts.pop(content["doubt"], None)
            return {"text": None if doubt is None else self._loaded().reconsider(doubt)}
        heard = self._loaded().first_choice(np.frombuffer(sound, "<i2"))
        if heard.doubt is not None:
            self._doubts[number] = heard.doubt
            for old in list(self._doubts)[:-DOUBTS]:
                del self._doubts[old]
        return {"text": heard.text, "doubt": number if heard.doubt is not None else None}

    def _write(self, data: bytes) -> None:
        self._sink.write(data)
        self._sink.flush()


def main() -> None:
    """Serve the parent on standard input and output."""
    serve_parent(lambda sink: Worker(sys.stdin.buffer, sink).run())


if __name__ == "__main__":
    main()
