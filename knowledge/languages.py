"""Which language a text is in, and what searching it needs. The reader knows English; the others are told apart."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from functools import cache, lru_cache
from types import MappingProxyType

#: The language the reader was trained on.
READ = "en"
_LOOKED_AT = 4000  # characters
_QUESTION = 20  # words
#: A language is named only if this share of the words, and so many of them, are words of its grammar.
LEAST_SHARE, LEAST_WORDS = 0.05, 2


@dataclass(frozen=True, kw_only=True)
class Language:
    """A language in Latin letters: its name, tantivy's stemmer, and words of its grammar.

    A text in it has many of `words`; one of `asking` alone tells the language of a question.
    """

    name: str
    stemmer: str
    words: frozenset[str]
    asking: frozenset[str]


def _language(name: str, words: str, asking: str) -> Language:
    return Language(
        name=name, stemmer=name.lower(), words=frozenset(words.split()) - _ENGLISH, asking=frozenset(asking.split())
    )


#: What is among them tells nothing as a word of another language.
_ENGLISH = frozenset(
    """
    the a an and of to is are was were be been in on at for with from by it its this that these those what which who
    whose when where why how many much do does did can could should would will you your we our they their there not or
    if i my me have has had no so am
    """.split()
)
LANGUAGES = MappingProxyType(
    {
        "de": _language(
            "German",
            """
            der die das den dem des ein eine einen einem einer eines und oder aber ist sind wird werden wurde wurden
            nicht auch auf für von vom zu zum zur nach aus mit bei beim wenn dass sich sie er es ich wir ihr man kann
            können muss müssen soll sollte darf im über unter noch nur sehr mein meine unser unsere haben gibt bis vor
            durch ohne um als kein keine wie lange kostet dauert heißt öffnet schließt
            """,
            "wie wann wo warum wieso wieviel welche welcher welches welchen wer wem wen woher wohin",
        ),
        "es": _language(
            "Spanish",
            """
            el la los las un una unos unas de del al y en que por para con sin se su sus es está están son ser más pero
            si sí lo le les este esta estos estas hay entre desde hasta sobre también muy mi nuestro nuestra debe puede
            cuando cuanto como donde cual quien cuesta abre cierra
            """,
            "qué cuál cuáles quién quiénes cuándo cuánto cuánta cuántos cuántas dónde cómo cuantos cuantas",
        ),
        "fr": _language(
            "French",
            """
            le la les un une des du de et est sont dans pour avec sans sur par que qui ne pas plus ce cette ces il elle
            nous vous au aux se son sa ses leur mais ou être doit peut faut
            """,
            "quel quelle quels quelles combien comment pourquoi quand où",
        ),
        "it": _language(
            "Italian",
            """
            il lo la gli le un una di del della dei delle e è sono nel nella per con senza su che non più si questo
            questa al alla da dal dalla deve può quanto quando come costa
            """,
            "quale quali quanta quanti quante dove perché chi cosa",
        ),
        "pt": _language(
            "Portuguese",
            """
            o os as um uma de da dos das e é são em na nos nas por para com sem que não mais se seu sua ao à pelo pela
            deve pode quanto quando como custa
            """,
            "qual quais quem quantos quantas onde porquê",
        ),
        "nl": _language(
            "Dutch",
            """
            de het een van en op te dat die voor met zijn niet aan er om ook als bij naar uit wordt worden moet kan zijn
            """,
            "wat waar wanneer waarom hoe hoeveel welke welk",
        ),
    }
)
_ENGLISH_ONLY = _ENGLISH - frozenset("a an in is was we me do on no so am of".split())

#: Word → the languages it tells, and how much: a word that asks tells twice.
_TELLING = {
    word: [
        (code, (word in each.words) + 2 * (word in each.asking))
        for code, each in LANGUAGES.items()
        if word in each.words or word in each.asking
    ]
    for word in frozenset().union(*(each.words | each.asking for each in LANGUAGES.values()))
}

#: Letters that tell a script, and what it is called. Runs of the scripts without spaces are searched in pairs.
_SCRIPTS = (
    ("ja", "Japanese", r"\u3041-\u30ff"),
    ("ko", "Korean", r"\u1100-\u11ff\uac00-\ud7af"),
    ("zh", "Chinese", r"\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"),
    ("th", "Thai", r"\u0e00-\u0e7f"),
    ("el", "Greek", r"\u0370-\u03ff\u1f00-\u1fff"),
    ("cyrillic", "Cyrillic letters", r"\u0400-\u052f"),
    ("he", "Hebrew", r"\u0590-\u05ff"),
    ("arabic", "Arabic letters", r"\u0600-\u06ff\u0750-\u077f"),
)
#: The characters of scripts that set no spaces between words.
UNSPACED = "".join(letters for code, _, letters in _SCRIPTS if code in {"ja", "ko", "zh", "th"})
#: Japanese is mostly written with Chinese characters: so many of its own tell it.
_LEAST_KANA = 0.05
_OTHER = "other"
_LAST_LATIN = "\u02af"
_WORD = re.compile(r"[^\W\d_]+")


def name(code: str) -> str:
    """What a language is called in a sentence, "" for English and where the language is not known."""
    if code in LANGUAGES:
        return LANGUAGES[code].name
    if code == _OTHER:
        return "letters that are not Latin"
    return next((called for script, called, _ in _SCRIPTS if script == code), "")


def language(text: str) -> str:
    """Return the language a text is in, by its first letters and words: "en", "de", …; "" where that cannot be told.

    Of scripts that several languages are written in only the script is known.
    """
    return _told(text[:_LOOKED_AT])


@lru_cache(maxsize=64)  # a turn asks several times of one question
def _told(text: str) -> str:
    if not text.isascii() and max(text) > _LAST_LATIN:
        letters = [char for char in text if char.isalpha()]
        if 2 * sum(char > _LAST_LATIN and not "\u1e00" <= char <= "\u1eff" for char in letters) > len(letters):
            return _script("".join(letters))
    words = Counter(_WORD.findall(text.lower()))
    if (total := sum(words.values())) <= _QUESTION:
        words = Counter(set(words))  # "la la land" says no more than "la"
    english = sum(count for word, count in words.items() if word in _ENGLISH_ONLY)
    found = dict.fromkeys(LANGUAGES, 0)
    for word, count in words.items():
        for code, points in _TELLING.get(word, ()):
            found[code] += count * points
    best = max(found, key=lambda code: found[code])
    if found[best] >= max(LEAST_WORDS, LEAST_SHARE * total) and found[best] > english:
        return best
    return READ if english else ""


def _script(letters: str) -> str:
    counts = {code: len(_letters(code).findall(letters)) for code, _, _ in _SCRIPTS}
    if counts["ja"] >= max(1, _LEAST_KANA * len(letters)) and counts["ja"] + counts["zh"] > counts["ko"]:
        return "ja"
    best = max(counts, key=lambda code: counts[code])
    return best if counts[best] else _OTHER


@cache
def _letters(code: str) -> re.Pattern[str]:
    return re.compile(f"[{next(letters for script, _, letters in _SCRIPTS if script == code)}]")


@cache
def stop_words(code: str) -> frozenset[str]:
    """The words of a language's grammar, without accents, as they are no use to a search."""
    each = LANGUAGES.get(code)
    return frozenset() if each is None else frozenset(map(folded, each.words | each.asking))


