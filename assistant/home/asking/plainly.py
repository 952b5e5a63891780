"""Other ways to ask, and the plain one: "where has the robot got to" is "where is the robot"."""

# ruff: noqa: E501 (a way of saying something is one line)

from __future__ import annotations

import re
from functools import lru_cache

from assistant.home.understanding.wording.ways import openers

_LEAD = re.compile(
    r"(?:(?:tell me|do you know|can you tell me|show me|check|i wonder|let me know|could you check|see|find out|report|please) (?:for me |me |us )?(?:if |whether |that )?)+"
    r"(?=(?:there|the|is|are|what|which|how|any|when|all|if|my|whether|did|status|i|it)\b)"
)
#: Other ways to begin or to end a question, and the plain one; the words that each begins with, None for any.
_ASKED_SO = tuple(
    (re.compile(way), plainly, openers(way[1:]) if way[0] == "^" and "|^" not in way else None)
    for way, plainly in (
        (r"^(what is (?:the |my |our )?.+ (?:in|on|at) .+?) (?:running|sitting|going|set|turned) (?:at|to)$", r"\1 at"),
        (
            r"^((?:did|have|has) .+ (?:leave|left|keep|kept|shut|close|lock|turn|switch)\b.*) (?:this (?:morning|afternoon|evening)|last night|earlier(?: on)?|before (?:i|we) (?:left|went out)|when (?:i|we) (?:left|went out|went to bed))$",
            r"\1",
        ),
        (r"^how (warm|hot|cold|cool|bright|humid|damp|fast|full)s (?=\w)", r"how \1 is "),
        (r"^(what|how|where|who)s ", r"\1 is "),
        (r"^where has (.+) (?:got to|gone|gone to|ended up)$", r"where is \1"),
        (r"^where is (.+) (?:got to|gone|gone to|at|hiding)$", r"where is \1"),
        (
            r"\b(on|off|open|closed|shut|locked|unlocked|running|lit) (?:up|down|out|over|through)(?= (?:in|on|at|by) (?:the|my|our) | outside| upstairs| downstairs)",
            r"\1",
        ),
        (
            r"^(?:is|has) (.+) (?:got )?(?:up to|at|reached) (?:the )?(?:set |right )?temperature(?: yet| now| already)*$",
            r"how warm is \1",
        ),
        (r"^how is (.+) (?:doing|getting on|coming along|holding up)$", r"what is \1 doing"),
        (r"^how is (.+) (?:doing|looking|going)(?: (for|in|on|at) (.+))?$", r"what is \1 \2 \3"),
        (
            r"^(?:is|are) (?:the )?batter(?:y|ies) (?:low|flat|empty|dead|full|ok|okay|running (?:low|out)) (?:on|in|of) (.+)$",
            r"how much battery has \1 got",
        ),
        (r"^how longs (?=\w)", "how long has "),
        (
            r"^how (?:toasty|nippy|freezing|baking|boiling|roasting|balmy|mild|icy|frosty)(?= (?:is|are|it)\b)",
            "how warm",
        ),
        (r"^(?:what is|how is) it (?:like )?(.+?)(?: ,)? (temperature|humidity|battery) ?wise$", r"what is the \2 \1"),
        (
            r"^(?:what is|what are|how is|how are) (?!it )(.+?)(?: like| doing)?(?: ,)? (temperature|humidity|battery|power) ?wise$",
            r"what is the \2 of \1",
        ),
        (
            r" (?:right now|right this (?:minute|second|instant|moment)|at the moment|just now|just|at present|at this moment|at the minute|at this point|as we speak|these days|presently|by any chance)$",
            "",
        ),
        (r" (?:anywhere|somewhere|at all)(?: in (?:the|my|our|this) (?:house|home|flat|place))?$", ""),
        (r"^(is|are) there (?:a|an|one|some) ", r"\1 there any "),
        (r"^(is|are) (opened|open|closed|shut|on|off|locked|unlocked|running|ajar) ((?:the|my|our) .+)$", r"\1 \3 \2"),
        (r"^do (?:i|we) (?:need|have) to (?:close|shut) (?:the |my |our )?(any )?(.+?s)$", r"are any \2 open"),
        (r"^do (?:i|we) (?:need|have) to lock (?:the |my |our )?(any )?(.+?s)$", r"are any \2 unlocked"),
        (r"^do (?:i|we) (?:need|have) to (?:turn|switch) off (?:the |my |our )?(any )?(.+?s)$", r"are any \2 on"),
        (r"^how (?:warm|hot|cold|cool) (?:is|are) (.+?) (?:supposed|meant|going) to (?:be|get)$", r"what is \1 set to"),
        (r"^how (?:warm|hot|cold|cool) should (.+?) (?:be|get)$", r"what is \1 set to"),
        (r"^what (?:is|are) (.+?) (?:supposed|meant) to be(?: at| on)?$", r"what is \1 set to"),
        (
            r"^(?:what (?:percentage|percent|percents|level|height)|how many percent) (?:is|are) (.+?)(?: at| on| set to| open)?$",
            r"what is \1 at",
        ),
        (r"^(?:what is|how is) the air(?: like)?(?= (?:in|on|at) |$)", "what is the air quality"),
        (r"^what (?:is|has been|was) left (on|open|unlocked)\b", r"what is \1"),
        (r"^how (warm|hot|cold|cool|humid|bright) it is\b", r"how \1 is it"),
        (r"^how (warm|hot|cold|cool) are (.+ rooms|.+ floors)$", r"how \1 is it in \2"),
        (
            r"^which (.+ rooms|rooms) (?:still )?have (?:got )?(?:the |their |any |a )?(\w+ )??(\w+?)s? (on|off|open|closed|shut|unlocked)$",
            r"which \2\3s in \1 are \4",
        ),
        (r"^how many degrees (?:is|are)(?: it| there)?(?= |$)", "how warm is it"),
        (r"^(?:what is|what are) the (?:readings?|reports?) (?:of|on|from|for) (.+)$", r"what is \1 reading"),
        (
            r"^(?:is there|does|do|has|have) (.+?) (?:have |got |has )?enough battery(?: left)?$",
            r"how much battery has \1 got",
        ),
        (r"^is there (?:enough|any|much) battery(?: left)? (?:in|on|for) (.+)$", r"how much battery has \1 got"),
        (
            r"^how much (?:juice|charge) (?:is left |is there )?(?:has|have|in|on|does) (.+?)(?: have| got)?(?: left)?$",
            r"how much battery has \1 got",
        ),
        (r"^how many degrees (?:do we have|have we got)", "how warm is it"),
        (r"^(?:is|are) there (?:any )?(?:water )?leaks?\b|^any (?:water )?leaks?\b", "is there water"),
        (r"^any (smoke|gas|motion|movement|water|rain|carbon monoxide)\b", r"is there any \1"),
        (r"^(?:give|tell|read)(?: me| us)?(?: out)? (the|my|our) (.+)$", r"what is \1 \2"),
        (
            r"^what (?:have|has|did) (?:we|i|you|they|somebody|someone) (?:got |set |put |left )?(.+?) (?:set |turned )?(to|at|on)$",
            r"what is \1 set \2",
        ),
        (
            r"^what (?:temperature|temp) (?:have|has|did) (?:we|i|you) (?:got |get |set |put )?(.+?) (?:set )?(?:to|at|on)$",
            r"what is \1 set to",
        ),
        (r"^what time (?:did|was|were) (.+?) (?:last )(\w+)$", r"when was \1 last \2"),
        (
            r"^(?:what time|when) (?:did|was|were) (?:somebody|someone|anybody|anyone|i|we) last (\w+) (.+)$",
            r"when was \2 last \1",
        ),
        (r"\b(?:out there|out of doors|outdoors|out the (?:back|front))$", "outside"),
        (r"\b(is it(?: \w+)?) out$", r"\1 outside"),
        (
            r"^(?:is |are )?(?:there )?(?:anything|anyone|anybody|something|somebody|someone)(?: is)? moving(?: about| around)?",
            "is there motion",
        ),
        (
            r"^(?!what |how |is |are )(?:the )?((?:\w+ ){0,4}(?:usage|consumption|power use|energy use|electricity use|battery level|battery|status|air quality))$",
            r"what is the \1",
        ),
        (
            r"^(what is (?:the |my |our )?.+?) (?:like|looking like|looking|sitting at|reading|running at)(?= (?:in|on|at) |$)",
            r"\1",
        ),
        (r"^how much battery (?:does |do )?(.+?) (?:has|have)(?: got)?(?: left)?$", r"how much battery has \1 got"),
        (
            r"^(?:is|has|are) (.+?) (?:flooding|flooded|leaking|under water|been flooded|got water in it)$",
            r"is there water in \1",
        ),
        (
            r"^(?:has|have|is|are) (.+?) (?:finished|done|through)(?: (?:cleaning|hoovering|vacuuming|with the floors|the floors))?$",
            r"is \1 docked",
        ),
        (
            r"^when (?:was|were) (?:there )?(?:the )?last (?:any )?(?:movement|motion|activity)(?: detected)? (?:in|on|at) (.+)$",
            r"when was \1 motion last detected",
        ),
        (
            r"^when did (.+) last (?:see|have|detect|notice) (?:any |some )?(?:movement|motion|activity)$",
            r"when was \1 motion last detected",
        ),
        (r"\bopenings\b", "doors and windows"),
        (r"^(is|are) ((?:the|my|our) .+) (lock|unlock)$", r"\1 \2 \3ed"),
        (r"^(is|are) ((?:the|my|our) .+) close$", r"\1 \2 closed"),
        (
            r"^(is|are) (.+) (locked|closed|shut|opened|turned off|switched off|turned on|switched on) (?:up|down|tight|yet|properly|fully|completely|securely|all the way|right up|right down)$",
            r"\1 \2 \3",
        ),
        (r"^is it (?:too |very |really |quite )*(?:humid|damp|muggy|moist)\b", "how humid is it"),
        (
            r"^(?:has|have) (.+?) been (on|off|open|closed|shut|locked|unlocked|running|going) (?:all (?:day|night|morning|evening|afternoon|this time|along)|(?:for )?(?:very |so |too )?(?:long|ages|hours|a while))$",
            r"how long has \1 been \2",
        ),
        (
            r"^(?:are|is) (?:we|i|it|the house) (?:making|producing|generating|getting) (?:any|much|enough) (.+?)(?: power)?$",
            r"how much power is \1 making",
        ),
        (
            r"^how much (?!power|electricity|energy)(\w+)(?: power)? (?:are|is) (?:we|i) (?:making|producing|generating|getting)$",
            r"how much power is \1 making",
        ),
        (
            r"^what are (?:we|i) (?:using|drawing|pulling|burning|consuming)(?: in| of)?(?: (?:power|electricity|energy))?$",
            "how much power are we using",
        ),
        (
            r"^(?:what|which) (\w+) did (i|we) (?:forget|not) to (?:close|shut)(?= (?:in|on|at|up|down|out|inside|upstairs|downstairs|outside)|$)",
            r"which \1 did \2 leave open",
        ),
        (
            r"^(what|which) (\w+) did (i|we) (?:forget|miss|overlook)(?: about)?(?: to (?:turn|switch) (?:off|out))?(?= (?:in|on|at|up|down|out|inside|upstairs|downstairs|outside)|$)",
            r"which \2 did \3 leave on",
        ),
        (
            r"^how (warm|hot|cold|cool|bright|humid|damp|full) (?:has|have) (?!it )(.+?) (?:got|gotten|become|been)$",
            r"how \1 is \2",
        ),
        (
            r"^how (warm|hot|cold|cool|bright|humid|fast|high) (?:have|has|did) (?:we|i|you|they|somebody|someone) (?:got|get|set|left|leave|put) (.+?)(?: (?:going|running|spinning|set|on|set to))?$",
            r"how \1 is \2",
        ),
        (r"^how (warm|hot|cold|cool|bright|humid|damp) is (.+) (?:got|gotten|become)$", r"how \1 is \2"),
        (
            r"^(?:is|are|has|how is) the air (?:(?:getting|going|gone|got|a bit|very|too|really) )*(?:bad|stale|stuffy|fresh|good|ok|okay|thick|poor)(?= (?:in|on|at)|$)",
            "what is the air quality",
        ),
        (
            r"^(what is (?:the |my |our )?(?:\w+ )?(?:temperature|humidity|battery|power|pressure|air quality)) (?:doing|up to|at)(?= (?:in|on|at|of)|$)",
            r"\1",
        ),
        (
            r"^(?:did|has|have|is) (?:anybody|anyone|somebody|someone|anything|something) (?:been |just )?(?:walk|walked|walking|come|coming|pass|passed|go|gone|move|moved|been)(?: been)? (?:through|in|into|past|by|along|around) (.+)$",
            r"when was \1 motion last detected",
        ),
        (
            r"^how much (?:power|electricity|energy|juice)(?: is| are| do| does)? (?:(?:coming|we getting|we get|i get|getting|come)(?: in)?) (?:off|from|out of) (?:the |our |my )?(?:roof|panels?|solar panels?|sun)$",
            "how much power is the solar making",
        ),
        (r"^how (warm|hot|cold|cool|humid|damp) (?:has|have) it (?:got|gotten|become|been)(?= |$)", r"how \1 is it"),
        (
            r"^(?:are|is) (?:we|everything|the house|the place)(?: all)? (?:locked|secured|secure)(?: up| tight| down)*$",
            "are all the doors locked",
        ),
        (
            r"^(?:is|are) (.+?) (?:making|producing|generating) (?:anything|any|much|enough)(?: power| electricity| energy)?$",
            r"how much power is \1 making",
        ),
        (r"^(?:(?:can|could) (?:you|i) )?(?:see|hear|smell|sense|detect) (?:any|some|a) (?=\w)", "is there any "),
        (r"^(?:is there |are there )?(?:any|some|a) signs? of (?:any |a )?", "is there any "),
        (
            r"^(?:has|have|is|are|was) (?:there )?(?:anyone|anybody|someone|somebody|anything|something) (?:been )?(?:moving|walking|wandering|creeping|sneaking)(?: about| around)?(?= |$)",
            "is there motion",
        ),
        (
            r"^(?:does|do) (.+?) need (?:charging|a charge|recharging|plugging in|(?:a )?new batter(?:y|ies)|(?:its )?batter(?:y|ies) (?:changing|charging))(?: up| soon| yet)*$",
            r"how much battery has \1 got",
        ),
        (
            r"^what is (.+?) (using|drawing|burning|consuming|pulling) in (?:power|electricity|energy|watts)$",
            r"what is \1 \2",
        ),
        (
            r"^what (?:is|are) the (humidity|temperature|temp) (?:target|set ?point|goal)(?: (?:on|of|for|in) (.+))?$",
            r"what \1 is \2 set to",
        ),
        (
            r"^is it (?:(?:too|getting|very|really|still|actually|absolutely) )*(?:freezing|frosty|icy|nippy|below freezing|mild|boiling|baking|roasting|scorching)(?= (?:in|on|at|outside|upstairs|downstairs|here)|$)",
            "is it cold",
        ),
        (r"^who is (?:there )?(in|at|on) (.+)$", r"is there anyone \1 \2"),
    )
)
#: After "tell me" the verb comes last: "how warm it is", "what the humidity is in the bathroom".
_TURNED = re.compile(
    r"^(what|where|how (?:warm|hot|cold|cool|bright|humid|far open|open))(?! is| are) (.+?) (is|are)\b(.*)$"
)
_WHAT_IS_SENSED = (
    r"(?: (?:any(?: |(?=thing|one|body))|some(?: |(?=thing|one|body))|a |the )?(?:thing|one|body|person|people|movement|motion|activity|presence|smoke|gas|water|leak|noise|sound|vibration|carbon monoxide|intruders?|us|me)"
    r"(?: (?:at all|moving|there|about|strange|suspicious|unusual))?)"
)
#: What a detector has done, or does now: "has the landing sensor picked up any movement".
TRIGGERED = re.compile(
    r"^(?:has|have|did|is|are|does(?=.* any(?:thing|one|body)$)) (?P<np>.+?) (?:(?:currently|still|just|ever|now) )*"
    r"(?:gone off|go off|going off|been set off|set off|tripped|trip|been tripped|been triggered|sounding"
    rf"|(?:pick|picks|picked|picking)(?: up{_WHAT_IS_SENSED}?|{_WHAT_IS_SENSED} up)"
    rf"|(?:see|seen|seeing|noticed?|noticing|detect(?:ed|ing)?|sens(?:e|ed|ing)|spot(?:ted|ting)?|register(?:ed|ing)?|hear|heard|hearing|report(?:ed|ing)?){_WHAT_IS_SENSED})$"
)


def _as_asked(text: str) -> str:
    first = text.partition(" ")[0]
    for way, plainly, first_words in _ASKED_SO:
        if first_words is not None and first not in first_words:
            continue
        said, changed = way.subn(plainly, text, count=1)
        if changed:
            text = " ".join(said.split())
            first = text.partition(" ")[0]
    return text


@lru_cache(256)
def plainly_asked(text: str) -> str:
    """Return a plain question in the plainer words for it, without what leads to it."""
    words, led = text, _LEAD.sub("", text)
    text = f"what is {led}" if led != text and re.match(r"(?:the|my|our|all) (?!.* (?:is|are)\b)", led) else led
    text = re.sub(r"^(?:if|whether) (.+?) (is|are) ", r"\2 \1 ", text)
    text = re.sub(
        r"^(?:if |whether )?(i|we|someone|somebody|anyone|anybody) (?:have |has )?(?=\w+ (?:the|my|our|any|all)\b)",
        r"have \1 ",
        text,
    )
    text = re.sub(r"^there (is|are) ", r"\1 there ", text)
    return _as_asked(_TURNED.sub(r"\1 \3 \2\4", text) if led != words else text)
