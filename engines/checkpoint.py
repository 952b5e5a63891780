"""A BERT checkpoint as plain arrays: any Hugging Face layout, and our own one-file int8 format.

Hugging Face folders hold `config.json`, `model.safetensors` (or shards with an index) and `vocab.txt` or
`tokenizer.json`. Our file (written by `engines.quantize`) holds all of that in one safetensors file.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from engines.bert_config import BertConfig
from engines.errors import ReparteeError

#: Value of the metadata key `format` in our one-file checkpoints.
FORMAT = "repartee-int8-1"

#: What the names of the tensors of `Late` begin with in our one-file checkpoints.
LATE = "late."

Head = Literal["span", "none"]
Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Calibration:
    """How span scores become decisions, fitted on a held-out split.

    `null_threshold`: an answer is given when its score minus the null score (both sums of a start and an end logit)
    exceeds this. `temperature`: divides that difference before it becomes a probability.
    """

    null_threshold: float = 0.0
    temperature: float = 1.0
    #: Whether the two logits at the question's [SEP] tell yes and no, against neither, which counts as 0.
    tells_yes_no: bool = False


@dataclass(frozen=True)
class Apart:
    """The weights can also be read apart: in the first `layers` layers question and passage do not see each other.

    So the passage's part, `context passage [SEP]`, goes through those layers at ingestion, with its positions from
    `position` on. `calibration`: of scores that are found so.
    """

    layers: int = 3
    position: int = 16
    calibration: Calibration = Calibration()


@dataclass(frozen=True)
class Late:
    """A small encoder over the reader's word embeddings, and what turns its outputs into token vectors.

    `tensors`: as in `Checkpoint`, without the word embeddings. `weight` [dims, hidden], `bias` [dims]: the projection.
    `bm25`: what a point of BM25 counts beside the sum of products.
    """

    tensors: Mapping[str, Floats]
    weight: Floats
    bias: Floats
    layers: int
    bm25: float


@dataclass(frozen=True)
class Checkpoint:
    """One BERT, dequantised: every runtime computes from these same numbers.

    `tensors`: float32, Hugging Face BERT names without the leading `bert.`. `activations`: measured ranges for
    int8 runtimes, empty if unknown (see `engines.runtimes.ranges`). `card`: facts for people (data, recipe, scores,
    licence). `digest`: SHA-256 of the bytes it was read from.
    """

    config: BertConfig
    tensors: Mapping[str, Floats]
    vocab: list[str]
    lower_case: bool = True
    head: Head = "none"
    calibration: Calibration | None = None
    activations: Mapping[str, Floats] = field(default_factory=dict)
    card: Mapping[str, str] = field(default_factory=dict)
    digest: str = ""
    #: What makes token vectors of a passage or a question alone; None where the file has no such part.
    late: Late | None = None
    #: How these weights are read with the passage's part made at ingestion; None where they were not trained for it.
    apart: Apart | None = None

    @classmethod
    def load(cls, path: Path | str) -> Checkpoint:
        """Read a checkpoint: our `.safetensors` file, or a folder in a Hugging Face layout.

        Raises:
            ReparteeError: a file is missing, cut short or of another kind, or a tensor is missing or misshapen.
        """
        path = Path(path)
        if not path.exists():
            raise ReparteeError(f"There is no model at {path}; expected a weights file or a checkpoint folder.")
        checkpoint = _load_folder(path) if path.is_dir() else _load_file(path)
        checkpoint.check()
        return checkpoint

    def require_head(self, head: str) -> None:
        """Raise ReparteeError if a span head is asked for, and there is none."""
        if head == "span" and self.head != "span":
            raise ReparteeError(
                "The checkpoint has no question-answering head (qa_outputs); choose one fine-tuned on SQuAD."
            )

    def check(self) -> None:
        """Raise ReparteeError unless every tensor the configuration asks for is here, in its shape."""
        shapes = expected_shapes(self.config, self.head)
        for name, shape in shapes.items():
            if name not in self.tensors:
                raise ReparteeError(f"The checkpoint has no tensor {name}; a complete BERT checkpoint is expected.")
            if (found := self.tensors[name].shape) != shape:
                raise ReparteeError(f"The tensor {name} has the shape {list(found)}, but {list(shape)} is expected.")
        if len(self.vocab) > self.config.vocab_size:
            raise ReparteeError(
                f"The vocabulary has {len(self.vocab)} entries, but the model knows {self.config.vocab_size}; "
                "use the vocabulary the model was trained with."
            )


def default_checkpoint_path() -> Path:
    """Where the bundled reader's weights lie."""
    return Path(__file__).parent / "weights" / "minilm-l6-squad2.safetensors"


