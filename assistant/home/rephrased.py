"""Other ways to say a plain command, in the order that the grammar reads: what is left out comes last."""

# ruff: noqa: E501 (a way of saying something is one line)

from __future__ import annotations

import re
from collections.abc import Iterator

_STAYS = r"(?:on|off|open|closed|up|down|alone|as (?:it is|they are|is)|out(?: of it)?|running|be|untouched|lit)"
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
    rf"(?:(?:leave|keep|have|put) )?(?:(?:only|just) )?(?P<rest>(?:the |my |our )?(?:(?!on |off )\S+ )+?)(?:stays? )?{_STAYS}"
    r"(?P<at> (?:in|on|at) (?:the |my |our )?\w+(?: \w+)?)?(?: ,)?(?: and| but)? "
    r"(?P<main>(?:turn |switch )?(?:off )?(?:everything else|all (?:the )?others?|the (?:rest|others)|all the rest)(?: of the lights)?(?: off| in .+)?)"
)
_EXCEPT_FIRST = re.compile(
    r"(?:except(?: for)?|with the exception of|excepting|excluding|save for|bar|apart from|aside from|other than"
    r"|besides|all but|everything but) (?P<rest>.+?)(?: ,)? "
    r"(?P<main>(?:turn|switch|shut|kill|close|open|lock|put|set|dim|make|everything|all|every)\b.+)"
)
_NOT_THOSE = re.compile(r"(?P<main>.+?) , (?:but |just |and )?(?:not|except(?: for)?|apart from|but) (?P<rest>.+)")
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
#: What "the others" are is told by what is left alone, which is a light or is not found among them.
_THE_OTHERS = re.compile(r"\b(?:all )?(?:of )?(?:the )?others\b")
_OTHER = re.compile(
    r"\b(?:(?:all |every )?(?:of )?(?:the |my )?(?:other|remaining)|(?:all )?the rest of(?: the)?)(?= )"
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


def rephrased(text: str) -> Iterator[str]:
    """Yield a command that leaves something out with "except" and that at its end."""
    if (plainly := _ELSE_BUT.sub("", text)) != text:
        yield plainly
    for way in (_STAYING, _STAYS_SO, _EXCEPT_FIRST, _NOT_THOSE):
        if left := way.fullmatch(text):
            yield f"{left['main']} except {left['rest']}"
    if not text.startswith(("leave ", "keep ")) and (left := _LEAVE.fullmatch(text)):
        yield f"{left['main']} except {left['rest']}"
    if (left := _LEAVE_FIRST.fullmatch(text)) and (whole := others_of(left["main"])):
        yield f"{whole} except {left['rest']}"
    if (only := _ONLY_THAT.fullmatch(text)) and (whole := others_of(only["main"])):
        at = only["at"] or ""
        yield f"{whole}{'' if at.strip() in whole else at} except {only['rest']}"
    if " except " in text and (whole := others_of(text)):
        yield whole


def others_of(text: str) -> str:
    """Return a command for "the other lights" or "everything else" as one for all of them; "" where it is none."""
    text = _THE_OTHERS.sub("the other lights", text)
    whole, count = _OTHER.subn(lambda match: "" if match[0] == " else" else "all the", text)
    return re.sub(" +", " ", whole).strip() if count else ""
