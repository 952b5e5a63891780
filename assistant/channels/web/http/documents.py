"""/v1/knowledge/documents: what is answered from, listed, read, added to and removed over the network.

A document that was sent is kept in the folder `documents` of the home, under its own name, so that it can be taken up
again; one of the same name is replaced.
"""

from __future__ import annotations

import asyncio
import threading
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import TYPE_CHECKING
from weakref import WeakValueDictionary

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from assistant.access import asked_by
from assistant.channels.json import ApiError, Json, clean
from assistant.channels.web.http.errors import form_body
from assistant.channels.web.http.presence import while_there
from assistant.channels.web.shown import shown_document
from assistant.parts import Parts
from engines.files import private_folder, write_whole
from knowledge.collections import check_name, may_ask

if TYPE_CHECKING:
    from knowledge.ingest import AddReport
    from knowledge.library import Library
    from knowledge.store.records import Document

FOLDER, FOLDER_OF_COLLECTIONS = "documents", "collections"
LONGEST_NAME = 200  # bytes of UTF-8; a file system takes 255, and what is written first has a longer name
#: Documents that are taken up at a time: each is held in memory, and converted in a process of its own.
MOST_AT_ONCE = 2
_LOCKS: WeakValueDictionary[str, threading.Lock] = WeakValueDictionary()


async def documents(request: Request) -> Response:
    """List what is in the store, or take up a document.

    `find` leaves those whose title or name has the words, `passage` the one in which a citation's passage stands, and
    `limit` the newest; `total` counts what there was without `limit`. Nobody hears of documents that they may not ask.
    """
    if request.method == "POST":
        return await _added(request)
    parts, asked, asks = _parts(request), request.query_params, asked_by(request.scope)
    limit, passage = _number(asked.get("limit"), "limit"), _number(asked.get("passage"), "passage")
    found = await asyncio.to_thread(parts.library.documents, asks)
    if passage is not None:
        at = await asyncio.to_thread(parts.library.document_of, passage)
        found = [document for document in found if document.id == at]
    if words := clean(asked.get("find", "")).casefold().split():
        found = [each for each in found if all(word in f"{each.title} {each.name}".casefold() for word in words)]
    shown = found if limit is None else found[max(0, len(found) - limit) :]
    settings = parts.config.knowledge
    return JSONResponse(
        {
            "object": "list",
            "data": [_shown(document) for document in shown],
            "total": len(found),
            "uploads": settings.uploads and not parts.library.readonly,
            "max_bytes": round(settings.max_document_mb * 1024 * 1024),
        }
    )


async def examples(request: Request) -> Response:
    """Questions that are answered from here, for who does not know what to ask."""
    return JSONResponse({"object": "list", "data": list(await request.app.state.examples.all())})


async def document(request: Request) -> Response:
    """Show a document with its plain text, into which citations point; or remove it."""
    parts = _parts(request)
    number = int(request.path_params["number"])
    there = await asyncio.to_thread(parts.library.documents, asked_by(request.scope))
    found = {each.id: each for each in there}.get(number)
    if found is None:
        raise ApiError("document_not_found", f"There is no document {number}.", status=404)
    if request.method == "DELETE":
        _may_change(parts)
        folder = _folder(parts, found.collection)
        lock = _lock(folder / Path(found.path).name)
        await asyncio.to_thread(_remove, parts.library, folder, found, lock)
        return JSONResponse({"id": number, "object": "document", "deleted": True})
    text = await asyncio.to_thread(parts.library.text, number)
    return JSONResponse(_shown(found) | {"text": text})


async def _added(request: Request) -> Response:
    parts = _parts(request)
    _may_change(parts)
    async with form_body(request) as form:
        upload = form.get("file")
        if not isinstance(upload, UploadFile):
            raise ApiError(
                "missing_required_parameter",
                "'file' is needed: a document, as a file of a multipart form.",
                param="file",
            )
        name = _name(clean(upload.filename or ""))
        collection = _collection(request, form.get("collection"))
        folder = _folder(parts, collection)
        async with request.app.state.documents:
            content = await while_there(request, upload.read())
            # Begun, it is brought to its end, whoever is still there to hear of it.
            lock = _lock(folder / name)
            taken = await asyncio.to_thread(_take, parts.library, folder, name, content, collection, lock)
    if taken.failure:
        raise ApiError("document_unreadable", taken.failure, param="file")
    assert taken.document is not None
    return JSONResponse(
        _shown(taken.document) | {"outcome": taken.outcome}, 200 if taken.outcome == "unchanged" else 201
    )


