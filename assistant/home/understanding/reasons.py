"""Clauses that only tell how things are: "the sun is blinding me", "we are eating outside tonight".

Beside one of them a command is meant. A clause with a word of saying, of jest, of a condition or of another time is
no reason, for then the command beside it may be no command.
"""

# ruff: noqa: E501 (a way of saying something is one line)

from __future__ import annotations

import re

from assistant.home.understanding.names.noun_phrases import COMMANDING
from assistant.home.understanding.wording.asides import SAID_OR_MEANT
from assistant.home.understanding.wording.english import EVERYTHING, GENERIC
from assistant.home.understanding.wording.words import singular

LONGEST_REASON = 13  #: words

#: A clause with one of these is no reason: the command beside it was said by others, is a jest, or is not for now.
NEVER_A_REASON = SAID_OR_MEANT | frozenset(
    (
        "named heard hear hears if when whenever once unless until till before after while whilst whether though although except but or "
        "tested test mind wrong mistake mistaken "
        "think thinks thought thinking guess suppose supposed wonder wondering wish wished wishing hoped hoping imagine "
        "dreamed dreaming know knows knew sure maybe perhaps probably might should would could shall must used "
        "always usually often sometimes never ever every yesterday tomorrow later tonight ago last earlier then "
        "how why what who whom whose which where lines film book answer "
        "phrase text message email letter note advice order ordered orders "
        "already instead advert ad podcast script idea plan trick whoever whichever"
    ).split()
)
_WHO = (
    r"(?:i|we|it|he|she|they|that|there|nobody|no one|somebody|someone|everybody|everyone|everything"
    r"|(?:the|my|our|a|an|his|her|your|this|these|those|all the) (?:\w+ ){1,3}?|(?:\w+ )?\w+)"
)
_IS = (
    r"(?:is|are|am|has|have|was|were|will be|feels?|looks?|smells?|needs?|wants?|keeps?|hurts?|can not|can hardly|can barely|can (?:still )?(?:see|hear|smell|feel)|do not|does not"
    r"|(?:starts?|begins?|started|began)(?= to | \w+ing\b)|(?:got|went|turned)(?= (?:(?:a bit|a little|so|too|very|really|all|quite|rather|awfully) )*(?:chilly|cold|colder|dark|darker|hot|hotter|warm|late|loud|windy|wet|damp|stuffy|noisy|bright|gloomy|smoky|steamy|dusty|foggy|icy|nippy)\b)|reeks?|stinks?|pongs?|hums|buzzes|rattles|shines|glares|blows|makes|drives|keeps|bothers|annoys|sounds|leaks|drips|comes|gets)"
)
#: A clause that tells how things are: "the sun is blinding me", "mum is staying", "i have finished cooking".
_REASON = re.compile(rf"(?:so |because |cause |since |as |and |now |for )*{_WHO} ?{_IS} \w+(?: \w+)*")
#: What is to be kept from happening, and is nothing of the house: "i do not want to trip".
_NOT_TO = re.compile(
    r"(?:because |cause |since |as )?(?:i|we) do not want to (?!be\b|have\b|use\b|hear\b|know\b)(?:\w+ ?)+"
)
_FOR_A_WHILE = re.compile(r" for (?:a (?:little |good |long |short )?while|a bit)$")
#: When it is so may stand behind what is so: "we are eating outside tonight", "it is steamed up after my shower".
_WHEN_SO = re.compile(
    rf"(?P<so>(?:(?:so|because|cause|since|as|and|now|for) )*{_WHO} ?(?:is|are|am|has|have) .+?) "
    r"(?:tonight|today|this (?:morning|afternoon|evening)|(?:before|after) (?:(?:my|our|the|his|her) )?(?:dinner|lunch|tea|supper|breakfast|bed|bath|shower|work|school|match|run|swim))"
)
#: What the speaker hears or cannot for a noise, which nobody said: "I can't hear myself think", "I can hear the rain".
_TO_HEAR = re.compile(
    r"\bhear (?:myself|ourselves|yourself|anybody|anyone) (?:think|talk|speak)\b|(?<=\bcan )hear (?=(?:the|a|some) (?!\w+ (?:that|is|was)\b)|it \w+ing\b)"
)
#: What somebody is at, and nothing that says so: "I'm not done with my book".
_AT_A_BOOK = re.compile(r"(?<=\bwith )(?:my|our|his|her) (?:book|letter|letters|email|emails)\b")
#: A doubt whether it is done already, and so to be done, or what it is to show: "I can't remember if I did".
_IN_DOUBT = re.compile(
    r"(?:(?:so|because|cause|since|as|and) )*(?:i|we) (?:can not|can never|do not|could not)(?: quite| really| even| for the life of me)* (?:remember|recall|know|tell|say) "
    r"(?:if|whether) (?:i|we) (?:already |even )?(?:did|have|had|locked|left|shut|closed|turned|switched|remembered)(?: \w+){0,4}"
    r"|(?:i|we) (?:just )?(?:want|need|would like) to (?:see|hear|check|know|find out) (?:how|if|whether|that) (?:it|they|that|the \w+) (?:\w+ ?){1,4}|(?:i|we) (?:just )?(?:want|need|would like) to (?:see|hear|check|know|find out) how \w+ (?:it|they|that|the \w+) (?:is|are|sounds?|looks?|goes?)"
)
#: What is told of the words themselves, or of doing so otherwise: "someone made that up", "we decided against it".
_OF_THE_WORDS = re.compile(
    r"\b(?:want|wants|need|needs) (?:it|them|that|those) (?:on|off|open|closed|shut|up|down)\b|\b(?:doing (?:that|this|it)|(?:make|made|making|makes) (?:that|it|this) up|(?:decided|voted) (?:against|not)|more of (?:that|this|it)|on about (?:that|it|this)"
    r"|do (?:it|that|this) (?:my|our|him|her|them)sel(?:f|ves)|the (?:name|title|words|lyrics|line) of|got a laugh)\b|\b(?:to|with|as|of|by|and|a|the|my|than)$|\bso (?:the|my|our) \w+(?: \w+)?$"
)
#: What somebody or something did with something: "the dog tracked mud everywhere". One who only spoke has no such object.
_THEY_DID = re.compile(
    r"(?:(?:so|because|cause|since|as|and|now) )*(?:(?:the|my|our|a|some) (?:\w+ ){1,2}?|(?:somebody|someone|mum|mom|dad|grandma|grandpa|nan) )(?:just |all |have |has )*"
    r"(?P<did>\w+ed|left|came|spilt|threw|broke|fell|ate|forgot|blew|shook|brought) (?:\w+ )*(?!(?:him|her|them|me|us|you|it)$)\w+"
)
#: Where the speaker is already is no more than a reason: "i am already in bed".
_BEING_ALREADY = re.compile(
    r"^((?:i|we) (?:am|are)|it is(?= already (?:\d+|noon|midnight|past|gone|after|nearly|late|dark|light|morning|evening)\b)) already "
)
#: The same with what is left of "is" after a noun: "the suns going down", "mums staying".
_HEARD_IS = re.compile(
    r"(?:so |because |cause |since |as |and |now )*(?:(?:the|my|our) )?(?:\w+ )?\w+s "
    r"(?:a bit|a little|so|too|very|really|quite|rather|all|just|going|getting|coming|done|finished|been|got|gone|ready|over|like an? \w+|dark|cold|hot|freezing|warm|loud|noisy|bright|wet|damp|on the door|at the door|in(?: (?:bed|there|here|(?:my|our|the|his|her) \w+))?|\w+y|"
    r"here|back|home|out|asleep|awake|sleeping|staying|on (?:his|her|the|its) way|\w+ing)\b.*"
)
#: What is told of the speaker with a plain past: "we finished eating", "i spilled the rice".
_DID = re.compile(
    r"(?:so |because |cause |since |as |and |now )*(?:i|we) (?:have |just |only |all )*(?:\w+(?:ed|lt)|saw(?= (?:a|an|the|some|somebody|someone|something|\d+) ))(?: \w+)*"
)
#: A reason without its subject: "spilled cereal everywhere", "heading to bed", "too dark in here", "fancy a brew".
_BARE = re.compile(
    r"(?:(?:so|and|right|okay|ok|well|just|oh|oops|oh no|now|still|feeling|getting|bit|a bit|a little|way|far|really|very|all|too|pretty|kinda) )*"
    r"(?:spilled|spilt|dropped|finished|done|going|heading|popping|nipping|leaving|feeling|getting|fancy|time for|off to|ready for|freezing|warm|pitch (?:dark|black)|cold|chilly|nippy|hot|boiling|baking|roasting|stuffy|steamy|smoky|smelly|whiffy|pongy|draughty|drafty|damp|muggy|clammy|"
    r"dark|gloomy|dim|bright|noisy|loud|late|tired|sleepy|knackered|exhausted|hungry|home|back|(?:can not|can hardly|can barely) (?:see|hear|sleep|read|breathe|feel)|nobody (?:here|there|home)|give (?:me|us) (?:some|a bit of) \w+|warm (?:me|us|my \w+|the \w+) up|cool (?:me|us|it) down|"
    r"ventilate|let (?:me|us) in|let the \w+ (?:in|out)|cheers|thanks|thank you|ta|sorry|dinner|lunch|supper|breakfast|bath|shower|film|movie|company|guests|visitors|privacy|emergency|quick|hurry|fire|leak|intruder|burglar)(?: \w+){0,5}"
)
#: What it is time for that somebody does, and no house: "time to let some air in".
_TIME_TO = re.compile(
    r"(?:so |and |right |okay |ok |well )*(?:it is )?(?:high |about |nearly )?time (?:to|i|we) "
    r"(?:let (?:some|a bit of|in)|air|cook|eat|sleep|work|read|relax|bake|bathe|exercise|play|study|leave|go|feed|wind down|warm|cool|iron|practi[sc]e|tidy)\b(?: \w+)*"
)
#: No clause, and no reason: "bedtime", "homework time", "good night", "no rush", "i love you".
_ASIDE = re.compile(
    r"(?:(?:so|and|right|okay|ok) )*(?:(?:it is )?(?:\w+ )?(?:bed ?time|\w+ time)(?: for (?:the |my |our )?\w+(?: \w+)?)?|(?:good ?|nighty? )?night(?: night)?|(?:good )?(?:morning|afternoon|evening)|good (?:night|lord|grief)"
    r"|(?:(?:it has been|what) )?(?:(?:such|quite) )?(?:an? )?(?:long|hard|rough|busy|tiring|exhausting|tough|awful|horrible) (?:old )?(?:day|week|shift|night|morning|journey|drive)(?: at work| today)?"
    r"|bye|goodbye|see you(?: later)?|bless you|i love you|no (?:rush|hurry|worries)|when you can|set the mood|off (?:we|i) go|here (?:we|i) go"
    r"|(?:i|we|nobody) (?:will|am|are|is)(?: not)? (?:be )?(?:back|home|in|out|away|gone|off)(?: here| again)? (?:till|until|before|for) .+|back (?:at|by|around|in) .+"
    r"|(?:my|her|his|the) \w+ (?:is|are) not what (?:it|they) (?:was|were|used to be)"
    r"|(?:ugh|argh|aargh|gah|oof|brr+|phew|ooh|aww?|yay|wow|blast|drat|bother|damn|crikey|yikes|eek)(?: \w+){0,2}|(?:dear|love|honey|hun|pet|mate|dearie|sweetheart|please|you see|sorry)"
    r"|(?:the|our|my) (?:film|movie|show|game|match|play|programme|program|news|concert|race|episode)(?:s| is| has) (?:just |nearly |almost )?(?:(?:about|going|due) to (?:start|begin|kick off|come on)|starting|beginning|on|over|finished|started|begun|coming on)(?: \w+){0,3}"
    r"|no more \w+(?: \w+)? (?:tonight|today|now)|(?:that is )?enough \w+ for (?:tonight|today|now|one (?:day|night))"
    r"|the (?:weather )?(?:forecast|weather|radar) (?:says|said|has|shows)(?: it| there)?(?: is| will)?(?: going to)?(?: be)? (?:rain|snow|hail|storm|wind|frost|hot|cold|freez)\w*(?: \w+){0,2}"
    r"|on the double|chop chop|pronto|quick march|if you do not mind|there is a (?:dear|love|good \w+)|good (?:girl|boy|lad|stuff)|that is (?:it|all|enough|better|too much|not enough|great|perfect|lovely)|you are a (?:star|legend|gem|lifesaver)"
    r"|(?:(?:about|nearly|over|almost|another) )?\d+ (?:centimet(?:er|re)s?|cm|inch(?:es)?|feet|foot|millimet(?:er|re)s?)(?: of (?:snow|rain|hail|ice|slush))?(?: (?:overnight|last night|so far|outside|already|today|this morning|since \w+))?"
    r"|(?:the |our )?last (?:car|one|guests?|visitors?|customers?|person|bus|train|kid|child|load)s? (?:(?:is|are|has|have) )?(?:in|out|gone|home|here|left|done|off)(?: now| safely)?"
    r"|(?:(?:can|could|will|would) )?(?:somebody|someone|anybody|anyone|you|please) (?:please )?let (?:me|us|him|her|them) (?:in|out)(?: please| now)?"
    r"|folks|guys|kids|everyone|everybody|lads|darling|sweetie|babe|dude|bro|sir|maam|my friend|old (?:friend|chap|boy)|my god|oh god|ugh|blimey|jeez|gosh|goodness)"
)


