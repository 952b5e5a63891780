"""How people say what they want done: each way of saying it, and the action it means.

`<np>` stands for what the sentence speaks of and `<at>` for what follows it ("in the kitchen", "but the fridge").
A way matches a whole clause; whether the words in its gaps mean anything, the names of the house decide.
"""

# ruff: noqa: E501, ISC004 (a way of saying something is one line)

from __future__ import annotations

import re

from assistant.home.understanding.wording.ways import Ways

_TURN = "(?:turn|switch|put|whack|chuck|bung|shove|flip|flick|power|get|bring|change|have|make|set|pop|stick|keep|leave|want|need|like)"
_CUT = "(?:turn|switch|put|flip|flick|power|get|bring|change|have|make|set|shut|knock|keep|leave|click|want|need|like|take)"
_MOVE = "(?:do|put|pop|stick|shove|whack|bung|chuck|yank|pull|roll|bring|draw|let|push|get|move|turn|crank|wind|take|send|have|swing|slide|want|like)"
_SURE = "(?:make sure|see to it that|see that|ensure|be sure|check that|make certain)(?: that)?"
#: Arming an alarm: the verb, and what stands before the mode.
_ARM = "(?:arm|set|activate|turn on|put|switch|change|turn)"
_MODE = "(?:(?:to|for|in|into|on|as)(?: the)? )?"
_AGAIN = "(?:back |all |to |to be |turned |switched |set to )*"
#: What may follow "the lights on" without a verb: a place said with its preposition, never just another thing.
_WHERE = (
    "(?P<at> (?:in|at|on (?:the )?\\w+ floor|inside|upstairs|downstairs|outside|outdoors|here|everywhere|throughout|all|around"
    "|across|and|,|but|except|excluding|excepting|apart|other|aside|besides|minus|bar|not|without|save)\\b.*)?"
)
_WAYS: tuple[tuple[str, str], ...] = (
    # on and off
    ("on", f"{_TURN} {_AGAIN}on <np>"),
    ("lighter", "light or brighten <np>"),
    ("off", f"(?!set off ){_CUT} {_AGAIN}(?:off|out) <np>"),
    ("off", f"{_CUT} <np> {_AGAIN}(?:off|out(?! of)(?: of)?)<at>"),
    ("on", f"{_TURN} <np> {_AGAIN}on<where>"),
    ("light", "(?:illuminate|light up|lighten up|light) <np>(?: up)?"),
    ("on", "(?:activate|enable|fire up|light up|illuminate|power up|boot up|boil|start up|energi[sz]e|power|light|engage) <np>"),
    ("on", "(?:get|set|start|have|keep) <np> (?:going|started|running|working|up and running|lit)<at>"),
    ("on", "(?:start|run|begin|launch|kick off|go ahead with|get going with|get started with) <np>"),
    ("on", "(?:light|power|fire|boot|start|lit) <np> up<at>"),
    ("on", f"{_SURE} <np> (?:(?:is|are|be|stays|stay) |(?=turned|switched)){_AGAIN}on<at>"),
    ("off", f"{_SURE} <np> (?:(?:is|are|be|stays|stay) |(?=turned|switched)){_AGAIN}(?:off|out)<at>"),
    ("close", f"{_SURE} <np> (?:is|are|be|stays|stay) {_AGAIN}(?:closed|shut|down)<at>"),
    ("lock", f"{_SURE} <np> (?:(?:is|are|be|stays|stay) )?{_AGAIN}(?:locked|secured)<at>"),
    ("off", "(?:deactivate|disable|kill|cut|power off|power down|shut off|shut down|douse|extinguish|lose|nix|quit|end|"
            "cut the power to|unplug|blow out|snuff out|snuff|put out|quench|silence) <np>"),
    ("off", "(?:power|shut|kill|cut) <np> (?:down|off)<at>"),
    ("off", "off (?:with )?<np>"),
    ("on", "on (?:with )?<np>"),
    ("on", "(?:(?:get|have|turn on|switch on|put on|put|bring) )?(?:some|a bit of|a little) (?P<np>lights?(?: .+?)?)(?: on)?"),
    ("lighter", "(?:(?:get|have|turn on|put on|put|bring) )?(?:some |a bit |a little |a little bit |lots |a lot |much )?more (?P<np>light(?: .+?)?)"),
    ("off", f"<np> {_AGAIN}(?:off|out)<where>"),
    ("on", f"<np> {_AGAIN}on<where>"),
    ("on", "<np> (?:needs? to be|should be|must be|ought to be|has to be|have to be|to be) (?:turned |switched )?on<at>"),
    ("off", "<np> (?:needs? to be|should be|must be|ought to be|has to be|have to be|to be) (?:turned |switched )?off<at>"),
    ("off", "(?:have|get|want|need) <np> (?:turned|switched|shut) (?:off|down)<at>"),
    ("on", "(?:have|get|want|need) <np> (?:turned|switched) on<at>"),
    ("either", "either <np>"),
    ("toggle", "(?:toggle|flip|switch over) <np>"),
    # what opens
    ("open", "(?:open|raise|lift|roll up|pull up|draw back|roll out|wind out|pull open|put up|bring up|unroll|wind up|crank open|part|open up|extend|pull back|"
             "throw open|slide open|swing open|hoist|let up|crack open|pop open|raise up|lift up) <np>"),
    ("open", "(?:open|raise|lift) <np> (?:up|fully|completely|all the way|wide|wide open|all the way up)<at>"),
    ("open", f"{_MOVE} <np> (?:all the way |fully |wide )?(?:up|open|back|out)<at>"),
    ("open", f"{_CUT} <np> (?:opened|raised)<at>"),
    ("close", "(?:close|shut|lower|roll down|pull down|draw|put down|bring down|let down|pull shut|pull closed|wind down|drop|close up|shut up|close off|"
              "retract|close down|shut down|lower down|lower up|pull to|roll in|push shut|pull in) <np>"),
    ("close", "(?:close|shut|lower) <np> (?:up|down|fully|completely|all the way|all the way down|in(?! (?:the|my|our|his|her|here|\\w+s)\\b)|again)<at>"),
    ("close", f"{_MOVE} <np> (?:all the way |fully )?(?:down|closed|shut|in(?! (?:the|my|our|here)\\b))<at>"),
    ("open", "<np> (?:open|up)<where>"),
    ("close", "<np> (?:closed?|shut|down)<where>"),
    ("open", "<np> out<where>"),
    ("open", "up with <np>"),
    ("close", "down with <np>"),
    ("close", "(?:pull|push|draw) <np> to"),
    ("close", "pull <np>"),
    ("stop", "(?:stop|halt|freeze|hold|pause) <np>(?: from)?(?: moving| there| right there| where it is| where they are)?"),
    # locks and alarms
    ("lock", "(?:lock|secure|bolt|lock up|latch|deadbolt) <np>"),
    ("lock", "(?:lock|get|have|keep) <np> (?:up|locked)<at>"),
    ("unlock", "(?:unlock|unbolt|unlatch|undo the lock on|undo the lock of) <np>"),
    ("unlock", "(?:get|have) <np> unlocked<at>"),
    ("unlock", "<np> unlock(?:ed)?"),
    ("lock", "<np> lock(?:ed)?"),
    ("activate", "<np> (?:scene|mode) on"),
    ("arm_night", f"{_ARM} <np> {_MODE}(?:night(?: ?time)?|bed time|bedtime|sleep|sleeping)(?: mode)?"),
    ("arm_away", f"{_ARM} <np> {_MODE}(?:away|leaving|out)(?: mode)?"),
    ("arm_home", f"{_ARM} <np> {_MODE}(?:home|stay|staying|at home)(?: mode)?"),
    ("arm_vacation", f"{_ARM} <np> {_MODE}(?:our )?(?:vacation|holiday|holidays)(?: mode)?"),
    ("disarm", "(?:turn|switch|shut|put) <np> off"),
    ("disarm", "<np> off"),
    ("arm_night", "<np> (?:on|to|in) night(?: mode)?"),
    ("arm_night", "(?P<np>(?:\\w+ )*(?:alarm|panel|security|system)) night(?: mode)?"),
    ("arm_away", "<np> (?:on|to|in)? ?away(?: mode)?"),
    ("arm_home", "<np> (?:on|to|in) (?:home|stay)(?: mode)?"),
    ("arm_night", "night(?: mode)? (?:for|on) <np>"),
    ("arm_away", "away(?: mode)? (?:for|on) <np>"),
    ("arm_home", "(?:home|stay)(?: mode)? (?:for|on) <np>"),
    ("arm_night", "<np> (?:on )?for (?:the )?night"),
    ("arm", "<np> on"),
    ("disarm", "(?:disarm|deactivate|disable|turn off|switch off) <np>"),
    ("arm", "(?:turn|switch|put) <np> on"),
    ("arm", "(?:arm|set|turn on|switch on|activate|enable) <np>"),
    # scenes, buttons, machines
    ("activate", "(?:activate|set|start|run|play|enable|apply|load|begin|trigger|launch|engage|do|switch to|change to|go to|transition to|"
                 "go into|set the scene to|change the scene to|switch the scene to|set the mood to|put on|turn on|time for|"
                 "change to scene|go for|use|enter|do the|do|it is time for|set the scene for|let us have|we want|give me|give us) <np>"),
    ("activate", "(?:put|set|switch|change|turn|bring) (?:the |my |our )?(?:house|home|room|place|lights?|scene|mood|everything) "
                 "(?:to|into|in|on|for) <np>"),
    ("activate", "(?:turn|switch|put) <np> on"),
    ("start", "<np> (?:please )?(?:clean|start|vacuum|start cleaning|start vacuuming|clean up|go clean|clean the house|go)"),
    ("press", "(?:press|push|hit|ring|tap|click|trigger|sound|chime|bang|strike|beat|toot) <np>"),
    ("press", "give <np> an? (?:quick |little |good )?(?:ring|press|push|tap|buzz|dong|ding)"),
    ("on", "(?:sound|trigger|set off(?= .*\\b(?:sirens?|alarms?|buzzers?|horns?|strobes?)\\b)) <np>"),
    ("start", "(?:start|run|launch|begin|resume|unpause|activate|turn on|switch on|send out|deploy) <np>"),
    ("start", "(?:start|run|launch|begin|send out|send off|resume|unpause|let loose|set off|deploy|release|send|activate|get|set|turn on) <np>"
              "(?: off)?(?: to)?(?: (?:cleaning|vacuuming|clean|vacuum|hoovering|mowing|the cleaning|up|going|started|out|working))?"),
    ("start", "(?:let|have|make|get|tell|ask|send) <np> (?:to )?(?:start|begin|do|go|run|clean|vacuum|hoover|mow|get going|work|resume)"
              "(?: (?:cleaning|vacuuming|hoovering|mowing|the cleaning|the vacuuming|the floors?|clean|up|work|the house|the lawn))*"),
    ("dock", "(?:dock|return|send|bring|call|take|get|recall|let|have|make|tell) <np> (?:to )?(?:go |come |return |head )?(?:back |off )?"
             "(?:(?:to|in|into|on) )?(?:its |the |his |her |their |a )?"
             "(?:home|base|dock|docking station|charger|charging station|charging dock|station|back|house|bed)(?: station)?"),
    ("start", "let <np> (?:loose|out)"),
    ("dock", "(?:dock|recall|return|park) <np>"),
    ("dock", "<np> (?:go )?(?:back )?(?:to (?:the |your )?)?(?:home|base|dock)"),
    ("pause", "pause <np>(?: from)?(?: cleaning| vacuuming| hoovering| mowing)?"),
    ("halt", "(?:stop|halt|cancel) <np>(?: from)?(?: cleaning| vacuuming| hoovering| mowing)?"),
    ("halt", "<np> stop(?: it| now| cleaning| vacuuming| mowing)?"),
    ("halt", "(?:make|have|let|get|tell) <np> (?:to )?stop(?: cleaning| vacuuming| hoovering| mowing)?"),
    ("locate", "(?:locate|find) <np>"),
    ("install", "(?:update|install the update for|install|upgrade) <np>"),
    # more and less, without saying how much
    ("up", "(?:turn up|put up|crank up|bring up|boost|increase|raise|bump up|push up|up(?= the)|step up|speed up|ramp up|move up|take up) <np>"),
    ("down", "(?:turn down|put down|bring down|decrease|reduce|lower|bump down|push down|drop|down(?= the)|slow down|step down|ramp down|tone down|"
             "dial down|dial back|cut back|take down) <np>"),
    ("up", "(?:turn|put|crank|bring|bump|push|speed|step|ramp|get|dial|move|take) <np> up<at>"),
    ("down", "(?:turn|put|bring|bump|push|slow|step|ramp|tone|dial|get|drop|move|take) <np> down(?: low| a bit| a little)?<at>"),
    ("up", "<np> up<where>"),
    ("down", "<np> down<where>"),
    ("brighter", "(?:brighten|brighten up|lighten|lighten up) <np>(?: up)?"),
    ("dimmer", "(?:dim|dim down|darken|soften|fade) <np>(?: down)?"),
    ("warmer", "(?:heat up|heat|warm up|warm) <np>(?: up)?"),
    ("cooler", "(?:cool down|cool|chill|cool off) <np>(?: down| off)?"),
    ("on", "crank up <np>"),
    ("oscillate", "(?:oscillate|swing|start oscillating|make oscillate) <np>"),
    ("oscillate", "(?:make|let|have|set|get|start|turn on) <np> (?:to )?(?:oscillate|oscillating|oscillation|swing|swinging)(?: on)?"),
    ("oscillate", "(?:turn|switch) on (?:the )?oscillation (?:of|on|for) <np>"),
    ("oscillate", "(?:make|let|have|set|get|turn|ask|tell) <np> (?:to )?(?:swing|swinging|turn|turning|sweep|sweeping|swivel|swivelling|go|going|move|moving|rotate|rotating|pan|oscillate|oscillating)(?: (?:back and forth|backwards and forwards|to and fro|(?:from )?(?:side|left|one side) to (?:side|right|the other)))"),
    ("oscillate", "(?:swing|sweep|swivel|move|turn) <np> (?:back and forth|backwards and forwards|to and fro|(?:from )?(?:side|left) to (?:side|right))"),
    ("steady", "(?:stop|halt|have|get|make) <np> (?:from |to stop |stop )?(?:oscillating|swinging|turning|sweeping|swivelling|rotating)(?: (?:back and forth|backwards and forwards|to and fro|(?:from )?(?:side|left) to (?:side|right)|around|about|round))?"),
    ("steady", "(?:stop|turn off|switch off) (?:the )?(?:oscillation|oscillating|swinging|swing) (?:of|on|for) <np>"),
    ("locate", "(?:have|make|get|let|ask|tell) <np> (?:to )?(?:make (?:a|some|any) (?:sound|noise|beep)|beep|chirp|squeak|play (?:a|some) (?:sound|noise|tune)|give (?:me |us )?a (?:beep|shout|sound)|sound off)"),
    ("open_tilt", "(?:tilt|angle) <np> (?:all the way |fully )?(?:open|up)<at>"),
    ("close_tilt", "(?:tilt|angle) <np> (?:all the way |fully )?(?:closed|shut|down)<at>"),
    ("open_tilt", "(?:tilt|open) (?:up )?(?:the )?(?:slats|louvres|louvers|vanes) (?:of|on|in) <np>"),
    ("close_tilt", "(?:close|shut) (?:the )?(?:slats|louvres|louvers|vanes) (?:of|on|in) <np>"),
    ("reverse", "(?:reverse) (?:the direction of )?<np>"),
)  # fmt: skip


