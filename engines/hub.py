"""Models from the Hugging Face hub: readers, those already on disk, and single files of any."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engines.bert_config import BertConfig
from engines.checkpoint import Checkpoint, default_checkpoint_path
from engines.errors import ReparteeError
from engines.files import private_folder, write_whole
from engines.pull import read_record

#: All a checkpoint needs (see `engines.checkpoint`); other formats of the same weights stay on the hub.
FILES = (
    *("config.json", "model.safetensors", "model.safetensors.index.json", "model-*.safetensors"),
    *("vocab.txt", "tokenizer.json", "tokenizer_config.json"),
)

INSTALL = "pip install 'repartee[hub]'"


@dataclass(frozen=True)
class LocalModel:
    """A model on this disk. `facts`: layers, hidden_size, megabytes; `problem`: a sentence if it cannot be read."""

    name: str
    path: Path
    facts: Mapping[str, int]
    problem: str = ""


def pull(name: str, folder: Path, *, revision: str | None = None) -> LocalModel:
    """Fetch the model `name` ("owner/model") into `folder`; it replaces an earlier copy if it loads.

    The hub's address and token are huggingface_hub's: HF_ENDPOINT, HF_TOKEN. Interrupted transfers are taken up again.

    Raises:
        ReparteeError: huggingface_hub is missing, the hub or the model cannot be reached, or it is no BERT for
            question answering.
    """
    try:
        from huggingface_hub import snapshot_download
    except ImportError as error:
        raise ReparteeError(f"Fetching models needs huggingface_hub: {INSTALL}.") from error
    if not name.strip("./"):  # "." and ".." are folders, not models
        raise ReparteeError(f"'{name}' is not the name of a model; give it as owner/model.")
    target = folder / name.replace("/", "--")
    partial = folder / f".{target.name}.partial"
    private_folder(partial)
    with _told_in_sentences(name, revision=revision):
        snapshot_download(name, revision=revision, local_dir=partial, allow_patterns=list(FILES))
    checkpoint = Checkpoint.load(partial)
    if checkpoint.head != "span":
        raise ReparteeError(f"{name} has no question-answering head; choose a BERT that was fine-tuned on SQuAD.")
    shutil.rmtree(target, ignore_errors=True)
    partial.rename(target)
    write_whole(target / "pulled.json", json.dumps({"name": name, "revision": revision}).encode())
    return _describe(name, target)


def fetch_file(name: str, file: str) -> Path:
    """Return the path of a file of the model `name` in huggingface_hub's cache; fetched if it is not there yet.

    Raises:
        ReparteeError: huggingface_hub is missing, or the hub, the model or the file cannot be reached.
    """
    try:
        from huggingface_hub import get_hf_file_metadata, hf_hub_download, hf_hub_url, try_to_load_from_cache
    except ImportError as error:
        raise ReparteeError(f"Fetching models needs huggingface_hub: {INSTALL}.") from error
    with _told_in_sentences(name, file=file):
        cached = try_to_load_from_cache(name, file)
        if isinstance(cached, str):
            return Path(cached)
        get_hf_file_metadata(hf_hub_url(name, file))  # fails at once, where the next line would try for 23 s
        return Path(hf_hub_download(name, file))


@contextmanager
def _told_in_sentences(name: str, *, revision: str | None = None, file: str = "") -> Iterator[None]:
    from huggingface_hub.errors import (
        EntryNotFoundError,
        GatedRepoError,
        HFValidationError,
        LocalEntryNotFoundError,
        RepositoryNotFoundError,
        RevisionNotFoundError,
    )

    try:
        yield
    except GatedRepoError as error:
        raise ReparteeError(
            f"{name} asks for its terms to be accepted first; do so on its page, and set HF_TOKEN."
        ) from error
    except RevisionNotFoundError as error:
        raise ReparteeError(f"{name} has no revision {revision}; see its page for the branches and tags.") from error
    except (RepositoryNotFoundError, HFValidationError) as error:
        raise ReparteeError(
            f"The hub has no model {name}; give it as owner/model, and set HF_TOKEN if it is private."
        ) from error
    except LocalEntryNotFoundError as error:  # neither on the disk nor, for the reason that is its cause, on the hub
        raise _not_fetched(name, error.__cause__ or error) from error
    except EntryNotFoundError as error:
        raise ReparteeError(f"{name} has no file {file}; choose a model that holds one.") from error
    except Exception as error:  # those of the transport, which is another library from version to version
        raise _not_fetched(name, error) from error


def _not_fetched(name: str, error: BaseException) -> ReparteeError:
    reason = str(error).strip().splitlines()[0].rstrip(".") if str(error).strip() else type(error).__name__
    return ReparteeError(f"{name} could not be fetched ({reason}); check the network and HF_ENDPOINT, then try again.")


def local_models(folder: Path) -> list[LocalModel]:
    """The bundled reader, then every reader pulled into `folder`; recognizers and voices have a record of their own."""
    bundled = default_checkpoint_path()
    models = [_bundled(bundled)] if bundled.exists() else []
    paths = (
        sorted(path for path in folder.iterdir() if path.is_dir() and path.name[0] != "." and not read_record(path))
        if folder.is_dir()
        else ()
    )
    return models + [_describe(_name(path), path) for path in paths]


def _name(path: Path) -> str:
    try:
        return str(json.loads((path / "pulled.json").read_text(encoding="utf-8"))["name"])
    except (OSError, ValueError, KeyError, TypeError):
        return path.name.replace("--", "/")


def _bundled(path: Path) -> LocalModel:
    checkpoint = Checkpoint.load(path)
    return LocalModel("bundled", path, _facts(checkpoint.config, path.stat().st_size))


def _describe(name: str, path: Path) -> LocalModel:
    try:
        config: dict[str, Any] = json.loads((path / "config.json").read_text(encoding="utf-8"))
        size = sum(file.stat().st_size for file in path.glob("*.safetensors"))
        return LocalModel(name, path, _facts(BertConfig.from_dict(config), size))
    except (ReparteeError, OSError, ValueError) as error:
        return LocalModel(name, path, {}, f"{path} holds no model that can be read ({str(error).rstrip('.')}).")


def _facts(config: BertConfig, size: int) -> dict[str, int]:
    return {"layers": config.layers, "hidden_size": config.hidden_size, "megabytes": round(size / 1e6)}
