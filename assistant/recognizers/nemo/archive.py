"""Restoring NeMo models: what a `.nemo` file may be, and what of it is trusted.

A `.nemo` file is a tar archive of `model_config.yaml`, `model_weights.ckpt` (a PyTorch checkpoint) and the
artifacts the configuration names (tokenizer models, dictionaries). Of such a file we trust the numbers and the choice
among NeMo's own classes, nothing else: weights are always unpickled with `weights_only=True` (even where the
environment asks PyTorch otherwise), NeMo instantiates only targets on its allow-list, the YAML is loaded without tags,
and members that would be written outside the temporary folder are refused.
"""

from __future__ import annotations

import importlib.util
import logging
import tarfile
import warnings
from pathlib import Path
from typing import Any

from engines.errors import ReparteeError
from engines.hub import fetch_file

CONFIG, WEIGHTS = "model_config.yaml", "model_weights.ckpt"
INSTALL = "pip install 'repartee[nemo]'"


class NemoError(ReparteeError):
    """A NeMo model could not be had: the extra is missing, or the file is not what was expected."""


def archive_class(path: Path) -> str:
    """Return the dotted name of the class a `.nemo` archive restores to, without unpacking or importing anything.

    Raises:
        NemoError: if there is no such file, or it is not a `.nemo` archive.
    """
    if not path.is_file():
        raise NemoError(f"{path} does not exist; give the path of a .nemo file, or the name of a pretrained model.")
    try:
        with tarfile.open(path, "r:*") as archive:
            files = {member.name.rpartition("/")[2]: member for member in archive if member.isfile()}
            if missing := {CONFIG, WEIGHTS} - files.keys():
                raise NemoError(f"{path} is an archive without {min(missing)}; expected one that NeMo's save_to wrote.")
            config = archive.extractfile(files[CONFIG])
            lines = config.read().decode("utf-8", "replace").splitlines() if config else []
    except (tarfile.TarError, EOFError, OSError) as error:
        raise NemoError(f"{path} is not a .nemo archive; expected a tar file that NeMo's save_to wrote.") from error
    return next((line.removeprefix("target:").strip() for line in lines if line.startswith("target:")), "")


def restore(source: str | Path, base: str, *, device: str = "auto") -> Any:
    """Restore a NeMo model for inference. Blocking: NeMo takes 6 to 18 s to import.

    `source` is the path of a `.nemo` file or the name of a pretrained model: "owner/model" on the Hugging Face hub,
    or one without a slash from NeMo's own list; both are fetched once. `base` is the dotted name of the class it must
    restore to (or a subclass); `device` "auto", "cpu" or "cuda[:N]".

    Raises:
        NemoError: if NeMo is missing, the source is not a model, the wrong kind of model, or the device is absent.
    """
    path = Path(source).expanduser()
    named = path.suffix != ".nemo" and not path.exists() and not path.is_absolute() and len(path.parts) <= 2
    if not named:
        _check_kind(path, base)  # before the slow import: a mistyped path is told at once
    if importlib.util.find_spec("nemo") is None or importlib.util.find_spec("torch") is None:
        raise NemoError(f"{source} needs NeMo, which is not installed; install it with: {INSTALL}.")
    if named and len(path.parts) == 2:
        path, named = _fetch(path), False
        _check_kind(path, base)
    module, _, name = base.rpartition(".")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        logging.getLogger("nv_one_logger").setLevel(logging.CRITICAL)
        import torch

        try:
            expected = getattr(importlib.import_module(module), name)
            from nemo.utils import logging as nemo_logging
        except ImportError as error:
            raise NemoError(
                f"NeMo is installed but cannot be imported ({error}); install it with: {INSTALL}."
            ) from error
        nemo_logging.set_verbosity(nemo_logging.CRITICAL)
        place = _device(torch, device)
        try:
            if named:
                model = expected.from_pretrained(str(path), map_location=place, save_restore_connector=_connector())
            else:
                model = expected.restore_from(str(path), map_location=place, save_restore_connector=_connector())
        except Exception as error:  # NeMo raises anything from KeyError to RuntimeError here
            if named and isinstance(error, FileNotFoundError):
                raise NemoError(
                    f"NeMo knows no {name} named {path}; give a .nemo file, or owner/model as on the hub."
                ) from error
            reason = " ".join(str(error).split())[:200] or type(error).__name__
            raise NemoError(
                f"{source} could not be restored as {name} ({reason}); give a .nemo file, or a pretrained model's name."
            ) from error
    if not isinstance(model, expected):
        raise NemoError(f"{source} holds a {type(model).__name__}; expected a {name}.")
    return model.eval()


def _check_kind(path: Path, base: str) -> None:
    target, room = archive_class(path), base.rpartition(".")[0]
    if not target.startswith(room + "."):
        raise NemoError(f"{path} holds a {target or 'model of no named class'}; expected one of {room}.")


def _fetch(name: Path) -> Path:
    """Fetch the file that NeMo gives to what it publishes: owner/model/model.nemo.

    NeMo's own from_pretrained would fetch all files of a model that has none of that name, whatever they are.
    """
    try:
        return fetch_file(name.as_posix(), f"{name.name}.nemo")
    except ReparteeError as error:
        raise NemoError(str(error)) from error


def _device(torch: Any, device: str) -> Any:
    if device == "auto":
        device = "cuda" if torch.cuda.is_available() else "cpu"
    if device.startswith("cuda") and not torch.cuda.is_available():
        raise NemoError(f"the device {device} was asked for and PyTorch sees no CUDA GPU; use cpu, or auto.")
    try:
        return torch.device(device)
    except RuntimeError as error:
        raise NemoError(f"{device!r} is not a device; expected auto, cpu or cuda.") from error


def _connector() -> Any:
    import torch
    from nemo.core.connectors.save_restore_connector import SaveRestoreConnector

    class WeightsOnlyConnector(SaveRestoreConnector):  # type: ignore[misc]
        @staticmethod
        def _load_state_dict_from_disk(model_weights: str, map_location: Any = "cpu") -> Any:
            return torch.load(model_weights, map_location=map_location, weights_only=True)

    return WeightsOnlyConnector()
