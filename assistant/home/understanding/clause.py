"""One clause of a command: which acts it means, or why it means none.

It is read in every way of saying something that fits it; the first in which each word is explained is taken.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from assistant.home.understanding.abilities import RELATIVE, Abilities
from assistant.home.understanding.context import Context, Reading
from assistant.home.understanding.levels import Levels, property_of
from assistant.home.understanding.names.names import Directory
from assistant.home.understanding.names.noun_phrases import LEAVING_OUT, Found, bare, items, placed_exception
from assistant.home.understanding.wording.english import GENERIC, GLUE
from assistant.home.understanding.wording.phrasebook import IDIOMS, WAYS
from assistant.home.understanding.wording.values import Quantity
from assistant.home.understanding.wording.words import plain, singular

#: What "up" and "down" of a named quality are.
_OF_QUALITY = {
    "up": {"brightness": "brighter", "temperature": "warmer"},
    "down": {"brightness": "dimmer", "temperature": "cooler"},
}
#: Qualities that go up and down by a step, of what has them: "raise the humidity in the hall".
_STEPPED = frozenset(("humidity", "speed", "volume"))
_SCENE_OF_ROOM = re.compile(
    r"(?:change|transition|switch|set|put|turn) (?:to )?(?:the |my |our )?(?P<room>.+?) "
    r"(?:to|into|in) (?:the |my |our )?(?P<np>.+?)(?: scene| mode| mood)"
    r"|(?:change|transition) (?:to )?(?:the |my |our )?(?P<room_>.+?) to (?:the |my |our )?(?P<np_>.+?)"
)
_ROOM_IN_SCENE = re.compile(
    r"(?:set|put|switch|turn|get|bring) (?:the |my |our )?\w+(?: \w+)? "
    r"(?:to|into|in|on) (?:the )?(?P<np>.+?)(?: scene| mode)?"
)
#: A room at the end without "in": "lights on hallway".
_PLACED_LAST = re.compile(
    r"(?:(?:turn|switch|put) )?(?!(?:turn|switch|put|flip|shut|flick|go|come|move|carry|kick|get) )"
    r"(?P<np>(?:all |the |my |our |every )*\w+s?) (?P<how>on|off)(?: of)?(?: the| my| our)? "
    r"(?P<place>(?!the |my |our |in |on )\w+(?: \w+)?)"
)
#: What names of scenes have in common.
_FILMS = {"film": "movie", "movie": "film"}
_FILM = re.compile(r"\b(?:film|movie)\b")
#: What an alarm is called that has no such name.
_HOUSE_ALARM = re.compile(r"(?:house|home|burglar|intruder|security) (?=alarm\b)")
_RANKS = ("except", "either", "area", "which", "room", "degrees", "here", "it", "unable", "unknown")
#: Where a thing cannot do what was said: what is done to it instead, and of which domains it then has to be.
_INSTEAD = {
    "on": (("open", ("valve", "cover")),), "off": (("close", ("valve",)),),
    "stop": (("off", ("fan", "switch", "siren")), ("close", ("valve",))),
}  # fmt: skip
#: "Open the light" is said by many who learn English: it is asked whether that was meant.
_SWITCHED = {"open": "on", "close": "off"}
#: Two commands in one gap: nothing is called "on the fan and switch", in "turn on the fan and switch off the lamp".
_TWO_COMMANDS = re.compile(
    r"(?:on|off|up|down) .*|.+ (?:on|off)(?: (?:in|at|here|upstairs|downstairs|outside)\b.*)? (?:and|then|,)(?: .*)?"
    r"|.*(?<!\S)(?:and|then|,) (?:please )?"
    r"(?:turn|switch|put|set|shut|open|close|lock|dim|make|pull|bring|start)(?: .*)?"
)
#: The next command, and no place: "turn the lamp down and the heater on".
_NEXT_COMMAND = re.compile(
    r" (?:.* )?(?:and|,|then) .* (?:on|off|up|down|open|closed|shut|locked)"
    r"(?: (?:in|at|here|upstairs|downstairs|outside)\b.*)?"
)
#: No name begins with these: "run for office".
_NO_BEGINNING = frozenset("of for from with to by at into than".split())
#: "The light is on" tells how it is.
_TELLING = (" is", " are", " was", " were", " is over", " are over")
_VERB_LAST = (" to switch", " please switch", " and switch", " to light", " to dim")
#: A verb is no thing: "switch the" before the name, in "switch the radio off", "switch on the radio , the lamp off".
_VERB_FIRST = re.compile(
    r"(?:switch|turn|set|put|dim|light|lock|open|close|shut|start|stop|pop|stick|flick|flip|whack|bung|chuck|shove"
    r"|power) "
    r"(?:the|my|our|all|every) |(?:switch|turn|flick|flip|power) (?:on|off|up|down) ."
)
#: Two ways at once, of which the second is no place: "the lights off in here and on in the hall".
_TWO_WAYS = re.compile(r".*(?<!\S)(?:and|then|but|,) (?:on|off) (?:in|at|on|upstairs|downstairs|outside|here)\b")
#: A list of which the last goes a way of its own: "the hall lights , then the piano lamp on", but not "what is on".
_OTHER_WAY = re.compile(
    r"(?!.*\b(?:is|are|was|were|be|been|being|has|have|had|left|still|put|turned|switched)\b)"
    r".+ (?P<way>on|off|open|closed|shut|locked|unlocked)"
)
#: The same of the first: "lights on in the kitchen the porch light".
_OTHER_WAY_FIRST = re.compile(
    r"(?!(?:any|all|every|everything) )\S+(?: \S+){0,3} (?P<way>on|off) (?:in|at) (?:the |my |our )?\w+(?: \w+)?"
    r"(?: ,| and| then)* (?:the|my|our) .+"
)
_ACTION_OF = {
    "on": "on", "off": "off", "open": "open", "closed": "close", "shut": "close", "locked": "lock",
    "unlocked": "unlock",
}  # fmt: skip
#: How the name of a button begins that is an order itself.
_PRESSED = frozenset(
    "restart reboot reset kick refresh identify ring start stop pause feed dispense sync "
    "update clear test find run".split()
)
_ORDER_OF_BUTTON = re.compile(r"(?P<verb>\w+) (?P<np>(?:the |my |our )?\w+(?: \w+){0,2})")
_ALIKE = dict.fromkeys(("restart", "reboot", "reset"), ("restart", "reboot", "reset", "restarter"))
#: What a button named Desk Up does.
_RAISED = {"raise": "up", "lift": "up", "lower": "down"}
_RUNNING = frozenset("run start trigger operate".split())
_SWITCHING = frozenset("turn switch shut cut stop run start".split())
_OF_LIGHTS = frozenset("light lighter brighter dimmer".split())  #: what is done to lights only
_HARMLESS = ("on", "off", "close", "lock")  #: what may be done to everything
_LITTLE = ("lighter", "brighter", "dimmer", "warmer", "cooler", "light")  #: what is done to a room without asking

#: What is to go on, and how warm: "the heater on at twenty".
_ON_AT = re.compile(r"\bon (?:and )?(?:(?:at|to) )?\d|^start .*\b(?:at|with|on) \d")

#: "Do story time" starts that scene.
_HAVE = re.compile(r"^(?:do|have|let us have|let us do) (?:the |our )?(?=\w+ \w+)")


class Clause:
    """Reads one clause at a time of commands to one house."""

    def __init__(self, directory: Directory, abilities: Abilities) -> None:
        self.directory, self._abilities = directory, abilities
        self._levels = Levels(abilities)
        self._scenes = abilities.of_domains("scene")
        self._panels = abilities.of_domains("alarm_control_panel")
        self.able, self.entity = abilities.able, abilities.entity

    def read(self, text: str, context: Context, last: Sequence[str]) -> Reading | None:
        """Read one clause: the first way of saying it in which every word is explained, else the nearest to one."""
        nearest: Reading | None = None
        text = IDIOMS.get(text, text)
        if (scene := _SCENE_OF_ROOM.fullmatch(text)) and tuple(
            (scene["room"] or scene["room_"]).split()
        ) in self.directory.places:
            text = f"activate {scene['np'] or scene['np_']}"
        if (scene := _ROOM_IN_SCENE.fullmatch(text)) and self.directory.exact.get(scene["np"], 0) & self._scenes:
            text = f"activate {scene['np']}"
        if (placed := _PLACED_LAST.fullmatch(text)) and self._goes(placed):
            text = f"turn {placed['how']} {placed['np']} in {placed['place']}"
        for action, way, *_ in WAYS.of(text):
            match = way.fullmatch(text)
            if match is None:
                continue
            groups = match.groupdict()
            if _TWO_COMMANDS.fullmatch(groups["np"]) or groups["np"].endswith(_TELLING):
                continue
            if _NEXT_COMMAND.fullmatch(groups.get("at") or ""):
                continue
            phrase = placed_exception(
                groups["np"], groups.get("at") or "", self.directory.of_names(groups["np"].split())
            )
            reading = self._do(action, phrase, text, context, last)
            if reading is None:
                continue
            if not reading.problem:
                return reading
            nearest = _nearer(nearest, reading)
        for reading in self._levels.read(text, context, last):
            if not reading.problem:
                return self._started(reading, context) if _ON_AT.search(text) else reading
            nearest = _nearer(nearest, reading)
        return self._besides(nearest, text, context)

    def _besides(self, nearest: Reading | None, text: str, context: Context) -> Reading | None:
        """Return what a clause is that no way of saying something fits: a name alone, or what a button does."""
        if nearest is None:
            return self._lone(text, context)
        return (self._button(text, context) if nearest.problem == "unable" else None) or nearest

    def _goes(self, placed: re.Match[str]) -> bool:
        """Say whether something goes on or off at a place: "curtains on the ground floor" are just there."""
        known = tuple(placed["place"].split()) in self.directory.places
        return known and self.directory.find(placed["np"], self.able(placed["how"])).problem not in (
            "unable",
            "unknown",
        )

    def _started(self, reading: Reading, context: Context) -> Reading:
        """Return a reading that also starts the heaters which are off: "the heater on at twenty"."""
        off = tuple(
            act.entity_id
            for act in reading.acts
            if act.service == "set_temperature"
            and (state := context.states(act.entity_id)) is not None
            and state.value == "off"
        )
        return replace(reading, acts=(*self._abilities.acts("on", off, context), *reading.acts)) if off else reading

    def _do(self, action: str, phrase: str, text: str, context: Context, last: Sequence[str]) -> Reading | None:
        if self._is_none(action, phrase):
            return None
        if action in _OF_QUALITY and (reading := self._of_quality(action, phrase, text, context, last)):
            return reading
        action, phrase = self._called(action, phrase)
        able = self.able(action)
        if not able:
            if action in ("on", "off"):
                return Reading(found=Found(phrase=phrase), problem="unknown", wish=action)
            return None
        found = self.directory.find(phrase, able, room=context.room, last=last)
        if found.everything and action not in _HARMLESS:
            return None
        found = self._nearest(action, found, phrase, last)
        action, found = self._instead(action, found, phrase, text, context, last)
        template = text.replace(phrase, "@", 1)
        if found.problem == "area":
            return self._area(action, found, template, context)
        alone = found.problem == "which" and len(found.choices) == 1  # "lock the back"
        if action == "lock" and (alone or found.problem == "room"):  # to lock one door too many does no harm
            found = replace(found, ids=found.choices, choices=(), problem="")
        if found.problem:
            several = found.choices if found.problem in ("room", "which", "either") else ()
            acts = self._abilities.acts(action, several, context)
            return Reading(found=found, problem=found.problem, wish=action, template=template, alternative=acts)
        found = self._the_light(found, phrase) if action == "either" else found
        acts = self._abilities.acts(action, found.ids, context)
        if not acts:
            found = self._own_level(action, phrase) or found
            acts = self._abilities.acts(action, found.ids, context)
        if not acts:
            return Reading(found=replace(found, choices=found.ids), problem="unable", wish=action)
        if action == "either":
            return Reading(found=replace(found, choices=found.ids), problem="either", wish=action, alternative=acts)
        return Reading(acts, found, template=template)

    def _the_light(self, found: Found, phrase: str) -> Found:
        """Return the one that has "light" in its name where "the light" of a room was said, which has lamps too."""
        named = self.directory.mask(found.ids) & self.directory.named.get("light", 0)
        if "light" not in phrase.split() or named.bit_count() != 1:
            return found
        return replace(found, ids=self.directory.ids(named), group=False)

    def _own_level(self, action: str, phrase: str) -> Found | None:
        """Return what sets the level of a thing that has none itself: the Radio Volume for "turn the radio down"."""
        named = [self.directory.exact.get(bare(f"{phrase} {what}"), 0) for what in ("volume", "level", "speed")]
        own = next((mask for mask in named if mask & self.able(action)), 0)
        return Found(ids=self.directory.ids(own)) if action in _OF_QUALITY and own.bit_count() == 1 else None

    def _is_none(self, action: str, phrase: str) -> bool:
        """Say whether a way of saying something cannot be meant: an alarm is armed, whatever else goes by its name."""
        if phrase.split(maxsplit=1)[0] in _NO_BEGINNING or _VERB_FIRST.match(phrase) or phrase.endswith(_VERB_LAST):
            return True
        if _TWO_WAYS.match(phrase) or _goes_another_way(action, phrase):
            return True
        if action == "activate" and all(word in GLUE or singular(word) in GENERIC for word in phrase.split()):
            return True  # "set the mood" names no scene
        if (
            action == "activate"
            and not LEAVING_OUT.isdisjoint(phrase.split())
            and bare(phrase) not in self.directory.exact
        ):
            return True  # nor does "the first floor except the bathroom"
        return action in ("on", "off") and bool(self.directory.exact.get(bare(phrase), 0) & self._panels)

    def _called(self, action: str, phrase: str) -> tuple[str, str]:
        """Return what is meant of a scene, which is started, and of an alarm under a name that everybody gives it."""
        if action == "on" and self._scene(phrase):
            return "activate", phrase
        if (action == "disarm" or action.startswith("arm")) and bare(phrase) not in self.directory.exact:
            return action, _HOUSE_ALARM.sub("", phrase)
        return action, phrase

    def _scene(self, phrase: str) -> bool:
        """Say whether a phrase is the name of a scene, and of nothing else that is turned on."""
        exact = self.directory.exact
        phrase = re.sub(r" (?:scene|mood|mode|routine)$", "", phrase)
        named = exact.get(bare(phrase), 0) or self.directory.mask(self.directory.find(phrase, self._scenes).ids)
        return bool(named & self._scenes) and not named & self.able("on")

    def _nearest(self, action: str, found: Found, phrase: str, last: Sequence[str]) -> Found:
        """Return the film night for "movie night", and of several that could stop what was just set going."""
        if action == "activate" and found.problem == "unknown":
            other = _FILM.sub(lambda said: _FILMS[said[0]], bare(phrase))
            named = self.directory.exact.get(other, 0) & self._scenes
            return Found(ids=self.directory.ids(named), phrase=phrase) if named.bit_count() == 1 else found
        if action == "stop" and found.problem in ("room", "which") and (moved := {*found.choices} & {*last}):
            return replace(found, ids=tuple(sorted(moved)), choices=(), problem="")
        return found

    def _instead(
        self, action: str, found: Found, phrase: str, text: str, context: Context, last: Sequence[str]
    ) -> tuple[str, Found]:
        """Return what is meant where the thing cannot do just that: a valve is not turned off, it is closed."""
        if action in _OF_LIGHTS and found.problem == "which" and len(found.choices) == 1:
            return action, replace(found, ids=found.choices, choices=(), problem="")  # "light up the terrace": its lamp
        if (
            found.problem == "unable"
            and action in _INSTEAD
            and (text.split(maxsplit=1)[0] in _SWITCHING or text.endswith((" on", " off", " going", " running")))
        ):
            for other, domains in _INSTEAD[action]:
                moved = self.directory.find(phrase, self.able(other), room=context.room, last=last)
                if not moved.problem and all(name.split(".")[0] in domains for name in moved.ids):
                    return other, moved
        running = text.split(maxsplit=1)[0] in _RUNNING or text.startswith("set off ")
        if action in ("on", "start") and found.problem == "unable" and running:
            pressed = self.directory.find(phrase, self.able("press"), room=context.room, last=last)
            if len(pressed.ids) == 1 and not pressed.problem:
                return "press", pressed  # "run the cat feeder" is the button for it
        if action in _SWITCHED and found.problem == "unable" and text.split(maxsplit=1)[0] in ("open", "close"):
            lights = self.directory.find(phrase, self.able(_SWITCHED[action]), room=context.room, last=last)
            if not lights.problem and all(name.startswith("light.") for name in lights.ids):
                return _SWITCHED[action], replace(lights, problem="either", choices=lights.ids, ids=(), kind="light")
        if action == "open" and found.problem in ("unable", "unknown"):  # a door that has nothing but a lock
            locked = self.directory.find(phrase, self.able("unlock"), room=context.room, last=last)
            if len(locked.ids) == 1 and not locked.problem:
                return "unlock", locked
        return action, found

    def _of_quality(self, action: str, phrase: str, text: str, context: Context, last: Sequence[str]) -> Reading | None:
        """Read "turn up the brightness of the lamp": the quality says what of a thing goes up or down."""
        quality, words = property_of(phrase.split())
        if not quality or self.directory.exact.get(bare(phrase), 0) & self.able(action):
            return None
        if words and quality in _STEPPED:
            step = Quantity(kind="more", number=1.0 if action == "up" else -1.0, quality="level")
            return self._levels.of_phrase(" ".join(words), step, quality, 0, text, context, last)
        action = _OF_QUALITY[action].get(quality, action)
        if words:
            return self._do(action, " ".join(words), text, context, last)
        sign, what = RELATIVE[action]
        value = Quantity(kind="more", number=float(sign), quality=what)
        return self._levels.in_the_room(value, quality, 0, context, text)

    def _area(self, action: str, found: Found, template: str, context: Context) -> Reading | None:
        """Read a command that names only a room: "shut the garage" is its door, "turn off the kitchen" is asked."""
        place = set(plain(found.place).split())
        names = [name for name in found.choices if place & set(plain(self.entity(name).name).split())]
        if action in ("open", "close", "stop", "lock", "unlock"):
            if len(names) == 1 or len(found.choices) == 1:
                chosen = tuple(names if len(names) == 1 else found.choices)
                acts = self._abilities.acts(action, chosen, context)
                return Reading(acts, replace(found, ids=chosen, problem="")) if len(names) == 1 else Reading(
                    found=replace(found, choices=chosen), problem="area", wish=action, alternative=acts
                )  # fmt: skip
            return Reading(found=found, problem="which" if found.choices else "unknown", wish=action, template=template)
        wanted = "climate" if action in ("warmer", "cooler") else "light"
        lights = tuple(name for name in found.choices if name.startswith(f"{wanted}."))
        acts = self._abilities.acts(action, lights, context)
        if not acts:
            return None
        found = replace(found, ids=lights, choices=lights, kind=wanted)
        if action in _LITTLE:
            return Reading(acts, replace(found, problem=""))
        return Reading(found=found, problem="area", wish=action, template=template, alternative=acts)

    def _lone(self, text: str, context: Context) -> Reading | None:
        """Read a name alone: a scene is started by it, anything else is asked back."""
        text = _HAVE.sub("", text)
        if " " not in text.removeprefix("the ") and text not in IDIOMS:
            return None  # "relax" is said to people too
        scene = self.directory.find(
            text.removesuffix(" scene").removesuffix(" mode"), self.able("activate"), room=context.room
        )
        exact = self.directory.exact.get(text.removesuffix(" scene").removesuffix(" mode"), 0)
        if not scene.problem and self.directory.mask(scene.ids) & exact:
            return Reading(self._abilities.acts("activate", scene.ids, context), scene)
        return self._button(text, context)

    def _button(self, text: str, context: Context) -> Reading | None:
        """Read what a button does, said as an order: "restart the router" presses Restart Router."""
        named = self.directory.exact.get(bare(text), 0) & self.able("press")
        if not named and (order := _ORDER_OF_BUTTON.fullmatch(text)):  # "restart the router" is Router Restart too
            called = (f"{bare(order['np'])} {verb}" for verb in _ALIKE.get(order["verb"], (order["verb"],)))
            named = next(filter(None, (self.directory.exact.get(name, 0) & self.able("press") for name in called)), 0)
            if way := _RAISED.get(order["verb"]):
                raising = self.directory.exact.get(f"{bare(order['np'])} {way}", 0) & self.able("press")
                return self._pressing(raising, text, context)
        return self._pressing(named, text, context) if text.split(maxsplit=1)[0] in _PRESSED else None

    def _pressing(self, named: int, text: str, context: Context) -> Reading | None:
        if named.bit_count() != 1:
            return None
        found = Found(ids=self.directory.ids(named), phrase=text)
        return Reading(self._abilities.acts("press", found.ids, context), found)


def _goes_another_way(action: str, phrase: str) -> bool:
    """Say whether one thing of a list goes another way than what is done to the whole of it."""
    if action not in _ACTION_OF.values():
        return False
    first = _OTHER_WAY_FIRST.fullmatch(phrase)
    if first is not None and first["way"] != action:
        return True
    last = _OTHER_WAY.fullmatch(phrase)
    if last is None or _ACTION_OF[last["way"]] == action:
        return False
    return " then " in phrase or len(items(phrase.split())) > 1


def _nearer(one: Reading | None, other: Reading) -> Reading:
    """Return the reading that is nearer to a command: rather one that asks than one that knows nothing."""
    if one is None or _RANKS.index(other.problem) < _RANKS.index(one.problem):
        return other
    return one