def expected_shapes(config: BertConfig, head: Head) -> dict[str, tuple[int, ...]]:
    """Name and shape of every tensor a BERT of this configuration needs."""
    hidden, inner = config.hidden_size, config.intermediate_size
    shapes: dict[str, tuple[int, ...]] = {
        "embeddings.word_embeddings.weight": (config.vocab_size, hidden),
        "embeddings.position_embeddings.weight": (config.max_positions, hidden),
        "embeddings.token_type_embeddings.weight": (config.type_vocab_size, hidden),
        "embeddings.LayerNorm.weight": (hidden,),
        "embeddings.LayerNorm.bias": (hidden,),
    }
    linears = {
        "attention.self.query": (hidden, hidden),
        "attention.self.key": (hidden, hidden),
        "attention.self.value": (hidden, hidden),
        "attention.output.dense": (hidden, hidden),
        "attention.output.LayerNorm": (hidden,),
        "intermediate.dense": (inner, hidden),
        "output.dense": (hidden, inner),
        "output.LayerNorm": (hidden,),
    }
    for layer in range(config.layers):
        for name, shape in linears.items():
            shapes[f"encoder.layer.{layer}.{name}.weight"] = shape
            shapes[f"encoder.layer.{layer}.{name}.bias"] = shape[:1]
    if head == "span":
        shapes |= {"qa_outputs.weight": (2, hidden), "qa_outputs.bias": (2,)}
    return shapes


def _load_folder(folder: Path) -> Checkpoint:
    config = BertConfig.from_dict(_read_json(folder / "config.json"))
    files = _weight_files(folder)
    vocab, lower_case, vocab_file = _read_vocab(folder)
    wanted = set(expected_shapes(config, "span"))
    tensors = {}
    for file in files:
        for raw_name, array in _read_safetensors(file, lambda raw: _canonical(raw) in wanted):
            tensors[_canonical(raw_name)] = array.astype(np.float32)
    return Checkpoint(
        config,
        tensors,
        vocab,
        lower_case=lower_case,
        head="span" if "qa_outputs.weight" in tensors else "none",
        digest=_digest([folder / "config.json", *files, vocab_file]),
    )


def _load_file(path: Path) -> Checkpoint:
    metadata = _read_metadata(path)
    if metadata.get("format") != FORMAT:
        raise ReparteeError(
            f"{path} is no Repartee weights file (format {metadata.get('format')!r}, expected {FORMAT!r}); "
            "give the folder of a Hugging Face checkpoint, or a file written by repartee."
        )
    tensors, activations, vocab = _stored(path)
    late = {name.removeprefix(LATE): tensors.pop(name) for name in list(tensors) if name.startswith(LATE)}
    try:
        config = BertConfig.from_dict(json.loads(metadata["config"]))
        calibration = json.loads(metadata.get("calibration", "null"))
        return Checkpoint(
            config,
            tensors,
            vocab,
            lower_case=metadata.get("lower_case") == "true",
            head="span" if "qa_outputs.weight" in tensors else "none",
            calibration=Calibration(**calibration) if calibration else None,
            activations=activations,
            card=json.loads(metadata.get("card", "{}")),
            digest=_digest([path]),
            late=_late(late, json.loads(metadata["late"])) if late else None,
            apart=_apart(json.loads(metadata.get("apart", "null"))),
        )
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
        raise ReparteeError(
            f"{path} does not say what model it holds ({type(error).__name__}: {error}); install it again."
        ) from error


def _apart(facts: dict[str, Any] | None) -> Apart | None:
    if facts is None:
        return None
    return Apart(int(facts["layers"]), int(facts["position"]), Calibration(**facts["calibration"]))


def _late(tensors: dict[str, Floats], facts: dict[str, Any]) -> Late:
    weight, bias = tensors.pop("projection.weight"), tensors.pop("projection.bias")
    return Late(tensors, weight, bias, int(facts["layers"]), float(facts["bm25"]))


def _stored(path: Path) -> tuple[dict[str, Floats], dict[str, Floats], list[str]]:
    """Return the tensors of a weights file in float32, the ranges of its activations, and the vocabulary."""
    raw = dict(_read_safetensors(path, lambda _: True))
    try:
        vocab = bytes(raw.pop("vocab", np.zeros(0, np.uint8))).decode().split("\n")
    except UnicodeDecodeError as error:
        raise ReparteeError(
            f"{path} has a vocabulary that is not UTF-8; the file is damaged, install it again."
        ) from error
    tensors, activations = {}, {}
    for name, array in raw.items():
        if name.startswith("activation."):
            activations[name.removeprefix("activation.")] = array.astype(np.float32)
        elif array.dtype == np.int8:
            scale = raw.get(f"{name}.scale")
            if scale is None or scale.shape != array.shape[:1]:
                raise ReparteeError(f"{path} has no {name}.scale for each row; the file is damaged, install it again.")
            tensors[name] = array * scale.astype(np.float32)[:, None]
        elif not name.endswith(".scale"):
            tensors[name] = array.astype(np.float32)
    return tensors, activations, vocab


