"""What people say before and behind a command that changes nothing of it: "..., there's water everywhere", "nah, ..."."""

# ruff: noqa: E501 (a way of saying something is one line)

from __future__ import annotations

import re

from assistant.home.understanding.wording.needed import Needing, Rewriting

VERB = r"(?:turn|switch|shut|put|close|open|lock|unlock|dim|make|set|start|stop|pause|arm|disarm|raise|lower|bring|send|get)"
_SORRY = (
    r"(?:oops|whoops|sorry|oh|ah|argh|wait|hang on|hold on|nah|one (?:sec|second|moment)|just a (?:sec|second|moment))"
)
#: What leads to a command: "oops , wrong lamp , turn it off", "hang on , i forgot my keys , ...", "i meant the fan , not the light , ...".
without_leading = Rewriting((said, "") for said in (
    re.compile(
        rf"^(?:{_SORRY} (?:, )?)+(?:wrong \w+ , |(?:i|we) (?:have )?(?:just )?(?:forgot|forgotten|left|lost|need|dropped) (?:(?:to|my|our|something) (?:the )?)+(?:\w+ ){{0,4}}?, (?:so |and |please )*)?(?={VERB}\b)"
    ),
    re.compile(
        rf"^(?:ok |okay |right |and )*that (?:will do|is (?:enough|plenty|it)) (?:for now |now )?, (?:so |and |please |now |you can )*(?=(?:{VERB}|tell|let|ask|have)\b)"
    ),
    re.compile(rf"^(?:no|nope) (?:, )?not (?:the|my|that|our) (?:(?!,)\S+ ){{1,4}}?, (?={VERB}\b(?!.*\b(?:it|them|that)\b))"),
    re.compile(
        rf"^i (?:meant|mean|said|want|wanted) (?:(?!,)\S+ ){{1,4}}?, not (?:(?!,)\S+ ){{1,4}}?, (?:so |and |please )*(?={VERB}\b(?!.*\b(?:it|them|that)\b))"
    ),
    re.compile(
        r"^(?:everyone|everybody|\w+|the \w+) (?:is|are) in (?:(?:the|our|my) )?(?:(?!,)\S+ ){1,3}?, (?:so |and )*(?=.*\bhere\b)"
    ),
    re.compile(
        rf"^(?:nice|grand|brilliant|great|lovely|perfect|good|cool|awesome|thanks|thank you)(?: one)? , (?:and )?(?:now )?(?={VERB}\b)"
    ),
    re.compile(
        rf"^(?:the |our )?(?:company|guests|visitors|people|everyone|everybody|they|friends|kids|family) (?:is|are|will be) (?:(?:almost|nearly|just about|all|finally|now|already|soon) )*here(?: soon| now| any minute)? , (?:so )?(?=(?:{VERB}|let us|can|could|please)\b(?!.*\bhere\b))"
    ),
    re.compile(
        rf"^(?:there is )?no (?:point|need|sense|use) (?:in )?\w+ing (?:(?!,)\S+ )+?, (?:so )?(?={VERB}\b(?!.*\b(?:it|them|that)\b))"
    ),
    re.compile(
        rf"^(?:(?:the|my|our|these|those|this) )?\w+ (?:is|are) never going to (?:(?!,)\S+ )+?, (?:so )?(?={VERB}\b(?!.*\b(?:it|them|that)\b))"
    ),
    re.compile(
        r"^(?:the |our |my )?(?:baby|kids|children|boys|girls|twins|everyone|everybody)(?:s| is| are) (?:(?:all|finally|now|both|already) )*(?:down|asleep|in bed|sleeping|out|home|gone)(?: now| at last)? , (?=.*\w (?:, .* )?please$)"
    ),
    re.compile(rf"^(?:it is )?(?:the )?\w+ here , (?:so )?(?=(?:{VERB}|can|could|would|will|you can|please)\b)"),
    re.compile(
        rf"^(?:(?:oh|wait|hang on|hold on|no) (?:, )?)*\w+(?:s| is| are) still (?:out|in|up|down|outside|inside|there|here|awake|asleep|at work|working)(?: there| here)? , (?:so )?(?={VERB}\b)"
    ),
    re.compile(r"^poor (?=\w+(?:s| is) )"),
    re.compile(rf"^it (?:has )?(?:finally|just|already) \w+(?: \w+)? , (?:so )?(?=(?:you can )?{VERB}\b)"),
    re.compile(rf"^(?:right |ok |okay )?(?:, )?i am (?:all )?(?:done|finished)(?: here| now| with (?:it|that))? , (?:so )?(?=(?:you can )?{VERB}\b)"),
    re.compile(r"^(?:i|we) (?:have )?(?:forgot|forgotten|lost|left) (?:my|our|the) keys?(?: again| inside| at \w+)* , (?:so )?(?=(?:i|we) need|can|could|please|unlock|open)"),
    re.compile(rf"^(?:good )?(?:morning|afternoon|evening) (?:, )?(?=(?:{VERB}|can|could|would|will|please)\b)"),
    re.compile(
        r"^(?:we|i) (?:are|am) (?:watching|having|eating|playing|reading|doing|getting|putting|starting) (?:(?!,|so\b)\S+ )+?(?:, )?so (?=(?:all|every|the|turn|switch|can|could|please|lights|put|dim|shut|close)\b)"
    ),
    re.compile(rf"^(?:anyway|anyhow|on second thoughts?) (?:, )?(?={VERB}\b)"),
    re.compile(rf"^(?:i|we) (?:thought|wanted) (?:(?!,|\bbut\b)\S+ )+?(?:, )?but (?:please |now )*(?={VERB}\b)"),
    re.compile(
        r"^(?:i|we) (?:just )?(?:came|walked|went|popped|got)(?: \w+)? (?:from|to|by|past|through|into|out of) (?:the |my |our )?\w+(?: \w+)? and (?=(?:the|my|our)\b)"
    ),
    re.compile(
        r"^(?:i|we) (?:need|have|want|am going|are going) to get (?:the|my|our) \w+(?: \w+)? (?:out|in|through|past) , (?=\w)"
    ),
))  # fmt: skip
#: What only tells something behind it.
BEHIND = (
    re.compile(r" ,(?: (?:because|as|since))? without (?:it|them) (?:i|we|he|she|they|nobody) (?:can|could|will|would|do|does)(?: not)? (?:(?!,|\b(?:on|off|open|closed)\b).)+$"),
    re.compile(r" , (?:the )?same as (?:my |our )?\w+ (?:used to (?:have|like)|always had|had|has|likes?) it$"),
    re.compile(r" ,(?: (?:because|as|since))? (?:i|we|he|she|they|somebody|someone|\w+) (?:have |has )?(?:just )?(?:nearly|almost|just) (?:tripped|fell|fallen|slipped|stubbed|walked|bumped|broke)\b(?:(?!,|\b(?:on|off|open|closed)$).)*$"),
    re.compile(r" ,(?: (?:because|as|since))? (?:it|that|they) (?:always )?(?:wakes?|blinds|annoys?|attracts?|scares?|dazzles?|bothers?|helps?|upsets?) (?:(?!,|\b(?:on|off|open|closed)$).)+$"),
    re.compile(r" ,(?: (?:because|as|since))? (?:i|we) (?:really )?(?:love|like|enjoy|hate|miss) \w+ing\b(?:(?!,).)*$"),
    re.compile(r" ,(?: (?:because|as|since))? it has not (?:rained|snowed|been|stopped)\b(?:(?!,).)*$"),
    re.compile(r" ,(?: (?:because|as|since))? (?:someone|somebody|people|they|the neighbours?|neighbours) (?:(?:on|in|at|from|across|opposite) (?:the |our )?\w+(?: \w+)? )?(?:is|are|can|keeps?|might|may|will) (?!on$|off$)\w+(?: (?!,)(?!(?:on|off|open|closed)$)\S+)*$"),
    re.compile(r" ,(?: (?:because|as|since))? (?:i|we) (?:have )?(?:just )?(?:found|bought) (?:(?!,|\b(?:on|off|open|closed)$).)+$"),
    re.compile(r" ,(?: (?:because|as|since))? (?:i|we|he|she|they) could not (?:sleep|see|find|hear|read|breathe|cope|get to sleep)\b(?:(?!,|\b(?:on|off|open|closed)$).)*$"),
    re.compile(r" ,(?: (?:because|as|since))? (?:he|she|they|the \w+) (?:has |have )?(?:just )?(?:pulled up|arrived|turned up|got here|rung|rang|knocked|landed|called)(?: (?!,)\S+){0,3}$"),
    re.compile(r" , (?:can|could) you (?:set|do) that$"),
    re.compile(r" ,(?: (?:because|as|since))? (?:the|my|our) (?:\w+ )?\w+ (?:will|would) (?:love|like|hate|enjoy|thank|appreciate) (?:it|that|this|you|me|us)(?: (?:for it|very much|so much))?$"),
    re.compile(r" ,(?: (?:because|as|since))? (?:i|we) (?:need|want|could do with) (?:some|a bit of|a little|more) (?:shade|fresh air|air|daylight|sun|sunshine|warmth|quiet|peace|privacy)$"),
    re.compile(r" , (?:please , )?(?:the (?:two|three|four|[234]) of them|both of them|all of them|every (?:single |last )?one(?: of them)?|each (?:and every )?one(?: of them)?|the lot)$"),
    re.compile(r" ,(?: (?:because|as|since))? (?:i|we) have (?:got )?(?:my|the|some|our|both) (?:\w+ )?(?:groceries|shopping|bags|hands full|arms full|boxes|bins|bikes?|kids|laundry|washing)(?: (?:with me|here|now|again|in (?:my|the) \w+))?$"),
    re.compile(r" ,(?: (?:because|as|since))? (?:(?:the|my|our) )?\w+ is (?:meant|supposed|trying) to (?!(?:on|off)\b)(?:(?!,|\b(?:on|off|open|closed)$).)+$"),
    re.compile(r" like (?:a good|the good) (?:girl|boy|lad|lass|man|woman|dog|person|fellow)$"),
    re.compile(r" ,(?: (?:because|as|since))? (?:i|we|he|she|they) (?:have|has|need|needs) to (?:drive|go|be|leave|head|get up|travel|catch|pick|meet|work)\b(?:(?!,|\b(?:on|off|open|closed)$).)*$"),
    re.compile(r" ,(?: (?:because|as|since))? (?:i|we|he|she|they) (?:always |can |will )*(?:sleep|feel|work|breathe|think|cook) (?:(?:much|a lot|far) )?(?:better|best|well|easier)\b(?:(?!,).)*$"),
    re.compile(r" ,(?: (?:because|as|since))? (?:nobody|no one) is (?!on$|off$)(?:\w+ing|here|in|home|around|about)\b(?:(?!,|\b(?:on|off|open|closed)\b).)*$"),
    re.compile(r" ,(?: (?:because|as|since))? (?:the|my|our) (?:\w+ ){1,3}(?:is|are)(?: on)? (?:in (?:a|\d+|five|ten) (?:minutes?|moment|sec|bit)|starting soon|about to start|any minute)$"),
    re.compile(r" ,(?: (?:because|as|since))? (?:the|my|our) (?:\w+ ){1,2}(?:is|are) (?:in|home|back|here|gone|away|inside|asleep)(?: now)?$"),
    re.compile(r" , (?:it is |because it is )?time (?:to|for) (?:get|wake|rise|go|head|leave|eat|start|sleep|bed|work|school|dinner|lunch|breakfast)\b(?:(?!,|\b(?:on|off|open|closed)\b).)*$"),
    re.compile(r" ,(?: (?:because|as|since))? (?:the |our |my )?(?:first |last |some )?(?:guests|visitors|customers|kids|people|everyone|everybody|grandkids|neighbours) (?:is|are|have) (?:(?:just|all|already|nearly|almost) )*(?:down|here|up|in|out|awake|arriving|arrived|coming|waiting|starving|asleep|back|home|hungry|left|gone|in the \w+)(?: already| now| soon| early)?$"),
    re.compile(r" ,(?: (?:because|as|since))? (?:the|that|my|our) (?:\w+ )?(?:lady|gentleman|man|woman|couple|guests?|family|boy|girl|baby|dog|cat|plants?)(?: in there| in here)? (?:(?:always|really|just) )?(?:feels?|gets?|likes?|hates?|can not|needs?|has|have|suffers?)\b(?:(?!,|\b(?:on|off|open|closed)\b).)*$"),
    re.compile(r" ,(?: (?:because|as|since))? (?:(?:mr|mrs|ms|miss|dr|auntie|aunt|uncle|the|my|our) )*\w+ can (?:not|hardly|barely) (?:see|read|hear|sleep|find|work|concentrate|breathe|eat|cook|stand)\b(?:(?!,|\b(?:on|off|open|closed)$).)*$"),
    re.compile(r" ,(?: (?:because|as|since))? (?:i|we|he|she|they|everyone|everybody) (?:have |has )?(?:just )?(?:got|came|went|left|finished|stopped|ate|had|did)\b(?:(?!,|\b(?:on|off|open|closed)\b).)* ago$"),
    re.compile(r" ,(?: (?:because|as|and))? there (?:is|are) (?!.*\b(?:on|off)$)(?!,)\S+(?: (?!,)\S+)*$"),
    re.compile(r"(?: ,)? before (?:i|we|he|she|they|mum|mom|dad|everyone|anyone|\w+s?) (?:go|goes|come|comes|get|gets|leave|leaves|head|heads|turn|turns) ?(?:in|up|down|out|off|home|back|to bed|to work|to sleep|here|there|in here)?$"),
    re.compile(r" ,(?: (?:because|as))? (?:i|we) (?:like|love|want|hate|prefer) to (?:see|watch|hear|know|look)\b(?:(?!,).)+$"),
    re.compile(r" ,(?: (?:because|as))? (?:i|we) (?:think )?(?:i|we) (?:forgot|might have forgotten|may have forgotten|did not)(?: to| it)?$"),
    re.compile(r" ,(?: (?:because|as))? (?:it|that|they) (?:looks?|feels?|seems?) (?:so |really |very |much )*\w+ (?:when|while|like|with|that|at)\b(?:(?!,).)+$"),
    re.compile(r" ,(?: (?:because|as))? (?:the|my) sun(?:s| is) (?:right |shining |glaring |straight |blazing )*(?:on|in|into|through|at|onto)\b(?:(?!,).)+$"),
    re.compile(r" ,(?: (?:because|as))? (?:i|we) have (?:just )?(?:drunk|eaten|finished|used|run out)\b(?:(?!,).)*$"),
    re.compile(r"(?:,)? and (?:i|we) will (?!be\b)\w+ (?:some|the|a|my|our) \w+(?: \w+)?$"),
    re.compile(r" , (?:just )?like (?:(?!,).)+ (?:was|were|did|had|used to)\b(?:(?!,).)*$"),
    re.compile(r" , (?:the|my|our) (?:(?!,)\S+ ){1,4}?(?:i|we) will (?:do|see to|get|close|lock|take care of|handle) (?:myself|ourselves)(?: (?!,)\S+)*$"),
    re.compile(r" ,(?: (?:and|but))? (?:i|we) will (?:do|see to|get|close|lock|take care of|handle) (?:the|my|our) (?:(?!,)\S+ ){1,4}?(?:myself|ourselves)$"),
    re.compile(r"(?<= or) (?:what is|whats|is|has) (?:he|she|it) (?:doing|up to|at|(?:gone|back|on|in)\b.*)$"),
)  # fmt: skip
_NEEDING = Needing(BEHIND)
#: What is wanted behind what is told: "..., it blinds me and turn off the floodlight", "... and the patio lights too".
_MORE = re.compile(
    rf" (?:and|then|so)(?: (?:then|please|also|just|can you|could you))* {VERB} (?!(?:to|up to|down to)\b)"
    r"| and (?:the|my|our) .+ (?:too|as well|also)$| (?:except|apart from) | but (?:not|leave|keep) "
)
_OR = re.compile(r" or$")


_MACHINE = re.compile(r"^(?P<verb>pause|stop) (?:him|her) (?:a|one) (?:sec(?:ond)?|minute|moment)\b")
#: A question, and what is told behind it.
_ASKED_THEN_TOLD = re.compile(r"(?P<asked>(?:(?![.?!]).)+\?)\s+(?P<told>(?:(?!\?).)+)")


def spoken(text: str) -> str:
    """Return a plain sentence without what leads to its command, and what is only told behind it."""
    text = _MACHINE.sub(r"\g<verb> him", without_leading(text))
    for number in _NEEDING.of(text):  # what is left out of it brings no new words
        behind = BEHIND[number]
        told = behind.search(text)
        if told is None or _MORE.search(told[0]):
            continue
        shorter = behind.sub("", text)
        text = shorter if " " in shorter.strip() else text
    return _OR.sub("", text)


def asked_first_of_all(words: str) -> str:
    """Return the question of a sentence as it was said that goes on to tell something; "" where it does not."""
    said = _ASKED_THEN_TOLD.fullmatch(words.strip())
    return said["asked"] if said else ""
