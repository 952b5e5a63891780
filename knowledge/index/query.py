"""How words become terms, and a question a query. Terms go straight into the query: no query syntax is parsed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from math import log
from typing import TYPE_CHECKING

from knowledge.collections import Collections, may_ask
from knowledge.figures import figures_said
from knowledge.index import foreign
from knowledge.languages import language, stop_words

if TYPE_CHECKING:
    import tantivy

#: Words that say how a question is asked, or that every text has. They are searched only if nothing else is left.
STOP_WORDS = frozenset(
    """
    a about an and any are as at be been being but by can could did do does for from had has have having he her
    hers him his how i if in into is it its itself just me my of on or our ours she should so some such than
    that the their theirs them then there these they this those to too us was we were what when where which who
    whom whose why will with would you your yours
    s t d ll m re ve
    please tell know say
    """.split()
)


@dataclass(frozen=True, kw_only=True)
class Weights:
    """How much counts what. docs/retrieval.md has the measurements."""

    #: A word in each field. `exact` is the text without stemming.
    text: float = 1.0
    exact: float = 0.4
    headings: float = 0.6
    title: float = 0.6
    #: Two neighbouring words of the question that are neighbours in the text too.
    pair: float = 0.3
    #: A word that no document has counts for those that differ from it by one letter. Their match has a constant score.
    similar: float = 3.0
    stop_words: frozenset[str] = STOP_WORDS
    #: A stem of another language, or two neighbouring characters of a script without spaces.
    foreign: float = 1.0


#: Words of a question beyond this many are ignored: a question of 100 kB must not hold up everybody.
MOST_WORDS = 64
#: The search for similar words is slower than the rest, so only this many words have one.
MOST_SIMILAR = 4

#: What very many passages have says little and takes long to look at. The words of a question are looked for from the
#: rarest on, as long as so many passages together have them, and the RAREST in any case; so a search does not take ever
#: longer as a store grows.
MOST_OF_WORDS, RAREST = 100_000, 2
#: The same of words as they are written, and of pairs of neighbours by the rarer of the two.
MOST_AS_WRITTEN = MOST_OF_PAIRS = 30_000
#: Only this many words of a question are looked for in two parts.
MOST_SPLIT = 16
#: Of so many terms it is kept how many passages have them.
MOST_COUNTS = 20_000


def scoped(term: str, collection: str) -> str:
    """The term of a passage in a collection: its own, so that a search never sees those of other collections."""
    return f"{term}/{collection}" if collection else term


@dataclass(frozen=True)
class Scope:
    """The passages that are searched: how many there are of each collection, "" for the unnamed one.

    Of a term tantivy knows how rare it is in one collection among all passages of the index, `indexed`; what counts is
    how rare it is in what is searched. So a passage has the score that it would have if nothing else were there.
    """

    indexed: int
    sizes: dict[str, int]

    @property
    def is_all(self) -> bool:
        """Whether nothing is in a named collection."""
        return self.sizes.keys() == {""} and self.sizes[""] == self.indexed

    def weight(self, found: Sequence[Mapping[str, int]], collection: str) -> float:
        """By how much to weight terms in a collection that are `found` so often in each."""
        if self.is_all:
            return 1.0
        total = sum(self.sizes.values())
        return sum(_rarity(sum(each.values()), total) for each in found) / sum(
            _rarity(each[collection], self.indexed) for each in found
        )


def _rarity(count: int, total: int) -> float:
    """BM25's weight of a term that `count` of `total` passages have; of those removed lately some still count."""
    return log(1 + (max(total, count) - count + 0.5) / (count + 0.5))


@dataclass(frozen=True)
class Snapshot:
    """An index as it was at some time; `sizes`: how many passages of each collection it has.

    How many passages have a term is kept: a question is searched several times while it is being said.
    """

    schema: tantivy.Schema
    searcher: tantivy.Searcher
    sizes: dict[str, int]
    _counts: dict[tuple[str, str], int] = field(default_factory=dict)

    def count(self, name: str, term: str) -> int:
        """How many passages have a term, of some collection, in a field."""
        if (count := self._counts.get((name, term))) is None:
            if len(self._counts) >= MOST_COUNTS:
                self._counts.clear()
            count = self._counts[name, term] = self.searcher.doc_freq(name, term)
        return count

    def scope(self, collections: Collections) -> Scope:
        """What is searched by somebody who may ask `collections`."""
        asked = {name: size for name, size in self.sizes.items() if may_ask(collections, name)}
        return Scope(sum(self.sizes.values()), asked)


