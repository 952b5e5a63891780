"""What people say around a command, and the sentences that are none: questions, stories, other people's words."""

# ruff: noqa: E501 (a way of saying something is one line)

from __future__ import annotations

import re
from functools import lru_cache

_BEFORE = re.compile(
    r"(?:(?:if it is not (?:too much|any) (?:trouble|bother)|if it is no (?:trouble|bother)|if (?:that|it) is (?:ok|okay|all right|alright|possible)|(?:if|when) you (?:have|get|have got) (?:a (?:moment|minute|second|sec|chance)|time)|(?:may|might|can|could) i (?:ask|trouble|bother) you (?:to|for)|what (?:i|we) (?:would like|want|need|would love) is(?: (?:for|to|you to))?|ooh?|aah?|aww?|ugh|argh|brr+|phew|whoa|wow|yikes|(?:good )?(?:morning|evening|afternoon)(?: \w+)? ,|oops|whoops|i think ,|do not forget to|i reckon(?: that)?|do (?:me|us) a kindness(?: and)?|thanks (?:a lot|ever so much|so much|a million)(?: ,)?|(?:i have been )?meaning to (?:say|tell you|ask)(?: you)? ,|what was i (?:going to say|saying)(?: again)? ,|(?:can|could|may) (?:i|we) get you to|what (?:i|we) (?:want|need|would like) you to do is(?: to)?|(?:i|we) would (?:really |so |very much )?appreciate(?! it\b)|please you|you(?= (?:turn|switch|put|close|open|shut|lock|dim|set|make|start|stop)\b)|(?:i am|we are) wanting(?: to have)?|is (?:it )?possible to(?: have| get)?|any chance (?:we|i) (?:could|can)(?: have| get)?|if you would be so (?:good|kind|nice)(?: as to)?|before (?:i|we) (?:go|leave|forget) ,|one (?:last|more|other) thing|is there (?:any|a) way (?:to|you (?:could|can))(?: get| have)?|first of all|to start with|to begin with|for starters|hey there|hi there|hello there|hey|hi|hello|good (?:morning|evening|afternoon|day)(?: dear| everyone| to you)?(?: ,|(?= (?:can|could|would|will|please|i|turn|switch|open|close|set)\b))|pretty please|please to|oh and|yep|do(?= (?:turn|switch|put|close|open|shut|lock|draw|make|dim|start|stop)\b)|i would like that you|i want that you|i think i would like(?: to have)?|i think i want|i should like(?: you)?(?: to)?|it is time to|might (?:we|i)(?= have| get)|let me (?:see|think) ,|ok|okay|repartee|please|now|so|um|uh|er|erm|oh|well|right ,|right(?= (?:turn|switch|open|close|shut|set|put|dim|lock|start|stop|lights?)\b)|alright|all right|and|then|also|just|quickly|kindly|listen|"
    r"computer|go ahead and|go and|(?:(?:could|can|would|will) you )?be (?:so )?(?:kind|good|nice) enough to|be a (?:dear|love|darling|sweetheart|star|gem|pal|sport) and|be so (?:kind|good|nice|sweet) (?:and|as to)|would you be so (?:kind|good|nice) (?:and|as to)|(?:could|can|would|will) you be so (?:kind|good|nice) (?:and|as to)|(?:be|would you be) an? (?:angel|dear) and|do (?:me|us) a (?:favou?r|solid) (?:and|by)|do (?:me|us) a favou?r|could you do me a favou?r and|"
    r"(?:you|we|i) would better|(?:somebody|someone|anybody)(?= (?:turn|switch|put|close|open|shut|lock|dim|set|start|stop) (?:on|off|up|down|the|that|this|my|our)\b)|i tell you what ,|tell you what ,|i will tell you what ,|i want you to|i would like you to|i need you to|i would like to|i want to|i need to|i would love to|i want|i would like|i would love|i need|we want|we need|we would like|give me|give us|we want to|we need to|"
    r"we would like to|(?:could|can|would|will) (?:somebody|someone|anybody|anyone)|we could use|get me|i am going to need|let us|let me(?! in| out)|i (?:think|feel|find)(?= .+ too \w+)|you can|you could|you may|you should|you need to|be sure to|make sure to|make sure you|make sure that you|try to|feel free to|"
    r"why do not you|is it possible to|is there any chance you could|any chance you could|any chance of|do you think you could|do you think you can|i could do with|we could do with|i fancy|we fancy|i am after|i think (?:you|we) (?:should|can|could|may)|i (?:believe|guess|suppose) you can|you (?:may|can) as well|might as well|it would be (?:great|nice|lovely|good|cool|helpful) if you(?: could| would|(?= (?:turned|switched|opened|closed|dimmed|locked|made|started|stopped)\b))|it would be (?:great|nice|lovely) to (?:have|get)|"
    r"help me to|help me|would it (?:kill|hurt) you to|it is (?:necessary|important|required|needed) (?:to|that you)|(?:i|we) (?:would|should|will) be (?:(?:most|very|ever so|so|really|much|eternally) )*(?:grateful|obliged|glad|pleased|happy|thankful) if you(?: would| could)|would it (?:hurt|be (?:ok|okay|all right|alright|fine)) to|is there any way you (?:can|could)|is it (?:ok|okay|all right|alright|fine) if you(?: could| can)?|would you be able to|could you be able to|would you be willing to|do you reckon you (?:could|can)|(?:i wonder|i was wondering|i am wondering|wondering) (?:if|whether) you (?:could|would|can|might)|i was hoping you (?:could|would)|i am hoping you (?:could|can)|(?:could|can|may|might) i (?:trouble|ask|bother) you to|think you (?:could|can)|you could not(?= .+ could you$)|you might want to|if you would be so kind as to|if you would not mind|would you mind awfully|be a (?:lamb|good \w+|legend|doll|mate|champ|hero) and|do you want to|do you fancy|i would (?:quite|really|rather|much rather) (?:like|love)(?: you)?(?: to)?|i (?:really|quite|just|desperately|badly) (?:need|want|fancy)(?: you)?(?: to)?|(?:we|i) had better|you had better|better|go on(?: then)?(?: and)?|come on then|how is about|what do you say we|let us (?:get|have|go ahead and)(?= \w)|help me out and|i need to have|i need to get|i had like|mind if (?:i|we)|oi|yo|hiya|dear(?= ,)|dearie|my dear|darling|honey|hun|love(?= \w)|sweetie|bro|boss|chief|pal|cheers|ta|hmm|righto|righty ho|right then|right so|ok then|okay then|ok so|like|i mean|well then|lovely|great|perfect|brilliant|erm|ah|hmm|ugh|argh|so yeah|blimey|crikey|jeez|gosh|goodness|oh my god|my god|oh god|god|oh no|dear me|damn|damn it|dude|man|buddy|mate|(?:folks|guys|everyone)(?! (?:is|are|has|have|said|left)\b)|can you|could you|will you|would you|can we|could we|can i|could i|may i|may we|are you able to|would it be possible to|"
    r"i would appreciate it if you could|i would be grateful if you could|(?:i|we) would (?:appreciate it|be grateful|be glad|be happy|like it|love it) if you(?= (?:turned|switched|opened|closed|shut|set|put|dimmed|locked|made|started|stopped)\b)|if you could|if you would|if you can|if you do not mind|when you get a chance|"
    r"it is time to|time to|quick|actually|yes|yeah|no(?! (?:more|need))|,|you know what|i guess|ready|hurry up and|come on|start to|begin to|for me|thanks|thank you|sorry|excuse me|"
    r"i am going to bed|good night|one more thing|next|first(?! \w*(?:floor|one|light|lamp|spot|socket|fan|plug)s?\b)|again|after that|finally|lastly|only|simply|how about we|how about you|shall we|maybe you could|perhaps you could) )"
)
#: What leads to a question without being one: "i need to know whether", "any idea how".
_WONDERED = re.compile(
    r"(?:(?:and|so|well|ok|okay|hey|please|um|oh|sorry|just) )*(?:(?:i|we) (?:need|want|would like|would love|am trying|have) to (?:know|find out|check|see)|(?:i|we) (?:am|are) (?:just )?(?:curious|wondering|not sure|asking)(?: about)?"
    r"|(?:i|we) (?:do not|can not) (?:know|remember|recall)|(?:have you |do you have |got )?any idea|(?:just )?(?:curious|wondering|not sure)|(?:could|can|would|will) you (?:please )?(?:tell me|check|see|find out|look|say|let me know)(?: for (?:me|us))?) "
    r"(?P<lead>if|whether|what|how|which|where|when)\b"
)
_ASKING = re.compile(
    r"(?:would you mind(?: awfully| terribly| very much)?|do you mind|how about|would you be so kind as to|mind) "
)
_GERUNDS = {
    "turning": "turn", "switching": "switch", "opening": "open", "closing": "close", "shutting": "shut", "dimming": "dim",
    "setting": "set", "making": "make", "putting": "put", "locking": "lock", "raising": "raise", "lowering": "lower",
    "getting": "get", "starting": "start", "stopping": "stop", "changing": "change", "bringing": "bring", "unlocking": "unlock",
    "having": "have", "seeing": "see", "sorting": "sort", "drawing": "draw", "popping": "pop", "sending": "send",
    "throwing": "throw", "flicking": "flick", "flipping": "flip", "sticking": "stick", "hitting": "hit", "bumping": "bump",
    "knocking": "knock", "cranking": "crank", "dropping": "drop", "giving": "give", "taking": "take", "arming": "arm",
    "activating": "activate", "cutting": "cut", "cracking": "crack", "letting": "let", "warming": "warm", "heating": "heat", "killing": "kill", "brightening": "brighten", "running": "run", "firing": "fire", "pulling": "pull",
}  # fmt: skip
#: After "I would be glad if you ..." a past is no past.
_WISHED = {
    "turned": "turn", "switched": "switch", "opened": "open", "closed": "close", "dimmed": "dim", "locked": "lock",
    "made": "make", "started": "start", "stopped": "stop",
}  # fmt: skip
_AFTER = re.compile(
    r"(?: ,)?(?: (?:there is an? (?:dear|love|angel|star|good \w+)|(?:please )?and thank you|please|now|right now|thanks|thank you|for me|for us|would you|will you|could you|can you|if you can|if you could|if you would|"
    r"if you do not mind|if you please|if you would not mind|if possible|(?:(?:that|it) )?would be (?:great|lovely|nice|good|perfect|super|wonderful|fantastic|awesome|helpful|fab|much appreciated|appreciated)|if (?:that|it) is (?:ok|okay|all right|alright|possible|not too much trouble)|if it is not too much trouble|i would appreciate it|ok|okay|already|again|at once|immediately|right away|straight away|as well|too|instead|(?<=on )quick|(?<=off )quick|(?<=, )quick|quickly|mate|"
    r"dear|love|honey|then|repartee|asap|for a moment|for a sec(?:ond)?|for (?:now|the (?:time being|moment|present))|just a sec(?:ond)?|a moment|as soon as you can|when you can|real quick|cheers|will not you|"
    r"thanks a lot|thank you very much|very much|so much|will you please|would you please|will ya|would ya|could ya|can ya|ya|yeah|innit|(?<=, )right|hun|pet|duck|petal|sunshine|old boy|pretty please|or something|i think|buddy|pal|man|"
    r"i mean|before i trip|before (?:something|anything|it|i|we|he|she|someone|somebody|everything|(?:the|my|our) \w+) (?:burns?|catch(?:es)?|melts?|floods?|overflows?|breaks?|trips?|falls?|gets? (?:wet|cold|hurt|burnt)|forgets?|freezes?|explodes?|spoils?|dies?)(?: \w+){0,4}|so i can see|so i can sleep|so i can read|right this second|this instant|though|my dear|, will you|yet|at the (?:wall|plug|socket|mains)))$"
)
_PERMISSION = frozenset(("can i", "could i", "may i", "can we", "could we", "may we"))
_PERMITTED = re.compile(r"(?:please )?(?:have|get)\b")
_LET_KNOW = re.compile(r"^(?:(?:please|just|ok|hey) )*let (?:me|us) know (?P<lead>if|whether|what|how|which|where)\b")
#: A wish for what can only be told: "give me the temperature of the hall".
_TOLD = re.compile(
    r"(?:(?:and|so|ok|okay|hey|please|hi|can you|could you|would you|will you) )*(?:give|get|tell|read|show) (?:me|us) (?:out )?(?=(?:the|a) (?:current |latest |exact |room |indoor |outdoor )*"
    r"(?:temperature|temp|humidity|state|status|reading|level|power|battery|value|brightness|position|air quality|co2)\b)"
)
_QUESTION = re.compile(
    r"(?!which (?:on|off|of(?! (?:the|my|our) .+ (?:is|are)\b)) |do (?:the|my|our) (?:\w+ ){1,5}(?:on|off|open|closed|shut|up|down)$|do (?:the|my|our) (?:\w+ ){1,4}(?:on|off)\b|do (?:the|my|our) (?:\w+ ){1,4}(?:at|to) \d|do the .+ (?:scene|mood)$|do (?!(?:i|we|you|they|the|any|all|my|our|it|these|those)\b)(?:\w+ ){0,2}\w+$)(?:is|are|was|were|did|do|does|has|am|what|which|who|whose|whom|when|where|why|how|will|would|should|shall|tell me|"
    r"do you know|have (?:i|we|you|they)|have (?:the|all|any) .* been|had|(?:check|see|find out|let me know) (?:if|whether)|(?:see|hear|smell) any|check|any|anything|anyone|anybody|what about|i wonder|"
    r"show me|(?:can|could|may|must|might) (?:i|we|the|my|our|a|an|it|there|this|that|they|you (?:explain|describe|tell))|explain|describe|summari[sz]e|read|define|give me the (?:status|state|temperature|humidity)|status of|what)\b"
)
#: What is looked at without a verb: "the kitchen temperature".
_BARE_QUESTION = re.compile(
    r"(?!set |put |turn |make |change |raise |lower )(?:the )?(?:\w+ ){1,4}(?:temperature|temp|humidity)"
    r"|(?!set |put |turn |make |change |raise |lower |check )(?:the |our |my )?(?:\w+ ){1,3}(?:usage|consumption|battery level|air quality)|(?:the |our )?(?:current )?(?:power|energy|electricity) use"
)
_NOT = re.compile(
    r"(?:please )?(?:do not|never|not|no need to|you do not need to|you need not|you must not|you should not|there is no need to|rather not|avoid|stop from|refrain from|"
    r"please never|whatever you do do not|i do not want|we do not want|i would not|i do not need|do you not)\b"
)
_REGRETTED = re.compile(
    r"\b(?:could|should|would|might|must|may|ought to)(?: not)? have (?:\w+ed|left|shut|put|set|been|had|done|gone|kept|made)\b"
)
_LEFT = re.compile(
    r"(?:please )?(?:leave|keep) (?!.* (?:and|but|then|,) )(?!.* (?:half|halfway|percent|(?:at|to) \d+|\d+(?: (?:percent|degrees?|open|closed|shut|please|now)\b|$)|a (?:bit|crack|little|touch|tad|sliver|smidge)|slightly|partly|an inch)\b).+ (?:on|off|open|closed|shut|locked|running|alone|as (?:it is|they are|is))(?: (?:in|on|at|out in) (?:the |my |our )?\w+(?: \w+)?)?"
)
_NO_WAY = r"(?!(?:on|off|open|closed|shut|up|down|turn|switch|set|put|dim|make|close|lock|but|then|other|others|rest|half|percent|to|at|\d+)\b|,)"
_LEFT_BOTH = re.compile(
    rf"(?:please )?(?:leave|keep) (?:{_NO_WAY}\S+ )+and (?:{_NO_WAY}\S+ )+(?:on|off|open|closed|shut|locked|running|alone|as (?:it is|they are))"
)
_OTHERS = re.compile(
    r"(?:(?:i|he|she|they|we|you|it|mum|mom|dad|who|someone|somebody|everyone|people|alexa|siri|google|hey google|ok google|okay google|cortana|jarvis|"
    r"hey siri|bixby|my \w+|the \w+) "
    r"(?:said|says|told|tells|turned|switched|opened|closed|always|never|usually|often|just turned|had|was|were|used|went|thought|think|believe|asked|wanted|"
    r"kept|left|forgot|should|might|may|must|wish|hope|heard|saw|remember|bought|will|am|are))\b|(?:alexa|siri|google|cortana|jarvis|bixby|echo)\b"
)
_LATER = re.compile(
    r"(?: |^)(?:in (?:about )?(?:\d+(?:\.\d+)?|a|an|half an|a few|a couple of) (?:seconds?|minutes?|hours?|days?|while|bit)|"
    r"(?:at|(?<!up )(?<!down )by|until|till|from|before|after|around) (?:1?\d|2[0-4])(?: [0-5]\d)?(?: (?:o clock|oclock|am|pm|a m|p m))?(?: (?:tomorrow|tonight|today|in the (?:morning|evening|afternoon)))?(?! percent| degrees| kelvin|\d)|"
    r"(?:at|by|until|till|after|before) (?:noon|midnight|sunset|sunrise|dawn|dusk|dark|night|bedtime|dinner|lunch|breakfast)|tomorrow(?: (?:morning|evening|night|afternoon))?|later(?: on)?|tonight|today|"
    r"for (?:\d+(?:\.\d+)?|a|an|half an|a few) (?:seconds?|minutes?|hours?)|every (?:morning|evening|night|day|hour)|"
    r"(?!when you (?:are ready|can|have|get)\b|while you are (?:there|at it|about it|up)\b)(?:when|whenever|if|once|as soon as|unless|until|while(?! (?:i|we) (?:cook|eat|read|work|study|sleep|shower|bathe|tidy|clean|iron|play|relax|get|find|grab|fetch|look|pack|unpack|change|wash|dress|wait|finish|sort|feed|talk|chat|nip|am (?:cooking|eating|reading|working)|watch|make|do|have)\b)|after) (?:i|we|it|the|he|she|they|you|someone|somebody|nobody|everyone|my|there|\w+ing)\b.*|tonight at .+|this (?:evening|afternoon|weekend)|"
    r"next (?:week|time|month)|on (?:monday|tuesday|wednesday|thursday|friday|saturday|sunday)s?)$"
)
#: What goes up or down does so by a step, not by an hour: "turn the heating up by 2".
_STEPS = re.compile(r"\b(?:up|down|increase|decrease|raise|lower|reduce|dim|brighten)\b")
_AT_NUMBER = re.compile(r" at \d+")
_LIVED_IN = range(14, 25)  #: degrees that people live in, and hours too
#: What a command has that goes a way: "the lights on at 20" is for that time, "radio at 20" is for now.
_WAY_OR_VERB = re.compile(
    r"\b(?:on|off|up|down|open|closed?|shut|out|in|locked|turn|switch|start|stop|activate|lock|unlock|run|arm|disarm|dim|play|wake|ring)\b"
)
_WARMING = re.compile(
    r"\b(?:heating|heaters?|radiators?|thermostats?|ac|air con(?:ditioning|ditioner)?|aircon|boiler|stove|underfloor)\b"
)
_LATER_FIRST = re.compile(
    r"^(?!before (?:you do |we do )?any ?thing else)(?:if|when|whenever|once|as soon as|unless|until|while|after|before|in \d+ (?:minutes?|hours?|seconds?)|at \d+|tomorrow|later)\b.*?(?: ,| then)? "
    r"(?=(?:turn|switch|open|close|shut|lock|unlock|set|dim|make|put|start|stop)\b)"
)