def _longest_first(group: re.Match[str]) -> str:
    """Order the words of a choice: "open up" is tried before "open", which would leave "up" to the name."""
    return f"(?:{'|'.join(sorted(group[1].split('|'), key=len, reverse=True))})"


def _written_out(way: str) -> str:
    way = re.sub(r"\(\?:([a-z |]+)\)(?!\?|\*)", _longest_first, way)
    way = re.sub(r"(?<!\?P)<np>", "(?P<np>.+?)", way)
    return way.replace("<at>", "(?P<at> .+)?").replace("<where>", _WHERE)


#: Each way to say an action.
WAYS = Ways((action, _written_out(way)) for action, way in _WAYS)

#: Whole sentences that stand for another one.
IDIOMS = {
    "arm away": "arm the alarm to away", "arm home": "arm the alarm to home", "arm stay": "arm the alarm to home",
    "arm night": "arm the alarm to night", "arm": "arm the alarm", "arm the system": "arm the alarm",
    "lock up": "lock all the doors", "lock everything": "lock all the doors", "lights out": "turn off the lights",
    "let there be light": "turn on the lights", "give me some light": "turn on the lights", "light it up": "turn on the lights",
    "light up": "turn on the lights", "light here up": "turn on the lights", "start vacuuming": "start the vacuum",
    "start cleaning": "start the vacuum", "begin vacuuming": "start the vacuum", "begin cleaning": "start the vacuum", "start hoovering": "start the vacuum", "vacuum the house": "start the vacuum",
    "clean the house": "start the vacuum", "hoover the house": "start the vacuum", "vacuum": "start the vacuum",
    "vacuum the floor": "start the vacuum", "clean the floor": "start the vacuum", "clean the floors": "start the vacuum",
    "vacuum the floors": "start the vacuum", "stop hoovering": "stop the vacuum", "pause hoovering": "pause the vacuum", "stop vacuuming": "stop the vacuum", "stop cleaning": "stop the vacuum",
    "do the vacuuming": "start the vacuum", "do the hoovering": "start the vacuum", "mow the lawn": "start the mower",
    "start mowing": "start the mower", "stop mowing": "stop the mower", "mow the grass": "start the mower", "mow lawn": "start the mower", "mow the yard": "start the mower", "cut the grass": "start the mower", "arm the house": "arm the alarm", "disarm the house": "disarm the alarm",
    "lock the house": "lock all the doors", "lock the house up": "lock all the doors", "disarm": "disarm the alarm",
    "unlock everything": "unlock all the doors", "it is too dark in here": "more light in here",
    "it is too dark": "more light in here", "it is too bright in here": "make it dimmer in here",
    "it is too bright": "make it dimmer in here", "i am cold": "make it warmer in here", "i am freezing": "make it warmer in here",
    "it is too cold in here": "make it warmer in here", "it is too hot in here": "make it cooler in here",
    "it is too warm in here": "make it cooler in here", "it is too cold": "make it warmer in here", "i am hot": "make it cooler in here",
    "it is too hot": "make it cooler in here", "i am too cold": "make it warmer in here", "i am too hot": "make it cooler in here",
    "water the lawn": "turn on the sprinkler", "start watering": "turn on the sprinkler", "stop watering": "turn off the sprinkler",
    "start watering the lawn": "turn on the sprinkler", "stop watering the lawn": "turn off the sprinkler", "dim everything": "dim the lights",
    "ring the bell": "press the doorbell", "water off": "close the water valve", "water on": "open the water valve",
}  # fmt: skip

