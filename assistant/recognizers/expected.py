"""Which of a lexicon's phrases an utterance is likely to hold: few, because a long list costs more words than it saves.

What a person spoke of last decides: names that stand beside those words in the documents come first.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable

from assistant.languages.en.names import names_and_words
from assistant.recognizers.lexicon import Contents

NAMES = 4_000  # of the documents, the most frequent
SEARCHED = 1_000_000  # characters of the documents in which it is known what stands beside what
TELLING = 50  # paragraphs; a word that is in more says little about which of them is meant
_WORD = re.compile(r"[^\W\d_]{4,}")


class Expected:
    """The phrases of a lexicon's contents, to choose from. Made in a thread: it takes a second for a large library."""

    def __init__(self, contents: Contents) -> None:
        self.phrases = list(dict.fromkeys(contents.phrases))
        counts: Counter[str] = Counter()
        self._places: dict[str, list[int]] = defaultdict(list)  # word: the paragraphs it is in
        self._names: dict[int, list[str]] = {}  # paragraph: the names in it
        room, paragraphs = SEARCHED, (line for text in contents.texts for line in text.splitlines() if line.strip())
        for place, paragraph in enumerate(paragraphs):
            names = list(names_and_words(paragraph))
            counts.update(names)
            if names and (room := room - len(paragraph)) >= 0:
                self._names[place] = names
                for word in set(_WORD.findall(paragraph.lower())):
                    self._places[word].append(place)
        self.names = [name for name, _ in counts.most_common(NAMES)]

    def choose(self, recent: Iterable[str], most: int) -> list[str]:
        """Return up to `most` phrases: devices, areas and skills in half of the room, then names of the documents.

        `recent` are texts that were spoken lately. What has to do with them comes first, then what is most frequent.
        """
        spoken = {word for text in recent for word in _WORD.findall(text.lower())}
        touched: Counter[int] = Counter()
        for word in spoken:
            places = self._places.get(word, [])
            touched.update(places if len(places) <= TELLING else ())
        near = dict.fromkeys(name for place, _ in touched.most_common(most) for name in self._names[place])
        own = sorted(self.phrases, key=lambda phrase: -len(spoken.intersection(phrase.lower().split())))
        names = list(dict.fromkeys([*near, *self.names]))
        room = max(most // 2, most - len(names))
        return list(dict.fromkeys([*own[:room], *names]))[:most]