#: Why something is wanted: "... it is getting dark".
_BECAUSE = re.compile(
    r"(?<=\w)(?: ,)?(?: (?:please|now))*(?: ,)? (?:because |as |since |cause )?(?:the|my|our|a|some|somebody|someone) ?\w*(?: \w+)? "
    r"(?:is|are|has|have) (?:here|coming|arriving|arrived|waiting|back|outside|at the door|home|asleep|sleeping|leaving|cold|hot)$"
    r"|(?<=\w)(?<! if)(?<! whether)(?: ,)?(?: (?:please|now))*(?: ,)? (?:because |as |since |cause )?(?:it is|it gets|i am|we are) (?!going to do (?:it|that|this)\b)"
    r"(?:getting|too|so|a bit|very|really|quite|going|off|rather|all|freezing|cold|hot|dark|bright|leaving|tired|home|back|done|finished|out|raining|snowing|windy|late|noisy|loud)\b.*$"
)
#: For how long nobody is there, which is no time for what is wanted: "..., we won't be back till six".
_AWAY = re.compile(
    r"(?<=\w)(?: ,| because| as| since) (?:i|we|nobody) (?:will|am|are|is)(?: not)? (?:be )?(?:back|home|in|out|away|gone|off)"
    r"(?: here| again)? (?:till|until|before|for) \w+(?: \w+){0,3}$"
)
#: How a thing that goes on is to be: "the pendants on, low and warm".
_HOW = "(?:low|dim|dimmed|warm|cool|bright|soft|full)"
_AND_HOW = re.compile(
    rf" on , (?:(?:and|nice and|nice|quite|really|very|but) )*(?P<how>{_HOW}(?: (?:and|but) {_HOW})*)$"
)
#: What is said instead of what was: "at nineteen rather than eighteen".
_RATHER_THAN = re.compile(
    r"(?<=\d)(?P<unit> percent| degrees)? (?:rather than|instead of|not) (?:the )?\d+(?:\.\d+)?(?: percent| degrees)?$"
)
#: A word said twice: "turn turn on the lamp".
_STUTTER = re.compile(
    r"(?<!\S)(turn|switch|open|close|shut|set|dim|lock|unlock|the|on|off|to|please|in|and|my|all)(?: \1)+(?!\S)"
    r"|(?<!\S)(?P<twice>\w+ (?:on|off|up|down|open|shut))(?:(?: ,)? (?P=twice))+(?!\S)"
)
#: What takes back all that came before it, if a whole command follows.
_TAKEN_BACK = re.compile(
    r"(?: ,)?(?: (?:no|oh|sorry|wait|actually|scratch that|i mean|forget (?:it|that)|never ?mind))"
    r"(?: ,| (?:no|wait|actually|sorry|i mean|i meant|rather|not (?:those|that|them|these|it|that one)|forget (?:it|that)|scratch that))+(?: ,)?(?: just| please)* "
    r"(?=(?:turn|switch|open|close|shut|lock|unlock|set|dim|make|put|start|stop|raise|lower|activate)\b)"
)
_TAKING_BACK = re.compile(
    r"(?:(?: ,)? (?:no|oh|sorry|wait|actually|scratch that|i mean|i meant|rather|forget (?:it|that)|never ?mind|just|please))+(?: ,)?\s*$"
)
_FILLERS = re.compile(
    r"(?<!\S)(?:um|uh|er|erm|uhm|hmm|ah)(?: ,)?(?: |$)|(?<=\w)(?: ,)? (?:would|could|will|can) you(?= , )"
    r"|(?<!\S)(?:, )?(?:you know(?! (?:if|whether|what|how|which|where|when|who))|let us say|shall we say|if you do not mind|if it is no trouble|possibly|before i forget|by the way|while you are at it|while i think of it)(?: ,)?(?= |$) ?"
    r"|(?<!\S)(?:something (?:like|around|near)|somewhere (?:around|near|about|close to)|in the region of|, say (?=\d)|(?:once|when|after) (?:you have done that|that is done|you are done(?: with that)?|you have finished(?: that)?)(?: ,)?|more or less|give or take|or thereabouts) ?(?= |$|\w)"
    r"|(?<=\w(?:er|re|ss)) than (?:(?:it|they|that) (?:is|are|was|were)(?: (?:now|set|right now|at the moment))?|now|before)(?= |$)"
    r"|(?<=\w )behind (?:me|us) (?=and |then |, )|(?<!\S)(?:really|super|very|quite) (?=(?:fast|slow)\b)"
    r"|(?<=^turn on )for me (?=\w)|(?<=^turn off )for me (?=\w)|(?<=^turn )please |(?<=^switch )please |(?<=^make )please |(?<=^stop )please |(?<=^start )please |(?<=^put )please |(?<=^open )please |(?<=^close )please |(?<=^set )please "
)
#: How many are meant, said after them: "close the blinds , all of them".
_ALL_OF_THEM = re.compile(
    r"(?<= )((?:the |my |our )(?:\w+ )?\w+s)(?: ,)? (?:all of them|every (?:single )?one of them|the (?:whole )?lot of them)(?= |$)"
)
#: The same after what is done with them: "the hall lights off , all of them".
_ALL_OF_THEM_DONE = re.compile(
    r"(?<=\w )(\w+(?<!s)s (?:(?:in|of|on) (?:the |my |our )?\w+ )?(?:on|off|open|closed|shut|up|down)(?: please)?)"
    r"(?: ,)? (?:all of them|every (?:single )?one of them|the (?:whole )?lot(?: of them)?)$"
)
#: How far off something goes, which is off: "turn the radiator off completely".
_QUITE_OFF = re.compile(r"(?<= off) (?:completely|entirely|altogether)(?= |$)")
#: For whom something is opened or put on is said to the one who is asked: "open me the door".
_FOR_ME = re.compile(
    r"^(?P<verb>(?:turn|switch|put|open|close|shut|make|start|stop|lock|unlock|dim|set|bring)(?: on| off| up| down)?) (?:me|us) (?:(?P<way>on|off|up|down) )?(?=(?:the|my|our|all|some|a|every) )"
)