def _canonical(name: str) -> str:
    """Our name for a tensor: no leading `bert.`, and weight and bias where TensorFlow said gamma and beta."""
    name = name.removeprefix("bert.")
    return name.replace("LayerNorm.gamma", "LayerNorm.weight").replace("LayerNorm.beta", "LayerNorm.bias")


def _weight_files(folder: Path) -> list[Path]:
    index = folder / "model.safetensors.index.json"
    if index.exists():
        shards = _read_json(index).get("weight_map")
        if not isinstance(shards, dict) or not shards:
            raise ReparteeError(f"{index} has no weight_map; an index of safetensors shards is expected.")
        return [folder / name for name in sorted({Path(str(shard)).name for shard in shards.values()})]
    if (folder / "model.safetensors").exists():
        return [folder / "model.safetensors"]
    other = next(iter(sorted(folder.glob("*.bin")) + sorted(folder.glob("*.h5"))), None)
    hint = f" (it has {other.name}, which must first be converted to safetensors)" if other else ""
    raise ReparteeError(f"{folder} has no model.safetensors{hint}; a Hugging Face checkpoint folder is expected.")


def _read_vocab(folder: Path) -> tuple[list[str], bool, Path]:
    """Give the word pieces in the order of their ids, whether text is lower-cased, and the file that said so."""
    settings = folder / "tokenizer_config.json"
    lower_case = bool(_read_json(settings).get("do_lower_case", True)) if settings.exists() else True
    if (file := folder / "vocab.txt").exists():
        try:
            return file.read_text(encoding="utf-8").rstrip("\n").split("\n"), lower_case, file
        except (OSError, UnicodeDecodeError) as error:
            raise ReparteeError(f"{file} cannot be read ({error}); a UTF-8 list of word pieces is expected.") from error
    if (file := folder / "tokenizer.json").exists():
        tokenizer = _read_json(file)
        ids = tokenizer.get("model", {}).get("vocab", {})
        if not isinstance(ids, dict) or sorted(ids.values()) != list(range(len(ids))) or not ids:
            raise ReparteeError(f"{file} has no WordPiece vocabulary numbered from 0; a BERT tokenizer is expected.")
        normalizer = tokenizer.get("normalizer") or {}
        return sorted(ids, key=ids.__getitem__), bool(normalizer.get("lowercase", lower_case)), file
    raise ReparteeError(f"{folder} has neither vocab.txt nor tokenizer.json; the model's vocabulary is expected there.")


def _read_json(path: Path) -> dict[str, Any]:
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ReparteeError(f"{path} is missing; a Hugging Face checkpoint folder is expected.") from error
    except (OSError, ValueError) as error:
        raise ReparteeError(f"{path} cannot be read as JSON ({error}); put the original file back.") from error
    if not isinstance(value, dict):
        raise ReparteeError(f"{path} holds no JSON object; put the original file back.")
    return value


def _read_metadata(path: Path) -> dict[str, str]:
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="numpy") as file:
            return file.metadata() or {}
    except (OSError, SafetensorError) as error:
        raise _damaged(path, error) from error


def _read_safetensors(path: Path, wanted: Callable[[str], bool]) -> Iterator[tuple[str, NDArray[Any]]]:
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="numpy") as file:
            for name in file.keys():  # noqa: SIM118  (a safe_open handle is no mapping)
                if wanted(name):
                    yield name, file.get_tensor(name)
    except (OSError, SafetensorError) as error:
        raise _damaged(path, error) from error


def _damaged(path: Path, error: Exception) -> ReparteeError:
    if not path.exists():
        return ReparteeError(f"{path} is missing; a complete checkpoint is expected.")
    reason = str(error).rstrip(".") or type(error).__name__
    return ReparteeError(f"{path} is no complete safetensors file ({reason}); fetch or install it again.")


def _digest(paths: list[Path]) -> str:
    digest = hashlib.sha256()
    for path in paths:
        with path.open("rb") as file:
            while block := file.read(1 << 20):
                digest.update(block)
    return digest.hexdigest()
