"""Do the words so far look like a whole question? Rules over English word order; nothing is learnt or remembered."""

from __future__ import annotations

import re
from enum import Enum
from itertools import dropwhile, pairwise

from assistant.languages.en.verbs import is_verb
from assistant.languages.en.words import AUXILIARIES, QUESTION_WORDS


class Look(Enum):
    """How a partial transcript looks to the endpointer."""

    COMPLETE = "complete"
    UNCERTAIN = "uncertain"
    DOUBTFUL = "doubtful"  # could be whole, but nothing answers them: perhaps misheard, perhaps half of a question
    UNFINISHED = "unfinished"
    OPEN = "open"  # ends in a word that needs another one


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


# After these a speaker always has more to say, wherever they stand.
_OPEN = _set(
    "a an the my your his our their its this's every each um uh er erm hmm and or but because if whether than "
    "very so between during since until per whose i'm what's who's where's how's that's"
)
_PREPOSITIONS = _set(
    "of for from to in on at by with about into onto over under through against near behind across around after before"
)
_AUXILIARIES = frozenset(AUXILIARIES) | _set(
    "am be been shall might isn't aren't wasn't weren't don't doesn't didn't can't"
)
_QUESTION_WORDS = frozenset(QUESTION_WORDS)
_PRONOUNS = _set("it he she they we you i him her them us me this that these those there")
_SUBJECTS = _set("i he she we they")  # never an object: only "where are they" ends in one
# Nouns that name one property of something still to come: "what is the height" ... "of the tower".
_RELATIONAL = _set(
    "height length width weight depth size age name capital population cost price colour color number amount "
    "purpose cause meaning author president king queen speed distance temperature difference definition formula "
    "symbol reason effect part role kind type sort rest top bottom middle edge start end beginning rules date "
    "year"
)
_IRREGULAR_PARTICIPLES = _set(
    "built born made found held known sent sold told won lost kept left led laid paid put cut set hit shot hung "
    "begun bought brought caught taught thought fought sung sunk drunk worn torn read rung run come become spun "
    "struck"
)
# Verbs that may carry their preposition to the end: "made of", "used for", "come from".
_STRANDING = _set(
    "made come comes used known located live lives look looks work works called related based found talk think "
    "famous go goes consist belong responsible good born start end open close turn named afraid pay wait listen "
    "care stand for"
)
_MEASURES = _set("old tall big long far high deep wide heavy fast many much often hot cold large small late early loud")
_MISHEARD_ARTICLES = _set("aid e eh")  # "a" and "the" before a pause, as pocketsphinx hears them: "the height of aid"
_COMMANDS = _set(
    "turn switch set open close dim start stop play pause lock unlock tell show repeat say raise lower add put "
    "explain describe define"
)
_INTRODUCTIONS = _set("and so but or well then now also okay ok please hey oh um uh yes no")  # before what is asked
_EXCLAMATIONS = _set("oh ooh ah aah aw eh ha huh hm hmm mm uh um la da na doo yeah")
_BROKEN_OFF = (",", ";", ":", "-", "–", "—", "…", "...")  # what a recognizer writes where the voice stays up


def words_of(text: str) -> list[str]:
    """Return the words of a transcript: lower case, apostrophes kept, everything else dropped."""
    return re.findall(r"[a-z0-9]+(?:'[a-z]+)*", text.lower().replace("’", "'"))


def ends_open(text: str) -> bool:
    """Return whether the last word needs another one, whatever stands before it; no words end open.

    So does what a recognizer that hears the melody of a sentence writes no full stop after.
    """
    if text.rstrip().endswith(_BROKEN_OFF):
        return True
    words = words_of(text)
    if not words or _is_open(words[-1]) or words[-1] in _QUESTION_WORDS:
        return True
    return words[-1] in _PREPOSITIONS and len(words) < 4


def _is_open(word: str) -> bool:
    """Return whether more always follows: small words, and what is short for an auxiliary ("i'll", "we've")."""
    return word in _OPEN or word.endswith(("'ll", "'ve", "'re", "'m", "'d"))


def names_nothing(text: str) -> bool:
    """Return whether the words name nothing to ask about: "what is that", "how many of them"; also true of no words."""
    small = _OPEN | _PREPOSITIONS | _AUXILIARIES | _QUESTION_WORDS | _PRONOUNS | {"many", "much"}
    return all(word in small for word in words_of(text))


