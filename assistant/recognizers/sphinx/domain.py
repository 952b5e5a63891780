"""What the recognizer learns from the documents: a language model of their words and questions, new pronunciations."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from heapq import nlargest
from pathlib import Path

from assistant.languages.en.spoken_words import sentences, spoken_words
from assistant.languages.en.written_forms import written_forms
from assistant.recognizers.sphinx.library import model_path
from assistant.recognizers.sphinx.ngram import NgramModel
from assistant.recognizers.sphinx.pronounce import pronounce

FORMAT = 3  # raised whenever what is built from the same texts changes
MOST_CHARACTERS = 6_000_000  # about a million words; what is beyond is left out of the model, not of the answers
KEPT_VERSIONS = 3
_NAMES_ASKED = 4_000
FREQUENT = 20_000  # words of general English that live speech is searched for, besides those of the documents

_AUXILIARIES = frozenset("is are was were has have had can could will would should must does did do may".split())
_STOP = frozenset(
    "a an the and or but of in on at to for from by with as it its this that these those he she they".split()
)
_OPENERS = ("what {}", "when {}", "where {}", "why {}", "how {}")
_ABOUT = (
    "what is {}", "what was {}", "who is {}", "who was {}", "where is {}", "where was {}", "when was {}", "when is {}",
    "how old is {}", "how long is {}", "how many {}", "how much {}", "tell me about {}", "what are {}",
)  # fmt: skip
_NAME = re.compile(r"(?<![.!?]\s)(?<!^)\b[A-Z][\w'’-]+(?:\s(?:of\s(?:the\s)?)?[A-Z][\w'’-]+){0,3}")
_SAYABLE = re.compile(r"[a-z][a-z']*")


@dataclass(frozen=True)
class Domain:
    """Files in the cache: a language model (None without documents) and dictionaries that cover it.

    `dictionary` has every English word. `frequent` has the frequent ones and the documents': no document answers what
    is neither, and the search takes four fifths of the time with half of the memory.
    """

    language_model: Path | None
    dictionary: Path
    frequent: Path
    forms: dict[str, str]  # how the documents write what is said

    @classmethod
    def plain(cls) -> Domain:
        """Return general English."""
        english = model_path() / "cmudict-en-us.dict"
        return cls(None, english, english, {})


def fingerprint(texts: Iterable[str]) -> tuple[str, list[str]]:
    """Return a key of the texts' content, and the texts themselves up to MOST_CHARACTERS."""
    kept: list[str] = []
    size, digest = 0, hashlib.sha256(f"sphinx-domain {FORMAT}".encode())
    for text in texts:
        size += len(text)
        if size > MOST_CHARACTERS:
            break
        kept.append(text)
        digest.update(text.encode() + b"\0")
    return (digest.hexdigest()[:24] if kept else ""), kept


def cached(cache_dir: Path, key: str) -> Domain | None:
    """Return what was built for `key`, or None; an empty key is the plain English model."""
    if not key:
        return Domain.plain()
    folder = cache_dir / f"sphinx-{key}"
    try:
        forms = json.loads((folder / "forms.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return Domain(folder / "domain.lm", folder / "words.dict", folder / "frequent.dict", forms)


def build(cache_dir: Path, key: str, texts: Sequence[str]) -> Domain:
    """Build and cache the model of `texts`. Raises OSError where `cache_dir` cannot be written."""
    cache_dir.mkdir(parents=True, exist_ok=True)
    working = Path(tempfile.mkdtemp(prefix="sphinx-building-", dir=cache_dir))
    try:
        _write(working, texts)
        folder = cache_dir / f"sphinx-{key}"
        if not folder.exists():  # another process may have been quicker
            working.rename(folder)
    finally:
        shutil.rmtree(working, ignore_errors=True)
    versions = sorted(cache_dir.glob("sphinx-*"), key=lambda path: path.stat().st_mtime)
    for old in [path for path in versions if path != folder][: -KEPT_VERSIONS + 1]:
        shutil.rmtree(old, ignore_errors=True)
    found = cached(cache_dir, key)
    assert found is not None
    return found


def _write(folder: Path, texts: Sequence[str]) -> None:
    (folder / "forms.json").write_text(json.dumps(written_forms(texts)), encoding="utf-8")
    rows, weights = [], []
    for words, weight in domain_sentences(texts):
        rows.append(words)
        weights.append(weight)
    dictionary = (model_path() / "cmudict-en-us.dict").read_text(encoding="utf-8")
    known = {line.split(" ", 1)[0] for line in dictionary.splitlines()}
    said = {word for row in rows for word in row}
    pronunciations = {word: pronounce(word) for word in sorted(said - known)}
    added = [f"{word} {phones}\n" for word, phones in pronunciations.items() if phones]
    unsayable = {word for word, phones in pronunciations.items() if not phones}
    rows = [[word for word in row if word not in unsayable] for row in rows]
    NgramModel.train(rows, weights=weights).write_arpa(folder / "domain.lm")
    (folder / "words.dict").write_text(dictionary.rstrip("\n") + "\n" + "".join(added), encoding="utf-8")
    kept = said | frequent_words(_word(line) for line in dictionary.splitlines())
    frequent = [f"{line}\n" for line in dictionary.splitlines() if _word(line) in kept]
    (folder / "frequent.dict").write_text("".join(frequent + added), encoding="utf-8")


def frequent_words(words: Iterable[str], most: int = FREQUENT) -> set[str]:
    """Return those of `words` that the general English language model expects most often."""
    import pocketsphinx

    model = pocketsphinx.NGramModel.readfile(str(model_path() / "en-us.lm.bin"))
    return set(nlargest(most, dict.fromkeys(words), key=lambda word: int(model.prob([word]))))


def _word(line: str) -> str:
    """Return the word of a dictionary's line, without the number of a further pronunciation: "read(2) R EH D"."""
    return line.split(" ", 1)[0].partition("(")[0]


def domain_sentences(texts: Iterable[str]) -> Iterator[tuple[list[str], int]]:
    """Yield what may be said about the texts with its weight: their own sentences, and questions made of them."""
    names: Counter[str] = Counter()
    for text in texts:
        names.update(match.group() for match in _NAME.finditer(text))
        for words in sentences(text):
            sayable = [word for word in words if _SAYABLE.fullmatch(word)]
            yield sayable, 1
            for question in questions(sayable):
                yield question, 1
    for name, _ in names.most_common(_NAMES_ASKED):
        words = [word for word in spoken_words(name) if _SAYABLE.fullmatch(word)]
        for template in _ABOUT:
            yield template.format(" ".join(words)).split(), 1


def questions(words: Sequence[str]) -> Iterator[list[str]]:
    """Yield questions that a statement answers: "the tower was built in york" gives "when was the tower built"."""
    for place, word in enumerate(words[1:10], 1):
        if word in _AUXILIARIES:
            subject, rest = words[:place], words[place + 1 : place + 9]
            for opener in _OPENERS:
                yield opener.format(" ".join([word, *subject, *rest])).split()
            yield ["who", word, *rest]
            return
        if word.endswith("ed") and place <= 6:
            yield ["who", *words[place : place + 8]]
            yield ["what", *words[place : place + 8]]
            for opener in _OPENERS:
                yield opener.format(" ".join(["did", *words[:place]])).split()
            return
