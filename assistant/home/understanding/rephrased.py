"""Other ways to say a plain command, in the order that the grammar reads: what is left out comes last."""

# ruff: noqa: E501 (a way of saying something is one line)

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from assistant.home.understanding.wording.english import KINDS, LIGHTS
from assistant.home.understanding.wording.words import singular

_STAYS = r"(?:on|off|open|closed|up|down|alone|as (?:it is|they are|is)|out(?: of it)?|running|going|be|untouched|lit)"
_LEAVE = re.compile(
    r"(?P<main>.+?)(?: ,)?(?: and| but| just| while| whilst)? "
    r"(?:leaving|keeping|sparing|skipping|only leave|just leave|leave only|leave just|leave"
    r"|keep|skip|spare|ignore"
    r"|(?:do )?not (?:touch|turn off|turn on|switch off|switch on|close|open|include)) (?P<rest>.+?)"
    rf"(?: {_STAYS})*"
)
#: A clause that wants nothing done: "leave the fan on", "keep the others as they are".
LEFT_ALONE = re.compile(
    r"(?!.*\b(?:half|halfway|(?:at|to) \d+|\d+(?: (?:percent|degrees?|open|closed|shut)\b|$))\b)"
    rf"(?:leave|keep|skip|spare|ignore|never|do not touch|not) (?P<rest>.+?)(?: {_STAYS})*"
)
_LEAVE_FIRST = re.compile(
    rf"(?:leave|keep|spare|skip) (?P<rest>.+?)(?: {_STAYS})*(?: ,)?(?: and| but)(?: then)? (?P<main>.+)"
)
#: "Just the lamp on in the hall, everything else off".
_ONLY_THAT = re.compile(
    rf"(?P<left>(?:leave|keep) )?(?:(?:have|put) )?(?:(?:only|just) )?(?P<rest>(?:the |my |our )?(?:(?!on |off )\S+ )+?)(?:stays? )?{_STAYS}"
    r"(?P<at> (?:in|on|at) (?:the |my |our )?\w+(?: \w+)?)?(?: ,)?(?: and| but)? "
    r"(?P<main>(?:turn |switch )?(?:off )?(?:everything else|all (?:the )?others?|the (?:rest|others|other ones)|all the rest)(?: of the lights)?(?: off| in .+)?)"
)
_EXCEPT_FIRST = re.compile(
    r"(?:except(?: for)?|with the exception of|excepting|excluding|save for|bar|apart from|aside from|other than"
    r"|besides|all but|everything but) (?P<rest>.+?)(?: ,)? "
    r"(?P<main>(?:turn|switch|shut|kill|close|open|lock|put|set|dim|make|everything|all|every)\b.+)"
)
_NOT_THOSE = re.compile(
    r"(?P<main>.+?) , (?:but |just |and )?(?:not|except(?: for)?|apart from|other than|minus|without|bar|excluding|but) (?P<rest>.+)"
)
_STAYING = re.compile(
    r"(?P<main>.+?)(?: ,)?(?: but| and| while| whereas| only)? (?P<rest>(?:the|my|our) (?:(?!the |my |our ).)+?) "
    r"(?:should|must|need to|needs to|ha(?:s|ve) to|can|may|ought to) "
    rf"(?:stay|remain|be left)(?: {_STAYS})+"
)
_STAYS_SO = re.compile(
    r"(?P<main>.+?)(?: ,)?(?: but| and| while| whereas| only) (?P<rest>(?:the|my|our) (?:(?!the |my |our ).)+?) "
    rf"(?:stays?|remains?|(?:is|are) (?:to stay|left))(?: {_STAYS})*"
)
_ELSE_BUT = re.compile(r" else(?= (?:but|except|apart|other|besides|bar)\b)")
_THE_OTHERS = re.compile(
    r"\b(?:all )?(?:of )?(?:the )?(?:others|other ones|other [2-9](?= |$)(?! \w+s\b)|(?<=the )rest(?! of\b))(?!\S)"
)
#: Where a name goes on with where that is.
_WHERE = re.compile(r" (?:in|on|at|by|upstairs|downstairs|outside)\b")
_OTHER = re.compile(
    r"\b(?:(?:all |every )?(?:of )?(?:the |my )?(?:other|remaining)(?: [2-9])?|(?:all )?the rest of(?: the)?)(?= )"
    r"|(?<=thing) else\b"
)

#: Every expression of this module.
REPHRASING = (
    _LEAVE,
    LEFT_ALONE,
    _LEAVE_FIRST,
    _EXCEPT_FIRST,
    _NOT_THOSE,
    _STAYING,
    _STAYS_SO,
    _ELSE_BUT,
    _THE_OTHERS,
    _OTHER,
)


def without_place(phrase: str) -> str:
    """Return a phrase without where the thing is: "the lamp" of "the lamp in the hall"."""
    return _WHERE.split(phrase)[0]


def kind_said(phrase: str) -> str:
    """Return the kind of thing that the words of a phrase say: "radiator" of "the radiator in the hall"."""
    words = reversed(without_place(phrase).split())
    kind = next((word for word in map(singular, words) if word in KINDS), "")
    return "light" if kind in LIGHTS else kind


def rephrased(text: str, kind_of: Callable[[str], str] = kind_said) -> Iterator[str]:
    """Yield a command that leaves something out with "except" and that at its end.

    `kind_of` gives the kind of thing that a phrase names, "" where it has none.
    """
    if (plainly := _ELSE_BUT.sub("", text)) != text:
        yield plainly
    for way in (_STAYING, _STAYS_SO, _EXCEPT_FIRST, _NOT_THOSE):
        if left := way.fullmatch(text):
            yield f"{left['main']} except {left['rest']}"
    if not text.startswith(("leave ", "keep ")) and (left := _LEAVE.fullmatch(text)):
        yield f"{left['main']} except {left['rest']}"
    if (left := _LEAVE_FIRST.fullmatch(text)) and (whole := others_of(left["main"], kind_of(left["rest"]))):
        yield f"{whole} except {left['rest']}"
    if only := only_that(text, kind_of):
        yield only[1]
    if " except " in text and (whole := others_of(text, kind_of(text.partition(" except ")[2]))):
        yield whole


def is_the_others(phrase: str) -> bool:
    """Say whether a phrase is "the others", "the rest" or "everything else": what has not been named."""
    return _THE_OTHERS.fullmatch(phrase) is not None or phrase == "everything else"


def only_that(text: str, kind_of: Callable[[str], str] = kind_said) -> tuple[str, str] | None:
    """Return the two commands of "the lamp on in the hall , everything else off"; the first is "" for what is left so."""
    only = _ONLY_THAT.fullmatch(text)
    whole = others_of(only["main"], kind_of(only["rest"])) if only else ""
    if only is None or not whole:
        return None
    at = only["at"] or ""
    first = "" if only["left"] else f"turn on {only['rest']}{at}"
    return first, f"{whole}{'' if at.strip() in whole else at} except {only['rest']}"


def others_of(text: str, kind: str) -> str:
    """Return a command for "the other lights" or "everything else" as one for all of them; "" where it is none.

    "The others" are of the `kind` that was named beside them: radiators, after a radiator.
    """
    if _THE_OTHERS.search(text):
        if not kind:
            return ""
        text = _THE_OTHERS.sub(f"the other {kind}s", text)
    whole, count = _OTHER.subn(lambda match: "" if match[0] == " else" else "all the", text)
    return re.sub(" +", " ", whole).strip() if count else ""