def _goes_on(said: re.Match[str]) -> str:
    return " " + re.sub(r"\bdim(?:med)?\b", "low", said["how"])


#: Till when nobody asks is no thing: "at five percent for the night" is not the Night Light. An alarm has a mode of it.
_FOR_NIGHT = re.compile(r"(?!.*\b(?:arm|alarm|panel|security|system|lock|scene|mode|set)\b).+(?= for the night$)")


#: What is wanted too, behind a reason: "..., it is late , and shut the gate".
_WANTED_TOO = re.compile(
    r"(?:,| and| then| so)+ (?:please |can you |could you |also )*(?:turn|switch|shut|close|open|lock|unlock|put|set|dim|start|stop|bring|make) (?:the|my|our|on|off|it|\w+s)\b"
)


def _told(said: re.Match[str]) -> str:
    return said[0] if _WANTED_TOO.search(said[0]) else ""


@lru_cache(1_024)
def stripped(text: str) -> str:
    """Take the politeness off a plain sentence."""
    text = _STUTTER.sub(lambda said: said[1] or said["twice"], _FILLERS.sub("", text)).strip(" ,")
    text = _ALL_OF_THEM_DONE.sub(r"\1", _QUITE_OFF.sub("", text))
    text = _ALL_OF_THEM.sub(r"all \1", text.removeprefix("please to "))
    wished = False
    while match := _BEFORE.match(text):
        wished |= match[0].endswith(" if you ")
        rest = text[match.end() :]
        if match[0].strip() in _PERMISSION and not _PERMITTED.match(rest):
            break
        text = rest
    if match := _ASKING.match(text):
        first, _, rest = text[match.end() :].partition(" ")
        text = f"{_GERUNDS.get(first, first)} {rest}"
    first, _, rest = text.partition(" ")
    if wished and first in _WISHED:
        text = f"{_WISHED[first]} {rest}"
    if first in ("please", "just"):
        return stripped(rest) if rest else text
    text = _AND_HOW.sub(_goes_on, _RATHER_THAN.sub(r"\g<unit>", _BECAUSE.sub(_told, _AWAY.sub("", text))))
    if said := _FOR_ME.match(text):
        text = " ".join(filter(None, (said["verb"], said["way"], text[said.end() :])))
    while match := _AFTER.search(text):
        text = text[: match.start()]
    text = night[0] if (night := _FOR_NIGHT.match(text)) else text
    return text.strip(" ,")


