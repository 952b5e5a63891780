"""What clients are shown of a reply: everything but where on this machine the documents lie."""

from __future__ import annotations

from pathlib import Path, PurePath
from typing import Any

from assistant.turn.events import Citation, Reply


def shown_reply(reply: Reply, note: str = "") -> dict[str, Any]:
    """Return the object of `repartee ask --json`, with shown_citation's citations, and a note about what was asked."""
    shown = reply.to_json() | {"citations": [shown_citation(citation) for citation in reply.citations]}
    return shown | ({"note": note} if note else {})


def shown_citation(citation: Citation) -> dict[str, Any]:
    """Return a citation whose document is its name and its folder's, not its path."""
    return citation.to_json() | {"document": shown_document(citation.document)}


def shown_document(name: str) -> str:
    """Return the name of a document and of its folder, of a path; any other name as it is."""
    path = PurePath(name)
    return "/".join(path.parts[1:][-2:]) if path.is_absolute() else name


def without_folder(sentence: str, folder: Path) -> str:
    """Return a sentence in which what lies in `folder` is named without where that is."""
    for path in {str(folder), str(folder.resolve())}:
        sentence = sentence.replace(f"{path}/", "").replace(path, folder.name)
    return sentence
