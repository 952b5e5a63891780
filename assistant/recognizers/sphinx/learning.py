"""What the recognizer learns from the documents: a language model of their words and questions, new pronunciations.

Run as a process of its own; `domain.py` is what comes of it.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import takewhile
from pathlib import Path

from assistant.languages.en.names import names_in
from assistant.languages.en.spoken_words import sentences, spoken_words
from assistant.languages.en.verbs import asked_with
from assistant.languages.en.words import AUXILIARIES
from assistant.languages.en.written_forms import written_forms
from assistant.recognizers.lexicon import Contents
from assistant.recognizers.sphinx.domain import CHECKSUMS, FILES, Domain, cached, digest
from assistant.recognizers.sphinx.library import model_path
from assistant.recognizers.sphinx.ngram import NgramModel
from assistant.recognizers.sphinx.pronounce import pronounce
from engines.errors import ReparteeError
from engines.files import private_folder, write_whole

KEPT_VERSIONS = 3
LEFT_OVER_S = 3600.0  # after which what a killed process was building is deleted
BLOCKED = 3  # exit status: the cache cannot be written
PHRASE_WEIGHT = 3  # sentences of a text that a phrase counts for
_NAMES_ASKED = 4_000
FREQUENT = 20_000  # words of general English that live speech is searched for, besides those of the documents

_OPENERS = ("what {}", "when {}", "where {}", "why {}", "how {}")
_ABOUT = (
    "what is {}", "what was {}", "who is {}", "who was {}", "where is {}", "where was {}", "when was {}", "when is {}",
    "how old is {}", "how long is {}", "how many {}", "how much {}", "tell me about {}", "what are {}",
)  # fmt: skip
VERBS, SUBJECT = 3, 3  # of a sentence that are asked for, and words before one that it may be said of
_NO_SUBJECT = frozenset(
    "and or but because that which who when while where if until as than to of for from in on at by with into not "
    "it".split()
)
_ENTRY = re.compile(r"^[^ ]+", re.MULTILINE)  # a word of the dictionary
_SAYABLE = re.compile(r"[a-z][a-z']*")


def build(cache_dir: Path, key: str, contents: Contents) -> Domain:
    """Build and cache the model of a lexicon's contents. Raises OSError where `cache_dir` cannot be written."""
    private_folder(cache_dir)
    working = Path(tempfile.mkdtemp(prefix=".sphinx-building-", dir=cache_dir))
    folder = cache_dir / f"sphinx-{key}"
    try:
        _write(working, contents)
        write_whole(working / CHECKSUMS, json.dumps({name: digest(working / name) for name in FILES}).encode())
        if cached(cache_dir, key) is None:  # another process may have been quicker
            shutil.rmtree(folder, ignore_errors=True)
            working.rename(folder)
    finally:
        shutil.rmtree(working, ignore_errors=True)
    _clean(cache_dir, folder)
    found = cached(cache_dir, key)
    assert found is not None
    return found


def packed(contents: Contents) -> bytes:
    """Return contents as `main` reads them."""
    return json.dumps([contents.texts, contents.phrases], ensure_ascii=False).encode(errors="replace")


def main() -> None:
    """Build the model of the contents on standard input, in a process of its own."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C in a terminal reaches the whole group; the parent decides
    folder, key, niceness = sys.argv[1:]
    os.nice(int(niceness))
    texts, phrases = json.load(sys.stdin.buffer)
    try:
        build(Path(folder), key, Contents(tuple(texts), tuple(phrases)))
    except (ReparteeError, OSError) as error:
        print(error, file=sys.stderr)
        sys.exit(BLOCKED if isinstance(error, OSError) else 1)


def _clean(cache_dir: Path, newest: Path) -> None:
    """Keep the last few models, and nothing of those that were never finished."""
    versions = sorted(cache_dir.glob("sphinx-*"), key=lambda path: path.stat().st_mtime)
    left_over = [
        path for path in cache_dir.glob(".sphinx-building-*") if path.stat().st_mtime < time.time() - LEFT_OVER_S
    ]
    for old in [path for path in versions if path != newest][: -KEPT_VERSIONS + 1] + left_over:
        shutil.rmtree(old, ignore_errors=True)


def _write(folder: Path, contents: Contents) -> None:
    write_whole(folder / "forms.json", json.dumps(written_forms(contents.texts)).encode())
    rows, weights = [], []
    for words, weight in domain_sentences(contents):
        rows.append(words)
        weights.append(weight)
    dictionary = (model_path() / "cmudict-en-us.dict").read_text(encoding="utf-8")
    known = dict(zip(_ENTRY.findall(dictionary), dictionary.splitlines(), strict=True))
    spelled = [entry.partition("(")[0] for entry in known]  # "read(2) R EH D" is a further pronunciation of "read"
    said = {word for row in rows for word in row}
    pronunciations = {word: pronounce(word) for word in sorted(said - known.keys())}
    added = [f"{word} {phones}\n" for word, phones in pronunciations.items() if phones]
    unsayable = {word for word, phones in pronunciations.items() if not phones}
    rows = [[word for word in row if word not in unsayable] for row in rows]
    NgramModel.train(rows, weights=weights).write_arpa(folder / "domain.lm")
    write_whole(folder / "words.dict", (dictionary.rstrip("\n") + "\n" + "".join(added)).encode())
    kept = said | frequent_words(spelled)
    frequent = [f"{line}\n" for word, line in zip(spelled, known.values(), strict=True) if word in kept]
    write_whole(folder / "frequent.dict", "".join(frequent + added).encode())


def frequent_words(words: Iterable[str], most: int = FREQUENT) -> set[str]:
    """Return those of `words` that the general English language model expects most often."""
    import pocketsphinx

    model = pocketsphinx.NGramModel.readfile(str(model_path() / "en-us.lm.bin"))
    expected = {word: model.prob([word]) for word in words}
    return set(sorted(expected, key=expected.__getitem__, reverse=True)[:most])


def domain_sentences(contents: Contents) -> Iterator[tuple[list[str], int]]:
    """Yield what may be said with its weight: phrases, sentences of the texts, and questions made of them."""
    for phrase in contents.phrases:
        yield [word for word in spoken_words(phrase) if _SAYABLE.fullmatch(word)], PHRASE_WEIGHT
    names: Counter[str] = Counter()
    for text in contents.texts:
        names.update(names_in(text))
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
    """Yield questions that a statement answers: "the tower was built in york" gives "when was the tower built".

    Most verbs are asked for with another one: "tea reached europe" gives "when did tea reach europe".
    """
    yield from _of_the_first_verb(words)
    verbs = [(place, *asked) for place, word in enumerate(words) if place and (asked := asked_with(word))]
    for place, auxiliary, base in verbs[:VERBS]:
        before = reversed(words[max(0, place - SUBJECT) : place])
        subject = list(takewhile(lambda word: word not in _NO_SUBJECT, before))[::-1]
        rest = words[place + 1 : place + 5]
        if subject and words[place] not in AUXILIARIES:
            for opener in _OPENERS:
                yield opener.format(" ".join([auxiliary, *subject, base, *rest])).split()
            yield ["who", words[place], *rest]


def _of_the_first_verb(words: Sequence[str]) -> Iterator[list[str]]:
    for place, word in enumerate(words[1:10], 1):
        if word in AUXILIARIES:
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


if __name__ == "__main__":
    main()