_TOO = "(?:far |much |way |a bit |a little |just |really |quite |rather |a little bit )*"
_PLACE = "(?: (?:up|down|out|over|back|through|right|round)(?= (?:in|on|at)\\b))?(?P<at> (?:(?:in|on|at) (?!.*\\b(?:turn|switch|open|close|shut|put|set|make|dim)\\b).+|here|upstairs|downstairs|outside))?"
#: Complaints and permissions, and the command that each is.
MEANT = Ways(
    (command, re.sub(r"(?<!P)<np>", "(?P<np>.+?)", said))
    for said, command in (
        (f"(?:(?:it is|it feels) )?{_TOO}(?:bit )?(?:too (?:cold|cool)|chilly|nippy|parky|freezing(?: cold)?){_PLACE}", "make it warmer<at>"),
        (f"(?:i am|we are) {_TOO}(?:too |so )?(?:cold|chilly|freezing){_PLACE}", "make it warmer<at>"),
        (f"(?:(?:it is|it feels) )?{_TOO}(?:bit )?(?:too (?:hot|warm)|boiling(?: hot)?|roasting|sweltering|stifling){_PLACE}", "make it cooler<at>"),
        (f"(?:i am|we are) {_TOO}(?:too |so )?(?:hot|boiling){_PLACE}", "make it cooler<at>"),
        (f"(?:it is )?{_TOO}(?:bit )?(?:too (?:dark|dim|gloomy)|pitch (?:black|dark)){_PLACE}", "more light<at>"),
        (f"(?:it is )?{_TOO}too bright{_PLACE}", "make it dimmer<at>"),
        ("it is (?:so |very |really |quite )?(?:dark|gloomy|dim)(?P<at> (?:in )?here)", "more light<at>"),
        (f"(?:i|we) can (?:not|hardly|barely) see (?:a thing|anything|much|a lot){_PLACE}", "more light<at>"),
        ("(?P<np>.+?) (?:needs?|wants?|requires?|could do with) (?:turning|switching|putting) (?P<how>on|off)", "turn <how> <np>"),
        ("(?:could|would|might) (?P<np>(?:the|my|our|all the) .+?) (?:please )?be (?:turned|switched|put) (?P<how>on|off)", "turn <how> <np>"),
        *((f"(?:could|would|might) (?P<np>(?:the|my|our|all the) .+?) (?:please )?be {done}", f"{do} <np>") for done, do in (("opened", "open"), ("closed", "close"), ("shut", "close"), ("locked", "lock"), ("dimmed", "dim"))),
        ("that (?P<np>(?:the |my |our ).+?) (?:is|are|be|to be|should be|gets|goes) (?:turned |switched )?(?P<how>on|off)", "turn <how> <np>"),
        ("that (?P<np>(?:the |my |our ).+?) (?:is|are|should be|be|to be|at) (?P<how>\\d+(?:\\.\\d+)?(?: (?:degrees?|percent))?)", "set <np> to <how>"),
        ("(?P<np>(?:the|my|our) (?:(?!sun |, )\\S+ )+?)is (?:blinding|dazzling|hurting) (?:me|us|my eyes)", "make <np> dimmer"),
        *((f"(?P<np>.+?) (?:needs?|wants?) {doing}", f"{do} <np>") for doing, do in (("opening", "open"), ("closing", "close"), ("shutting", "close"), ("locking", "lock"))),
        *((f"(?P<np>(?:the|my|our|all the) .+?) (?:can|may|should|must|needs? to|ha(?:s|ve) to|ought to) (?:now )?be {done}", f"{do} <np>")
          for done, do in (("opened", "open"), ("closed", "close"), ("shut", "close"), ("locked", "lock"))),
        ("(?P<np>(?:the |my |our )?.+?) (?:should|must|needs? to|ha(?:s|ve) to|ought to) (?:be|aim for|stay at|go to) (?:set )?(?:to |at )?(?P<how>\\d+(?:\\.\\d+)? (?:degrees|percent))",
         "set <np> to <how>"),
        (f"(?!it )(?P<np>.+?) (?:is|are) {_TOO}too (?:dim|dark)", "light or brighten <np>"),
        (f"(?!it )(?P<np>.+?) (?:is|are) {_TOO}too bright", "make <np> dimmer"),
        (f"(?!it )(?P<np>.+?) (?:is|are) {_TOO}too (?:cold|chilly|cool)", "make <np> warmer"),
        (f"(?!it )(?P<np>.+?) (?:is|are) {_TOO}too (?:hot|warm)", "make <np> cooler"),
        (f"(?!it )(?P<np>.+?) (?:is|are) {_TOO}too slow", "make <np> faster"),
        (f"(?!it )(?P<np>.+?) (?:is|are) {_TOO}too fast", "make <np> slower"),
        ("(?P<np>.+?) (?:could|should|can|needs? to|ha(?:s|ve) to|ought to) (?:be|go|get|run) (?P<how>(?:.+ )?(?:brighter|dimmer|warmer|cooler|darker|softer|faster|slower|hotter|colder|less bright))",
         "make <np> <how>"),
        ("(?:could|can) (?P<np>(?:the|my|our) .+?) (?:be|go) (?P<how>(?:.+ )?(?:brighter|dimmer|warmer|cooler|darker|softer|faster|slower|hotter|colder|less bright))",
         "make <np> <how>"),
        ("(?:could|can) (?P<np>(?:the|my|our) .+?) be (?P<how>(?!\\w+ed\\b|set|put|left|made|shut|on|off|in|used)\\w+(?: white)?)", "make <np> <how>"),
        ("give <np> (?:a|some) (?!(?:\\w+ )*(?:ring|press|push|tap|buzz|dong|ding|once over|hoover|clean|sweep|vacuum|going over|rest|try|break|kick|push|wash)\\b)(?:nice |lovely |soft |deep |bright |light |pretty |little )*(?P<how>.+?)(?: colou?r| tint| tone| hue| glow| shade| light)?",
         "make <np> <how>"),
        ("(?P<how>warm|cool)(?: (?:up|down) (?:the )?(?:colou?r|light|white)(?: temperature)? (?:of|on|in|from)| (?:the )?(?:colou?r|light|white)(?: temperature)? (?:of|on|from)) <np>", "make <np> <how>er"),
        ("(?:humidify|moisten) <np> to (?P<how>.+)", "set the humidity in <np> to <how>"),
        ("(?P<np>.+?) , (?P<how>on|off)", "<np> <how>"),
        ("(?P<np>(?:the|my|our|all the) .+?) (?:i|we) (?:need|want|would like)(?: to be)? (?P<how>on|off|open|closed|shut|locked)", "<np> <how>"),
        ("(?P<np>(?:the|my|our|all the) .+?) being (?:turned |switched )?(?P<how>on|off|open|closed|shut|locked)", "<np> <how>"),
        ("(?P<np>.+?) could do with (?:being |getting |going )?(?P<how>(?:.+ )?(?:brighter|dimmer|warmer|cooler|darker|faster|slower|hotter|colder|less bright))", "make <np> <how>"),
        ("(?:make|have|get|keep) <np> (?:a bit |a little |slightly )?(?:more humid|less dry|damper)", "increase the humidity in <np>"),
        ("(?:make|have|get|keep) <np> (?:a bit |a little |slightly )?(?:less humid|drier|dryer|less damp)", "reduce the humidity in <np>"),
        ("(?P<np>(?!i |we |it |they |he |she )\\w+(?: \\w+)?(?: \\w+)?) (?:should|must|can|could|needs? to|has to|may) (?:please )?(?:now )?(?:start|go|begin|do|get) (?:to )?(?:clean|cleaning|vacuum|vacuuming|hoover|hoovering|mow|mowing|the floors?|the hoovering)", "start <np>"),
        ("(?:(?:make sure|ensure|see|check) (?:that )?nothing (?:is|stays)|nothing (?:stays|is to be|should be|must be)) (?:left )?on(?P<at> .+)?", "turn off everything<at>"),
        ("it (?:pitch |completely |really |totally )?(?:black|dark) (?P<np>(?:in|on) .+)", "turn off the lights <np>"),
        ("(?P<np>(?:the|my|our|all the) .+?) (?:can|may|should|must|needs? to|ha(?:s|ve) to|ought to) (?:(?:now|all|both) )*(?:come|go) (?P<how>in|out|up|down)(?: now)?", "bring <np> <how>"),
        ("double (?:up )?<np>", "make <np> 2 times as much"),
        ("triple <np>", "make <np> 3 times as much"),
        ("(?:halve|cut in half|cut by half) <np>", "make <np> half as much"),
        (r"(?:knock|take|shave|lop|chop|trim|slice|get) (?P<how>(?:\d+(?:\.\d+)?|half a|a) (?:degrees?|percent|points?|notch(?:es)?)|a bit|a little|a touch|a third|a quarter) off (?:of )?<np>", "lower <np> by <how>"),
        (r"add (?:another |an extra )?(?P<how>(?:\d+(?:\.\d+)?|half a|a) (?:degrees?|percent|points?|notch(?:es)?))(?: more)? (?:to|onto|on) <np>", "raise <np> by <how>"),
        ("(?:paint|dye|tint|colou?r|bathe) <np> (?:in )?(?P<how>\\w+(?: white| blue| green| red)?)", "make <np> <how>"),
        ("(?!(?:turn|switch|set|put|make|change|dim|brighten|have|get|light|fade|keep|bring)\\b)(?P<np>(?:the |my )?.+?) in (?P<how>(?:warm|cool|cold|soft|neutral|natural) white|daylight|red|green|blue|pink|purple|yellow|orange|turquoise)",
         "make <np> <how>"),
        ("lights? out (?P<np>(?:except|but|apart from|bar|excluding|other than|all)\\b.*)", "turn off all the lights <np>"),
        ("lights? out(?: (?:for|in|at))? (?P<np>(?!for (?:me|us|you|now)\\b).+)", "turn off the lights in <np>"),
        ("(?:vacuum|hoover|clean)(?: up)? (?:the |my |our )?(?:floors? (?:of|in|on) )?(?:the )?(?:downstairs|upstairs|ground floor|first floor)(?: floors?)?", "start the vacuum"),
        ("(?:vacuum|hoover|clean|sweep)(?: up)? (?:in here|here|(?:this|the) (?:room|area|carpet|rug)|(?:the )?floors? (?:in )?here)", "start the vacuum"),
        (f"let there be (?:some )?light{_PLACE}", "turn on the lights<at>"),
        (f"let (?:in )?(?:some |the |a bit of |a little |a bit more |some more |more )?(?:morning |natural )?(?:light|sun|sunlight|sunshine|daylight)(?: in(?:to)?)?{_PLACE}", "open the blinds<at>"),
        ("let (?:in )?(?:some |the |a bit of |a little |a bit more |some more |more )?(?:morning |natural )?(?:light|sun|sunlight|sunshine|daylight) in ?to (?P<np>.+)", "open the blinds in <np>"),
        ("(?:i|we) would (?:really |so |much )?(?:love|like|prefer|appreciate|be \\w+) (?:it )?if (?P<np>(?:the|my|our|it) ?.*?) (?:was|were|could be|would be) (?P<how>.+)", "make <np> <how>"),
        ("(?:i|we) can not (?:sleep|think|concentrate|relax|read|work|hear (?:myself|a thing|anything)|nap|rest)(?: properly)? (?:with|because of|for) (?P<np>(?:that |this |the |my |our ).+?)(?: (?:on|running|going|blaring|shining|lit|buzzing|burning|like that|in here|in my (?:eyes|face)))*", "turn off <np>"),
        ("(?P<np>(?:that |this |the |my |our )(?:\\w+ ){1,4}?)is (?:keeping (?:me|us|the \\w+) (?:awake|up)|driving (?:me|us) (?:mad|crazy|nuts|insane|up the wall|bonkers)|getting on my nerves|giving me a headache)", "turn off <np>"),
        ("(?P<np>(?:the |my |our )?(?:\\w+ ){0,4}\\w+) on (?:(?:but |and )(?:only |just |really |very |quite )*(?:dim|low|soft)|(?:only |really |very )*(?:dimly|softly|dim))", "set <np> to 15 percent"),
        ("(?P<np>(?:the |my |our |all )?(?:\\w+ ){0,4}\\w+) (?:are|is) (?:blinding|dazzling|hurting) (?:me|us|my eyes)", "make <np> dimmer"),
        ("arm <np> , (?:i am|we are) (?:staying(?: in| home| at home| here)?|at home|home|in)(?: tonight| today)?", "arm <np> to home"),
        ("arm <np> , (?:i am|we are) (?:(?:going|off|heading) (?:up )?to (?:bed|sleep)|turning in)(?: now)?", "arm <np> to night"),
        ("half (?P<how>close|shut|open|raise|lower) <np>", "set <np> to half open"),
        ("(?:slightly|partly|partially|just) (?:open|raise) <np>", "set <np> to 10 percent"),
        ("(?:open|raise) <np> (?:just )?(?:a crack|a little crack|a tiny bit|a sliver|an inch)", "set <np> to 10 percent"),
        ("(?:choose|pick|select) (?P<how>.+?) (?:for|on|as) (?P<np>.+)", "set <np> to <how>"),
        ("(?:can|could) (?P<np>(?:the|my|our) (?:\\w+ )?\\w+) (?:please )?(?:start|go|begin) (?:to )?(?:clean|vacuum|hoover|mow|cleaning|vacuuming|hoovering|mowing)", "start <np>"),
        ("(?:have|get|let|make|use|put) (?P<np>(?:the |my |our )?(?:\\w+ ){0,2}(?:ac|air ?con|air conditioning|air conditioner)) (?:to )?(?:cool|chill) (?:it|us|me|things|here|(?:the|this) (?:room|place|house|air))(?: down| off)?", "make <np> cooler"),
        ("(?:have|get|let|make|use|put) (?:the |my |our )?(?:ac|air ?con|air conditioning|air conditioner) (?:to )?(?:cool|chill) (?P<np>(?:the|my|our) .+?)(?: down| off)?", "make <np> cooler"),
        ("(?:swap|flip|change) <np> over to (?P<how>.+)", "set <np> to <how>"),
        ("(?:get|have|let) (?:some |the )?water (?:running|going|flowing) (?:from|out of|through|in|at) <np>", "open <np>"),
        ("(?:there is )?no (?:more |further )?need for (?P<np>(?:the|my|our|all the) .+?)(?: on)? (?:any ?more|any longer|now)", "turn off <np>"),
        ("(?:i|we) do not (?:need|want) (?P<np>.+?)(?: on)? (?:any ?more|any longer|now)", "turn off <np>"),
        ("(?:get rid of|no more|enough of) (?P<np>(?:.+ )?lights?(?: (?:in|on|at) .+)?)", "turn off <np>"),
        ("(?P<np>.+?) (?:can|may|needs? to|ha(?:s|ve) to|should|must|ought to) (?:(?:now|all|both) )*(?:go|be turned|be switched|be) (?P<how>on|off)", "turn <np> <how>"),
        ("(?P<np>the .+?) (?:should|must|needs? to|ought to) be (?:turned |switched )?(?P<how>on|off)", "turn <np> <how>"),
        ("(?:have |get )?(?:some |a bit |a little |a little bit )?more light (?:from|on) (?P<np>.+)", "make <np> brighter"),
        ("(?:have |get )?(?:a bit |a little |a little bit )?less light (?:from|on|in) (?P<np>.+)", "make <np> dimmer"),
        ("(?:it would be (?:great|nice|lovely|good|cool|better)|i would (?:like|love|prefer) it|(?:i|we) would be (?:(?:ever|so|very|most|really) )*(?:pleased|glad|happy|grateful|obliged)|i wish) if (?P<np>.+?) (?:was|were) (?P<how>on|off)", "turn <np> <how>"),
    )
)  # fmt: skip


