"""How our CUDA kernels cut up their work on the GPU that is there: measured once per GPU and model size, and kept."""

from __future__ import annotations

import contextlib
import hashlib
import json
import time
from pathlib import Path

import numpy as np

from engines.files import private_folder, write_whole
from engines.runtimes.cuda.driver import Gpu, Graph, Module, Stream
from plugins import bert_cuda as kernels
from plugins import bert_tiles as tiles
from plugins.bert_tiles import Tile, WideTile

#: Times that a tile is timed; the first does not count, of the others the shortest.
RUNS = 6

#: A GPU that rested raises its clock over a few hundred ms.
WARM_UP_S = 0.3


class Tiles:
    """The best tile for every linear layer and number of tokens."""

    def __init__(self, network: kernels.Network, gpu: Gpu, stream: Stream, module: Module, folder: Path) -> None:
        self._network, self._gpu, self._stream, self._module = network, gpu, stream, module
        every: tuple[Tile | WideTile, ...] = (*tiles.every_tile(gpu.capability), *tiles.wide_tiles(gpu.capability))
        model = network.packed.model
        about = f"{gpu.target} {gpu.driver} {model.hidden} {model.inner} {every} {kernels.source(64, gpu.capability)}"
        self._file = folder / f"tiles-{hashlib.sha256(about.encode()).hexdigest()[:16]}.json"
        self._known: dict[str, Tile | WideTile] = {}
        names = {tile.kernel: tile for tile in every}
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError, AttributeError):
            self._known = {key: names[kernel] for key, kernel in json.loads(self._file.read_text()).items()}

    def choose(self, name: str, tokens: int) -> Tile | WideTile:
        """Give the best tile for the linear layer `name` over `tokens` tokens, as measured."""
        return self._known[_key(name, _round_up(tokens))]

    def measure(self, most: int) -> None:
        """Measure what is not known yet for up to `most` tokens. Overwrites the network's scratch memory."""
        network, gpu = self._network, self._gpu
        counts = [each for each in tiles.TOKENS if each <= _round_up(most)]
        missing = [
            (name, count) for count in counts for name in kernels.LINEARS if _key(name, count) not in self._known
        ]
        for name, tokens in missing:
            layout = np.array([tokens], np.int32)
            self._stream.upload(network.layout, layout.ctypes.data, layout.nbytes)
            out, into = network.shape(name)
            with contextlib.ExitStack() as stack:
                graphs = {
                    tile: stack.enter_context(self._graph(name, tokens, tile))
                    for tile in tiles.candidates(gpu, tokens, out, into)
                }
                times = dict.fromkeys(graphs, float("inf"))
                warm = time.monotonic() + (WARM_UP_S if (name, tokens) == missing[0] else 0)
                rounds = 0
                while rounds < RUNS or time.monotonic() < warm:  # in turns, so that a changing clock is fair to all
                    for tile, graph in graphs.items():
                        took = self._stream.milliseconds(graph.launch)
                        times[tile] = min(times[tile], took) if rounds else times[tile]
                    rounds += 1
            self._known[_key(name, tokens)] = min(times, key=times.__getitem__)
        if missing:
            self._save()

    def _graph(self, name: str, tokens: int, tile: Tile | WideTile) -> Graph:
        """The layer `name` of all layers of the network, one behind the other."""
        part, layers = min(self._network.packed.model.hidden, 128), len(self._network.packed.model.layers)

        def queue() -> None:
            for number in range(max(layers, 6)):
                self._stream.start(self._module, self._network.linear(name, number % layers, tokens, tile, part))

        return self._stream.capture(queue)

    def _save(self) -> None:
        """Write what is known; a folder that cannot be written to is no error, the next process measures again."""
        with contextlib.suppress(OSError):
            private_folder(self._file.parent)
            write_whole(self._file, json.dumps({key: tile.kernel for key, tile in self._known.items()}).encode())


def _round_up(tokens: int) -> int:
    return next((each for each in tiles.TOKENS if each >= tokens), tiles.TOKENS[-1])


def _key(name: str, tokens: int) -> str:
    return f"{name} {tokens}"