@dataclass
class Parts:
    """A query in two parts; a passage's score is the sum over both.

    What is in `words` are single terms, whose best passages are found without looking at most of the others (block-max
    WAND); `others` are phrases and similar words, which few passages have.
    """

    snapshot: Snapshot
    scope: Scope
    words: list[tantivy.Query] = field(default_factory=list)
    others: list[tantivy.Query] = field(default_factory=list)
    _found: dict[tuple[str, str], dict[str, int]] = field(default_factory=dict)

    def found(self, name: str, term: str) -> dict[str, int]:
        """How many passages of each collection have a term in a field; the collections where none has are left out."""
        if (known := self._found.get((name, term))) is None:
            counts = ((each, self.snapshot.count(name, scoped(term, each))) for each in self.scope.sizes)
            known = self._found[name, term] = {collection: count for collection, count in counts if count}
        return known

    def count(self, name: str, term: str) -> int:
        """How many passages have a term in a field."""
        return sum(self.found(name, term).values())

    def rarer(self, name: str, terms: Iterable[str], most: int, rarest: int = 0) -> list[str]:
        """Of terms that are in a field those that `most` passages have together, and the `rarest`; the rarest first."""
        kept: list[str] = []
        together = 0
        for count, term in sorted((count, term) for term in dict.fromkeys(terms) if (count := self.count(name, term))):
            together += count
            if together > most and len(kept) >= rarest:
                break
            kept.append(term)
        return kept

    def term(self, name: str, term: str, weight: float) -> None:
        """Look for a term in a field, if it is there."""
        from tantivy import Query

        for collection in (found := self.found(name, term)):
            query = Query.term_query(self.snapshot.schema, name, scoped(term, collection), "freq")
            self.words.append(Query.boost_query(query, weight * self.scope.weight([found], collection)))

    def pairs(self, pairs: Iterable[tuple[str, str]], weight: float) -> None:
        """Look for neighbours in the text, MOST_OF_PAIRS passages together by the rarer of each two."""
        together = 0
        for count, pair in sorted((min(self.count("text", stem) for stem in pair), pair) for pair in pairs):
            together += count
            if together > MOST_OF_PAIRS:
                break
            self.phrase(pair, weight)

    def phrase(self, stems: Sequence[str], weight: float) -> None:
        """Look for two neighbours in the text."""
        from tantivy import Query

        found = [self.found("text", stem) for stem in stems]
        for collection in found[0].keys() & found[1].keys():
            words: list[str | tuple[int, str]] = [scoped(stem, collection) for stem in stems]
            query = Query.phrase_query(self.snapshot.schema, "text", words)
            self.others.append(Query.boost_query(query, weight * self.scope.weight(found, collection)))

    def similar(self, word: str, weight: float) -> None:
        """Look for what differs from a word by one letter."""
        from tantivy import Occur, Query

        for collection in self.scope.sizes:
            query = Query.fuzzy_term_query(self.snapshot.schema, "exact", scoped(word, collection))
            if collection:  # whose name may itself be one letter off another's
                here = Query.term_query(self.snapshot.schema, "collection", scoped("", collection), "basic")
                query = Query.boolean_query([(Occur.Must, query), (Occur.Must, Query.const_score_query(here, 0.0))])
            self.others.append(Query.boost_query(query, weight))


