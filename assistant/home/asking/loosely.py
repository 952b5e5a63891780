"""Questions taken apart by their words: what is asked (any, which, how many), how a thing may be, and which thing.

"Did any lights get left on up in the loft" asks whether any lights in the loft are on. What is left beside the word for
a state and the words that say nothing has to name a thing of the house, or it is no question of it.
"""

# ruff: noqa: E501 (a way of saying something is one line)

from __future__ import annotations

import re
from collections.abc import Iterator

from assistant.home.asking.ways import DONE, STATES

#: What robots do, in the one word for it; only of them is it asked.
_DOING = tuple(
    (re.compile(way), plainly)
    for way, plainly in (
        (
            r"\b(?:(?:gone|come|got|going|sitting|put) )*(?:back |safely |home )*(?:in|on|at|to|onto|into) (?:its|his|her|the|their) (?:dock|base|charger|station|home|(?:charging|docking|base) (?:station|dock|point|base))(?= |$)",
            "docked",
        ),
        (r"\b(?:having|taking) (?:a|its|his|her) (?:rest|break|nap|breather)\b|\bparked(?: up)?\b|\b(?:gone |come |got )?back home\b|\b(?:gone|come) home\b|\bput away\b", "docked"),
        (r"\b(?:done|finished|through)(?: (?:cleaning|hoovering|vacuuming|mowing|with (?:the|its|his|her) \w+))\b", "docked"),
        (
            r"\b(?:(?:out|off|busy|away) )*(?:cleaning|hoovering|vacuuming|mopping|sweeping|mowing|doing)(?: (?:the|my|our|its|his|her) (?:floors?|carpets?|rugs?|grass|lawn|garden|house|rounds?|thing|job)| up| around| round| about| away)+\b",
            "cleaning",
        ),
        (r"\b(?:(?:out|off|busy) )+(?:cleaning|hoovering|vacuuming|mopping|sweeping|mowing)\b|\b(?:hoovering|mopping|sweeping|mowing)\b", "cleaning"),
        (r"\b(?:going|wandering|driving|running) (?:round|around|about)\b|\bout and about\b|\bon (?:the go|the move|its rounds)\b|\bat it\b|\bbusy\b", "cleaning"),
    )
)  # fmt: skip
_OF_STATE = "|".join(sorted({*STATES, *DONE}, key=len, reverse=True))
#: What says nothing of which thing is meant, nor of how it may be.
_IDLE = re.compile(
    r"(?<!\S)(?:still|currently|already|actually|really|even|properly|by any chance|at the moment|right now|just now|now|today|yet|please"
    r"|(?<=\w )(?:did|have|has|had|do) (?:i|we|you|they|he|she|someone|somebody|anyone|anybody) (?:leave|left|keep|kept|forget|forgotten|get|got)"
    r"|at all|by mistake|by accident|ever|been|being|get|got|getting|gotten|accidentally|anywhere(?= (?:in|on|upstairs|downstairs|outside))"
    r"|(?:up|down|out|over|through|round|back)(?= (?:in|on|at|by|outside|upstairs|downstairs)(?: |$)))(?!\S)"
)
_BY_WHOM = r"(?:(?:anyone|anybody|someone|somebody|everyone|everybody|i|we|you|they|he|she|(?!any|some|every|the\b|my\b)\w+(?= (?:leave|left|forget|forgot|forgotten)\b)) )?"
_ASKED = re.compile(
    rf"(?P<head>is|are|was|were|has|have|had|did|does|do|any|anything|which|what|how many)(?: |(?<=any)|(?<=anything)){_BY_WHOM}"
    r"(?:(?:leave|left|keep|kept|forget|forgotten|forgot|manage|managed|remember|remembered)(?: to)? )?(?P<rest>.+)"
)
_ANY = re.compile(r"(?:there )?(?:any|some|anything|something|a|an)(?= )")
_STATE = re.compile(
    rf"(?<!\S)(?:(?:all|both|left|turned|switched|running|not|set|fully) )*(?P<state>{_OF_STATE})(?: (?:up|tight|on its own))?(?!\S)"
)
#: The other thing that may be so: "... or is she back on her dock", "... or did i leave it open".
_OTHERWISE = re.compile(
    r"(?P<first>(?:is|are|has|have|was|were|did|what|where) .+?) or (?:(?:is|are|has|have|was|were|did|does|do) )?(?:(?:it|he|she|they|i|we|you|someone|somebody|anybody|anyone|that) )?"
    rf"(?:(?:still|already|now|just|been|being|back|gone|got|got|leave|left|turn|turned|switch|switched|it|them|all|only|not|yet) )*(?:{_OF_STATE}|in|not|what|it|finished|done|idle|stopped|home|there|stuck|through)"
    r"(?: (?:it|them|now|yet|instead|again|too|up))*(?P<at> (?:in|on|at) (?:the|my|our) .+| upstairs| downstairs| outside)?"
)  # fmt: skip
#: What is asked of somebody, or of a robot.
OF_SOMEBODY = re.compile(r"\b(?:he|she|home)\b")
#: What the speaker is not sure of: "... or have i forgotten again".
_OR_NOT = re.compile(
    r"(?P<first>(?:is|are|has|have|was|were|did) .+?) or (?:(?:did|have|has) (?:i|we|he|she|somebody|someone) (?:just )?(?:forgotten|forget|imagined?|dreamt|remembered|remember|missed|left|leave)|am i (?:imagining|dreaming|wrong|mistaken|too late)|should i\b|do i (?:need|have) to)(?: .*)?"
)
_MOST = 2  #: ways to take one question apart


