"""The ways of asking about a house: what kind of question each is, and the words for states that stand in them."""

# ruff: noqa: E501, ISC004 (a way of saying something is one line)

from __future__ import annotations

from assistant.home.understanding.wording.ways import Ways

#: What people ask for, and the state that it is.
STATES = {
    "on": "on", "off": "off", "out": "off", "open": "open", "opened": "open", "ajar": "open", "closed": "closed", "shut": "closed",
    "locked": "locked", "unlocked": "unlocked", "secured": "locked", "secure": "locked", "bolted": "locked", "running": "running",
    "going": "running", "working": "running", "active": "running", "cleaning": "cleaning", "vacuuming": "cleaning", "docked": "docked",
    "charging": "docked", "home": "docked", "armed": "armed", "set": "armed", "disarmed": "disarmed", "triggered": "triggered",
    "heating": "heating", "cooling": "cooling", "lit": "on", "up": "open", "down": "closed", "opening": "opening", "closing": "closing", "shutting": "closing",
    "detected": "detected", "occupied": "detected", "clear": "clear", "empty": "clear", "wet": "detected", "dry": "clear", "low": "detected",
    "normal": "clear", "unoccupied": "clear", "jammed": "jammed", "sounding": "on", "ringing": "on", "powered": "on", "raised": "open", "lowered": "closed",
    "dark": "off", "burning": "on", "glowing": "on", "sleeping": "docked", "resting": "docked", "parked": "docked", "drawn": "closed", "pulled": "closed", "retracted": "closed", "rolled up": "open", "rolled down": "closed", "returning": "returning", "paused": "paused",
}  # fmt: skip
DONE = {
    "turn on": "on", "switch on": "on", "turn off": "off", "switch off": "off", "lock": "locked", "unlock": "unlocked", "close": "closed",
    "shut": "closed", "open": "open", "turned on": "on", "switched on": "on", "turned off": "off", "switched off": "off",
    "lock up": "locked", "locked up": "locked", "locked": "locked", "unlocked": "unlocked", "closed": "closed", "opened": "open", "put out": "off", "shut off": "off", "arm": "armed",
    "armed": "armed", "set": "armed", "run": "running", "ran": "running", "used": "on", "running": "running", "going": "running", "on": "on", "off": "off",
    "triggered": "triggered", "start": "running", "started": "running", "come on": "on", "go on": "on", "go off": "off", "came on": "on", "open up": "open", "detect motion": "detected", "detected": "detected",
    "see motion": "detected", "move": "detected", "disarmed": "disarmed", "disarm": "disarmed", "cleaned": "cleaning", "clean": "cleaning", "activated": "on", "stop": "off", "stopped": "off",
}  # fmt: skip
_S = "|".join(sorted(STATES, key=len, reverse=True))
_D = "|".join(sorted(DONE, key=len, reverse=True))
STATE_WORDS = frozenset(" ".join(STATES).split())
DONE_WORDS = frozenset(" ".join(DONE).split())
#: One of these stands in whatever is asked of the state of a house.
ASKED_WORDS = (
    STATE_WORDS
    | DONE_WORDS
    | frozenset(
        "warm worm hot cold cool temperature humid humidity degrees status state bright set doing battery".split()
    )
) - frozenset("and to the is of in".split())
_STILL = r"(?:still |currently |now |already |really |actually |properly |fully |completely |all |both |turned |switched |left |been |even |right now |set to |set |securely |not )*"
_NOW = r"(?: (?:right now|now|at the moment|currently|today|still|at present|just now|yet|please))*"
_AT = (
    r"(?P<at> (?:(?:upstairs|downstairs|outside|inside|here|everywhere|anywhere)(?: .+?)?"
    r"|(?:in|on|at|of|throughout|around|by|near|across|except|but) .+?))?"
)
ASKED = Ways(
    (
        ("any", rf"(?:is|are|do i have|do we have|have we got) (?:there )?(?:any|some) (?:of the )?(?P<state>{_S}) (?P<np>.+?){_AT}{_NOW}"),
        ("count", rf"how many (?P<state>{_S}) (?P<np>.+?) (?:are there|do i have|do we have|are){_AT}{_NOW}"),
        ("any", rf"(?:is|are) (?:there )?(?:any|anything|some|something)(?P<np> (?:thing )?(?:else )?)?{_STILL}(?P<state>{_S}){_AT}{_NOW}"),
        ("any", rf"(?:have|did) (?:i|we) (?:left|leave) (?:any|anything)(?P<np> .+?)? ?(?P<state>{_S}){_AT}{_NOW}"),
        ("any", rf"(?:is|are) there (?P<np>.+?) (?P<state>{_S}){_AT}{_NOW}"),
        ("all", rf"(?:is|are) (?P<np>(?:all|every|each|both|everything)\b.*?) {_STILL}(?P<state>{_S}){_AT}{_NOW}"),
        ("is", rf"(?:is|are|was|were) (?P<np>.+?) {_STILL}(?P<state>{_S}){_AT}{_NOW}"),
        ("is", rf"(?:did|have|has) (?:i|we|you|he|she|they|someone|somebody|anyone|anybody) (?:remember to |forget to |forgotten to |actually |really )?(?:leave|left|keep|kept) (?P<np>.+?) (?P<state>{_S}){_AT}{_NOW}"),
        ("is", rf"(?:did|have|has) (?:i|we|you|he|she|they|someone|somebody|anyone|anybody) (?:remember to |actually |really |already )?(?P<done>{_D}) (?P<np>.+?){_NOW}"),
        ("is", rf"(?:did|have|has) (?:i|we|you|someone|somebody|anyone|anybody) (?:remember to |actually |really |already )?(?:turn|switch|turned|switched) (?P<np>.+?) (?P<state>on|off){_NOW}"),
        ("is", rf"did (?P<np>.+?) (?P<done>close|open|lock|unlock|shut|turn on|turn off|come on|go off|go on|start|stop){_NOW}"),
        ("count", rf"how many (?:of )?(?P<np>.+?) (?:are |is |do i have |do we have |have i left |did i leave |have been |were |left )*(?:there )?{_STILL}(?P<state>{_S}){_AT}{_NOW}"),
        ("which", rf"(?:which|what)(?: of)? (?P<np>.+?) (?:are|is|have been|has been|did i leave|have i left|did we leave|were|was|do i have|have we left|that are) ?{_STILL}(?P<state>{_S}){_AT}{_NOW}"),
        ("which", rf"(?:which|what)(?: of)?(?P<np> .+?)? (?P<state>(?:still )?on|open){_AT}{_NOW}"),
        ("which", rf"what (?:is|are|did i leave|have i left|did we leave)(?P<np> (?:all|everything|thing))? ?{_STILL}(?P<state>{_S}){_AT}{_NOW}"),
        ("is", rf"(?!which|what|how|when|why|who)(?:the )?(?P<np>.+?) (?:is|are) {_STILL}(?P<state>{_S}){_AT}{_NOW}"),
        ("motion", rf"(?:is|are|has|have|was) (?:there )?(?:been )?(?:any |a |some )?(?P<np>motion|movement|smoke|gas|leak|water leak|water|presence|someone|somebody|anyone|anybody|carbon monoxide|vibration|sound|rain|occupancy|people|person)"
                   rf"(?: been)?(?: (?:detected|present|leaking|moving|about|around|there))?{_AT}{_NOW}"),
        ("last", rf"when (?:was|were|is|has|have) (?P<np>.+?) (?:been )?(?:last |most recently )(?:been )?(?P<done>{_D})"),
        ("last", rf"when (?:did|has) (?P<np>.+?) (?:last )(?P<done>{_D})"),
        ("last", rf"when (?:did|have) (?:i|we|you|someone|somebody|anyone|anybody) (?:last )?(?P<done>{_D}) (?P<np>.+?)(?: last| the last time)?"),
        ("last", rf"when was the last time (?:that )?(?P<np>.+?) (?:was|were|got|had been|has been) (?:turned |switched )?(?P<done>{_D})"),
        ("last", rf"when was the last time (?:that )?(?:i|we|someone|somebody|anyone) (?P<done>{_D}) (?P<np>.+?)"),
        ("last", rf"when was the last time (?:that )?(?P<np>.+?) (?P<done>{_D})"),
        ("last", rf"(?:when|at what time|what time) (?:was|were|did) (?P<np>.+?) (?:get )?(?P<done>{_D})(?: last)?(?: today)?"),
        ("duration", rf"(?:for )?how long (?:was|were|has|have|had|is|did) (?P<np>.+?) (?:been |stay |was |turned |switched |remain )*(?P<done>{_D})(?: for)?(?P<period> today| yesterday| this week| this morning| tonight| so far today)?"),
        ("duration", rf"(?:for )?how long (?:was|were|has|have|had|is|did) (?P<np>.+?) (?:been |stay |was )*(?P<done>{_D})(?P<at> (?:in|on|at) .+?)(?P<period> today| yesterday| this week)?"),
        ("duration", r"(?:for )?how long (?:did|has|have) (?P<np>.+?) (?P<done>run|heat|running|clean|heating)(?P<period> today| yesterday| this week)?"),
        # values
        ("temperature", r"how (?:warm|hot|cold|cool|chilly) is (?:it )?(?P<np>.*?)(?: right now| now| today| at the moment| currently)?"),
        ("temperature", r"is (?P<np>(?!it |there ).+?) (?:too |very |really |getting |nice and )?(?:warm|hot|cold|cool|chilly)(?: enough)?(?: right now| now)?"),
        ("temperature", r"(?:is it|how is it) (?:(?:too|nice and|getting|very|really|still) )*(?:warm|hot|cold|cool|chilly)(?: enough)?(?P<np> .+)?"),
        ("temperature", r"what is (?:the |my |our )?(?:current |room |indoor |inside )*(?:temperature|temp)(?: like)?(?P<np>.*?)(?: right now| now| at the moment| currently| today| set to)?"),
        ("temperature", r"what (?:temperature|temp) is (?:it )?(?P<np>.*?)(?: right now| now| at the moment| currently)?"),
        ("temperature", r"(?:what is|how is) (?:the )?(?P<np>.+?) (?:current )?(?:temperature|temp)(?: like)?(?: right now| now| at the moment| currently)?"),
        ("target", r"what (?:temperature|temp|humidity)? ?(?:is|are) (?P<np>.+?) set (?:to|at)"),
        ("target", r"what is the (?:target|set) (?:temperature|temp)(?P<np> .+?)?"),
        ("humidity", r"how (?:humid|damp|dry|moist|muggy) (?:is|are) (?:it |the air |things )?(?P<np>.*?)(?: right now| now)?"),
        ("humidity", r"(?:what is|how is|how high is) the (?:current |relative |air )?humidity(?: level| like)?(?P<np>.*?)(?: right now| now)?"),
        ("humidity", r"what is (?P<np>.+?) humidity"),
        ("temperature", r"(?:the )?(?P<np>.+?) (?:temperature|temp)"),
        ("humidity", r"(?:the )?(?P<np>.+?) humidity"),
        ("brightness", r"how bright (?:is|are) (?P<np>.+?)(?: right now| now| set)?"),
        ("brightness", r"what is the brightness (?:level )?of (?P<np>.+?)"),
        ("brightness", r"what brightness is (?P<np>.+?)(?: at| set to)?"),
        ("brightness", r"what is (?P<np>.+?) brightness"),
        ("position", r"how (?:far )?(?:open|closed|far up|far down) (?:is|are) (?P<np>.+?)"),
        ("position", r"what is the position of (?P<np>.+?)"),
        ("position", r"how far (?:open|closed|up|down)? ?(?:is|are) (?P<np>.+?)(?: open| closed| up| down)?"),
        ("percentage", r"(?:how fast is|what speed is) (?P<np>.+?)(?: running| going| spinning| at| on| set to)?"),
        ("percentage", r"what is the (?:fan )?speed of (?P<np>.+?)"),
        ("volume", r"(?:how loud|what volume) (?:is|are|have (?:i|we|you) got) (?P<np>.+?)(?: on| at| set(?: to| at)?| turned up(?: to)?)*"),
        ("rgb", r"what colou?r (?:is|are) (?P<np>.+?)"),
        ("power", r"how much (?:power|electricity|energy) (?:is|are|does|do|has|have) (?P<np>.+?) (?:using|use|drawing|draw|consuming|consume|used|consumed)(?: right now| now| at the moment| today)?"),
        ("power", r"how much (?:power|electricity|energy) (?:is|are|do|does) (?:we|i|it) (?:getting|get|making|producing|having) (?:out of|from|off) (?P<np>.+?)(?: right now| now| at the moment| today)?"),
        ("power", r"how much (?:power|electricity|energy) (?:is|are|do|does) (?P<np>.+?) (?:making|make|producing|produce|generating|generate|giving|give)(?: us| me)?(?: right now| now| at the moment| today)?"),
        ("power", r"what (?:is|are) (?P<np>.+?) (?:drawing|using|consuming|burning|pulling)(?: right now| now| at the moment)?"),
        ("power", r"how much (?:power|electricity) (?:is|are) (?:being used|used|we using)(?P<np>.*?)"),
        ("power", r"what is the (?:current )?(?:power consumption|power usage|power|energy consumption|energy usage)(?P<np>.*?)"),
        ("battery", r"how much battery (?:does|do|has|have) (?P<np>.+?) (?:have|got)(?: left)?"),
        ("battery", r"(?:what is|how is|how full is|how much) (?:the )?battery (?:level |charge |status )?(?:of |on |in |for )?(?P<np>.*?)(?: left| has left)?"),
        ("sensed", r"(?:what is|how is|how high is) (?:the )?(?:current )?(?P<what>co2|carbon dioxide|air quality|pressure|illuminance|light level|noise level|moisture|voltage|signal strength|uv index|wind speed|rain|rainfall|pm2 5|carbon monoxide)"
                    r"(?: level| concentration)?(?P<np>.*?)"),
        ("place", r"what is (?:the |my |our )?(?P<np>.+?) at(?: right now| now| at the moment)?"),
        ("state", r"(?:what is|how is|what are) the (?:current )?(?:state|status|condition|setting|mode|value|level) (?:of|for) (?P<np>.+?)"),
        ("state", r"(?:the )?(?:current )?(?:state|status) of (?P<np>.+?)"),
        ("state", r"(?:what is|what are) (?P<np>.+?) (?:doing|at|up to|set to|on|state|status|reading|showing|saying)(?: right now| now| at the moment)?"),
        ("state", r"what (?:mode|state|setting) (?:is|are) (?P<np>.+?)(?: in| on| at| set to)?(?: right now| now)?"),
        ("state", r"where is (?P<np>.+?)(?: right now| now)?"),
        ("reading", r"(?:what is|what are|how is|how are|what does|how much is|how high is) (?P<np>.+?)(?: say| read| show)?(?: right now| now| at the moment| currently)?"),
    )
)  # fmt: skip
PERIODS = {
    "today": "today",
    "so far today": "today",
    "yesterday": "yesterday",
    "this week": "week",
    "this morning": "today",
    "tonight": "today",
}
#: What is told of a question of each kind, in the ledger.
REASONS = {
    "is": "asks whether it is so", "any": "asks whether any is so", "all": "asks whether all are so",
    "which": "asks which are so", "count": "asks how many are so", "where": "asks where it is",
    "was": "asks how it was some time ago", "value": "asks for a value of the house", "last": "asks when it last was so", "duration": "asks how long it was so",
}  # fmt: skip
