"""Passages: about 60 words of a document, whole sentences, with the offsets and the tokens the reader needs."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import PurePath
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from engines.tokenize import Tokens
from knowledge.sentences import sentences, words

if TYPE_CHECKING:
    from engines.reader.reader import ReadablePassage

#: Fill a passage up to this many words. With a question and its headings it then fits 128 tokens.
TARGET_WORDS = 60
#: A passage takes the rest of its section if it stays within this.
LONGEST_WORDS = 75
#: Repeat at most this many words of the previous passage, in whole sentences.
OVERLAP_WORDS = 20

#: Of a file's name, so many words are told to the reader at most, each of at most so many characters, and with title
#: and headings so many in all: the reader takes 32 tokens, and what is cut off is the heading nearest to the passage.
_NAME_WORDS, _NAME_CHARACTERS, _TOLD_CHARACTERS = 6, 15, 100
#: What has digits and is longer was given by a camera or a program: "20240131", "a8f3e2c1".
_NUMBERED_CHARACTERS = 7
_WORD = re.compile(r"[^\W_]+")
#: What the reader has words for; of others it would see syllables.
_READ = re.compile(r"[a-z0-9]+", re.IGNORECASE)
#: What programs and people write in a name that tells nothing of what is in the file.
_UNTELLING = frozenset(
    "archive at copy doc document download draft dsc en eng english file final image img index new of old pdf scan "
    "screenshot tar unnamed untitled whatsapp".split()
)
#: What is no file has a title alone: its name is whatever a program called it.
_FILE = re.compile(r"[^\n]*[^\n.]\.[A-Za-z][A-Za-z0-9]{1,7}")

_PROBE = (
    "The 3 naïve keepers' 41-metre lamp-post, unbelievably, cost £1,280.50 (roughly) in 1868; électricité? 東京 #x_y."
)


@dataclass(frozen=True, eq=False, kw_only=True)
class Passage:
    """A verbatim slice of a document.

    `document` is the path as it was given; `headings` lead from the document's title to the passage, without the
    title; `start` and `end` are character offsets into the document's plain text (`Library.text`), and
    `tokens` has offsets into `text`. `pages` is (offset into `text` where a page begins, its number); `states` what the
    reader has read of it ahead, where a search brought that along.
    """

    id: int
    document_id: int
    document: str
    title: str
    headings: tuple[str, ...]
    text: str
    start: int
    end: int
    tokens: Tokens
    pages: tuple[tuple[int, int], ...] = ()
    states: bytes = b""

    @property
    def context(self) -> str:
        """What the reader is told beside the text; see `context`."""
        return context(self.document, self.title, self.headings)

    def page(self, offset: int = 0) -> int | None:
        """The number of the page on which the character at `offset` of `text` stands; None without pages."""
        return next((number for begins, number in reversed(self.pages) if begins <= offset), None)


def context(document: str, title: str, headings: Sequence[str]) -> str:
    """Return what the reader is told of a passage beside its text: title and headings, and what the file's name adds.

    The title of "oven-castellan.html" may be "Castellan Pyro 600": that it is an oven, as people call it, says the file
    alone. `document` is the name of the document, a path.
    """
    told = " > ".join(filter(None, (title, *headings)))
    words = list(_added_by_name(document, title))
    while words and len(" ".join(words)) + len(told) > _TOLD_CHARACTERS:
        words.pop()
    return " > ".join(filter(None, (" ".join(words), told)))


@lru_cache(1024)
def _added_by_name(document: str, title: str) -> tuple[str, ...]:
    """Return the words of a file's name that its title lacks, without what is no word; none for what is no file."""
    if not _FILE.fullmatch(document):
        return ()
    known = {word.casefold() for word in _WORD.findall(unicodedata.normalize("NFC", title))} | _UNTELLING
    added: dict[str, str] = {}
    for word in _WORD.findall(unicodedata.normalize("NFC", PurePath(document).stem)):
        letters = sum(map(str.isalpha, word))
        is_word = letters > 1 and len(word) <= (_NAME_CHARACTERS if letters == len(word) else _NUMBERED_CHARACTERS)
        if is_word and _READ.fullmatch(word) and word.casefold() not in known:
            added.setdefault(word.casefold(), word)
    return tuple(added.values())[:_NAME_WORDS]


def readable(passage: Passage) -> ReadablePassage:
    """Return what a turn gives the reader of a passage: its text, tokens and states, and its title and headings."""
    from engines.reader.reader import ReadablePassage

    return ReadablePassage(passage.text, passage.tokens, passage.context, passage.states)


def pack(text: str, blocks: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the character ranges of the passages of one section, given its paragraphs, list items and table rows.

    Every sentence is in at least one passage. A passage never cuts a sentence, unless the sentence alone is longer.
    """
    parts = [part for start, end in blocks for part in sentences(text, start, end)]
    sizes = [words(text, start, end) for start, end in parts]
    passages: list[tuple[int, int]] = []
    first, rest = 0, sum(sizes)
    while first < len(parts):
        if rest <= LONGEST_WORDS:
            # A short tail would say little on its own: let it repeat more of what came before.
            while passages and first > 0 and rest + sizes[first - 1] <= TARGET_WORDS:
                first -= 1
                rest += sizes[first]
            passages.append((parts[first][0], parts[-1][1]))
            break
        last, size = first + 1, sizes[first]
        while last < len(parts) and size < TARGET_WORDS and size + sizes[last] <= LONGEST_WORDS:
            size += sizes[last]
            last += 1
        passages.append((parts[first][0], parts[last - 1][1]))
        repeated, overlap = last, 0
        while repeated - 1 > first and overlap + sizes[repeated - 1] <= OVERLAP_WORDS:
            repeated -= 1
            overlap += sizes[repeated]
        if last < len(parts) and overlap + sizes[last] > LONGEST_WORDS:
            repeated, overlap = last, 0
        rest -= sum(sizes[first:repeated])
        first = repeated
    return passages


def pack_tokens(tokens: Tokens) -> bytes:
    """Return the ids and then the offsets, 2 bytes a number (4 if one needs them), after one byte with the width."""
    numbers = np.concatenate([tokens.ids, tokens.offsets.ravel()])
    width = 2 if numbers.size == 0 or numbers.max() < 2**16 else 4
    return bytes([width]) + numbers.astype(f"<u{width}").tobytes()


def unpack_tokens(blob: bytes) -> Tokens:
    """Invert `pack_tokens`. Raises ValueError for what it did not make."""
    if blob[:1] not in (b"\2", b"\4") or (len(blob) - 1) % (3 * blob[0]):
        raise ValueError("the tokens of a passage are cut")
    numbers = np.frombuffer(blob, f"<u{blob[0]}", offset=1).astype(np.int32)
    count = len(numbers) // 3
    return Tokens(numbers[:count], numbers[count:].reshape(-1, 2))


def content_key(context: str, ids: NDArray[np.int32]) -> bytes:
    """Tell what is read of a passage: 16 bytes, the same for the same context and tokens, wherever they stand."""
    return hashlib.blake2b(ids.astype("<i4").tobytes() + context.encode(), digest_size=16).digest()


def fingerprint(tokenize: Callable[[str], Tokens]) -> str:
    """Tell tokenizers apart, and with them vocabularies, by what they make of a sentence."""
    probe = tokenize(_PROBE)
    return hashlib.sha256(probe.ids.tobytes() + probe.offsets.tobytes()).hexdigest()