#: No thing goes by a clause: "nobody is watching so the tv".
_TWO_CLAUSES = re.compile(
    r" (?:so|because|since|,) | (?:and|then) (?:then |also |please )?(?:turn|switch|open|close|shut|lock|set|put|dim|make|start|stop|double|halve)\b"
)


#: A list of which it is said what may become of it: "the hood, the telly and the iron can all go off".
_LIST_GOES = re.compile(
    r"(?P<np>(?:(?:the|my|our) )?(?:(?!,|\b(?:is|are|was|were|i|we|and|turn|switch|if|so)\b)\w+ ){1,3}, (?:(?:(?:the|my|our) )?(?:(?!\b(?:is|are|was|were|i|we|turn|switch|if|so)\b)[\w,]+ ){1,4}?)"
    r"and (?:(?:the|my|our) )?(?:(?!\b(?:is|are|was|were|i|we|turn|switch|if|so)\b)\w+ ){0,2}\w+) "
    r"(?:can|may|could|needs? to|ha(?:s|ve) to|should|must|ought to) (?:(?:now|all|both) )*(?:go|be turned|be switched|be) (?P<how>on|off)"
)


def meant(text: str) -> str:
    """Return the command that a plain sentence stands for: "the lamp is too bright" wants it dimmer."""
    if text in IDIOMS:
        return IDIOMS[text]
    if listed := _LIST_GOES.fullmatch(text):
        return f"turn {listed['np']} {listed['how']}"
    for command, said, *_ in MEANT.of(text):
        if match := said.fullmatch(text):
            if _TWO_CLAUSES.search(match.groupdict().get("np") or ""):
                continue
            for name, words in match.groupdict().items():
                command = command.replace(f"<{name}>", words or "")  # noqa: PLW2901
            return command
    return text