class Analysis:
    """Splits text into terms, the same way for documents and for questions."""

    def __init__(self, weights: Weights | None = None) -> None:
        import tantivy

        self._weights = weights or Weights()

        def analyzer(tokenizer: tantivy.Tokenizer, *, stemming: bool) -> tantivy.TextAnalyzer:
            filters = tantivy.Filter
            builder = tantivy.TextAnalyzerBuilder(tokenizer)
            for step in (filters.remove_long(foreign.LONGEST_WORD), filters.lowercase(), filters.ascii_fold()):
                builder = builder.filter(step)
            return (builder.filter(filters.stemmer("english")) if stemming else builder).build()

        self.exact = analyzer(tantivy.Tokenizer.simple(), stemming=False)
        self.stems = analyzer(tantivy.Tokenizer.simple(), stemming=True)
        self._stem = analyzer(tantivy.Tokenizer.raw(), stemming=True)
        self.whole = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build()

    def of(self, name: str) -> tantivy.TextAnalyzer:
        """What makes the terms of a field."""
        return {"exact": self.exact, "foreign": self.whole}.get(name, self.stems)

    def query(self, question: str, snapshot: Snapshot, collections: Collections = None) -> Parts:
        """Return the query for `question` over the passages of `collections`, empty if it has no words."""
        weights, question = self._weights, question[: MOST_WORDS * foreign.LONGEST_WORD]
        untelling = weights.stop_words | stop_words(language(question))
        words = self.exact.analyze(question)[:MOST_WORDS]
        stems = {word: self._stemmed(word) for word in words}
        telling = [word for word in stems if word not in untelling] or list(stems)
        parts = Parts(snapshot, snapshot.scope(collections))
        rare = parts.rarer("text", [stems[word] for word in telling], MOST_OF_WORDS, RAREST)
        telling = [word for word in telling if stems[word] in rare or not parts.count("text", stems[word])]
        for stem in rare:
            parts.term("text", stem, weights.text)
        for name, weight in (("headings", weights.headings), ("title", weights.title)):
            for stem in parts.rarer(name, [stems[word] for word in telling], MOST_OF_WORDS):
                parts.term(name, stem, weight)
        self._add_respelt(parts, words)
        for asked in parts.rarer("foreign", foreign.asked(question), MOST_OF_WORDS, RAREST):
            parts.term("foreign", asked, weights.foreign)
        for digits in foreign.numbers(question):
            parts.term("exact", digits, weights.text)
        for said in figures_said(question):
            words_said = len(self.exact.analyze(question[said.start : said.end]))
            parts.term("exact", said.figures.lower(), words_said * weights.text)
        for word in parts.rarer("exact", telling, MOST_AS_WRITTEN):
            parts.term("exact", word, weights.exact)
        unknown = [word for word in telling if not (parts.count("exact", word) or parts.count("text", stems[word]))]
        for word in [word for word in unknown if len(word) > 4 and word.isalpha()][:MOST_SIMILAR]:
            parts.similar(word, weights.similar)
        pairs = [pair for pair in dict.fromkeys(pairwise(words)) if untelling.isdisjoint(pair)]
        parts.pairs([(stems[left], stems[right]) for left, right in pairs], weights.pair)
        return parts

    def _stemmed(self, word: str) -> str:
        return "".join(self._stem.analyze(word)) or word

    def _add_respelt(self, parts: Parts, words: list[str]) -> None:
        weight = self._weights.text + self._weights.exact
        for pieces in self._respelt(words, parts):
            if len(pieces) == 1:
                parts.term("exact", pieces[0], weight)
            else:
                parts.phrase([self._stemmed(piece) for piece in pieces], weight)

    def _respelt(self, words: list[str], parts: Parts) -> Iterator[tuple[str, ...]]:
        """Words that the documents write apart or as one: "AR7" for "AR-7", "5 GHz" for "5GHz", "5200" for "5,200"."""
        for left, right in dict.fromkeys(pairwise(words)):
            if len(left) + len(right) <= foreign.LONGEST_WORD and parts.count("exact", left + right):
                yield (left + right,)
        for word in dict.fromkeys(words[:MOST_SPLIT]):
            known = parts.count("exact", word)
            for at in range(1, len(word)):
                left, right = word[:at], word[at:]
                if known and left[-1].isdigit() == right[0].isdigit():
                    continue
                if parts.count("exact", left) and parts.count("exact", right):
                    yield left, right
