"""The words of a command by what they say of it: politeness, verbs, ways, complaints.

Read by `gist`, which takes a sentence for a command only where each of its words is one of these, a name or a value.
"""

# ruff: noqa: E501, ISC004 (words of one kind are on one line)

from __future__ import annotations

import re

PLACING = frozenset("in on at of by from with near over under beside behind inside outside for".split())
ARTICLES = frozenset("the a an my our your this that these those some any all every both".split())
#: What leads up to a clause and says nothing.
ASIDES = re.compile(
    r"^(?:(?:so|oh|ok|okay|hey|hi|hello|right|alright|well|um|uh|er|erm|hmm*|ah|yes|yeah|now|then|and|please|just|kindly|look|listen|also|but|actually|go|ahead|repartee|you know what|let me think|let me see|i think|i guess|i suppose|i reckon|i believe|,) )+"
)
#: Words around a command that say nothing of what is wanted.
SOFT = frozenset(
    (
        "please kindly just now then so well oh ok okay hey hi hello right alright um uh er erm hm hmm hmmm ah aah ooh yes yeah yep look listen "
        "could can would will may might shall should must you u we i me us somebody someone anyone anybody "
        "want need wants needs like love fancy think guess suppose reckon believe do does mind to for kind good nice enough as be dear mate pal "
        "thanks thank cheers ta ever much rather about roughly approximately very quite really prefer effect tone shade glow actually again all away straight immediately quick quickly once "
        "already too also lets let have has had help possible possibly go goes going ahead and that it is favour favor darling love sweetie honey anyway "
        "though today finally properly gently honestly seriously literally simply only sure see make need longer repartee "
        "moment second sec minute shant sake goodness heavens gods god gosh bother trouble ask everyone folks guys round around along yet about thing "
        "long morning evening enough by of"
    ).split()
)
#: Verbs that say nothing by themselves: a way, a value or a quality has to go with them.
LIGHT_VERBS = frozenset(
    (
        "turn switch put set get have make bring pull push take give go come stick pop whack flick flip knock move change crank bump dial roll wind slide "
        "ramp nudge shove bung chuck power click throw tap hit do run send let fold swing twist shift drop snap adjust tweak yank haul swap flood "
        "crack tip ease slip whip ping pump program want need"
    ).split()
)
#: Verbs that say what is wanted, and the kind of wish that is.
VERBS: dict[str, str] = {
    **dict.fromkeys("activate enable fire ignite illuminate light boot energise energize engage kindle relight".split(), "on"),
    **dict.fromkeys("start begin launch run resume restart".split(), "start"),
    **dict.fromkeys("kill extinguish cut douse end quit deactivate disable unplug silence axe nix dowse".split(), "off"),
    **dict.fromkeys("stop halt cease".split(), "stop"),
    "pause": "pause",
    **dict.fromkeys("open raise lift hoist unroll extend part unfurl unfold uncover".split(), "open"),
    **dict.fromkeys("close shut lower retract draw furl cover".split(), "close"),
    **dict.fromkeys("lock bolt secure latch".split(), "lock"),
    **dict.fromkeys("unlock unbolt unlatch".split(), "unlock"),
    **dict.fromkeys("brighten lighten".split(), "brighter"), **dict.fromkeys("dim darken soften".split(), "dimmer"),
    **dict.fromkeys("warm heat".split(), "warmer"), **dict.fromkeys("cool chill".split(), "cooler"),
    **dict.fromkeys("raise increase boost".split(), "up"), **dict.fromkeys("lower decrease reduce".split(), "down"),
    **dict.fromkeys("slow slacken".split(), "slower"), **dict.fromkeys("speed quicken hurry".split(), "faster"),
    **dict.fromkeys("press ring sound bang strike beat toot".split(), "press"), **dict.fromkeys("dock park".split(), "dock"),
    **dict.fromkeys("vacuum hoover clean sweep mop mow".split(), "start"),
}  # fmt: skip
#: The same as they are said of what is being done: "get the blinds opened", "have the door locked".
STATES: dict[str, str] = {
    "on": "on", "off": "off", "up": "up", "down": "down", "out": "out", "in": "in", "back": "back", "over": "",
    "open": "open", "opened": "open", "closed": "close", "shut": "close", "locked": "lock", "secured": "lock", "bolted": "lock", "unlocked": "unlock",
    "lit": "on", "boiling": "start", "brewing": "start", "spinning": "start", "charging": "start", "running": "start", "going": "start", "started": "start", "cleaning": "start", "vacuuming": "start", "hoovering": "start", "stopped": "stop",
    "raised": "open", "lowered": "close", "dimmed": "dimmer", "warmed": "warmer", "heated": "warmer", "cooled": "cooler",
    "opening": "open", "closing": "close", "locking": "lock", "dimming": "dimmer", "brightening": "brighter",
    "activated": "on", "disabled": "off", "killed": "off", "extinguished": "off", "drawn": "close", "pulled": "", "turned": "", "switched": "", "set": "", "put": "",
    "turning": "", "switching": "", "putting": "", "setting": "", "shutting": "close", "starting": "start", "stopping": "stop", "home": "dock",
}  # fmt: skip
#: Phrases, and the kind of wish that each is; longest first. Those of "off" are denials that want something.
PHRASES: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(rf"(?<!\S)(?:{said})(?!\S)"), wish)
    for said, wish in (
        (r"(?:(?:nobody|no one|no body) (?:really |actually )?(?:needs|wants|is using|uses|requires|is in need of)(?: to have)?"
         r"|(?:i|we) (?:really |certainly )?(?:do not|shall not|shant|will not|would not|no longer|am not|are not)(?: really| actually)? (?:be )?(?:need(?:ing)?|using|requir(?:e|ing))"
         r"|(?:i|we) (?:no longer|do not any longer) (?:need|want|require)|(?:there is |there's )?no (?:more |longer (?:a |any )?)?(?:need|use|call) for(?: having)?"
         r"|(?:i|we) (?:have |am |are )?(?:had (?:quite )?enough of|(?:all )?(?:done|finished|through) (?:with|using))|(?:i|we) can (?:do|manage) without|(?:i|we) could do without"
         r"|(?:can|could|may) (?:take|have) a (?:break|rest)|(?:is|are) (?:no longer|not) (?:needed|required|wanted)(?: any ?more)?|(?:i|we) can spare)(?! (?:to|you|that|a|an|any|more|another|anybody|anyone|somebody|new|it to|him|her)\b)(?! \w+ing\b)", "off"),
        (r"(?:power|electricity|juice|current) (?:to|from|for|of)|the (?:power|electricity|juice|current) (?:to|from|for|of)", ""),
        (r"(?:i will |i |let me )?tell you what|(?:vibes?|thing|scene|mood|mode|setting|ambience)(?= |$)|(?:would|had) better|(?:tell|ask)(?= (?:it|the|my|our) )", ""),
        (r"any ?more|any longer|by now|for (?:now|today|the (?:day|night|moment|time being))|if you (?:would|could|can|please|do not mind|like|will)|when you (?:can|get a (?:chance|minute|second|moment)|have a (?:chance|minute|second|moment))"
         r"|for (?:goodness|heavens|gods|petes|pitys) sake|thank you (?:ever so much|so much|very much|kindly|a lot)?|thanks (?:a lot|ever so much|so much|very much|a million|a bunch)?|you know what|let me (?:think|see)|do (?:me|us) a (?:favou?r|solid)|be a (?:dear|love|darling|star|lamb|sweetheart|gem)"
         r"|(?:i|we) (?:would|will) be (?:very |ever so |most |so )?(?:grateful|glad|happy|pleased|obliged)|before (?:you do )?anything else|first (?:thing|of all)|while you are (?:at it|there|about it|up)|(?:for|at) this (?:time|hour)(?: of (?:the )?(?:night|day|evening|morning))?|when you are ready|be so (?:good|kind|nice) as to|so (?:good|kind) as to|at the moment|right away|straight away|a (?:second|moment|minute|sec)|would you believe|of course|by the way|that is (?:it|all|better|enough)|no rush|no hurry|as soon as (?:you can|possible)|in case|to (?:be|stay) (?:safe|sure)|or (?:so|something)|if (?:it is )?(?:possible|at all possible|not too much (?:trouble|bother)|no (?:trouble|bother))|if (?:that|it) is (?:all right|ok|okay|alright|fine)(?: with you)?", ""),
        (r"make (?:absolutely |quite |very )?(?:sure|certain)(?: that)?|see (?:to it )?that|be sure(?: that)?|ensure(?: that)?|kindly see to it that|see to it that|check that|it would be (?:\w+ )?(?:if|to)|i (?:want|need|would like|would love|wish) (?:that|it if)|i wonder if", ""),
        (r"(?<=\w )to work|(?<=\w )on the job", "start"),
        (r"it is possible(?: to)?|is it possible(?: to)?", ""),
        (r"(?<=send it )away", "dock"),
        (r"(?<=\w )an? (?:spin|whirl|blast|burst)(?: of \w+)?$", "on"),
        (r"(?:do|make|go on|start|gives?|gave|giving)? ?(?:her|his|its|the|their) (?:rounds?|chores?|job|floors?(?: an? (?:\w+ )?(?:clean|sweep|hoover|vacuum|once over|going over))?)", "start"),
        (r"(?<!\w )(?:off|out|away) you (?:go|pop|trot)|(?<=\w )(?:, )?(?:off|out|away) you (?:go|pop|trot)|on your way", "go"),
        (r"out there|over there", ""),
        (r"up and running|on the go|under way|up and going", "start"),
        (r"(?:back )?(?:to|on|in|into|onto) (?:its|the|his|her|their) (?:dock|base|station|charger|charging station|home|bed|docking station|kennel|corner)|back (?:home|to base)|dock (?:itself|yourself)|go home|come home|come back", "dock"),
        (r"nice and|good and", ""),
    )
)  # fmt: skip
#: What a room is said to be, or its people, and what is wanted then.
_FEELINGS = {
    "brighter": "dark darker gloomy dim dimly murky dingy shadowy pitch black dusky cave dungeon tomb darkness gloom",
    "dimmer": "bright blinding dazzling glaring blinded dazzled glare glary",
    "warmer": "cold chilly freezing nippy frosty arctic icy frozen shivering shiver parky chill drafty draughty perished ice pole siberia igloo antarctica iceland coldish chattering cool frigid wintry goosebumps baltic nithered brass",
    "cooler": "hot boiling roasting sweltering stifling stuffy baking sweating melting tropical sauna warm sweaty scorching muggy furnace greenhouse desert sahara oven furnace boiled overheating overheated",
}
FEELINGS = {word: wish for wish, words in _FEELINGS.items() for word in words.split()}
#: What may be said only with "too", so that nothing is done for a room that is well as it is.
TOO_MUCH = frozenset("bright warm cool".split())
#: What is said with them, and says nothing more.
FEELING_SOFT = frozenset(
    (
        "north south it is its a bit little so too very rather really quite awfully terribly in here the i am we are my our feels feel feeling like getting gets an as "
        "of there kind sort oh god gosh man brr brrr blimey crikey phew just all just now still bloody absolutely literally completely totally pretty ever such "
        "far way much at me us to seems looks look seem for honestly seriously on in and has gone going place room this no someone something one touch tad could be "
        "starting becoming bit cant hardly barely something rotten feet toes hands fingers nose bones body eyes hurts hurting killing burning teeth awful awfully horribly horrible dreadfully dear well "
        "isnt is'nt terrible terribly dreadful big same inside from off coming got lot light lighting"
    ).split()
)
#: Words which show that a sentence tells, is about another time or somebody else, or asks: never a command here.
NEVER = frozenset(
    (
        "not never none nothing neither nor no without if when whenever unless until till before after while because though although except but "
        "was were been did had he she they his her their him them's who what which why how when where whose whether "
        "said says say told tell tells asked asks asking yesterday tomorrow later tonight ago last always usually often sometimes every "
        "used might've would've wonder wondering wondered wish hope hopes joke kidding pretend remind remember note write read explain describe "
        "maybe perhaps thanking email text message song story recipe manual book page film should"
    ).split()
)
#: Those of them that no reason beside a command has either.
HARDLY_A_COMMAND = NEVER - frozenset(
    "not no without although though but while because was were been did had he she they his her their him them should nothing none what where when "
    "ask tell book film song story message text before nor if when".split()
)
#: Verbs that are known neither as ones of a house nor as ones of somewhere else may stand for "turn"; these do not.
OTHER_VERBS = frozenset(
    (
        "tell ask call order cross write send sell pay read show carry break saw rip buy say sing play name draw paint clean wash dust move hang mount fix repair replace install "
        "mention describe explain find search look see watch hear listen like love hate know think hope wish remember forget remind note add remove list count check test describe "
        "compare review rate rent book deliver wire screw glue hand pass trade tick strike leave keep is are was were has had did does am be been take steal drive walk climb jump sit stand "
        "what which who why how when where if the a an my our your his her their this that these those some any all every each both no not"
    ).split()
)
#: What no purpose has in it: then it is for another time, or another's words.
PURPOSELESS = (
    NEVER
    - frozenset(
        "not no their his her them they he she what where when film song book story message text read write".split()
    )
) | frozenset(
    "minutes minute hour hours seconds oclock noon midnight sunset sunrise dawn dusk morning evening afternoon monday tuesday wednesday thursday friday "
    "saturday sunday weekend week month on off".split()
)