#: What people say that a scene of the house may be for, and the words of such a scene's name: it is only asked.
_OCCASIONS = tuple(
    (re.compile(said), frozenset(names.split(";")))
    for said, names in (
        (r"(?:(?:i am|we are) (?:off|going|heading) (?:up )?to (?:bed|sleep)|(?:it is )?(?:time for bed|bed ?time)(?: kids| everyone)?|(?:i am |we are )?(?:turning in|hitting the (?:sack|hay))(?: for the night)?|(?:good ?|nighty? )?night(?: night)?|sleep tight|sweet dreams)",
         "bedtime;bed time;good night;goodnight;night;night time;nighttime;sleep;sleep mode;night mode"),
        (r"(?:good morning|morning|rise and shine|wakey wakey|(?:i am|we are) (?:up|awake)|time to (?:get|wake) up)", "good morning;morning;wake up;rise"),
        (r"(?:i|we) (?:fancy|want to watch|are watching|am watching|feel like) (?:a |the )?(?:movie|film)|(?:let us |time to |we are going to |i am going to )?(?:watch|put on) (?:a |the )?(?:movie|film)|(?:movie|film) ?(?:time|night)",
         "movie time;movie night;film night;film time;movie;film;cinema;cinema mode;movie mode"),
        (r"(?:(?:i am|we are) (?:off(?: out)?|leaving(?: now)?|heading out|going out|popping out|out of here)|bye(?: bye)?|goodbye|see you(?: later)?)",
         "away;leaving;goodbye;leave home;away mode;going out;leaving home;bye"),
        (r"(?:(?:i am|we are) (?:home|back|back home)|honey i am home|hello house)", "home;welcome home;coming home;arrive home;arriving;i am home;arrival"),
        (r"(?:dinner|supper|lunch|breakfast|tea) ?time|(?:dinner|supper|lunch|breakfast) is ready|(?:let us|we are going to|time to) eat", "dinner;dinner time;dining;supper;meal time"),
        (r"(?:i am|we are) (?:going to|about to) (?:read|have a read)|reading time|story ?time", "reading;reading time;story time;storytime"),
        (r"(?:let us |we are )?party ?time|let us party", "party;party time;party mode"),
    )
)  # fmt: skip