def is_reason(text: str) -> bool:
    """Say whether a clause only tells how things are, so that a command beside it is meant."""
    text = _FOR_A_WHILE.sub("", text)
    text = _TO_HEAR.sub("see ", _AT_A_BOOK.sub("it", _BEING_ALREADY.sub(r"\1 ", text))).strip()
    if so := _WHEN_SO.fullmatch(text):
        text = so["so"]
    words = text.split()
    if not words or len(words) > LONGEST_REASON or "," in words:
        return False
    if _OF_THE_WORDS.search(text):
        return False
    if _ASIDE.fullmatch(text) or _IN_DOUBT.fullmatch(text):
        return True
    if words[0] in COMMANDING or not NEVER_A_REASON.isdisjoint(words):
        return False
    named = {singular(word) for word in words} & (GENERIC - EVERYTHING)
    if _NOT_TO.fullmatch(text) and not named and COMMANDING.isdisjoint(words):
        return True
    if "not" in words and {"want", "like", "need", "care", "wants"} & set(words):
        return False
    if any(way.fullmatch(text) is not None for way in (_REASON, _DID, _THEY_DID, _TIME_TO)):
        return True
    # "lights down" is wanted, and no reason
    return not named and any(way.fullmatch(text) is not None for way in (_HEARD_IS, _BARE))
