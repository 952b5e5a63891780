"""Other ways to say a part of a sentence, and the plain one: "right up to 100 percent", "out here in the yard", "rn"."""

# ruff: noqa: E501 (a way of saying something is one line)

from __future__ import annotations

import re
from collections.abc import Callable

from assistant.home.understanding.wording.spoken_around import VERB


def _narrowed(said: re.Match[str]) -> str:
    """Return a command for the one that is said behind its kind: "turn off the light , the mirror one"."""
    if said["at"]:
        return f"{said['verb']} the {said['noun']} {said['at']}"
    noun = said["noun"].rpartition(" ")[2]
    return f"{said['verb']} {said['whose'] or 'the ' + said['which']} {noun}"


def _rolled(said: re.Match[str]) -> str:
    """Return what is done to an awning that is to come in or out."""
    return f"{'close' if said['way'] == 'in' else 'open'} {said['np']}"


def _wanted(said: re.Match[str]) -> str:
    """Return a command for what somebody wants whose name is not said: "she wants her night light green"."""
    to = said["to"]
    if to in ("on", "off"):
        return f"turn {to} the {said['np'].strip()}"
    if to in ("open", "closed", "shut"):
        return f"{'open' if to == 'open' else 'close'} the {said['np'].strip()}"
    return f"{'make' if to.endswith('er') else 'set'} the {said['np']}{'' if to.endswith('er') or to[:2] in ('at', 'to') else 'to '}{to}"