@dataclass(frozen=True)
class _Taken:
    document: Document | None
    outcome: str
    failure: str


def _lock(path: Path) -> threading.Lock:
    """Return what whoever changes the document at this path holds; call it in the event loop.

    Two that are sent under one name at a time would each put back what the other had only just written.
    """
    return _LOCKS.setdefault(str(path).casefold(), threading.Lock())


def _take(library: Library, folder: Path, name: str, content: bytes, collection: str, lock: threading.Lock) -> _Taken:
    """Keep a document and take it up; one that cannot be read leaves everything as it was."""
    with lock:
        return _taken(library, folder, name, content, collection)


def _taken(library: Library, folder: Path, name: str, content: bytes, collection: str) -> _Taken:
    path = folder / name
    try:
        private_folder(folder)
        before = path.read_bytes() if path.is_file() else None
        write_whole(path, content)
    except OSError as error:
        raise ApiError("not_stored", f"{name} cannot be kept here ({error.strerror}).", status=507) from error
    report: AddReport = library.add([path], collection=collection)
    if report.failed:
        if before is None:
            path.unlink(missing_ok=True)
        else:
            write_whole(path, before)
        return _Taken(None, "failed", report.failed[0][1].replace(str(path), name))
    outcome = next(kind for kind in ("added", "replaced", "unchanged") if getattr(report, kind))
    key = str(path.resolve())
    return _Taken(next(each for each in library.documents() if each.path == key), outcome, "")


def _remove(library: Library, folder: Path, found: Document, lock: threading.Lock) -> None:
    with lock:
        if all(each.id != found.id for each in library.documents()):  # somebody else was quicker
            raise ApiError("document_not_found", f"There is no document {found.id}.", status=404)
        library.remove(found.id)
        path = Path(found.path)
        if path.parent == folder.resolve():
            path.unlink(missing_ok=True)


def _name(given: str) -> str:
    """Return the name under which a document is kept. Raises ApiError for one that is none."""
    name = PurePath(given.replace("\\", "/")).name.strip()
    if not name or name.startswith(".") or not name.isprintable() or len(name.encode()) > LONGEST_NAME:
        raise ApiError(
            "invalid_value",
            f"The file needs a name, such as notes.md: at most {LONGEST_NAME} bytes of UTF-8, the first no dot.",
            param="file",
        )
    return name


def _collection(request: Request, given: object) -> str:
    """Return the collection that a document is meant for. Raises ApiError for one that its sender may not ask."""
    name = given.strip() if isinstance(given, str) else ""
    if not may_ask(asked_by(request.scope), check_name(name)):
        raise ApiError(
            "collection_not_allowed",
            f"This token may not add to the collection {name!r}.",
            param="collection",
            status=403,
        )
    return name


def _folder(parts: Parts, collection: str) -> Path:
    """Where the documents of a collection are kept: two of one name in different ones are two."""
    home = parts.config.home
    return home / FOLDER_OF_COLLECTIONS / collection if collection else home / FOLDER


def _number(given: str | None, name: str) -> int | None:
    if given is None:
        return None
    if not (given.isascii() and given.isdigit() and len(given) < 10):
        raise ApiError("invalid_value", f"'{name}' must be a whole number.", param=name)
    return int(given)


def _may_change(parts: Parts) -> None:
    if not parts.config.knowledge.uploads:
        raise ApiError(
            "uploads_not_allowed", "The owner does not take documents over the network (knowledge.uploads).", status=403
        )


def _parts(request: Request) -> Parts:
    parts: Parts = request.app.state.service.parts
    return parts


def _shown(found: Document) -> Json:
    return {
        "id": found.id,
        "object": "document",
        "title": found.title,
        "document": shown_document(found.name),
        "passages": found.passages,
        "collection": found.collection,
        "bytes": found.bytes,
        "added_at": int(found.added_at),
    }