def doing(text: str) -> str:
    """Return a plain question with what robots do in the plain word for it: "out doing the floors" is "cleaning"."""
    for way, plainly in _DOING:
        text = way.sub(plainly, text)
    return text


def either(text: str) -> str:
    """Return the first half of a plain question which of two states a thing is in; "" where it asks for none."""
    if " or " not in text:
        return ""
    if match := _OTHERWISE.fullmatch(doing(text)):
        first = re.sub(r" in$", " closed", match["first"].removesuffix(" ,"))  # "is the awning in or out"
        return f"{first}{match['at'] or ''}"
    unsure = _OR_NOT.fullmatch(text)
    return unsure["first"].removesuffix(" ,") if unsure else ""


def lean(text: str) -> str:
    """Return a plain question in plain words, without those that say nothing: "down in the cellar" is "in the cellar"."""
    return " ".join(_IDLE.sub("", doing(text)).split())


def taken_apart(text: str) -> Iterator[str]:
    """Yield the plain questions for a state that the words of a plain question come to."""
    asked = _ASKED.fullmatch(lean(text))
    if asked is None:
        return
    head, rest = asked["head"], asked["rest"]
    one = _ANY.match(rest)
    kind = "any" if head in ("any", "anything") or one else "which" if head in ("which", "what") else head
    rest = rest[one.end() :].strip() if one else rest
    for state in list(_STATE.finditer(rest))[::-1][:_MOST]:
        thing = " ".join(filter(None, (rest[: state.start()].strip(), rest[state.end() :].strip())))
        so = state["state"]
        if kind == "any":
            place = re.match(r"(?:in|on|at|upstairs|downstairs|outside)\b", thing)
            yield (
                f"is anything {so} {thing}".strip() if place or not thing else f"are any {_with_place_last(thing, so)}"
            )
        elif not thing:
            continue
        elif kind in ("which", "how many"):
            yield f"{kind} {_with_place_last(thing, f'are {so}')}"
        else:
            yield f"is {_with_place_last(thing, so)}"


def _with_place_last(thing: str, so: str) -> str:
    """Return a thing and how it may be, with the place that was said of the thing behind both."""
    match = re.fullmatch(r"(?P<np>.+?) (?P<at>(?:in|on|at) (?:the|my|our) .+|upstairs|downstairs|outside)", thing)
    return f"{match['np']} {so} {match['at']}" if match else f"{thing} {so}"
