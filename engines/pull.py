"""Files of a published model, fetched from the Hugging Face hub or a mirror, whole and unchanged or not at all.

What came is held against the hashes that are known: ours, those of an earlier pull, or the hub's own (the SHA-256 of
large files, git's SHA-1 of small ones). They are kept in `pulled.json`, so that a folder that was pulled, served or
copied as it is, is a mirror. A transfer that was cut is taken up where it stopped. HTTPS_PROXY is observed.
"""

from __future__ import annotations

import contextlib
import fnmatch
import hashlib
import http.client
import json
import os
import re
import shutil
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from engines.errors import ReparteeError
from engines.files import private_folder, write_whole

HUB = "https://huggingface.co"
RECORD = "pulled.json"
TRIES = 4  # of a transfer that is cut
PATIENCE_S = 30.0  # with a server that sends nothing
PIECE = 1 << 18  # bytes
LARGEST = 8 << 30  # bytes of a file
LARGEST_RECORD = 4 << 20
_SAFE = re.compile(r"[A-Za-z0-9][\w.+-]*(?:/[A-Za-z0-9][\w.+-]*)*")

Progress = Callable[[str, int, int], None]  # file, bytes so far, bytes in all (0: not known)


class PullError(ReparteeError):
    """A model that could not be fetched."""


@dataclass(frozen=True, kw_only=True)
class RemoteFile:
    """One file to fetch. `sha256` and `git_sha1` are what it must have; None where that is not known."""

    path: str
    size: int = 0
    sha256: str | None = None
    git_sha1: str | None = None


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """A published model: a repository of the hub ("owner/model"), which of its files, and what is known of them.

    `patterns` are shell patterns in groups: of each group, the first pattern that fits any file decides.
    `hashes` are SHA-256 of files by their name.
    """

    name: str
    repository: str
    patterns: Sequence[Sequence[str]]
    revision: str = "main"
    hashes: Mapping[str, str] = field(default_factory=dict)


def pull_files(
    wanted: Wanted,
    folder: Path,
    *,
    source: str = "",
    facts: Mapping[str, Any] | None = None,
    tell: Progress | None = None,
) -> Path:
    """Fetch a model into `folder`/its name and return that path; an earlier copy goes when the new one is whole.

    `source` is a mirror, a folder or URL that holds the model's folder; "" is the hub. `facts` are kept in the record.
    Raises PullError with a sentence.
    """
    target = folder / wanted.name
    try:
        if source and "://" not in source:
            files, revision, read = _from_folder(wanted, Path(source).expanduser())
        elif source:
            files, revision, read = _from_mirror(wanted, source)
        else:
            files, revision, read = _from_hub(wanted, read_record(target))
        partial = folder / f".{wanted.name}.partial"
        private_folder(partial)
        record: dict[str, dict[str, Any]] = {}
        for file in files:
            digest = read(file, partial / file.path, tell or _silent)
            record[file.path] = {"sha256": digest, "size": (partial / file.path).stat().st_size}
        for left in partial.iterdir():
            if left.name not in record:
                left.unlink()
        content = {"name": wanted.name, "repository": wanted.repository, "revision": revision, "files": record}
        write_whole(partial / RECORD, json.dumps(content | dict(facts or {}), indent=1).encode())
        shutil.rmtree(target, ignore_errors=True)
        partial.rename(target)
    except OSError as error:
        raise PullError(f"{wanted.name} could not be fetched ({_reason(error)}); try again.") from error
    return target


def read_record(folder: Path) -> dict[str, Any]:
    """Return what is recorded of a model that was pulled into a folder, {} for another. Raises nothing."""
    try:
        record = json.loads((folder / RECORD).read_bytes())
        return record if isinstance(record, dict) and isinstance(record.get("files"), dict) else {}
    except (OSError, ValueError):
        return {}


def damaged(folder: Path) -> str:
    """Return the first file of a pulled model that is not what was recorded, "" where all are. Reads all of them."""
    files = read_record(folder).get("files", {})
    return next((str(name) for name, facts in files.items() if not _is_as_recorded(folder / name, facts)), "")


