"""What a follow-up may mean: "How tall is it?", "And its walls?", "When?" said out in full, from what was said before.

Rules propose, the reader disposes: each proposal is a whole question, and the one that the documents answer with the
most confidence is what was meant.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice

from assistant.languages.en.verbs import is_verb
from assistant.languages.en.words import AUXILIARIES, QUESTION_WORDS, any_of
from assistant.turn.events import Reply

MOST = 4  # readings of one question
LONGEST = 1000  # characters of a question that is gone on from; rules are applied to nothing longer
REMEMBERED = 20  # questions
_ASKING, _AUXILIARY = any_of(QUESTION_WORDS), any_of(AUXILIARIES)
_MORE = re.compile(r"^(?:and|but|so|or|then|okay|ok|well|now)[\s,]+", re.IGNORECASE)
_ABOUT = re.compile(r"^(?:(?:and|but|or|so)\s+)?(?:(?:what|how)\s+about\s+|(?:and|or)\s+)(\S.*)$", re.IGNORECASE)
_ONLY_ASKING = re.compile(rf"^(?:and\s+)?({_ASKING}(?:\s+(?:long|often|many|much|far|old|come|else))?)$", re.IGNORECASE)
_POINTING = re.compile(r"\b(its|it|they|them|their|he|him|his|she|her|there|that|this|those|these)\b", re.IGNORECASE)
#: "it" and "there" that point at nothing: "does it take to bake one", "is it safe to eat", "are there on the line".
_POINTLESS = re.compile(
    r"\bit\s+(?:take|cost|mean|need|help|hurt|matter|pay|make\s+sense)s?\b(?:\s+\w+){0,4}?\s+to\s+\w|"
    r"\b(?:is|was|be|will|would)\s+it\s+(?:be\s+)?(?:(?:still|also|ever|really|too|a)\s+)?(?:possible|safe|ok|okay|all\s*right|"
    r"allowed|permitted|forbidden|legal|necessary|better|best|worth|easy|easier|hard|difficult|dangerous|wise|good|bad|late|"
    r"early|cheaper|normal|healthy|important)\b(?:\s+\w+){0,3}?\s+to\s+\w|"
    r"\b(?:is|are|was|were|be)\s+(there)\s+(?:\w+\s+){0,4}?(?:on|in|at|of|under|over|near|to|from|with|between)\s+(?!it\b|them\b)\w",
    re.IGNORECASE,
)
_LEAD = re.compile(rf"^{_ASKING}\b(?:\s+\w+){{0,3}}?\s+{_AUXILIARY}\s+", re.IGNORECASE)
_SUBJECT_LEAD = re.compile(r"^(?:who|which|what)\s+(?:\w+\s+)?\w+(?:ed|t|e)\s+(?=the|a|an)\b", re.IGNORECASE)
_OWNER = frozenset({"its", "their", "his"})
_PERSON = frozenset({"he", "him", "his", "she", "her"})
_LONGEST_NAME = 5  # words of an answer that may be a name for something


def readings(question: str, history: Sequence[Reply]) -> list[str]:
    """Return what `question` may mean after `history` (oldest first), likeliest first; at least the question itself."""
    asked = question.strip(" \t\n?.!")
    history = [_one_line(reply) for reply in history[-REMEMBERED:] if _is_looked_up(reply) and _is_short(reply)]
    before = next((reply for reply in reversed(history) if not _leans(reply.question)), None)
    if before is None:
        return [question]
    found: list[str] = []
    pointing = _pointing(_MORE.sub("", asked))
    if only := _ONLY_ASKING.match(asked):
        found = list(_asked_again(only[1], before))
    elif (about := _ABOUT.match(asked)) and not re.search(rf"\b(?:{_AUXILIARY}|{_ASKING})\b", about[1], re.IGNORECASE):
        found = list(islice(_exchanged(before.question.strip(" ?.!"), about[1]), MOST))
    elif pointing:
        asked = _MORE.sub("", asked)
        found = [_put(asked, pointing, topic) for topic in _topics(history, before, pointing[1].lower())]
    return list(dict.fromkeys([*found[: MOST - 1], question]))


def asks_on(question: str, history: Sequence[Reply]) -> bool:
    """Return whether a question word or two ("Why?", "And how long?") go on from what was said before."""
    return bool(history) and _ONLY_ASKING.match(question.strip(" \t\n,?.!")) is not None


def _is_looked_up(reply: Reply) -> bool:
    return reply.outcome in ("answered", "abstained") and reply.intent is None


def _is_short(reply: Reply) -> bool:
    return max(len(reply.question), len(reply.answer.text) if reply.answer is not None else 0) <= LONGEST


def _one_line(reply: Reply) -> Reply:
    return replace(reply, question=" ".join(reply.question.split()))


def _leans(question: str) -> bool:
    """Return whether a question was itself a follow-up, and so says too little to go on from."""
    asked = question.strip(" ?.!")
    return bool(_ONLY_ASKING.match(asked) or _ABOUT.match(asked) or _pointing(asked))


def _pointing(question: str) -> re.Match[str] | None:
    """The first word that may stand for something said before."""
    pointless = [range(*found.span()) for found in _POINTLESS.finditer(question)]
    return next(
        (
            each
            for each in _POINTING.finditer(question)
            if each[0].lower() not in ("it", "there") or not any(each.start() in those for those in pointless)
        ),
        None,
    )


def _put(question: str, pointing: re.Match[str], topic: str) -> str:
    word, rest = pointing[1].lower(), question[pointing.end() :]
    owns = word in _OWNER or (word == "her" and rest.strip() and not _is_small(rest.split()[0]))
    place = f"at {topic}" if word == "there" else topic
    owner = "'s" if owns else ""
    return f"{question[: pointing.start()]}{place}{owner}{rest}?"


def _topics(history: Sequence[Reply], before: Reply, word: str) -> list[str]:
    """Return what a pronoun may stand for: the subject, the document, and names among the last answers."""
    answers = [reply.answer.text for reply in (*history[-1:-3:-1], before) if reply.answer is not None]
    names = [answer for answer in answers if answer and len(answer.split()) <= _LONGEST_NAME]
    titles = [before.citations[0].title] if before.citations and before.citations[0].title else []
    subject = [_subject(before.question)]
    ordered = [*names, *subject, *titles] if word in _PERSON else [*subject, *titles, *names]
    return list(dict.fromkeys(topic for topic in ordered if topic))


def _subject(question: str) -> str:
    """Return what a question is about: what stands between its auxiliary and its verb, or after "who built"."""
    asked = question.strip(" ?.!")
    rest = _LEAD.sub("", asked, count=1)
    if rest == asked:
        return _SUBJECT_LEAD.sub("", asked, count=1)
    words = rest.split()
    verb = next((i for i, word in enumerate(words) if i > 0 and is_verb(word.lower())), len(words))
    if words[0].lower() in {"i", "we", "you", "one"} and verb + 1 < len(words):
        return " ".join(words[verb + 1 :])  # "should I water the snake plant" is about the plant
    return " ".join(words[:verb])


def _asked_again(word: str, before: Reply) -> Iterator[str]:
    """Yield "When?" after "Who invented the tea bag?" in full."""
    asked = before.question.strip(" ?.!")
    rest = re.sub(rf"^{_ASKING}\s+", "", asked, count=1, flags=re.IGNORECASE)
    if before.answer and asked.lower().startswith("who "):
        yield f"{word} did {before.answer.text} {rest}?"
    if lead := _LEAD.match(asked):
        rest = f"{lead[0].split()[-1]} {asked[lead.end() :]}"
    yield f"{word} {rest}?"


def _exchanged(asked: str, other: str) -> Iterator[str]:
    """Yield the question before with something in it exchanged for `other`: what it most likely stands against."""
    words, new = asked.split(), other.split()
    figures = [i for i, word in enumerate(words) if re.search(r"\d", word)]
    if figures and re.search(r"\d", other):
        yield " ".join([*words[: figures[-1]], new[-1], *words[figures[-1] + 1 :]]) + "?"
    for i, word in enumerate(words):
        if word.lower() == new[-1].lower() and len(new) > 1:  # "black tea" for "green tea"
            yield " ".join([*words[: max(0, i + 1 - len(new))], *new, *words[i + 1 :]]) + "?"
    subject = _subject(asked)
    if subject and subject in asked and len(subject) < len(asked):
        yield asked.replace(subject, other) + "?"
    content = [i for i, word in enumerate(words) if not _is_small(word)]
    if content:
        yield " ".join([*words[: content[-1]], *new, *words[content[-1] + 1 :]]) + "?"


def _is_small(word: str) -> bool:
    return bool(
        re.fullmatch(rf"{_ASKING}|{_AUXILIARY}|a|an|the|of|in|on|at|to|for|from|by|be|i|you", word, re.IGNORECASE)
    )
