"""What is left out of a command, wherever it is said: "apart from the hall, all lights off", "..., the study excepted".

Each is put behind its command as "except ...".
"""

# ruff: noqa: E501 (a way of saying something is one line)

from __future__ import annotations

import re

from assistant.home.understanding.wording.needed import Rewriting

_WORDS = r"(?!,)\S+(?: (?!,)\S+)*?"
_EXCEPT = r"(?:apart from|except(?: for)?|save for|not(?= [^,]+ , but (?:all|every|turn|switch|close|open|shut) )|other than|aside from|with the exception of|excluding|excepting)"
_BEFORE = r"(?: ,)?(?: (?:but|and|just|only|please|so|though|oh))*"
_WAYS = r"(?:on|off|alone|be|open|closed|shut|up|down|as (?:it is|they are)|how (?:it is|they are)|running|going)"
_SEVERAL = re.compile(
    r"\b(?:all|every|everything|everywhere|everyone|lights|lamps|fans|blinds|curtains|shutters|doors|plugs|radiators|lot)\b"
)
_REST = re.compile(r"\b(?:all )?(?:the )?(?:rest of (?:the |my |our )?|other )")
_ELSEWHERE = re.compile(r"\beverywhere else(?: in the (?:house|flat|home|place))?\b|\beverything else\b")
_SHOULD = re.compile(r"\b(?:should|can|may|could) (?:all )?(?:go |be )(?=(?:on|off|out|closed|shut|open)\b)")


def _whole(said: re.Match[str]) -> str:
    """Return a command for all, of which something is left out: "all the other lights" are then all of them."""
    if not _SEVERAL.search(said["rest"]):
        return said[0]
    rest = _ELSEWHERE.sub(lambda each: "everywhere" if "where" in each[0] else "everything", said["rest"])
    rest = _SHOULD.sub("", _REST.sub("all the ", rest))
    return f"{rest} except {said['np']}"