#: What is left of "is" after a noun: "the kitchens a bit gloomy".
_NOUN_IS = re.compile(
    r"(?:^|(?<= , ))(?P<noun>(?:the|my|our) (?:\w+ )?(?!(?:i|wa|ha|get|look|feel|seem|stay|keep|smell)s )\w+)s (?=(?:(?:far|much|way|a bit|a little|so|too|very|really|quite|rather|getting|all) )*"
    r"(?:cold|chilly|freezing|hot|warm|boiling|roasting|dark|gloomy|dim|bright|stuffy|humid|noisy|loud|damp|wet|asleep|done|finished)\b)"
)


def noun_is(text: str) -> str:
    """Return a plain sentence with "is" where its apostrophe was not heard: "the kitchens too dark"."""
    return _NOUN_IS.sub(r"\g<noun> is ", text)


#: A thing and that its state is asked for: "garage door status".
_STATUS = re.compile(
    r"^(?!(?:set|change|what|tell|give|show|get|read|is|the state|state|report|check|turn|put|switch)\b)(?P<np>(?:the |my |our )?(?:\w+ ){1,4}?\w+) (?:status|state)(?: please)?$"
)


#: Up to where something goes: "open it until the half", "up to 30 percent".
_UNTIL = re.compile(r"\b(?:until|till|up to)(?: the)? (?=half|halfway|middle|\d+ percent)")
#: What people call power where they ask for it.
_JUICE = re.compile(
    r"(?<=how much )juice(?= (?:are|is|do|does|did) (?:we|i|the house|the \w+) (?:us\w+|draw\w*|burn\w*|pull\w*))"
)
#: Wishes that begin otherwise than "i would like": "wouldn't mind the lamp on", "what i really want is ...".
_LIKED = re.compile(
    r"^(?:(?:oh|so|well|and|ok|okay|hey) (?:, )?)*(?:(?:i |we )?would not (?:mind|say no to|object to)(?: having| getting)? "
    r"|what (?:i|we) (?:(?:really|actually|just) )*(?:want|need|would like|would love)(?: now| right now)? is (?:for |to have )?)(?=(?:the|my|our|some|a bit|\w+s) )"
)
#: What leads up to a question after a pause: "tell me , is that valve open".
_TELL_ME = re.compile(
    r"^(?:(?:so|and|hey|ok|okay|please|right|oh|well) (?:, )?)*(?:tell me(?: this| something)?|remind me|quick question|i wonder|question) , "
    r"(?=(?:is|are|was|were|did|do|does|has|have|what|which|how|who|where|when) )"
)
#: What is asked of a place, said first: "temperature wise, how is the cellar".
_WISE = re.compile(r"^(?P<what>temperature|humidity|battery|power) ?wise(?: ,)? (?P<asks>(?:how|what) (?:is|are) .+)")