def occasion(text: str) -> frozenset[str]:
    """Return the names that a scene has which suits what was said: "i am off to bed"; none where nothing was."""
    return next((names for said, names in _OCCASIONS if said.fullmatch(text)), frozenset())


#: Verbs before a value: "set", "turn up", "dim", with the way they point (1 up, -1 down, 0 neither).
VALUE_VERBS: tuple[tuple[str, int], ...] = tuple(
    sorted(
        [(verb, 0) for verb in (
            "set", "change", "turn", "adjust", "make", "put", "bring", "take", "move", "get", "have", "switch", "go", "want",
            "need", "run", "keep", "tilt", "angle", "light", "colour", "color", "tint", "turn on", "switch on", "put on",
            "set the", "give", "let", "like", "position", "dial", "control", "program", "regulate", "leave",
            "activate", "start", "knock", "whack", "notch", "do", "pop", "stick", "shove", "jack", "ramp", "nudge", "shift", "tune", "slide", "roll", "draw", "pull", "use",
        )]
        + [(verb, 1) for verb in (
            "increase", "raise", "open", "brighten", "turn up", "bring up", "put up", "boost", "heat", "heat up", "warm", "warm up",
            "crank up", "crank", "speed up", "bump up", "bump", "up", "lift", "lighten", "ramp up", "push up", "push",
            "brighten up", "move up", "open up", "step up", "dial up", "jack up", "nudge up", "shift up",
        )]
        + [(verb, -1) for verb in (
            "decrease", "reduce", "close", "shut", "fade", "lower", "dim", "turn down", "bring down", "put down", "drop", "cool", "cool down", "cut",
            "slow down", "slow", "take down", "darken", "bump down", "soften", "dim down", "tone down", "dial down", "down", "ramp down",
            "move down", "step down", "dial back", "knock down", "nudge down", "shift down",
        )],
        key=lambda entry: -len(entry[0]),
    )
)  # fmt: skip
#: Verbs that are about warmth, whatever the value is.
WARM_VERBS = ("heat", "warm", "cool", "chill")
#: What a value is a value of, where the sentence says so.
PROPERTIES: tuple[tuple[str, str], ...] = (
    ("color temperature", "colour temperature"), ("colour temperature", "colour temperature"), ("color temp", "colour temperature"),
    ("colour temp", "colour temperature"), ("white balance", "colour temperature"), ("brightness level", "brightness"),
    ("brightness", "brightness"), ("dimmer level", "brightness"), ("light level", "brightness"), ("intensity", "brightness"),
    ("dimmer", "brightness"), ("target temperature", "temperature"), ("temperature", "temperature"), ("temp", "temperature"),
    ("set point", "temperature"), ("setpoint", "temperature"), ("target humidity", "humidity"), ("humidity", "humidity"), ("speed", "speed"), ("color", "colour"), ("colour", "colour"), ("hue", "colour"),
    ("position", "position"), ("tilt angle", "tilt"), ("tilt position", "tilt"), ("tilt", "tilt"), ("slat angle", "tilt"), ("slats", "tilt"), ("opening", "position"), ("volume", "volume"), ("level", "level"), ("value", "level"),
)  # fmt: skip