def _is_as_recorded(path: Path, facts: Any) -> bool:
    try:
        with path.open("rb") as file:
            return bool(hashlib.file_digest(file, "sha256").hexdigest() == facts["sha256"])
    except (OSError, KeyError, TypeError):
        return False


_Reader = Callable[[RemoteFile, Path, Progress], str]
_Found = tuple[list[RemoteFile], str, _Reader]


def _from_hub(wanted: Wanted, known: Mapping[str, Any]) -> _Found:
    endpoint = os.environ.get("HF_ENDPOINT", "").rstrip("/") or HUB
    revision = wanted.revision
    if revision == "main" and known.get("repository") == wanted.repository:
        revision = str(known.get("revision") or revision)  # what was trusted once
    place = f"{endpoint}/api/models/{wanted.repository}/revision/{urllib.parse.quote(revision, safe='')}?blobs=true"
    about = _json(place, wanted.name)
    commit = str(about.get("sha") or revision)
    listed = [
        RemoteFile(
            path=str(each.get("rfilename")),
            size=int(each.get("size") or 0),
            sha256=(each.get("lfs") or {}).get("sha256"),
            git_sha1=None if each.get("lfs") else each.get("blobId"),
        )
        for each in about.get("siblings") or ()
    ]
    files = _chosen(wanted, listed)
    if revision == commit and known.get("revision") == commit:
        files = [_with_hash(file, (known["files"].get(file.path) or {}).get("sha256")) for file in files]
    base = f"{endpoint}/{wanted.repository}/resolve/{commit}"
    return (
        files,
        commit,
        lambda file, path, tell: _download(f"{base}/{urllib.parse.quote(file.path)}", file, path, tell),
    )


def _from_mirror(wanted: Wanted, source: str) -> _Found:
    base = f"{source.rstrip('/')}/{wanted.name}"
    files, revision = _recorded_files(wanted, _json(f"{base}/{RECORD}", wanted.name))
    return (
        files,
        revision,
        lambda file, path, tell: _download(f"{base}/{urllib.parse.quote(file.path)}", file, path, tell),
    )


def _from_folder(wanted: Wanted, source: Path) -> _Found:
    folder = source / wanted.name if (source / wanted.name).is_dir() else source
    if not folder.is_dir():
        raise PullError(f"There is no folder {folder} to take {wanted.name} from.")
    if record := read_record(folder):
        files, revision = _recorded_files(wanted, record)
    else:
        present = [RemoteFile(path=path.name, size=path.stat().st_size) for path in folder.iterdir() if path.is_file()]
        files, revision = _chosen(wanted, present), ""

    def copy(file: RemoteFile, path: Path, tell: Progress) -> str:
        shutil.copyfile(folder / file.path, path)
        tell(file.path, file.size, file.size)
        return _checked(path, file, f"{folder / file.path}")

    return files, revision, copy


def _recorded_files(wanted: Wanted, record: Mapping[str, Any]) -> tuple[list[RemoteFile], str]:
    listed = [
        RemoteFile(path=str(name), size=int(facts["size"]), sha256=str(facts["sha256"]))
        for name, facts in (record.get("files") or {}).items()
    ]
    return _chosen(wanted, listed), str(record.get("revision") or "")


def _chosen(wanted: Wanted, listed: Sequence[RemoteFile]) -> list[RemoteFile]:
    """Return the files that are wanted of those there are, with our own hashes. Raises PullError."""
    chosen: list[RemoteFile] = []
    for group in wanted.patterns:
        fitting = next(
            (fits for pattern in group if (fits := [file for file in listed if fnmatch.fnmatch(file.path, pattern)])),
            [],
        )
        if not fitting:
            raise PullError(f"{wanted.repository} has no {' or '.join(group)}; expected a model in that form.")
        chosen += fitting
    for file in chosen:
        if not _SAFE.fullmatch(file.path) or "/" in file.path:
            raise PullError(f"{wanted.repository} has a file named {file.path!r}; expected plain names.")
        if file.size > LARGEST:
            raise PullError(f"{file.path} of {wanted.repository} is larger than {LARGEST >> 30} GB.")
    return [_with_hash(file, wanted.hashes.get(file.path)) for file in chosen]