_MOVING = {"up": "raise", "down": "lower"}
#: Return a plain sentence with what it leaves out at its end.
left_out_last = Rewriting((
    (re.compile(r"(?<=\w) , (?:oh|ah|um|er|wait)(?: ,)? but "), " , but "),
    (re.compile(r"\bbarring\b|\bwithout (?:touching|disturbing|including)\b"), "except"),
    (re.compile(r"(?P<main>.*\b(?:except|but not|apart from|other than|all but|bar)\b.*\w) , (?:just |please )?leave (?:it|that|that one|those|them|hers|his|theirs|mine|ours) (?:be|alone|as (?:it is|they are)|how (?:it is|they are))$"), r"\g<main>"),
    (re.compile(r"^(?:do not touch|(?:just )?(?:leave|keep)) (?P<np>(?:the|my|our) [^,]+?)(?: on| off| open| closed| alone| as it is)?(?: ,)? but (?P<rest>(?:turn|switch|open|close|shut|put|lock|dim) (?=.* and )(?!.*\b(?:but|except|other|else|rest)\b).+)$"), r"\g<rest> but leave \g<np> alone"),
    (re.compile(r"(?P<main>.+ , .+) , (?:and )?do not bother (?:with|about) (?P<np>(?:the|my|our)(?: (?!,|and\b)\S+)+)$"), r"\g<main> but leave \g<np> alone"),
    (re.compile(r"(?P<main>.+? (?:except(?: for)?|but not|apart from) (?:the|my|our|\w+s) [^,]+?) , (?:that one|that|it) (?:can|should|may) (?:go|come) (?:down |up )?to (?P<to>\d+ percent|half)$"), r"\g<main> , set that to \g<to>"),
    (re.compile(r"(?<=\boff everywhere) , (?:indoors? and out(?:side|doors)?|inside and out(?:side)?)(?= ,)"), ""),
    (re.compile(rf"^(?P<rest>(?=.*\b(?:all|every|everything)\b)[^,]+) , (?:but |and )?(?:just|only) (?:keep|leave) (?P<np>(?:the |my |our )?\w+(?: (?!{_WAYS}\b)\w+){{0,3}})(?: {_WAYS})?$"), _whole),
    (re.compile(r"(?<=\w) , (?:but |and )?only (?=(?:keep|leave) (?:the|my|our|\w+s) )"), " but "),
    (re.compile(r"^(?P<main>[^,]+?)(?: ,)? but (?P<spared>(?:leave|keep) (?:the|my|our|\w+s) (?:(?!on\b|off\b|alone\b|and\b)\w+ )+?(?P<so>on|off|alone|running)) , and (?!.* (?P=so)(?: please)?$)(?P<more>(?:the|my|our) [^,]+? (?:on|off|(?:at|to) (?:\d+ (?:percent|degrees)|half))(?: please)?)$"), r"\g<main> and \g<more> but \g<spared>"),
    (re.compile(r"(?<=\w)(?: ,)? (?P<but>but|and)(?: ,)? whatever (?:you do|happens)(?: ,)? (?=(?:leave|keep|do not) )"), r" \g<but> "),
    (re.compile(r"^(?P<main>.+? (?:except(?: for)?|but not|apart from|other than) (?P<np>(?:the|my|our|\w+s) [^,]+?)) , and (?:then )?(?P<verb>make|turn|set|dim|put|colou?r) (?:that one|that|it|(?:those|these|the) (?:2|ones)|both(?: of them)?) (?P<more>(?!on$|off$)[^,]+)$"), r"\g<main> and then \g<verb> \g<np> \g<more>"),
    (re.compile(r"^(?P<main>.+? (?:except(?: for)?|but not|apart from|other than) (?P<np>(?:the|my|our|\w+s) [^,]+?)) , (?:(?:and )?(?:turn|switch) (?:that one|that|it)|(?:that one|that|it|which) (?:goes|can go|should go|should be|can be)) (?P<way>on|off)$"), r"\g<main> and then turn \g<way> \g<np>"),
    (re.compile(r"(?P<but>\b(?:but|and) (?:leave|keep) (?:the|my|our) [^,]+?) (?:how|the way) (?:it is|they are)$"), r"\g<but> alone"),
    (re.compile(rf"^(?P<but>{_EXCEPT} (?:the|my|our|\w+s) (?:(?!i\b)\w+ ){{1,4}}?)(?=(?:i want|i would like|we want|can you|could you|turn|switch|put|close|open) )"), r"\g<but>, "),
    (re.compile(r"^(?P<main>[^,]+ (?:too|as well))(?: ,)? but do not touch (?P<np>(?:the|my|our) \w+(?: \w+){0,2})$"), r"\g<main> but leave \g<np> alone"),
    (re.compile(r"(?<=\w)(?: ,)? but leave (?P<np>(?:the|my|our|\w+s) (?:(?!on\b|off\b|open\b)\w+ ){0,3}?(?!on\b|off\b|open\b|alone\b|running\b|closed\b|shut\b|up\b|down\b|is\b|are\b)\w+)$"), r" but leave \g<np> alone"),
    (re.compile(r"^(?P<main>[^,]+?)(?: ,)? but (?P<spared>(?:leave|keep) (?:the|my|our|\w+s) (?:(?!on\b|off\b|alone\b|and\b)\w+ )+?(?:on|off|alone|running))(?: ,)? and (?P<more>(?:turn|switch|open|close|shut|set|put|lock|dim) (?!.*\b(?:it|them|that)\b).+)$"), r"\g<more> and \g<main> but \g<spared>"),
    (re.compile(r"(?P<main>.+? (?:except(?: for)?|but not|apart from) (?:the|my|our|\w+s) [^,]+?) , (?:that one|that|it) (?:should be|can be|is to be|needs to be|wants to be|goes|stays|can stay)(?: on)? (?:at|to) (?P<to>\d+ percent|half)$"), r"\g<main> , set that to \g<to>"),
    (re.compile(r"(?P<np>\b(?:the|my|our) (?!lights|lamps)\w+ (?:lights|lamps|blinds|curtains|fans)\b[^,]*) , (?:both )?(?:upstairs and down(?:stairs)?|downstairs and up(?:stairs)?)$"), r"\g<np> everywhere"),
    (re.compile(r"^(?:(?:could|can|would|will) you )?(?:please )?(?:just |only )?(?:leave|keep) (?P<np>(?:the|my|our) [^,]+?) (?:on|off|open) (?P<at>in (?:the |my |our )?\w+(?: \w+)?)(?: ,)? (?:and|but) (?P<verb>turn|switch) (?:all )?(?:the )?(?:others|other lights|rest|rest of the lights) (?P<way>on|off)$"), r"\g<verb> \g<way> the lights \g<at> except \g<np>"),
    (re.compile(r"(?P<at>\b(?:on|in|at|upstairs|downstairs)\b[^,]*) , everywhere (?=except|but|apart from|other than)"), r"\g<at> "),
    (re.compile(r"^not counting (?P<np>[^,]+) , (?P<rest>.+)$"), r"\g<rest> except \g<np>"),
    (re.compile(r"^(?P<main>.+? (?:except(?: for)?|but not|apart from) (?P<np>(?:the|my|our|\w+s) [^,]+?))(?: ,)? (?:and |but |then |which (?:i|we) would like |(?:i|we) want |please )*(?:(?:set|put|dim|turn|leave|have) )?(?:that one|that|it|those|them|these)?(?: down| up)?(?: to| at) (?P<to>\d+ percent|half)$"), r"\g<main> and then set \g<np> to \g<to>"),
    (re.compile(r"^(?P<rest>.+?\boff\b[^,]*?) , (?:only|just) (?P<np>(?:the|my|our|\w+s) [^,]+?) (?:should|can|is to|may) stay on$"), r"\g<rest> except \g<np>"),
    (re.compile(r"\bindoor (?=lights?\b|lamps?\b)"), "inside "),
    (re.compile(r" tho$"), " though"),
    (re.compile(rf"^(?P<all>every(?:where|thing)) (?P<but>(?:except|but|apart from|other than) {_WORDS}) , (?P<rest>.+?)(?: please)?$"), r"\g<rest> \g<all> \g<but>"),
    (re.compile(r"\b(?:on )?all over (?=the )"), "on "),
    (re.compile(r"\b(?P<at>on|of|for) the (?P<one>\w+) and (?:the )?(?P<other>\w+) floors\b"), r"\g<at> the \g<one> floor and the \g<other> floor"),
    (re.compile(r"^not (?:the|my|our) [^,]+ , (?:just|only) (?P<rest>(?:the|my|our) .+)$"), r"\g<rest>"),
    (re.compile(r"^(?P<rest>(?:turn|switch|open|close|shut|lock|unlock|dim) [^,]+?) only , (?:do not|never) (?:mind|bother(?: with| about)?|worry about|touch) .+$"), r"\g<rest>"),
    (re.compile(rf"^{_EXCEPT} (?P<np>{_WORDS}) , (?:but |then )?(?P<rest>.+)$"), _whole),
    (re.compile(rf"^(?:please |you can |we can |just )*(?:do not (?:touch|turn off|switch off)|leave|keep) (?P<np>(?:the|my|our) {_WORDS})(?: {_WAYS})?{_BEFORE} (?P<rest>(?:turn|switch|shut|close|open|put|all|every)\b(?=.*\b(?:other|else|rest of)\b)(?!.*\b(?:there|it|them|that)\b).+)$"), _whole),
    (re.compile(rf"^(?P<np>{_WORDS}) can (?:all )?stay(?: {_WAYS})? , (?:but |and |so )*(?P<rest>(?:(?:turn|switch|close|open|shut)(?: off| on)? )?(?:all )?the (?:rest of|other) .+)$"), _whole),
    (re.compile(rf"^(?P<rest>.+?) , (?P<np>(?!.*\b(?:on|off|up|down)$){_WORDS}) (?:excepted|excluded|aside|apart)$"), _whole),
    (re.compile(rf"^(?P<rest>[^,]+?){_BEFORE} do not (?:turn|put|switch|open|close|shut|touch|set|lock|dim)(?: on| off)? (?P<np>(?:the|my|our|that|\w+s) {_WORDS})(?: (?:on|off|up|down))?$"), _whole),
    (re.compile(rf"^(?P<rest>(?:open|close|shut|raise|lower|turn|switch) [^,]+?){_BEFORE} (?:keep|leave) (?P<np>(?:the|my|our|\w+s) {_WORDS}) (?:shut|closed|open|down|up|on|off|as it is|as they are)$"), _whole),
    (re.compile(r"^(?P<np>(?:the|all the|all|my) [^,]+) , (?P<verb>turn|switch|put) (?:all of them|them all|them) (?P<way>on|off)(?P<more>(?: ,)? (?:but|except|apart|not|other).*)$"), r"\g<verb> \g<way> \g<np>\g<more>"),
    (re.compile(r"^can (?P<np>(?:the|my|our|all) [^,]+?) go (?:down |up )?(?:to )?(?P<to>halfway|half|\d+ percent)(?P<more>.*)$"), r"set \g<np> to \g<to>\g<more>"),
    (re.compile(rf"^(?P<np>(?:the|all the|all|my) [^,]+?) can (?:all )?(?:come|go) (?P<way>up|down)(?: now)?(?: ,)? (?:all |but |just |only )*(?:except(?: for)?|not|apart from|other than|but) (?P<but>{_WORDS})(?P<more> , .+)?$"), lambda said: f"{_MOVING[said['way']]} {said['np']} except {said['but']}"),
    (re.compile(r"^(?P<verb>(?:turn|switch) (?:off|on)|close|open|shut) (?P<one>[^,]+? except [^,]+?) , and (?P<other>all [^,]+ except [^,]+)$"), r"\g<verb> \g<one> and then \g<verb> \g<other>"),
))  # fmt: skip
