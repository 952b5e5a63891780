"""Ways to say the whole of a sentence that come before all reading: "..., all but the hall", "changed my mind, ..."."""

# ruff: noqa: E501 (a way of saying something is one line)

from __future__ import annotations

import re

from assistant.home.understanding.wording.contrasts import without_contrasts
from assistant.home.understanding.wording.homely import as_elsewhere
from assistant.home.understanding.wording.left_out import left_out_last
from assistant.home.understanding.wording.manners import plainly_mannered
from assistant.home.understanding.wording.needed import Sparing
from assistant.home.understanding.wording.said_in_one import said_in_one
from assistant.home.understanding.wording.said_otherwise import said_otherwise
from assistant.home.understanding.wording.spoken_around import spoken
from assistant.home.understanding.wording.values import said_once

_LEAD = (
    r"(?:(?:no|oh|sorry|love|pet|dear|darling|actually|wait|hmm|hm|ok|okay|well|um|uh|on second thoughts?)(?: ,)? )*"
)
_CHANGED = r"(?:(?:i|we) (?:have )?)?changed (?:my|our) mind(?: about (?:it|that|them|this))?"
#: Another mind is told before what is wanted now, or after what is to be undone: "turn it off again, changed my mind".
_OTHER_MIND = re.compile(
    rf"{_LEAD}{_CHANGED}(?: ,)? (?:(?:so|and|please|just|let us|can you|could you|would you) )*(?P<now>(?!about\b|again$|please$|though$|now$|when\b|if\b)\S.*)"
    rf"|(?P<back>(?=.*\b(?:it|them|that)\b)(?=.*\b(?:again|back)\b).+?)(?: ,)? (?:because |sorry )?{_CHANGED}"
)
#: What is left out, said of all after the command: "ground floor lights off , all but the one in the hallway".
_ALL_BUT = re.compile(
    r"(?P<main>(?=.*\b(?:on|off|out|up|down|open|close|closed|shut|lock|locked|dim|turn|switch|set|put|kill|warmer|cooler|brighter|dimmer|percent)\b).+?) , (?:and )?"
    r"(?:all|everything|everyone(?: is|s)?|everybodys|every one|every single one|each|each one|the (?:whole )?lot|both)(?: of (?:them|it))?(?: ,)? "
    r"(?:but(?: not| for)?|except(?: for)?|apart from|other than|bar|minus|without|excluding|save(?: for)?|besides|aside from|with the exception of) "
    r"(?P<rest>(?!.*\b(?:off|up|down|closed|shut|locked)\b)(?!.* on$).+)"
)
#: What makes a noise goes on when it is set off.
_SET_OFF = Sparing(
    r"(?P<lead>^|, |\b(?:please|you|to|and|just|then) )set (?P<np>(?:(?:the|that|this|my|our) )?(?:\w+ )?(?:siren|buzzer|horn|strobe|klaxon)s?) off(?= |$)"
)
#: What one may do now is wanted: "we can turn the dishwasher off now".
_MAY_NOW = Sparing(
    r"^(?:(?:ok|okay|right|so|well|i (?:think|guess|suppose)(?: that)?|,) )*(?:we|you) can (?:probably |safely |just |all )?"
    r"(?P<now>(?:turn|switch|shut|put|open|close|lock|dim|stop|start|set|bring|lower|raise|kill|draw) (?:(?!,).)+ now)(?= , |$)"
)

#: What is wanted to be so this evening is wanted to be so at once: "I fancy the strip in purple tonight".
_TONIGHT = Sparing(
    r"^(?P<wish>(?:(?:i|we) (?:(?:really|quite|just|rather) )*fancy|(?:i|we) would (?:really )?(?:like|love)|let us have|how about(?: having)?|(?:can|could|may) (?:i|we) have) "
    r"(?:the|my|our) (?:(?!,|\bat\b).)+ in (?:(?!,|\bat\b).)+) (?:tonight|this evening)$"
)
#: What was left as it should not be is to be seen to: "somebody left the pantry light on , get that".
_LEFT = re.compile(
    r"(?P<told>.*\b(?:left (?:the|my|our|that|those|all the) (?:(?!,).)+|been left) (?P<so>on|running|open|unlocked)(?: again| all (?:day|night))?)"
    r"(?: ,| so| and)+ (?:(?:please|just|can you|could you|would you|will you) )*(?:get|sort(?: out)?|see to|deal with|fix|do something about|take care of) (?:that|it|them|those)(?: out)?"
    r"(?: (?:would you|will you|could you|can you|please|for me|for us|dear|love|now))*"
)
_UNDOING = {"on": "turn it off", "running": "turn it off", "open": "close it", "unlocked": "lock it"}