def asked_outright(text: str) -> str:
    """Return a plain sentence that leads up to a question as the question: "any idea how ..." is "tell me how ..."."""
    text = _TELL_ME.sub("", text, count=1)
    text = _JUICE.sub("power", _UNTIL.sub("to ", text))
    text = _WISE.sub(r"\g<asks> \g<what> wise", text, count=1)
    text = _LIKED.sub("i would like ", text, count=1)
    text = _STATUS.sub(r"what is the state of \g<np>", text, count=1)
    text = _LET_KNOW.sub(r"tell me \g<lead>", text, count=1)
    if _TOLD.match(text):
        return _TOLD.sub("what is ", text, count=1)
    return _WONDERED.sub(r"tell me \g<lead>", text, count=1) if _WONDERED.match(text) else text


_WISH = re.compile(
    r"(?:(?:and|so|ok|okay|hey|please|right|hi|yes) (?:, )?)*(?:(?:i|we) (?:really |just |quite |also )*(?:need|want|could do with|could use|fancy|would (?:really |quite )?(?:like|love))"
    r"|(?:can|could|may) (?:i|we) (?:please )?(?:have|get)|(?:can|could|may|might) (?:i|we) (?:trouble|bother|ask) you for|(?:would it be possible|is it possible) to (?:have|get)|let us (?:have|get)|(?:give|get) (?:me|us)) "
    r"(?!(?:a|an|another|new|some|more|to|no|not|less|fewer|any) )(?P<np>.+)"
)