def _with_hash(file: RemoteFile, sha256: str | None) -> RemoteFile:
    return RemoteFile(path=file.path, size=file.size, sha256=sha256 or file.sha256, git_sha1=file.git_sha1)


def _json(url: str, name: str) -> dict[str, Any]:
    try:
        with _opened(url) as response:
            content = json.loads(response.read(LARGEST_RECORD))
    except urllib.error.HTTPError as error:
        if error.code in {401, 403, 404}:
            raise PullError(
                f"{name} is not at {url.partition('?')[0]} (status {error.code}); if it asks for its terms to be "
                "accepted or is private, do so on its page and set HF_TOKEN."
            ) from error
        raise
    except ValueError as error:
        raise PullError(f"{url} sent no JSON ({error}); expected a model's record.") from error
    if not isinstance(content, dict):
        raise PullError(f"{url} sent no JSON object; expected a model's record.")
    return content


def _opened(url: str, start: int = 0) -> Any:
    if urllib.parse.urlsplit(url).scheme not in {"http", "https"}:
        raise PullError(f"{url} is no address to fetch from; expected http or https.")
    request = urllib.request.Request(url, headers={"User-Agent": "repartee"})  # noqa: S310 - of these two alone
    token = os.environ.get("HF_TOKEN", "")
    if token:
        request.add_unredirected_header("Authorization", f"Bearer {token}")  # not for whoever stores the files
    if start:
        request.add_header("Range", f"bytes={start}-")
    try:
        return urllib.request.urlopen(request, timeout=PATIENCE_S)  # noqa: S310
    except urllib.error.HTTPError as error:
        error.close()  # it holds the connection
        raise


def _download(url: str, file: RemoteFile, path: Path, tell: Progress) -> str:
    """Fetch a file to `path`; return its SHA-256. What an earlier attempt left is gone on with."""
    part = path.with_name(f"{path.name}.part")
    if not path.exists():
        for attempt in range(TRIES):
            try:
                _transfer(url, file, part, tell)
                break
            except (OSError, http.client.HTTPException) as error:
                refused = isinstance(error, urllib.error.HTTPError) and error.code < 500
                if refused or attempt == TRIES - 1:
                    raise OSError(_reason(error)) from error
        part.rename(path)
    return _checked(path, file, url)


def _transfer(url: str, file: RemoteFile, part: Path, tell: Progress) -> None:
    start = part.stat().st_size if part.exists() else 0
    if file.size and start >= file.size:
        return
    with _opened(url, start) as response:
        begin = start if response.status == http.client.PARTIAL_CONTENT else 0
        with part.open("r+b" if begin else "wb") as output:
            output.seek(begin)
            done = begin
            while piece := response.read(PIECE):
                done += len(piece)
                if done > (file.size or LARGEST):
                    raise PullError(f"{url} sent more than the {file.size} bytes it should; it was not kept.")
                output.write(piece)
                tell(file.path, done, file.size)
            output.truncate()
    if file.size and done < file.size:
        raise OSError(f"only {done} of {file.size} bytes came")


def _checked(path: Path, file: RemoteFile, where: str) -> str:
    with path.open("rb") as content:
        digest = hashlib.file_digest(content, "sha256").hexdigest()
        content.seek(0)
        wrong = file.sha256 is not None and digest != file.sha256
        if file.git_sha1 is not None and not wrong:
            sha1 = hashlib.sha1(f"blob {path.stat().st_size}\0".encode(), usedforsecurity=False)
            while piece := content.read(PIECE):
                sha1.update(piece)
            wrong = sha1.hexdigest() != file.git_sha1
    if wrong:
        with contextlib.suppress(OSError):
            path.unlink()
        raise PullError(f"{where} is not the file that was expected (its hash differs); it was not kept.")
    return digest


def _reason(error: BaseException) -> str:
    if isinstance(error, urllib.error.HTTPError):
        return f"{error.url} answered with status {error.code}"
    reason = getattr(error, "reason", None) or getattr(error, "strerror", None) or error
    return str(reason).strip().rstrip(".") or type(error).__name__


def _silent(file: str, done: int, size: int) -> None:
    pass