#: Where all of them are, after a pause or not.
_EVERYWHERE = Sparing(
    r"(?: please(?=[^,]*,[^,]*(?:$|, (?:i|we|it) )))?(?: ,)? (?:both )?(?:inside and out(?:side)?|indoors and out(?:doors)?|in(?:side)? the house and out(?:side)?|up and down|on both floors)(?= ,|$)"
)
_BOTH = Sparing(r"\b(?:them|those) both\b")
_LEAVING_OUT = r"(?:but|except|apart from|other than|excluding|save|bar|aside from|all but|only not|just not)"
#: What is said once more of what is left out, and says nothing: "except the freezer of course".
_OF_COURSE = Sparing(
    rf"(?P<but>\b(?:{_LEAVING_OUT}|not)\b(?:(?!,).)+?)(?: ,)? (?:of course|obviously|naturally|mind you|mind|though)$"
)
_THOUGH_NOT = Sparing(
    r"(?: ,)? (?:though|although|only|just) not (?=(?:the|my|our|in|on|at|that|this|upstairs|downstairs)\b)"
)
#: What ends a command before it says what is left out: "turn them off again , all but the lamp".
_AT_THE_END = Sparing(rf"(?<=\w) (?:(?:again|now|then|please) ?)+(?<! )(?=(?: ,)? {_LEAVING_OUT}\b)")
#: For what something is opened: "open the garage , i need to get the car out".
_TO_FETCH = re.compile(
    r"(?P<main>(?:(?:can|could|would|will) you |please )*(?:open|unlock|raise|lift)\b(?:(?!,).)+?)(?: ,)? (?:because |as |since |so )?"
    r"(?:i|we) (?:need|have|want|am going|are going) to get (?:the|my|our) (?:\w+ ){1,3}?(?:out|in|through|past)"
)
#: Of all that there are: "every light we have".
_WE_HAVE = Sparing(
    r"(?<=\w) (?:that )?(?:we have(?: got)?|we own|there (?:is|are)|i have(?: got)?)(?=$| ,| (?:on|off|everywhere|except|but|apart)\b)"
)
#: What may go off but for something: "the garden lights can go off , all but the pond light".
_CAN_GO = re.compile(
    r"(?P<np>(?:(?:the|my|our|all|every|each) |everything )+(?:(?!,|\bcan\b).)+?) can (?:all )?(?:go|be turned|be switched) (?P<so>off|on)(?: now)?(?P<but>(?: ,)? "
    r"(?:all but|but not|(?:all )?(?:except(?: for)?|apart from|other than)|only not) .+)"
)
_ALL_THERE_IS = tuple(
    f"{verb} {every} "
    for verb in ("turn off", "turn on", "switch off", "switch on", "shut off", "shut", "close", "open", "lock")
    for every in ("every", "all", "all the")
)
#: What is meant, said behind what is not: "turn off the lamp , not the kitchen one , the desk one".
_NOT_BUT = re.compile(
    r"(?P<main>(?:turn|switch|shut|open|close|lock|unlock|dim|start|stop|set|put|kill)\b(?:(?!,| not ).)+?)(?: ,)? not (?P<not>(?:(?!,| not ).)+?) , "
    r"(?:but |i mean(?:t)? |rather )*(?P<but>(?:the|my|our|in|on|at) (?:(?!,| not | is | are | has |\b(?:on|off|up|down)$).)+)"
)
#: The thing in the first of the two, and which way it goes.
_NAMED = re.compile(
    r"(?P<lead>.*?\b)(?:the|my|our) (?:(?!on\b|off\b|up\b|down\b)\w+ )*?(?P<noun>\w+)(?P<way>(?: (?:on|off|up|down))?)"
)
_PLACED = ("in ", "on ", "at ")
#: Two corrections, of which the last counts: "the kettle , i mean the fridge , no the spots".
_TWICE = re.compile(
    r"(?P<main>.+?) , (?:(?:no|i mean|i meant|sorry|wait|actually)(?: ,)? )+(?:(?:the|my|our) (?:(?!,).)+?) , "
    r"(?P<last>(?:(?:no|i mean|i meant|sorry|wait|actually)(?: ,)? )+(?:the|my|our) (?:(?!,).)+)"
)
_LIGHTS_PLEASE = re.compile(r"(?:the |some )?lights? please")
_WARMER_WHITE = Sparing(
    r"\b(?P<before>(?!an? )\w+ )(?:an? )?(?P<so>(?:(?:a )?(?:bit|little|touch|tad) |slightly )?(?:warmer|cooler|colder)) white\b"
)


def put_plainly(text: str) -> str:
    """Return a plain sentence with what it wraps its command in taken off, and what it leaves out at its end."""
    text = as_elsewhere(text)
    if other := _OTHER_MIND.fullmatch(text):
        text = other["now"] or other["back"].strip(" ,")
    text = plainly_mannered(text)
    text = without_contrasts(left_out_last(_WARMER_WHITE.sub(r"\g<before>\g<so>", said_otherwise(spoken(text)))))
    text = said_in_one(text)
    text = _AT_THE_END.sub("", _THOUGH_NOT.sub(" , but not ", _OF_COURSE.sub(r"\g<but>", said_once(text))))
    if twice := _TWICE.fullmatch(text):
        text = f"{twice['main']} , {twice['last']}"
    if contrast := _NOT_BUT.fullmatch(text):
        text = _meant(contrast) or text
    if said := _CAN_GO.fullmatch(text):
        text = f"turn {said['so']} {said['np']}{said['but']}"
    if text.startswith(_ALL_THERE_IS):
        text = _WE_HAVE.sub("", text)
    if opened := _TO_FETCH.fullmatch(text):
        text = opened["main"]
    if _LIGHTS_PLEASE.fullmatch(text):
        text = "turn on the lights please"
    text = _BOTH.sub("them", _EVERYWHERE.sub(" everywhere", text))
    if left := _LEFT.fullmatch(text):
        text = f"{left['told']} , {_UNDOING[left['so']]}"
    if left_out := _ALL_BUT.fullmatch(text):
        text = f"{left_out['main']} except {left_out['rest']}"
    return _MAY_NOW.sub(r"\g<now>", _TONIGHT.sub(r"\g<wish>", _SET_OFF.sub(r"\g<lead>set off \g<np>", text)))


def _meant(said: re.Match[str]) -> str:
    """Return a command for what is meant in place of what is not; "" where it is not of the same kind."""
    placed = [said[part].startswith(_PLACED) for part in ("not", "but")]
    if all(placed):
        return f"{said['main']} {said['but']}"
    named = _NAMED.fullmatch(said["main"])
    if any(placed) or named is None:
        return ""
    meant = re.sub(r"(?<= )one$", named["noun"], said["but"])
    return f"{named['lead']}{meant}{named['way']}"