def folded(word: str) -> str:
    """A word in lower case and without accents, as the index has it."""
    plain = unicodedata.normalize("NFKD", word.lower().replace("ß", "ss"))
    return "".join(char for char in plain if not unicodedata.combining(char))


@cache
def number_words(code: str) -> MappingProxyType[str, str]:
    """The numbers up to 99 as a language says them, without accents, to their digits; of up to three words."""
    made = {"de": _german, "es": _spanish}
    return MappingProxyType({folded(word): str(value) for word, value in made[code]()} if code in made else {})


def _german() -> list[tuple[str, int]]:
    ones = "null eins zwei drei vier fünf sechs sieben acht neun zehn elf zwölf".split()
    teens = "dreizehn vierzehn fünfzehn sechzehn siebzehn achtzehn neunzehn".split()
    tens = "zwanzig dreißig vierzig fünfzig sechzig siebzig achtzig neunzig".split()
    said = [(word, value) for value, word in enumerate([*ones, *teens])]
    for ten, word in enumerate(tens, 2):
        said.append((word, 10 * ten))
        said += [(f"{'ein' if one == 1 else ones[one]}und{word}", 10 * ten + one) for one in range(1, 10)]
    return said


def _spanish() -> list[tuple[str, int]]:
    ones = "cero uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince".split()
    more = "dieciséis diecisiete dieciocho diecinueve veinte veintiuno veintidós veintitrés veinticuatro".split()
    last = "veinticinco veintiséis veintisiete veintiocho veintinueve".split()
    tens = "treinta cuarenta cincuenta sesenta setenta ochenta noventa".split()
    said = [(word, value) for value, word in enumerate([*ones, *more, *last])]
    for ten, word in enumerate(tens, 3):
        said.append((word, 10 * ten))
        said += [(f"{word} y {ones[one]}", 10 * ten + one) for one in range(1, 10)]
    return said