#: What is wished to be off: "i want the fan as well as the lamp off".
_OFF_LAST = re.compile(r"(?!.*\bon\b).+ off(?: .*)?")


def wished(text: str) -> str:
    """Return the thing that a plain sentence wishes for: "can i have the reading lamp"; "" where it does not."""
    match = _WISH.fullmatch(text)
    return match["np"] if match and not _OFF_LAST.fullmatch(match["np"]) else ""


def corrected(text: str) -> str:
    """Return what is left of a sentence that was taken back: "the fan, no wait, turn on the lamp" is the lamp alone."""
    return text if declined(text) else _TAKEN_BACK.split(text)[-1]


def taken_back(text: str) -> str:
    """Return what a sentence said before it was taken back, without the words that do so: "the fan , no wait"."""
    return _TAKING_BACK.sub("", text).strip(" ,")


def regretted(text: str) -> bool:
    """Say whether a plain sentence tells what could have been done: "you could have turned off the oven"."""
    return _REGRETTED.search(text) is not None


def is_question(text: str) -> bool:
    """Say whether a plain sentence asks something."""
    return _QUESTION.match(text) is not None or _BARE_QUESTION.fullmatch(text) is not None


_ORDERS = (
    "turn|switch|put|set|make|get|bring|leave|keep|have|let|shut|open|close|lock|unlock|dim|start|stop|ensure|see|check|kill|cut|if|when|while|"
    "whatever|whichever|is|are|was|were|what|which|how|do|does|did"
)
#: "The light is on", "there are lamps on in the hall": how a thing is now.
_TELLS = re.compile(
    rf"(?:(?:so|good|look|okay|ok|now|and|well|oh|then) (?:, )?)*(?!(?:{_ORDERS})\b)"
    r"(?!.*\b(?:that|which|whatever|whichever) (?:is|are) )(?:there (?:is|are|was|were) .+"
    r"|(?:[^ ,]+ ){1,6}(?:is|are|was|were) (?:still |already |now |back )*(?:on|off|out|open|closed|shut|locked|unlocked|up|down|at|set|\d)\b.*)"
)
#: The same with what is left of "is": "the heating's on". A verb before it makes it Alice's: "turn Alice's off".
_IS_LEFT = re.compile(
    rf"^((?:.* (?:if|whether|sure|that|check) (?=the|my|our)|.*, (?:and |but )?(?=the |my |our |his |her )|(?:(?:so|good|look|okay|well|oh|oh no|shoot|damn|crap|oops|whoops|blast|shit|hey|ah|argh|ugh|gosh|crikey),? )*)(?!(?:{_ORDERS})\b)(?:[\w]+ ){{0,3}}\w+)['’]s (?=(?:on|off|open|closed|shut|locked|unlocked)\b)",
    re.IGNORECASE,
)


