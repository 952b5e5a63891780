"""A streaming model's files, held against what sherpa-onnx needs of them before it is given them.

It ends its process where something is missing or does not fit, and says so in C++. The keys are those that its
`online-*-model.cc` read (sherpa-onnx 2.0).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from assistant.recognizers.sherpa.onnx_metadata import read_metadata
from assistant.recognizers.worker_process import RecognizerError

BLANK = "<blk>"
LARGEST_TOKENS = 8 << 20  # bytes of tokens.txt
MOST_FRAMES = 3000  # of 10 ms in a chunk

#: Lists of numbers, as many as the encoder has stacks, by model type.
STACKS = {
    "zipformer2": (
        *("encoder_dims", "query_head_dims", "value_head_dims", "num_heads", "num_encoder_layers"),
        *("cnn_module_kernels", "left_context_len"),
    ),
    "zipformer": (*("encoder_dims", "attention_dims", "num_encoder_layers", "cnn_module_kernels", "left_context_len"),),
}
NEMO_NUMBERS = (
    *("window_size", "chunk_shift", "subsampling_factor", "vocab_size"),
    *(f"cache_last_{cache}_dim{number}" for cache in ("channel", "time") for number in (1, 2, 3)),
)
TRANSDUCER = ("encoder", "decoder", "joiner")


@dataclass(frozen=True, kw_only=True)
class Model:
    """A model that fits together.

    `files`: encoder, decoder and joiner of a transducer, or the one file "model" of CTC. `family` is "k2" or "nemo".
    `shift` and `window` are frames of 10 ms: from one chunk to the next, and in a chunk with what it looks ahead.
    """

    folder: Path
    files: Mapping[str, Path]
    tokens: tuple[str, ...]
    family: str
    shift: int
    window: int

    @property
    def is_transducer(self) -> bool:
        """Whether phrases can be favoured: sherpa-onnx does so in the beam search of transducers alone."""
        return "joiner" in self.files

    @property
    def megabytes(self) -> int:
        """The size on disk."""
        return round(sum(path.stat().st_size for path in self.files.values()) / 1e6)

    @property
    def is_shouting(self) -> bool:
        """Whether all it writes is in capitals."""
        letters = "".join(token for token in self.tokens if not token.startswith("<"))
        return letters != letters.lower() and letters == letters.upper()


def read_model(folder: Path) -> Model:
    """Return the model in a folder, its weights in int8 where it has them in several kinds.

    Raises RecognizerError with a sentence for what is missing, damaged or does not fit together.
    """
    try:
        files = _files(folder)
        tokens = _tokens(folder / "tokens.txt")
        about = {name: _metadata(path) for name, path in files.items()}
        first = about["encoder" if "encoder" in files else "model"]
        family, shift, window = _encoder(first)
        if family == "nemo":
            _same_size("the encoder's vocab_size and one for the blank", _number(first, "vocab_size") + 1, tokens)
        elif "decoder" in files:
            _number(about["decoder"], "context_size")
            _same_size("the decoder's vocab_size", _number(about["decoder"], "vocab_size"), tokens)
        _blank(tokens, len(tokens) - 1 if family == "nemo" else 0)
    except (ValueError, OSError) as error:
        reason = f"{error.filename or folder}: {error.strerror}" if isinstance(error, OSError) else str(error)
        raise RecognizerError(f"The streaming model in {folder} cannot be used: {reason}.") from error
    return Model(folder=folder, files=files, tokens=tokens, family=family, shift=shift, window=window)


def _files(folder: Path) -> dict[str, Path]:
    if not folder.is_dir():
        raise ValueError("there is no such folder")
    found = {name: _best(folder, name) for name in (*TRANSDUCER, "model")}
    parts = {name: path for name in TRANSDUCER if (path := found[name]) is not None}
    if len(parts) == len(TRANSDUCER):
        return parts
    if parts:
        missing = ", ".join(f"{name}*.onnx" for name in TRANSDUCER if name not in parts)
        raise ValueError(f"{missing} is missing")
    if (path := found["model"]) is not None:
        return {"model": path}
    raise ValueError("it holds no model; expected encoder*.onnx, decoder*.onnx, joiner*.onnx, or model*.onnx")


def _best(folder: Path, name: str) -> Path | None:
    """Return the file of one part. Of several, the int8 one: but of a decoder, whose int8 is no smaller or quicker."""
    paths = sorted(folder.glob(f"{name}*.onnx"))
    small = [path for path in paths if ".int8." in path.name]
    plain = [path for path in paths if ".int8." not in path.name]
    preferred = plain + small if name == "decoder" else small + plain
    return preferred[0] if preferred else None


def _tokens(path: Path) -> tuple[str, ...]:
    """Read lines of a token, a space and its number, in any order: each number once, none left out."""
    if path.stat().st_size > LARGEST_TOKENS:
        raise ValueError(f"tokens.txt is larger than {LARGEST_TOKENS >> 20} MB")
    numbered: dict[int, str] = {}
    for line_number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip():
            continue
        token, _, number = line.rstrip().rpartition(" ")
        if not number.isdecimal() or int(number) in numbered:
            raise ValueError(f"tokens.txt, line {line_number}: expected a token and a number of its own")
        numbered[int(number)] = token.strip() or " "
    if sorted(numbered) != list(range(len(numbered))) or not numbered:
        raise ValueError(f"tokens.txt has {len(numbered)} tokens, whose numbers are not 0 to {len(numbered) - 1}")
    return tuple(numbered[number] for number in range(len(numbered)))


def _metadata(path: Path) -> dict[str, str]:
    try:
        return read_metadata(path)
    except ValueError as error:
        raise ValueError(f"{path.name}: {error}") from error


def _encoder(about: Mapping[str, str]) -> tuple[str, int, int]:
    """Return family, shift and window of what its encoder, or the only file of CTC, says."""
    if "window_size" in about:
        for key in NEMO_NUMBERS:
            _number(about, key)
        return "nemo", *_chunk(_number(about, "chunk_shift"), _number(about, "window_size"))
    kind = about.get("model_type", "")
    if kind not in STACKS:
        told = f"is '{kind}'" if kind else "is not told"
        raise ValueError(
            f"its model_type {told}; expected {', '.join(STACKS)}, or a NeMo model that was exported for streaming"
        )
    lengths = {key: len(_numbers(about, key)) for key in STACKS[kind]}
    if len(set(lengths.values())) > 1:
        raise ValueError(f"its metadata disagrees on how many stacks the encoder has ({lengths})")
    return "k2", *_chunk(_number(about, "decode_chunk_len"), _number(about, "T"))


def _chunk(shift: int, window: int) -> tuple[int, int]:
    if not 0 < shift <= window <= MOST_FRAMES:
        raise ValueError(
            f"its chunks have {window} frames, a new one each {shift}; expected no gaps and at most {MOST_FRAMES}"
        )
    return shift, window


def _number(about: Mapping[str, str], key: str) -> int:
    (number, *others) = _numbers(about, key)
    if others:
        raise ValueError(f"its metadata has '{about[key]}' for {key}; expected one number")
    return number


def _numbers(about: Mapping[str, str], key: str) -> list[int]:
    if key not in about:
        raise ValueError(f"its metadata lacks {key}; expected a model that was exported for streaming by sherpa-onnx")
    try:
        return [int(number) for number in about[key].split(",")]
    except ValueError as error:
        raise ValueError(f"its metadata has '{about[key][:40]}' for {key}; expected whole numbers") from error


def _blank(tokens: tuple[str, ...], expected: int) -> None:
    place = tokens.index(BLANK) if BLANK in tokens else None
    if place != expected:
        found = "is not there" if place is None else f"is number {place}"
        raise ValueError(f"in tokens.txt {BLANK} {found}; expected number {expected}")


def _same_size(what: str, size: int, tokens: tuple[str, ...]) -> None:
    if size != len(tokens):
        raise ValueError(f"tokens.txt has {len(tokens)} tokens; expected {size}, {what}")