_DOING = {
    "locked": "lock", "closed": "close", "shut": "shut", "off": "turn off", "on": "turn on", "open": "open",
    "unlocked": "unlock",
}  # fmt: skip
_WAYS: tuple[tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]], ...] = (
    (re.compile(r"\bin the (?=room \d(?!(?: ,)? and \d))"), "in "),
    (re.compile(r"\bget (?P<np>(?:the|my|our) (?:(?!,)\S+ ){0,3}?(?:fan|heater|heating|radiator|kettle|washer|dishwasher|dryer|pump|fountain|sprinklers?)) (?:going|running|started)\b"), r"turn on \g<np>"),
    (re.compile(r"\btake the lock off (?=(?:the|my|our) )"), "unlock "),
    (re.compile(r"^(?P<np>(?:the )?(?:radiator|heating|heat|fan|blind|light|lamp|aircon|curtain)s?) (?P<one>(?:up|down|on|off)(?: a (?:bit|little|touch|tad))?) in (?P<here>(?:the |my |our )?(?!,)\S+(?: (?!,|and\b)\S+)?) and (?P<other>(?:up|down|on|off)(?: a (?:bit|little|touch|tad))?) in (?P<there>(?:the |my |our )?(?!,)\S+(?: (?!,|and\b)\S+)?)$"), r"\g<np> \g<one> in \g<here> and \g<np> \g<other> in \g<there>"),
    (re.compile(r"\bmovie knight\b"), "movie night"),
    (re.compile(r"(?<=\bin room )(?:too|tew)(?=$| please| at| and)"), "2"),
    (re.compile(r"(?<=\w)(?: ,)? but (?:i|we) (?:want|would like|need) (?P<np>(?:the|my|our) (?:(?!,)\S+ )+?)(?:left|kept|to stay|staying) (?P<way>on|off|open|shut|closed|up|down)$"), r" but leave \g<np>\g<way>"),
    (re.compile(r" , (?:only|just) (?P<np>(?:the|my|our) (?:(?!,)\S+ )+?)(?:should|can|may|is to|must) (?:stay|remain) (?P<way>on|off|open|shut|closed|up|down)$"), r" but leave \g<np>\g<way>"),
    (re.compile(r"(?P<one>(?:the|my|our) [^,]+?) can go (?P<way>on|off|up|down)(?: ,)? and so (?:can|should) (?P<other>(?:the|my|our) [^,]+?)(?=$| ,| but)"), r"\g<one> and \g<other> can go \g<way>"),
    (re.compile(r"(?<=\w) ,(?: (?:and|but))? (?:everything|everywhere|anything|all the) (?:else|rest)(?: (?:in|on|of) (?:the |my |our )?\w+(?: \w+)?)? (?:can |should |may |is to |has to )?(?:just )?(?:stay|stays|remain|remains|be left) (?:just )?(?:as it is|on|the way it is|alone|how it is|put)$"), ""),
    (re.compile(r"^which (?=(?:on|off) (?:the|my|our|\w+ \w+$)(?!.* (?:is|are|was|were)\b))"), "switch "),
    (re.compile(r"\bharm (?=(?:the|my|our) (?:\w+ )?alarm\b)"), "arm "),
    (re.compile(r"\bfor the (?:knight|nite)\b"), "for the night"),
    (re.compile(r"\bmake a start(?: on the \w+)?(?=$| please| ,)"), "start"),
    (re.compile(r"^do not need (?=(?:the|my|our) .* (?:any ?more|now)? ?, (?:so |please )*(?:turn|switch) (?:it|them) off)"), "i do not need "),
    (re.compile(r"(?<=\w) for the (?:\w+ )?(?:cleaners?|plumber|electrician|gardener|postman|courier|delivery|driver|builders?|neighbours?|sitter|babysitter|nurse|vet)(?=$| please$)"), ""),
    (re.compile(r"(?<=\w) while (?:i|we) (?:am|are) (?:in|out|away|here|at home|home|asleep)$"), ""),
    (re.compile(r"^(?:the |our |my )?(?!(?:nobody|none|one|who|whoever|what|which|nothing|never|hardly|nor|it|that)\b)\w+ needs (?P<np>(?:the|my|our) (?:(?!,)\S+ ){1,3}?)(?P<so>unlocked|locked|opened|open|shut|closed)(?: please)?$"), lambda said: f"{_DOING.get(said['so'], 'open')} {said['np'].strip()}"),
    (re.compile(r"(?<=\w) , (?:my|our|the) \w+(?:s| is) asking(?: for it| nicely)?$"), ""),
    (re.compile(r"\bsend (?P<np>(?!it\b|them\b|that\b)\w+) (?:round|out|off|around)(?=$| please| ,)"), r"start \g<np>"),
    (re.compile(r"^(?:can|could|may|would) (?P<np>(?:the|my|our) (?:\w+ ){0,2}fan) (?:swing|turn|go|move|blow) (?:from )?side to side"), r"oscillate \g<np>"),
    (re.compile(r"\brooms? (?P<all>\d(?:(?: ,)?(?: and)? \d){1,8})\b"), lambda said: " and ".join(f"room {number}" for number in re.findall(r"\d", said["all"]))),
    (re.compile(r"(?P<in>\bin) (?P<places>(?:the |my |our )?(?!,)\S+(?: (?!,|and\b)\S+){0,2} and (?:the |my |our )?(?!,|and\b)\S+(?: (?!,|and\b)\S+){0,2}) , and (?P<rest>(?:(?!,).)*\blights?\b(?:(?!,).)*) in both(?: of them| rooms| places)?(?: as well| too)?$"), r"\g<in> \g<places> , and \g<rest> in \g<places>"),
    (re.compile(r"\b(?:in|of) the (?:whole |entire )?(?:house|flat|apartment|place|home)(?: ,)? and (?:also )?(?:in|on|out in) (?:the|my|our) (?:balcony|garden|terrace|patio|deck|yard|porch|drive|driveway|roof terrace)\b"), "in the whole house"),
    (re.compile(r"^(?P<verb>(?:turn|switch) (?:on|off) )?(?:everything|all)(?P<mid>(?: (?:on|off|in|here|there)\b)+.*?) , i (?:mean|meant) (?:just|only) (?P<np>the (?:lights|lamps|plugs|blinds|curtains|radiators|fans))$"), lambda said: f"{said['verb'] or ''}{said['np']}{said['mid']}"),
    (re.compile(r"(?<=\w) (?:four|4|fore) (?=(?:me|us|him|her|them)(?:$| ,| please)|(?:the|my|our) \w)"), " for "),
    (re.compile(r"\bpleas(?=$| (?:turn|switch|put|open|close|shut|lock|unlock|set|dim|make|start|stop|can|could) )"), "please"),
    (re.compile(r"\b(?P<up>up|down|dim|turn it|set it) (?:two|too|2) (?=(?:\d+|ten|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|half)\b)"), r"\g<up> to "),
    (re.compile(r"\b(?:to|too|two|2|four|4|for) (?:the )?(?:knight|nite)(?= mode|$)"), "to night"),
    (re.compile(r"^(?:(?:well|so|ok|and) (?:, )?)?(?P<who>she|he|mum|mom|dad|gran|nan|grandma|grandpa) wants (?:her|his|the) (?P<np>(?:(?!,)\S+ )+?)(?P<to>on|off|open|closed|shut|(?:at|to) \d+ percent|brighter|dimmer|darker|warmer|cooler|red|green|blue|yellow|purple|pink|orange|white|warm white)(?: tonight| today| now| please)*(?: , (?:can|could|would|will) you (?:do that|please|manage that))?$"), _wanted),
    (re.compile(r"(?<=\w) for (?:my|our|the) (?:mum|mom|mother|dad|father|gran|nan|grandma|grandpa|sister|brother|wife|husband|partner|kids|children|boys|girls|son|daughter|guests|visitors)(?=$| please$)"), ""),
    (re.compile(r"\bwake (?P<np>(?:the|my|our) (?:\w+ )?(?:printer|computer|pc|server|screen|monitor|tv|telly|projector|console|nas|laptop|amp|amplifier)) up\b"), r"turn on \g<np>"),
    (re.compile(r"\bhow much (?:electric|juice)(?= (?:are|is|do|have|am)\b)"), "how much electricity"),
    (re.compile(r"^(?:(?!(?:next|another|what|last|this|that|one|some|any|every|each|all|long|no|first)\b)\w+ )?time , (?:so )?(?=(?:(?:the|my|our|all) .+|\w+ ?.*?) (?:on|off)\b|turn\b|switch\b)"), ""),
    (re.compile(r"(?<=\w) go (?P<way>on|off) now(?=$| please)"), r" go \g<way>"),
    (re.compile(r"^(?:(?:ok|okay|right|hey|so) (?:, )?)*the \w+ (?:is|are|has) (?:all )?(?:done|finished|gone|left)(?: now)? , (?:so )?(?=(?:please )?(?:open|close|shut|turn|switch|lock|unlock)\b(?!.*\b(?:it|them|that|those)\b))"), ""),
    (re.compile(r"\b(?P<verb>open|close|shut) (?P<np>(?:the|my|our) (?:(?!,|and\b)\S+ ){0,3}?(?!,)\S+) back up(?=$| please)"), r"\g<verb> \g<np>"),
    (re.compile(r"^(?:someone|somebody|one of you|the kids|(?!(?:nobody|who|what|which|nothing)\b)\w+)(?: is| has| have|s)? left (?P<np>(?:the|my|our) (?:\w+ ){1,3}?)on(?: again)? , (?:so )?(?:please |can you |could you )*(?:turn|switch) (?:it|them|those|that) off"), r"turn off \g<np>"),
    (re.compile(r"(?<=\w) , (?:obviously|of course|naturally|clearly|as usual|as always|needless to say)$"), ""),
    (re.compile(r"(?<=\w) , (?:because )?(?:people|everyone|everybody|we|they|you|i|he|she|\w+) (?:always|keeps?|often|usually) (?:forgets?|forgetting|leaves?|leaving)(?: (?:it|them|those|that|these)(?: two| ones| things)?)?(?: (?:on|off|running|open))?$"), ""),
    (re.compile(r"(?<=\w) so (?:that )?(?!(?:i|we|you|nobody)\b)(?:(?:the|my|our) )?\w+ can (?:(?!,|\b(?:on|off|and|then|but|except|apart|so|if|when|at|for|by|until)\b).)+$"), ""),
    (re.compile(r"^(?:(?:the|my|our) )?\w+(?: \w+)? (?:is|are) (?:out (?:back|front|there)|outside|here|there|home|back|at the (?:door|gate|front))(?: now| again| already)? , (?=(?:(?:can|could|would|will) you |please |just |so )*(?:unlock|open) (?:the|my|our) )"), ""),
    (re.compile(r"\bu(?= (?:turn|switch|put|get|open|close|shut|make|set|dim|please|just)\b)"), "you"),
    (re.compile(r"\b(?:all the way|right) up to (?=\d)"), "up to "),
    (re.compile(r"\brn(?=$| ,)"), "right now"),
    (re.compile(r"\btemp\b"), "temperature"),
    (re.compile(r"(?<= and )(?P<way>on|off) on (?=(?:the|my|our) )"), r"\g<way> in "),
    (re.compile(r"^(?:put|have|set|get) (?P<np>(?:(?!,|on\b)\S+ )+?)on (?:nice and |really |quite )?(?P<how>dim|low)(?: for \w+)?$"), r"\g<np>on \g<how>"),
    (re.compile(rf" , (?:it is|we are|i am|there is|there are) (?:(?!,|(?:on|off|open|closed)\b)\S+ )+?, (?=and (?:please )?{VERB}\b)"), " "),
    (re.compile(r"(?<= too bright) (?:this|that) (?:early|late|time of (?:day|night)|morning)(?=$| ,)"), ""),
    (re.compile(r"^what is (?P<np>(?:the|my|our) (?:\w+ )?(?:thermostat|radiator|heating|heater|air con|ac|boiler)) set to (?P<at>upstairs|downstairs|in (?:the |my |our )?\w+(?: \w+)?)$"), r"what is \g<np> \g<at> set to"),
    (re.compile(r"\b(?:a |an |1 |one )?hundred (?=percent\b)"), "100 "),
    (re.compile(r"^(?:i|we) need (?P<np>(?:the|my|our) (?:(?!,)\S+ )+?)(?P<verb>(?:un)?lock|open|clos|shutt)ing(?= ,|$)"), lambda said: f"{ {'clos': 'close', 'shutt': 'shut'}.get(said['verb'], said['verb'])} {said['np'].strip()}"),
    (re.compile(r"^(?P<lead>(?:(?:hey|hi|ok) , |(?:can|could) you |you (?:can|may) |please |now )*)(?P<verb>start|stop) charging (?:the|my|our) (?P<np>\w+)\b"), lambda said: f"{said['lead']}turn {'on' if said['verb'] == 'start' else 'off'} the {said['np']} charger"),
    (re.compile(r"^has (?P<np>(?:the|my|our) \w+(?: \w+)?) sprung a leak$"), r"is \g<np> leaking"),
    (re.compile(r"\b(?P<in>in|on|of|across|throughout|around) the (?:whole|entire) (?:boat|narrowboat|caravan|motorhome|van|bungalow|villa|cottage|chalet|lodge|farmhouse|farm|cabin)\b"), r"\g<in> the whole house"),
    (re.compile(r"(?<=er) in (?:colour|color|tone)\b"), ""),
    (re.compile(r"^(?P<command>let us (?:open|close|shut|turn on|turn off|light|dim) (?:(?!,| and ).)+) and (?:have|eat|enjoy|watch|sit|let in|get some) (?:(?!,|\b(?:on|off)\b).)+$"), r"\g<command>"),
    (re.compile(r"^how (?:is|are) (?P<np>(?:the|my|our) (?:\w+ )?)batter(?:y|ies) (?:doing|looking|holding up|getting on)$"), r"what is \g<np>battery level"),
    (re.compile(r"^how much are we getting (?:off|from|out of) the solar(?: panels)?"), "how much solar are we getting"),
    (re.compile(r"^(?:what is|how much is)(?: there)? left in (?P<np>(?:the|my|our) (?:\w+ ){0,2}tank)$"), r"how full is \g<np>"),
    (re.compile(r"^is (?P<np>(?:the|my|our) (?:\w+ ){0,2}tank) (?:getting |nearly |almost |close to |about )*(?:full|empty|low)$"), r"how full is \g<np>"),
    (re.compile(r"^(?P<wish>(?:can|could) (?:(?!,)\S+ )+?be (?:(?!,)\S+ )*?\w+) (?:tonight|today|this evening)$"), r"\g<wish>"),
    (re.compile(r"(?<!alarm )\b(?P<way>on|off|down|shut|closed|open) for (?:tonight|the night|today|the evening|the day)(?=$| ,)"), r"\g<way>"),
    (re.compile(r"^how (?:dry|wet|damp|moist) is the soil\b"), "what is the soil moisture"),
    (re.compile(r"\b(?:in|to) an? (?P<white>(?:cool|cooler|warm|warmer|soft|bright|cold) white)\b"), r"\g<white>"),
    (re.compile(r"^(?:you can|we can|can you|could you|please) (?P<verb>open|close|shut|lock|unlock) (?P<np>(?:the|my|our)(?: (?!,)\S+){1,3}?) now(?= , )"), r"\g<verb> \g<np>"),
    (re.compile(r" so (?:that )?(?:i|we) (?:can |will )?(?:hear|know|find out|tell|see) where (?:it|he|she) (?:is|has got to|has gone|went)$"), ""),
    (re.compile(r"^any (?=(?:water|leaks?|motion|movement|smoke|gas|damp|moisture) (?:on|in|under|at|near|by|around) )"), "is there any "),
    (re.compile(r"\bin an? (?P<way>\w+er) (?:tone|shade|hue|colour)\b"), r"\g<way>"),
    (re.compile(r"(?<=\w) (?P<way>up|down) some(?=$| ,)"), r" \g<way> a bit"),
    (re.compile(r"(?<= at )(?P<to>\d+(?: degrees)?) (?:overnight|for the night)(?=$| ,)"), r"\g<to>"),
    (re.compile(r"\b(?P<way>on|off|running|going|open|closed|shut) (?:down|up|out|over|through) (?=(?:in|at) the \w)"), r"\g<way> "),
    (re.compile(r"(?<=\w)(?<!heat)(?<!warmth)(?<!heat down) (?:out |over |down |up )?here (?:in|on) (?=the \w+(?: \w+)?(?:$| ,))"), " in "),
    (re.compile(r"^(?:the )?\w+ (?:is )?(?:tonight|forecast|forecast tonight) , (?:so )?(?=(?:please )?(?:set|turn|switch|put|close|open|shut|make)\b)"), ""),
    (re.compile(r"^(?P<np>(?:the|my|our) (?:\w+ ){1,4}?)(?:is|are) (?:(?!,)\S+ )+?, (?:so )?(?:just )?(?P<to>\d+ (?:percent|degrees)|half) (?:is|will|would|should)(?: be)? (?:enough|plenty|do|fine|more than enough)$"), r"set \g<np>to \g<to>"),
    (re.compile(r"^(?:i|we) do not (?:really )?need (?P<np>(?:the|my|our)(?: \w+){1,3}?) (?:on|running)(?P<at> in (?:the |my |our )?\w+(?: \w+)?)?(?: now| any ?more)? , (?:so |please |can you )*(?:turn|switch) (?:it|that) off"), r"turn off \g<np>\g<at>"),
    (re.compile(r"^how much longer (?:on|for|is|does|has|will)(?= (?:the|my|our) )(?P<np>(?: (?!left$|got$|take$|be$|need$|have$)\w+)+)(?: left| got| take| be| need| have)?$"), r"how long does\g<np> have left"),
    (re.compile(r"^how much (?P<of>\w+) (?:is|do we have|have we got)(?: left)? in the (?P<in>\w+)$"), r"what is the \g<of> \g<in> level"),
    (re.compile(r"^is (?P<np>(?:the|my|our) (?:\w+ )?awning) (?P<way>out|in)$"), lambda said: f"is {said['np']} {'open' if said['way'] == 'out' else 'closed'}"),
    (re.compile(r"(?<= to) (?:like|about|around|roughly|say) (?=\d)"), " "),
    (re.compile(r"\bon(?:to)? (?:its|a) (?=\w+ (?:setting|mode|preset)\b)"), "on "),
    (re.compile(r"(?<=\w) setting$"), ""),
    (re.compile(r"\b(?:just )?a (?:little|bit|crack|touch) , (?=\d+ percent)"), "to "),
    (re.compile(r"(?<=percent) or so$"), ""),
    (re.compile(r"^(?:are|is) either of "), "are any of "),
    (re.compile(r"^(?:let us (?:have|get|let in)|(?:i|we) (?:want|would like)|(?:can|could) (?:we|you|i) (?:get|have|let in)) (?:some |a bit of )?(?:daylight|sunlight|sunshine|sun|natural light)(?P<at> in (?:the |my )?(?!,)\S+(?: (?!,)\S+){0,3}?)? , (?P<rest>.+?)(?P<end>(?: please)?)$"), r"\g<rest>\g<at>\g<end>"),
    (re.compile(r" , (?:just )?(?:dim|low|bright|dimly) , (?:say )?(?=\d+ percent)"), " at "),
    (re.compile(r"(?<=\w) out (?:back|front)(?= ,|$)"), ""),
    (re.compile(r"\b(?P<way>on|off|up|down) out there\b"), r"\g<way>"),
    (re.compile(r"\b(?P<way>on|off|up|down) out (?=(?:here|there|(?:in|on|at|by) the)\b)"), r"\g<way> "),
    (re.compile(rf"^(?P<verb>{VERB}(?: on| off| up| down)?) the (?P<noun>(?:\w+)?\w+) , (?:the (?P<which>\w+) ones?|the ones? (?P<at>(?:in|on|by|over|at) .+)|(?P<whose>\w+s) one)$"), _narrowed),
    (re.compile(r"\bblowing (?:way |far |much )?too (?:hard|strong|strongly)\b"), "too fast"),
    (re.compile(r"\bpower (?P<np>it|them|that|(?:the|my|our) (?:\w+ ){0,2}?\w+) down\b"), r"turn off \g<np>"),
    (re.compile(r"^(?:let us )?do (?P<to>\d+)(?: degrees)? (?:on|for) (?=(?:the|my|our) )"), r"set to \g<to> "),
    (re.compile(r"^(?:please )?make sure (?:that )?(?P<np>(?:the|my|our) (?:\w+ ){1,4}?)(?:is|are|gets?) (?:turned |switched )?(?P<so>locked|closed|shut|off|on|open|unlocked)(?: please)?(?: , (?:would|will|could) you)?$"), lambda said: f"{_DOING[said['so']]} {said['np'].strip()}"),
    (re.compile(r"^(?:nobody|no one) is (?:watching|using|listening to|reading by) (?P<np>(?:the|my|our) (?:\w+ ){0,3}?\w+)(?: any ?more)?(?: ,)?(?: so)? (?:please |can you |could you |you can )*(?:turn|switch) (?:it|that) off"), r"turn off \g<np>"),
    (re.compile(r"\b(?:fully|completely|totally|all the way) (?=(?:closed|open|shut)\b)"), ""),
    (re.compile(r"(?P<noun>\b(?:[a-z]+ )?[a-z]+) (?P<one>\d)(?P<rest> .*?(?:\band|,) )(?:the )?number (?=\d\b)"), r"\g<noun> \g<one>\g<rest>\g<noun> "),
    (re.compile(r"\b(?:out|in) to (?=\d+ percent)"), "to "),
    (re.compile(r"^(?P<how>(?:a bit|a little|slightly|much) \w+er) on (?:that one|that|it|this one)(?: please)?$"), r"make it \g<how>"),
    (re.compile(r"\bpl+e+a+s+e+\b"), "please"),
    (re.compile(r"^give (?P<np>(?:the |my |our )?(?:\w+ ){1,3})a (?:press|push)\b"), r"press \g<np>"),
    (re.compile(r"\b(?:she|he|it) can go (?:back )?(?:home|to (?:its|her|his) (?:dock|base|charger))(?: now)?$"), "send it back to its dock"),
    (re.compile(r"(?<=\w) , not (?:on|off|up|down|out)(?: ,)?(?: just (?:up|down|on|off|dim|dimmed))?$"), ""),
    (re.compile(r"^(?P<asks>how (?:cold|warm|hot|humid) is .+?) (?:this (?:morning|afternoon|evening)|today|tonight)$"), r"\g<asks>"),
    (re.compile(r"^how full is (?P<np>(?:the|my|our) \w+(?: \w+)*)$"), r"what is \g<np> level"),
    (re.compile(r"(?:,? )?(?:on second thoughts?|second thoughts?) ,? ?(?=\w)"), ""),
    (re.compile(r"(?P<told>\b(?:on|in|at|to|into|towards?) (?:the|my|our) \w+(?: \w+)?\b.* )(?:up|down) there\b"), r"\g<told>in there"),
    (re.compile(r"(?<=\w )up there\b"), "upstairs"),
    (re.compile(r"(?<=\w )down there\b"), "downstairs"),
    (re.compile(r"\bwould you ever(?= )"), "would you"),
    (re.compile(r"^(?:is there )?any chance (?:that )?you (?:would|could|can|might)(?= )"), "could you"),
    (re.compile(r"(?<= (?:on)) there(?=$| ,)|(?<= (?:off)) there(?=$| ,)|(?<= lamp) there(?=$| , )"), ""),
    (re.compile(r"\bcould i get (?=(?:the|my|our) .* (?:in|to|at|on|off|\w+er)\b)"), "can i have "),
    (re.compile(r"(?P<in>\b(?:in|on|of|across|throughout)) the (?:whole|entire) (?=(?:\w+ )?(?:floor|level|storey|\w*room|kitchen|garden|basement|attic|loft|office|landing|patio|garage|study)\b)(?!(?:floor|level|storey|room)\b)"), r"\g<in> the "),
    (re.compile(r"\bsend (?P<np>\w+|the \w+) (?:off |out )?(?:for|on) a (?:hoover|clean|vacuum|spin|sweep|round|run)\b"), r"start \g<np>"),
    (re.compile(r"^(?:i am|we are) ready for (?P<np>(?:(?!,)\S+ )*?(?!now\b)(?!,)\S+)(?: now)? , (?:so )?(?:please )?(?:set (?:it|things|everything) up|start (?:it|that)|get it ready|put it on)$"), r"activate \g<np>"),
    (re.compile(r"^(?P<wish>(?:i|we) would like (?:the|my|our) (?:(?!,)\S+ )+?in (?:(?!,)\S+ )+?\w+) today$"), r"\g<wish>"),
    (re.compile(r"\b(?:swinging|going|moving|turning|blowing|rotating) (?:from side to side|side to side|back and forth|to and fro)"), "oscillating"),
    (re.compile(r"^i would like (?P<np>(?:the|my|our) (?:\w+ )+?)to stop (?P<how>\w+ing)$"), r"stop \g<np>\g<how>"),
    (re.compile(r"^how deep(?: is|s) (?P<np>(?:the|my|our) \w+)(?: this morning| today| now| outside)*$"), r"what is \g<np> depth"),
    (re.compile(r"^(?:i|we) (?:can not|do not|could not) (?:remember|recall|know|say) (?:if|whether) (?:i|we) (?:have )?(?P<so>shut|closed|locked|left on|turned off|switched off|turned on) (?P<np>(?:the|my|our) (?:(?!,)\S+ )*?(?!,)\S+)(?: , (?:did|have) (?:i|we|you))?$"), lambda said: f"is {said['np']} {said['so'].split()[-1]}"),
    (re.compile(r"\bto its (?!dock|base|charger|home|station|place)(?=\w+$)"), "to "),
    (re.compile(r"^how much (?:battery|charge) (?:is|does|has)(?: there)?(?: left)? (?:in|on) (?:\w+s |the |my |our )?(?P<np>\w+)(?: have| got)?(?: left)?$"), r"what is the \g<np> battery"),
    (re.compile(r"^is (?P<np>(?:the|my|our) (?:\w+ )?(?:tap|hose|sprinklers?|water|irrigation|shower))(?: still)? running$"), r"is \g<np> open"),
    (re.compile(r"^(?:for the (?:match|film|movie|game|party|meal|show|concert|photo|photos) (?:, )?)(?=(?:can|could|would|will|please|let us|make|set|turn|put)\b)"), ""),
    (re.compile(r"(?: ,)? if (?:that is|it is|at all) (?:at all )?(?:possible|ok|okay|alright|all right|fine|not too much (?:trouble|bother)|no (?:bother|trouble))$"), ""),
    (re.compile(r"^how windy is it(?: (?:outside|out|(?:on|in) the \w+))*(?: right now| now| today)?$"), "what is the wind speed"),
    (re.compile(r"^(?:(?:sorry|no|oops|wait|oh|actually) (?:, )?)*i (?:meant|mean|said) (?:to )?(?P<to>\d+(?: degrees| percent)?)$"), r"make it \g<to>"),
    (re.compile(r"\bput (?P<np>\w+|(?:the|our|my) \w+(?: \w+)?) back (?:on|to|onto) (?:charge|charging|(?:its|his|her|the) (?:charger|dock|base|station))\b"), r"send \g<np> back to its dock"),
    (re.compile(r"\b(?:put|set|turn|switch) (?P<np>(?:the|our|my) (?:\w+ )?alarm) on for (?:the )?night(?:time)?\b"), r"set \g<np> for the night"),
    (re.compile(r"\b(?P<how>warm|cool) up (?P<np>(?:the|my|our) (?:\w+ )*?(?:light|lamp|bulb|strip|spot)s?)(?P<bit> (?:a (?:little|bit|touch)|slightly|some))?(?= ,|$)"), lambda said: f"make {said['np']}{' a bit' if said['bit'] else ''} {said['how']}er"),
    (re.compile(r"^(?P<verb>turn|switch|put) (?P<np>(?:the|my|our) \w+) (?P<way>on|off) (?P<at>(?:over|above|beside|by|next to|behind) (?:the|my|our) \w+)$"), r"\g<verb> \g<np> \g<at> \g<way>"),
    (re.compile(r"\bto (?=(?:clean|hoover|mop|vacuum) and (?:then )?(?:put|turn|switch|send|close|open|shut|set|start|stop)\b)(?P<doing>\w+) "), ""),
    (re.compile(rf"^(?:oh |ah )?(?:shoot|sugar|crumbs|rats|drat|bother|heck|blast) , (?={VERB}\b)"), ""),
    (re.compile(r"(?<=\w) , (?:i|we) (?:completely |totally |clean )?forgot(?: all)? about (?:it|that|them)$"), ""),
    (re.compile(r"^(?:please )?let (?:me|us|him|her|them|(?:the|my|our) \w+(?: \w+)?) (?:in|out|through)(?: , (?:would|could|will) you)? , (?:please |just |can you )*(?=(?:unlock|open) (?:the|my|our) )"), ""),
    (re.compile(r"^(?:i|we) (?:can (?:do|manage|cope) without|(?:am|are) (?:done|finished) with|do not need) (?P<np>(?:the|my|our)(?: (?!,|on\b|to\b)\S+){1,3}?)(?: for now| now| today| tonight| any ?more| right now| at the moment)* , (?:so |now |please |you can |can you )*(?:turn|switch|shut) (?:it|them|that) off"), r"turn off \g<np>"),
    (re.compile(r"^it is (?P<np>(?!(?:too|so|very|really|getting)\b)(?:(?!,)\S+ )*?(?!,)\S+) , (?:so )?(?:please )?set (?:it|things|everything) up(?: please)?$"), r"activate \g<np>"),
    (re.compile(r"^(?P<np>(?:the|my|our|\w+s) (?:\w+ )+?)(?:at|on|to) (?P<to>\d+ percent|half|low|high|\d+ degrees) (?:is|will be|would be) (?:plenty|enough|fine|perfect|good|great|ideal)$"), r"set \g<np>to \g<to>"),
    (re.compile(r"\bsend (?P<np>(?:the|my|our) (?:\w+ )?(?:mower|lawnmower|robot|vacuum|hoover|cleaner))(?: out| off| round| around)(?=$| ,| please)"), r"start \g<np>"),
    (re.compile(r"^(?P<wish>(?!.* (?:on|off) (?:today|tonight|this evening)$)(?:(?:i|we) would (?:love|like)|let us have|(?:can|could|may) (?:the|my|our|i have|we have)) (?:(?!\bat \d)(?!,).)+) (?:today|tonight|this evening)$"), r"\g<wish>"),
    (re.compile(r"(?<=\w) , let us (?:get|have|let in|see) (?:some|a bit of) (?:sun|sunshine|sunlight|daylight|fresh air|air|peace|quiet)\b(?:(?!,).)*$"), ""),
    (re.compile(r"(?<=\w) , (?:because )?(?:i am|we are|he is|she is) on (?:the phone|a call|a zoom|the line|air)(?: now| right now)?$"), ""),
    (re.compile(r"^(?P<what>(?:(?:can|could|would|will) you |please )*pause (?:the )?\w+(?: \w+)?) for (?:a|one) (?:sec(?:ond)?|minute|moment|bit)$"), r"\g<what>"),
    (re.compile(r"(?<=to pause) for (?:a|one) (?:sec(?:ond)?|minute|moment|bit)$"), ""),
    (re.compile(r"^(?:(?:i have |i have got )?(?:no idea|not a clue|any idea) )?where(?P<asks> has| is|s)? (?P<np>(?:the )?\w+?)(?:s| has| is)?(?(asks)(?: got to| gone| hiding)?| (?:got to|gone|is|went|hides)) , (?:can you |please |so )*make (?:it|him|her) (?:beep|ring|sound|chirp|sing)(?: so .+)?$"), r"locate \g<np>"),
    (re.compile(r"\b(?:wind|roll|bring|pull|drive|take|get|crank) (?P<np>(?:the|our|my) (?:\w+ )?awning) (?:back )?(?P<way>in|out)\b"), _rolled),
    (re.compile(r"\b(?:wind|roll|bring|pull|drive|take|get|crank) (?:back )?(?P<way>in|out) (?P<np>(?:the|our|my) (?:\w+ )?awning)\b"), _rolled),
    (re.compile(r"\b(?:prepare|put on|do|run|get|set up) (?P<np>(?:the|our|my) (?:(?!,)\S+ )+?scene)(?: ready)?(?: for (?:us|me))?(?=$| ,| please)"), r"activate \g<np>"),
    (re.compile(r"\bput (?P<np>(?:the|our|my) (?:(?!,)\S+ )+?scene) on\b"), r"activate \g<np>"),
    (re.compile(rf"^(?:good ?)?night(?: night)? (?:everyone|everybody|all|then|love|dear|darling)? ?, (?=(?:{VERB}|arm)\b)"), ""),
    (re.compile(r"(?<= on) but (?:just|only)(?: at| to)? (?P<to>\d+ percent|dim|low|half)\b"), r" at \g<to>"),
    (re.compile(r"\b(?P<verb>start|run|heat|set|warm) (?P<np>(?:the|my|our) (?:(?!,|and\b|to\b|at\b|by\b)\S+ ){1,3}?)with (?=\d+ (?:degrees|percent)\b)"), r"\g<verb> \g<np>at "),
    (re.compile(r"^(?:can|could) (?:we|i|you) (?:get|have|put on|give us) (?:some|a bit of|a little) light(?: on)? (?P<at>in here|here|in (?:the |my )?\w+(?: \w+)?) , (?:all (?:of )?the lights|all of them|both(?: of them)?|every one of them)(?: please)?$"), r"turn on all the lights \g<at>"),
    (re.compile(r"^(?P<one>[^,]+?) and (?P<other>[^,]+?) , both (?:of them )?(?:at|to|on) (?P<to>(?:half|full|\d+ percent))(?: brightness)?$"), r"\g<one> at \g<to> and \g<other> at \g<to>"),
    (re.compile(r"^for (?:the )?(?:kids|children|baby|babies|guests|visitors|dog|cat|plants|meal|dinner|lunch|breakfast|party|film|movie) , (?=\w)"), ""),
    (re.compile(r"^(?:let us have|(?:i|we) (?:want|would like|fancy)) (?P<np>(?:the|our|my) (?:(?!,)\S+ )+?scene)(?: on)?(?: for \w+)?(?: please)?$"), r"activate \g<np>"),
    (re.compile(r"\b(?P<way>on|off) for the (?:rest|remainder) of the (?:day|night|evening|afternoon|morning|week|weekend)\b"), r"\g<way>"),
    (re.compile(r"^(?:there is )?no need for (?:the|that|this|my|our) (?P<np>(?:(?!,|any\b)\S+ ?){1,4}?)(?: any ?more| now| tonight)? , (?:so )?(?:turn it |switch it )?off(?: please)?$"), r"turn off the \g<np>"),
    (re.compile(r"(?P<main>\b(?:unlock|open) (?:the|my|our) [^,]+?) , (?:because )?(?:(?:my|the|our) )?(?!(?:and|or|but|not|except|apart|only|just|all|leave|keep|other|without|in|on|at|the|then|also|plus|please)\b)\w+(?: (?!(?:and|or|but|not|except|the|one|ones)\b)\w+)? (?:(?:is|are) (?:here|there|home|back|outside|out (?:there|back|front)|at the (?:door|gate|front))|(?<=s )(?:here|outside|at the (?:door|gate|front))|stands?|waits?|(?:is |are )?(?:waiting|standing))\b(?:(?!,|\b(?:except|but|not)\b).)*$"), r"\g<main>"),
    (re.compile(r"^(?P<np>(?:the |my |our )?(?:\w+ ){0,2}(?:door|gate|garage|lock)) needs (?P<verb>unlocking|opening|locking|closing|shutting)\b(?: , .+)?$"), lambda said: f"{ {'opening': 'open', 'closing': 'close', 'shutting': 'shut', 'locking': 'lock'}.get(said['verb'], 'unlock')} {said['np']}"),
    (re.compile(r"\btell (?P<np>(?:the )?(?!(?:kids|children|boys|girls|lads|mum|mom|dad|nan|gran|grandma|grandpa|him|her|them|us|me|everyone|everybody|dog|dogs|cat|people|neighbours|guests)\b)\w+) to (?P<do>start|stop|pause)(?: cleaning| vacuuming| hoovering| mowing| sweeping)?(?=$| , | please)"), r"\g<do> \g<np>"),
    (re.compile(r"^(?P<np>(?:the|my|our) (?:(?!,)\S+ )+?)can both go (?P<way>on|off)\b"), r"\g<np>can go \g<way>"),
    (re.compile(r"^who ?ever (?:was|has been) in (?P<at>(?:the|my|our) \w+(?: \w+)?) (?:has )?left (?P<np>(?:the|a) \w+) on , (?:please |can you |could you )*(?:turn|switch) it off"), r"turn off \g<np> in \g<at>"),
    (re.compile(r"^(?:please )?give the (?:lawn|grass|garden|plants?|flowers|roses|beds|tomatoes) (?:a (?:drink|soak|water)|some water) , (?=\w)"), ""),
    (re.compile(r"^(?:(?:i|we) (?:need|want|would like) )(?P<np>(?:the|my|our) (?:\w+ )?fan(?: in (?:the |my )?\w+(?: \w+)?)?) to (?:swing|go|turn|move|blow) (?:from )?side to side$"), r"oscillate \g<np>"),
    (re.compile(r"^(?P<np>(?:(?:set|turn|put) )?(?:the )?(?:heating|heat|radiators?|lights?|lamps?|blinds?|shades?|temperature)) (?:to|at) (?P<one>\d+(?: degrees| percent)?) in (?P<here>(?:the |my )?(?!,)\S+(?: (?!and\b|,)\S+)?)(?: ,)? and (?:to )?(?P<other>\d+(?: degrees| percent)?) in (?P<there>(?:the |my )?\w+(?: \w+)?)$"), r"\g<np> in \g<here> to \g<one> and \g<np> in \g<there> to \g<other>"),
    (re.compile(r"^(?:i|we) can have (?P<np>(?:the|my|our) (?:(?!,)\S+ ){1,3}?)(?P<way>on|off)(?= |$)"), r"turn \g<way> \g<np>"),
    (re.compile(r"\brole (?=(?:out|in|up|down) the )"), "roll "),
    (re.compile(r"\bpower up (?=(?:the|my|our) )"), "turn on "),
    (re.compile(r"\b(?:start )?(?:warm|warming|heat|heating)(?: up)? (?P<np>(?:the|my|our) (?:\w+ )?(?:towel (?:rail|rack|warmer|radiator)|kettle|blanket|iron|hot tub|grill|oven))(?: up)?(?: for (?:me|us))?(?=$| ,| please)"), r"turn on \g<np>"),
    (re.compile(r"\bget (?P<np>(?:the|my|our) (?:\w+ )?(?:towel (?:rail|rack|warmer)|blanket|hot tub)) (?:nice and )?(?:warm|hot|going|warming up)\b"), r"turn on \g<np>"),
    (re.compile(r"\bsend (?P<np>\w+|the \w+) (?:round|around|through|over|about) (?:the )?(?:whole )?(?:house|flat|place|apartment)\b"), r"start \g<np>"),
    (re.compile(r"^(?P<wish>(?:the|my|our) (?:(?!,)\S+ )+?(?:should|can|could) be (?!(?:on|off|open|closed)\b)(?:(?!,)\S+ )*?(?!,)\S+) (?:tonight|today|this evening)$"), r"\g<wish>"),
    (re.compile(r"^(?P<wish>(?:i|we) would like (?:the|my|our) (?:\w+ )*?(?:radiator|heating|thermostat|heater) (?:at|on|to) \d+(?: degrees)?) (?:tonight|today|this evening)$"), r"\g<wish>"),
    (re.compile(r"^(?:let us (?:hear|play|listen to)|(?:i|we) want to (?:hear|play|listen to|watch)) (?:(?!,|\b(?:on|off)\b)\S+ ?){1,4} , (?=(?:please )?(?:turn|switch|put|start) (?:on |the ))"), ""),
    (re.compile(r"\b(?P<np>(?:the|my|our) (?:\w+ )?awning) can (?:come|go) (?:back )?(?P<way>in|out)\b"), _rolled),
    (re.compile(r"^(?P<np>(?:the|my|our) \w+(?: \w+)?) is (?:loaded|full|ready|packed|stacked)(?: up)?(?: ,)?(?: (?:and|so))* (?:you can |can you |please |could you )*(?:start|run|turn on|switch on) it(?: now)?$"), r"start \g<np>"),
    (re.compile(r"\b(?P<way>on|off) please(?= , and (?:the|my|our) )"), r"\g<way>"),
    (re.compile(r"(?P<asked>^(?:is|are|has|have|did|does|do|what|which|how)\b.*\w)(?: ,)? do you (?:happen to )?know$"), r"\g<asked>"),
    (re.compile(r" on (?:nice and |really |quite |very )?(?:low|dim|bright) , (?:say |about |maybe )?(?P<to>\d+ percent)(?: will do| is enough| is plenty)?$"), r" to \g<to>"),
    (re.compile(r"^(?P<lead>(?:(?:hi|hello|hey|hiya) (?:,)?|(?:can|could|would|will) you |please)*)get (?P<np>(?:the|that) (?:\w+)?(?:gate|garage door|garage)) for (?:me|us)\b"), r"\g<lead>open \g<np>"),
    (re.compile(r" , more like (?:(?!,).)+$"), ""),
    (re.compile(r"^(?P<lead>(?:(?:can|could) you |please )*)fire up (?=\w)"), r"\g<lead>turn on "),
    (re.compile(r"(?<=pause it) (?:a|one) (?:sec(?:ond)?|minute|moment)\b"), ""),
    (re.compile(r"(?<=\w)(?<! on)(?<! to)(?<! in)(?<! and) its (?=(?!(?:charging|docking|cleaning|setting|heating|lighting|opening|washing|drying|spinning)\b)\w+ing\b|(?:so|too|a bit|really|very|halloween|christmas|cold|hot|dark|freezing|late|time|bright)\b)"), " , it is "),
    (re.compile(r"\b(?P<verb>open|close|shut) (?P<np>it|them|that) back (?:up|down)\b"), r"\g<verb> \g<np>"),
    (re.compile(r"(?<= too bright) for (?:this|that|me|us|him|her|them|now|\w+(?: to \w+(?: \w+)?)?$)(?=$| ,)"), ""),
)  # fmt: skip


def said_otherwise(text: str) -> str:
    """Return a plain sentence with those of its parts that have a plainer way to say them in that way."""
    for said, plainly in _WAYS:
        if said.search(text):  # to look is cheaper than to make a replacement ready
            text = said.sub(plainly, text)
    return text