def is_fragment(text: str) -> bool:
    """Return whether this is a word or two that neither name nor ask anything: "but", "and it", "no"; no words are.

    So are any number of exclamations, as which music is often heard: "oh oh you", "la la la".
    """
    small = _OPEN | _PREPOSITIONS | _AUXILIARIES | _PRONOUNS | {"no", "not"}
    words = words_of(text)
    named = [word for word in words if word not in _EXCLAMATIONS]
    return (len(words) <= 2 or len(named) <= len(words) // 2) and all(word in small for word in named)


def is_lone_question(text: str) -> bool:
    """Return whether a word or two ask, and name nothing to ask about: "who", "what the", "and when"."""
    words = words_of(text)
    return len(words) <= 2 and bool(_QUESTION_WORDS & set(words)) and names_nothing(text)


def is_statement(text: str) -> bool:
    """Return whether the words neither ask nor command anything: "I was reading about it", "because it is so cold"."""
    words = words_of(text)
    if not words or set(words) & _QUESTION_WORDS or text.rstrip().endswith("?"):
        return False
    first = next((word for word in words if word not in _INTRODUCTIONS), "")
    inverted = any(a in _AUXILIARIES and b in _SUBJECTS | {"it", "there"} for a, b in pairwise(words))
    if first in _COMMANDS:
        return False
    # A recognizer that writes full stops has heard no question: "And so am I, fellow American."
    return text.rstrip().endswith(".") or not (inverted or first in _AUXILIARIES)


def is_begun(text: str) -> bool:
    """Return whether the words are plainly not all of a sentence.

    They ask nothing yet, or end in a preposition or a subject that waits for more, or as an article before a pause is
    often heard.
    """
    words = words_of(text)
    if not words or is_statement(text) or words[-1] in _MISHEARD_ARTICLES:
        return words != []
    return words[-1] in _PREPOSITIONS | _SUBJECTS and look_of(text) is Look.UNFINISHED


def look_of(text: str) -> Look:
    """Judge the words so far; no words at all are UNCERTAIN."""
    words = words_of(text)
    if not words:
        return Look.UNCERTAIN
    if _is_open(words[-1]) or (words[-1] in _SUBJECTS and not set(words[-2:-1]) & _AUXILIARIES):
        return Look.UNFINISHED
    words = list(dropwhile(_INTRODUCTIONS.__contains__, words)) or words
    start = next((i for i, word in enumerate(words) if word in _QUESTION_WORDS or word in _AUXILIARIES), None)
    if words[0] in _COMMANDS:
        return _command(words)
    if start is None:
        return _statement(words)
    return _question(words[start:])


def _statement(words: list[str]) -> Look:
    open_end = words[-1] in _PREPOSITIONS or words[-1] in _PRONOUNS - {"that", "it", "them", "me"}
    return Look.UNFINISHED if open_end else Look.UNCERTAIN


def _command(words: list[str]) -> Look:
    if len(words) == 1:
        return Look.COMPLETE if words[0] in {"stop", "pause", "play"} else Look.UNFINISHED
    if words[0] in {"tell", "show"} and words[1:] in (["me"], ["us"]):
        return Look.UNFINISHED
    if words[-1] in {"on", "off", "up", "down"}:
        return Look.COMPLETE if len(words) > 2 else Look.UNFINISHED
    if words[-1] in _PREPOSITIONS or words[-1] in _QUESTION_WORDS | _AUXILIARIES:
        return Look.UNFINISHED
    return Look.COMPLETE if len(words) > 2 or words[-1] in _PRONOUNS else Look.UNCERTAIN


def _question(words: list[str]) -> Look:
    last, before = words[-1], words[-2] if len(words) > 1 else ""
    if len(words) == 1 or last in _QUESTION_WORDS:
        return Look.UNFINISHED
    if last in _PREPOSITIONS:
        stranded = before in _STRANDING and len(words) > 3 and (words[0] != "where" or last in {"from", "to"})
        return Look.COMPLETE if stranded else Look.UNFINISHED
    at = next((i for i, word in enumerate(words) if word in _AUXILIARIES), None)
    if at is None:
        return _subject_question(words)
    rest, lead = words[at + 1 :], words[:at]
    if not rest:
        # "how many moons has ..." waits for its subject; "who knows what it is" does not come up alone.
        return Look.UNFINISHED
    if last in _AUXILIARIES:
        return Look.UNFINISHED if last not in {"do", "have"} or len(rest) < 2 else Look.COMPLETE
    if words[at] in {"do", "does", "did", "can", "could", "will", "would", "should", "must", "may", "might", "shall"}:
        return _with_main_verb(rest, lead)
    return _with_be(words[at], rest, lead)


def _subject_question(words: list[str]) -> Look:
    """Judge "who invented ...", "which bird lays ...", "how many ...": complete once something follows the verb."""
    if words[0] in {"who", "which", "what"} and len(words) >= 3:
        return Look.UNFINISHED if words[-1] in _RELATIONAL else Look.COMPLETE if len(words) >= 4 else Look.UNCERTAIN
    return Look.UNFINISHED


def _with_main_verb(rest: list[str], lead: list[str]) -> Look:
    if "be" in rest[1:-1]:
        return Look.COMPLETE  # "should a burn be cooled"
    verb = next((i for i, word in enumerate(rest) if i > 0 and is_verb(word)), None)
    if verb is None:
        return Look.UNFINISHED if len(rest) <= 3 else Look.UNCERTAIN
    if rest[-1] in _RELATIONAL and verb < len(rest) - 1:
        return Look.UNCERTAIN
    asks_object = bool(lead) and lead[0] in {"what", "who", "which", "how", "when", "where", "why"}
    return Look.COMPLETE if asks_object or verb < len(rest) - 1 else Look.UNCERTAIN


def _with_be(verb: str, rest: list[str], lead: list[str]) -> Look:
    if rest[-1] in _RELATIONAL:
        return Look.UNFINISHED
    question = lead[0] if lead else ""
    if question in {"who", "what", "where", "which"} or (question == "how" and len(lead) > 1 and lead[1] in _MEASURES):
        return Look.UNFINISHED if rest in (["it's"], ["there"]) else Look.COMPLETE
    done = any(w in _IRREGULAR_PARTICIPLES or (len(w) > 4 and w.endswith(("ed", "en"))) for w in rest[1:])
    if verb in {"was", "were", "are", "is"} and question in {"when", "how", "why"}:
        return Look.COMPLETE if done else Look.UNFINISHED if verb in {"was", "were"} else Look.UNCERTAIN
    return Look.COMPLETE if done else Look.UNCERTAIN
