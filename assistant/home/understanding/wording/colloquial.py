"""Looser ways to say a plain command, tried only where no strict way is known: "nuke the lights", "crack a window".

Each is a way of saying it, and the command that it stands for, which has to be understood strictly.
"""

# ruff: noqa: E501 (a way of saying something is one line)

from __future__ import annotations

import re
from collections.abc import Iterator

from assistant.home.understanding.wording.ways import Ways

_AT = r"(?P<at> (?:(?:in|on|at) (?:the |my |our )?\w+(?: \w+)?|in here|here|upstairs|downstairs|outside))?"
_BIT = "(?:a (?:bit|tad|touch|notch|little|smidge|crack|sliver|fraction|little bit|tiny bit)|slightly|partly|partially|an inch|just a (?:bit|little|crack))"
_SOME = "(?:(?:a )?(?:little |wee )?(?:bit|touch|tad|smidge|drop) (?:of )?|some |a little |a )"
_NICE = "(?:(?:nice|lovely|good) and |a bit |really |properly |all |nice |a little )?"
_VIBE = "(?:scene|mode|mood|routine|vibes?|ambience|ambiance|lighting|setting|setup|lights)"
_HOUSE = "(?:the |my |our |this )?(?:whole |entire )?(?:house|home|place|flat|app?artment)"

#: No word with which it is told how a thing is: "the hall is warmer" wants nothing.
_NO_TELLING = r"(?!(?:is|are|was|were|be|been|gets?|got|feels?|felt|looks?|seems?|becomes?|became|grew|went|turned)\b)"