#: The same before what can be no thing of somebody's: "the bathroom's free", "Mum's sleeping, ...".
_IS_LEFT_OF = re.compile(
    r"(?<=\w)['’]s (?=(?:(?:been|gone|got|forgotten|lost|getting|going|too|so|a bit|a little|a tad|still|just|really|very|quite|rather|awfully|far|way|all|finally|always|already|nearly|almost) \w+"
    r"|(?:free|ready|done|finished|empty|full|asleep|awake|here|home|late|broken|wet|dark|cold|hot|freezing|boiling|stuck|loud|noisy|dusty|dirty|filthy|gloomy|stuffy|like|driving|killing|blinding|flickering|buzzing|burning|leaking|steamed up|fogged up|picking up|setting|rising|shining|coming|waiting|sleeping|crying|at the \w+|in (?:my|our|the|here|bed)\b|on (?:my|his|her|the way)\b)\b))",
    re.IGNORECASE,
)


def tells(text: str) -> bool:
    """Say whether a plain sentence tells how a thing is now, and wants nothing: "the light is on in the kitchen"."""
    return _TELLS.fullmatch(text) is not None


def with_is(words: str) -> str:
    """Return a sentence as it was said with "is" where only its end was: "heating's on" is "heating is on"."""
    while (told := _IS_LEFT.sub(r"\1 is ", words)) != words:
        words = told  # of several clauses one after the other
    return _IS_LEFT_OF.sub(" is ", words)


def declined(text: str) -> bool:
    """Say whether a plain sentence tells not to do something."""
    return _NOT.match(text) is not None or (_LEFT.fullmatch(text) or _LEFT_BOTH.fullmatch(text)) is not None


def said_by_others(text: str) -> bool:
    """Say whether a plain sentence tells what somebody did or said, or is for another assistant."""
    return _OTHERS.match(text) is not None


def _is_a_value(at: str, command: str) -> bool:
    """Say whether "at 20" after a command is how high something is to be, and no hour."""
    if _WARMING.search(command):
        return int(at.removeprefix(" at ")) in _LIVED_IN
    last = re.split(r" , | and | then ", command)
    return len(last) > 1 and _WAY_OR_VERB.search(last[-1]) is None


def later(text: str) -> str:
    """Return the command in a sentence that wants it done at another time, or under a condition; "" where it does not."""
    if (
        (match := _LATER.search(text))
        and not (match[0].startswith(" by ") and _STEPS.search(text[: match.start()]))
        and not (_AT_NUMBER.fullmatch(match[0]) and _is_a_value(match[0], text[: match.start()]))
    ):
        return text[: match.start()].strip(" ,")
    if match := _LATER_FIRST.match(text):
        return text[match.end() :].strip(" ,")
    return ""