REWORDED = Ways(
    (command, re.sub(r"(?<!P)<np>", "(?P<np>.+?)", said))
    for said, command in (
        # on and off
        ("(?:nuke|axe|zap|ditch|shush|hush|silence|get rid of|enough of|enough with|pull the plug on|do away with|knock out|finish with|(?:i am |we are |i have |we have )?(?:done|finished) with) <np>", "turn off <np>"),
        ("(?:whip|bang|throw|slap|sling|ping|snap|tap|wang|crack|lob|click|kick|fire) <np> (?P<how>on|off)", "turn <how> <np>"),
        ("(?:whip|bang|throw|slap|sling|ping|snap|tap|wang|crack|lob|click|kick) (?P<how>on|off) <np>", "turn <how> <np>"),
        ("(?:let|have|keep|set|leave) <np> (?:run|running|go|going|work|working)", "turn on <np>"),
        ("(?:spark up|fire on|plug in|warm up) <np>", "turn on <np>"),
        ("warm <np> up", "turn on <np>"),
        ("(?:get|have|start|set) <np> (?:warmed up|warming(?: up)?|brewing|heated up|heating(?: up)?|spinning|blowing|whirring|glowing|bubbling|cracking|on the go|fired up|switched on|turned on)", "turn on <np>"),
        ("(?:get|have|start|set|put|pop|stick) <np> (?:going|running|lit|on|on the go|up and running|fired up) (?:at|on|to|with) (?:about |around |say )?(?P<how>.+)", "set <np> to <how>"),
        ("(?:turn|switch|shut|power|kill|cut|knock) (?:it all|them all|all of it|the lot|the whole lot|everything|absolutely everything) (?P<how>on|off|down)(?P<at> .+)?", "turn off everything<at>"),
        (f"(?:turn|switch|shut|power|close|kill|cut) {_HOUSE} (?:off|down)", "turn off everything"),
        (f"(?:turn off|switch off|shut down|power down|shut off|kill) {_HOUSE}", "turn off everything"),
        ("lights (?P<how>on|off) (?P<np>(?!in |at |on |is |are ).+)", "turn <how> the lights in <np>"),
        (f"{_SOME}light (?P<np>(?:in|on|over|at) .+)", "turn on the lights <np>"),
        ("<np> lit", "turn on <np>"),
        ("do <np> (?P<how>on|off)(?P<at> (?:in|on|at) .+)?", "turn <how> <np><at>"),
        ("(?:make|let|have|get) <np> (?:to )?(?:go|come|turn) (?P<how>on|off)", "turn <how> <np>"),
        ("(?:shut|turn|switch) <np> up , (?:i mean|no|sorry) (?P<how>on|off)", "turn <how> <np>"),
        (f"(?:illuminate|light|light up) (?:all |each |every |the |my |our |this )*(?:whole |entire )?(?:rooms?|areas?|house|home|place|flat)(?: (?:in|of) {_HOUSE})?(?: up)?", "turn on all the lights in the house"),
        ("(?:turn|switch|put) (?P<how>on|off) (?:all |the |our )*(?:house|home) lights(?: everywhere)?", "turn <how> all the lights in the house"),
        ("(?P<np>(?:the |my |our |all |both )?(?:\\S+ ){1,5}?\\S+) (?P<how>turn|switch|put) (?P<way>on|off)", "turn <way> <np>"),
        ("(?P<np>(?:the |my |our |all |both )?(?:\\S+ ){1,5}?\\S+) (?:make|turn|put|set|bring)(?: it)? (?P<how>(?:a bit |a little |much )?(?:lower|higher|up|down|brighter|dimmer|darker|warmer|cooler|faster|slower|(?:to|on|at) \\d+(?: \\w+)?))", "turn <np> <how>"),
        ("(?:do|run|start|put on|activate|have) (?:the |that |our )?<np> thing", "activate <np> scene"),
        # how much
        ("(?:at|to|on) (?P<how>\\d+ (?:percent|degrees?)) (?:put|set|make|have|turn|bring) <np>", "set <np> to <how>"),
        ("<np> please (?:go|come|turn) (?P<how>up|down|on|off)", "<np> <how>"),
        ("(?:a )?(?:strong|bright|full|good|proper) light (?:in|on|for) <np>", "set <np> to 100 percent"),
        ("<np> (?P<how>a bit|a little|slightly|a touch|a tad|a little bit) less", "turn <np> down a little"),
        ("<np> (?P<how>a bit|a little|slightly|a touch|a tad|a little bit) more", "turn <np> up a little"),
        ("(?P<way>up|down) (?P<how>\\d+ (?:percent|degrees?)) <np>", "turn <np> <way> <how>"),
        ("as (?:bright|high) as (?:(?:it|they) (?:goes?|gets?|can(?: go| be)?|will go)|possible) (?:in|for|on) <np>", "set <np> to 100 percent"),
        ("(?:just )?barely on (?:in|for|on) <np>", "set <np> to 10 percent"),
        (f"(?:make |have |get )?(?P<np>(?:the |my |our )(?:{_NO_TELLING}\\S+ )*?{_NO_TELLING}\\S+) (?:nice and |really |very |super |all )?bright", "set <np> to 100 percent"),
        ("(?:max out|max) <np>", "set <np> to 100 percent"),
        ("(?:make|let|have|get) <np> (?:to )?go (?:really |very |quite |super |a bit |much )?(?P<how>fast|slow|faster|slower|brighter|dimmer|darker)", "make <np> <how>"),
        ("(?P<np>(?:the |my |our |both |all ).+?) (?:should|could|must|needs? to|ha(?:s|ve) to|ought to|is to|are to|shall) be (?:at |in |on |set to |turned to |put to )?(?P<how>.+)", "set <np> to <how>"),
        ("(?P<np>(?:the |my |our |both |all ).+?) (?:should|must|needs? to|ha(?:s|ve) to|ought to|shall) (?:go|come) (?P<how>up|down|on|off)", "<np> <how>"),
        (f"(?:have |get )?(?P<np>(?:the |my |our )(?:{_NO_TELLING}\\S+ )*?{_NO_TELLING}\\S+) (?P<how>(?:(?:a (?:little|bit|touch|tad|little bit)|slightly|somewhat|much|bit|ever so slightly) )?(?:warmer|cooler|brighter|dimmer|darker|hotter|colder|softer|faster|slower))", "make <np> <how>"),
        ("(?P<how>\\d+(?:\\.\\d+)? (?:degrees?|percent)) (?:in|for|on|at) <np> (?:is|will be|would be|should be|ought to be) (?:plenty|enough|fine|good|perfect|ok|okay|all right|great|nice|lovely|right)", "set <np> to <how>"),
        ("(?:put|have|get|set|run) <np> (?:to |at |on )?(?P<how>low|medium|high|full|quiet|silent|turbo|auto) (?:fan|fan speed|speed|mode)", "set the fan mode of <np> to <how>"),
        ("<np> (?:target|setpoint|set point|goal) (?P<how>\\d+(?:\\.\\d+)?(?: (?:degrees?|percent))?)", "set <np> to <how>"),
        ("(?:turn|dim|bring|take|put|pull) <np> (?:right|way|all the way|really|down|nice and|very) (?:down|low)(?: low)?", "set <np> to 10 percent"),
        ("(?:turn|bring|take|put|push|crank|whack) <np> (?:right|way|all the way) up", "set <np> to 100 percent"),
        ("<np> (?:right|way) down(?: low)?", "set <np> to 10 percent"),
        ("<np> (?:right|way) up", "set <np> to 100 percent"),
        ("<np> (?:on |at )?(?:full (?:whack|blast|pelt|tilt|power|beam|throttle|on)|flat out|as (?:bright|high) as (?:(?:it|they) (?:goes?|gets?|can(?: go| be)?|will go)|possible))", "set <np> to 100 percent"),
        ("(?:turn|put|set|have|get|whack|crank|make|stick|bang) <np> (?:up |on )?(?:to |at |on )?(?:full (?:whack|blast|pelt|tilt|beam|throttle|on)|flat out|as (?:bright|high) as (?:(?:it|they) (?:goes?|gets?|can(?: go| be)?|will go)|possible))", "set <np> to 100 percent"),
        ("(?:turn|put|set|have|get|dim|make) <np> (?:down )?(?:to |at |on )?(?:(?:its|their|the) (?:lowest|dimmest)(?: setting| level)?|as (?:low|dim) as (?:(?:it|they) (?:goes?|gets?|can(?: go| be)?|will go)|possible))", "set <np> to minimum"),
        ("(?:turn|put|set|have|get|dim|make) <np> (?:down )?(?:to |at |on )?(?:just )?(?:a (?:bare |mere )?(?:glow|flicker|glimmer|whisper)|barely on)", "set <np> to 10 percent"),
        ("(?:turn|put|set|have|get|make) <np> (?:up )?(?:to |at |on )?(?:(?:its|their|the) (?:highest|brightest)(?: setting| level)?)", "set <np> to 100 percent"),
        ("(?:cut|turn|bring|take) <np> (?:down )?(?:in half|by half)", "reduce <np> by half"),
        ("(?:a |some |the )?(?P<how>warmer|cooler|colder|brighter|softer|dimmer|whiter)(?: white| light| glow| tone| shade| lighting)? (?:in|on|for|from|over|by) <np>", "make <np> <how>"),
        ("(?:a |some )?(?P<how>\\d+ (?:percent|degrees|kelvin|k)) (?:in|on|for|from) <np>", "set <np> to <how>"),
        (f"{_SOME}more (?:light|brightness)(?P<at> .+)?", "make it brighter<at>"),
        (f"{_SOME}less (?:light|brightness|glare)(?P<at> .+)?", "make it dimmer<at>"),
        (f"(?:{_SOME})?less (?P<np>fan|fans|air con|heating|volume)(?P<at> .+)?", "turn down the <np><at>"),
        (f"(?:{_SOME})?more (?P<np>fan|fans|air con|heating|volume)(?P<at> .+)?", "turn up the <np><at>"),
        (f"(?:{_SOME})?more (?:heat|warmth)(?P<at> .+)?", "make it warmer<at>"),
        (f"(?:{_SOME})?less (?:heat|warmth)(?P<at> .+)?", "make it cooler<at>"),
        ("(?:have |get )?<np> in (?P<how>\\w+(?: \\w+)? (?:at|on) .+)", "make <np> <how>"),
        ("(?P<how>\\w+(?: \\w+)?)(?: effect| mode| setting)? on (?P<np>(?:the |my |our ).+)", "set <np> to <how>"),
        ("(?:do|have|run|get|put) <np> (?:at|on) (?P<how>.+)", "set <np> to <how>"),
        ("(?P<np>(?:the |my |our )?\\w+(?: \\w+)?) (?:to|on|onto) (?:the |a )?(?P<how>\\w+(?: \\w+)?) (?:program|programme|cycle|mode|setting|effect)", "set <np> to <how>"),
        ("(?:have|get|let|make|tell|ask) <np> (?:to )?(?:keep|hold|stay|sit|run|go|aim)(?: it| things| the air| the room)? (?:at|on|to|for) (?P<how>\\d+(?:\\.\\d+)?(?: percent| degrees)?)", "set <np> to <how>"),
        ("(?P<how>\\d+\\.\\d+) (?:in|for) <np>", "set <np> to <how> degrees"),
        # blinds, windows
        (f"(?:leave|keep|have|put|get|open|pop|crack) <np> (?:open )?{_BIT}(?: open| ajar)?", "set <np> to 10 percent"),
        ("(?:leave|put|get|have|prop) <np> ajar", "set <np> to 10 percent"),
        ("crack(?: open)? <np>", "set <np> to 10 percent"),
        (f"(?:keep|get|shut|block)(?: out)? the (?:sun|light|glare|sunlight)(?: out)?{_AT}", "close the blinds<at>"),
        ("(?P<how>open|close|shut|raise|lower|draw) up <np>", "<how> <np>"),
        ("(?:black ?out|darken) <np>", "close the blinds in <np>"),
        # either way, as it is not now
        ("(?:get|hit|do|sort|sort out|see to) (?P<np>(?:the |those |my |all the )?(?:.+ )?(?:lights?|lamps?|blinds?|curtains?|shades?|shutters?|drapes?)(?: (?:in|on|at) .+)?)", "either <np>"),
        ("(?:wind|roll|pull|bring|put|take|crank|draw) <np> (?:back|all the way|right) (?:in|down|up)", "close <np>"),
        # machines
        ("(?P<np>\\w+(?: \\w+)?) can (?P<how>stop|start|pause)(?: now)?(?: .*)?", "<how> <np>"),
        ("(?P<np>\\w+(?: \\w+)?) can (?:go )?(?:clean|hoover|vacuum|mow)(?: now)?(?: .*)?", "start <np>"),
        ("(?P<np>\\w+(?: \\w+)?) can (?:go|come) (?:home|back)(?: now)?", "send <np> home"),
        ("(?:call off|call) <np>(?: off)?", "stop <np>"),
        ("(?:put|tuck) <np> away", "send <np> home"),
        ("(?:give|do) (?:the |this |my |our )?(?:\\w+ )?(?:\\w+ )?(?:a )?(?:quick |good |proper )?(?:hoover|vacuum|clean|once over|sweep|going over|hoovering|vacuuming|floors?)(?: with <np>)", "start <np>"),
        ("(?:give|do) (?:the )?(?:floors?|house|place|carpets?) (?:a )?(?:quick |good |proper )?(?:hoover|vacuum|clean|once over|sweep|going over)", "start the vacuum"),
        ("(?:do the (?:floors?|hoovering|vacuuming|carpets?)|have a hoover|hoover round|hoover up|hoover|vacuum up|sweep up|sweep (?:the )?floors?|clean up|get the (?:hoovering|vacuuming) done|run the (?:hoover|vacuum) round|clean (?:the )?carpets?)", "start the vacuum"),
        ("(?:send|get|let|have) <np> (?:out |off )?(?:round|around|on its rounds|on the floors?|to work|on the job)", "start <np>"),
        ("(?:give|lend) <np> (?:another|one more|an extra|a further) (?P<how>degree|notch)", "turn <np> up by 1 degree"),
        ("(?:give|lend) <np> another (?P<how>\\d+ (?:percent|degrees))", "turn <np> up by <how>"),
        ("(?:knock|take|shave) (?P<how>\\d+(?: percent| degrees)?) off <np>", "turn <np> down by <how>"),
        ("half the (?:speed|brightness|volume|level|power) (?:on|of|for|in) <np>", "reduce <np> by half"),
        ("(?:double|twice) the (?:speed|brightness|volume|level|power) (?:on|of|for|in) <np>", "double <np>"),
        ("(?:(?:can|could|will|would|should) )?<np> (?:please |should |must |can )?(?:to )?(?:do|cut|mow|trim|have a go at) (?:the |our )?(?:grass|lawn|garden)", "start <np>"),
        ("(?:(?:can|could|will|would|should) )?<np> (?:please |should |must |can )?(?:to )?(?:do|clean|hoover|sweep|have a go at) (?:the |our )?(?:floors?|carpets?|rugs?)", "start <np>"),
        ("<np> minus (?P<how>\\d+(?: percent| degrees?)?)", "turn <np> down by <how>"),
        ("<np> plus (?P<how>\\d+(?: percent| degrees?)?)", "turn <np> up by <how>"),
        ("(?:increment|step up) (?P<np>.+?) by (?P<how>.+)", "raise <np> by <how>"),
        ("(?:decrement|step down) (?P<np>.+?) by (?P<how>.+)", "lower <np> by <how>"),
        ("(?:set|put|change|adjust) (?P<np>.+?) (?:target|setpoint|set point|goal) (?:to|at) (?P<how>.+)", "set <np> to <how>"),
        ("(?P<np>(?:the|my|our) .+?) please (?P<how>activate|start|stop|open|close|shut|lock|dim)", "<how> <np>"),
        # doors
        ("let (?:in )?(?!(?:it|the (?:light|sun|air)|some)\\b)(?:(?:the|my|our|a|an) )?\\w+(?: \\w+)? (?:in|through|out)(?: (?:at|through|by|via|of))? (?P<np>(?:the|my|our) (?:\\w+ )?(?:gate|gates|door|doors|barrier))", "open <np>"),
        (f"(?:lock|secure|bolt|close)(?: up)? (?:{_HOUSE}|everything|every door|the lot)(?: up)?(?: for the night| tight)?", "lock all the doors"),
        (f"(?:make sure|check|ensure)(?: that)? (?:{_HOUSE}|everything|we|it) (?:is|are) (?:all )?(?:locked|secured)(?: up)?", "lock all the doors"),
        ("(?:bolt|secure|lock) (?:the |all the |our )?doors", "lock all the doors"),
        # warmth
        (f"(?:get|make|have|keep|bring|turn) (?P<np>(?:the |my |our ).+?) {_NICE}(?:warm|hot|toasty|snug|warmed up|heated up)(?: up)?", "make <np> warmer"),
        (f"(?:get|make|have|keep|bring|turn) (?P<np>(?:the |my |our ).+?) {_NICE}(?:cool|cold|cooled down|chilled)(?: down)?", "make <np> cooler"),
        (f"(?:get|make|have|keep|bring|turn) <np> {_NICE}(?:warm|hot|toasty|warmed up|heated up|warmed|heated)(?: up)?(?: ,)? (?:to |at )?(?:say |about |around )?(?P<how>\\d+(?:\\.\\d+)?)(?: degrees)?", "set <np> to <how> degrees"),
        (f"(?:get|bring|take|have|knock|drop|push|put|keep|hold|set|make|want|need) (?:it|the (?:temperature|temp|house|place|room))(?: back)?(?: up| down)?(?: to be)? (?:to |at )?(?:about |around )?(?P<how>\\d+(?:\\.\\d+)?)(?: degrees)?{_AT}", "set the temperature<at> to <how> degrees"),
        (f"it (?:should|could|needs to|has to|wants to|ought to) be (?:about |around )?(?P<how>\\d+(?:\\.\\d+)?)(?: degrees)?{_AT}", "set the temperature<at> to <how> degrees"),
        (f"{_SOME}(?:heat|heating|warmth){_AT}", "turn on the heating<at>"),
        (f"(?:{_SOME})?(?:cool(?:ing)?|cold|cooler) air{_AT}", "turn on the ac<at>"),
        (f"{_SOME}(?:air con|air conditioning|aircon|ac){_AT}", "turn on the ac<at>"),
        (f"{_SOME}(?:breeze|air){_AT}", "turn on the fan<at>"),
        ("(?:blast|crank|whack up|bang up|jack up|stoke up|ramp up) <np>", "turn up <np>"),
        ("(?:warm|heat) up <np>", "turn on <np>"),
        # scenes
        (f"(?:get|put|make|set|have|prepare) (?:us|everything|(?:the |my |our |this )?\\w+(?: \\w+)?) (?:ready|set up|set|up|in the mood|prepared)? ?(?:for|in|into|to|on) (?:a |the )?<np>(?: {_VIBE})?", "activate <np> scene"),
        (f"(?:get|have|set up|set up for|get ready for|ready for|in the mood for|do|start|put on|bring on|cue|cue up|run|time for|(?:i am|we are) ready for|prepare for|let us do|let us have|on with) (?:the |a |some )?<np>(?: {_VIBE}| scene)?(?: going| on| started| up)?", "activate <np> scene"),
        (f"(?:the )?<np> {_VIBE}", "activate <np> scene"),
        ("(?:it is|it is now|it is nearly|this is) <np>(?: now| tonight| again)?", "activate <np> scene"),
    )
)  # fmt: skip


def reworded(text: str) -> Iterator[str]:
    """Yield the commands that a plain sentence may stand for, the likeliest first."""
    if " , " in text:
        return  # several clauses are no one way of saying something
    for command, said, *_ in REWORDED.of(text):
        if match := said.fullmatch(text):
            for name, words in match.groupdict().items():
                command = command.replace(f"<{name}>", words or "")  # noqa: PLW2901
            if "<" not in command:
                yield command
