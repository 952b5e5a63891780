"""The English words of a house: what kinds of things are called, which words say nothing, colours, rooms."""

from __future__ import annotations

#: Words that stand between the words of a name and say nothing about which thing is meant.
GLUE = frozenset(
    (
        "the a an my our your their this that these those of in on at by to from for with near next beside above below "
        "under over behind inside into onto around across throughout outside please just there's and is are which "
        "one ones side up single there"
    ).split()
) - {"outside", "side", "up"}
ALL = frozenset("all every each both everything".split())
EVERYTHING = frozenset("everything anything something thing device appliance stuff electronics gadget".split())
PRONOUNS = frozenset(
    (
        "it;them;that;this;those;these;that one;this one;it all;them all;all of them;both of them;both;the same;"
        "those ones;these ones;that thing;they;the thing"
    ).split(";")
)
#: What things of a domain, or of a device class, are called.
CALLED = {
    "light": "light lamp bulb lighting illumination",
    "switch": "switch",
    "switch.outlet": "plug socket outlet switch",
    "fan": "fan ventilator",
    "cover": "cover",
    "cover.blind": "blind shade cover",
    "cover.shade": "shade blind cover",
    "cover.curtain": "curtain drape cover",
    "cover.shutter": "shutter cover",
    "cover.awning": "awning canopy cover",
    "cover.garage": "garage door cover",
    "cover.gate": "gate cover",
    "cover.door": "door cover",
    "cover.window": "window cover",
    "lock": "lock door",
    "climate": "thermostat heating heater radiator temperature climate heat aircon hvac ac",
    "water_heater": "boiler heater hot water",
    "vacuum": "vacuum hoover robot cleaner roomba",
    "lawn_mower": "mower lawnmower robot",
    "alarm_control_panel": "alarm burglar security system panel",
    "siren": "siren",
    "valve": "valve tap",
    "valve.water": "valve tap water",
    "valve.gas": "valve tap gas",
    "humidifier": "humidifier humidity",
    "humidifier.dehumidifier": "dehumidifier humidity",
    "scene": "scene mood",
    "button": "button",
    "number": "",
    "select": "",
    "text": "",
    "sensor": "sensor",
    "binary_sensor": "sensor detector",
}
#: What nobody calls a heater that cannot cool.
COOLING = frozenset("aircon hvac ac".split())
#: What nobody calls what only cools.
HEATING = frozenset("heating heater radiator heat".split())
#: In a name these say that a thing cools.
COOLS = frozenset("ac aircon con conditioner conditioning cooler".split())
#: What people say for the device classes of sensors, beside the class itself.
SENSED = {
    "temperature": "temperature thermometer",
    "humidity": "humidity moisture",
    "power": "power consumption",
    "energy": "energy consumption electricity",
    "battery": "battery",
    "illuminance": "light brightness illuminance",
    "carbon_dioxide": "carbon dioxide co2",
    "carbon_monoxide": "carbon monoxide",
    "pm25": "pm2.5 pm25",
    "aqi": "air quality",
    "door": "door",
    "window": "window",
    "garage_door": "garage door",
    "opening": "door window",
    "motion": "motion movement",
    "occupancy": "occupancy presence",
    "presence": "presence",
    "smoke": "smoke",
    "gas": "gas",
    "moisture": "moisture leak water",
    "lock": "lock",
}
GENERIC = frozenset(" ".join((*CALLED.values(), *SENSED.values())).split()) | EVERYTHING
#: What lights are called, and things of every kind.
LIGHTS = frozenset(CALLED["light"].split())
KINDS = frozenset(" ".join(CALLED.values()).split())

#: What people call things and rooms: a name that is none in this house is told so, never heard as a near one.
COMMON_THINGS = frozenset(
    (
        "attic basement cellar loft porch patio garden terrace balcony hall hallway corridor landing stairs "
        "staircase kitchen bathroom bedroom lounge den study office library nursery playroom garage shed barn "
        "greenhouse conservatory sauna gym pantry larder utility laundry toilet loo ensuite wardrobe closet "
        "driveway yard lawn pool pond hot tub jacuzzi deck veranda foyer lobby workshop studio cinema bar "
        "guest master spare dining living sofa couch desk table bed wall floor ceiling window door gate fence "
        "tree oven stove hob cooker microwave toaster kettle fridge freezer dishwasher washer dryer washing "
        "machine television tv telly radio stereo speaker computer monitor printer router camera bell fan "
        "heater radiator lamp light plug socket blind curtain shutter iron sprinkler pump boiler chimney fire "
        "fireplace candle christmas reading bedside mirror sink bath shower car left right front back upper "
        "lower big small red green blue white black yellow mum mom dad baby kids boys girls north south east "
        "west first second third top bottom middle main ground"
    ).split()
)

#: What an area is called that is outside the house.
OUTDOORS = frozenset(
    "garden patio terrace balcony porch driveway drive yard backyard veranda deck lawn pool pond outside".split()
)

#: What people call all that they live in.
HOUSES = ("house", "home", "apartment", "appartment", "flat", "place", "building", "property")
#: Words that are enough to name a room with a longer name, if it is the only one: "the bedroom".
ROOM_HEADS = frozenset(
    (
        "bedroom bathroom kitchen garden garage hall hallway toilet office study lounge terrace balcony patio shed "
        "cellar"
    ).split()
)
ROOM_FIRSTS = frozenset("utility laundry".split())

#: What is a thing of its own wherever it stands: what is said of it is not said of the light or the blind beside it.
OF_THEIR_OWN = frozenset(
    (
        "tv television telly radio stereo oven stove hob cooker microwave toaster kettle fridge freezer dishwasher "
        "washer dryer machine computer monitor printer router camera speaker bell iron fan heater radiator boiler "
        "window door gate shower pump fireplace thermostat"
    ).split()
)
#: What stands before what a thing is, so that a name which ends in it was not said to its end.
HALF_A_NAME = frozenset(
    "reading left right front back upper lower big small main bedside guest master spare dining living washing".split()
)
ORDINALS = {"first": "1", "second": "2", "third": "3", "fourth": "4", "fifth": "5", "sixth": "6", "1st": "1",
            "2nd": "2", "3rd": "3", "4th": "4"}  # fmt: skip

COLOURS: dict[str, tuple[int, int, int]] = {
    "red": (255, 0, 0), "green": (0, 128, 0), "blue": (0, 0, 255), "yellow": (255, 255, 0), "orange": (255, 165, 0),
    "purple": (128, 0, 128), "violet": (238, 130, 238), "pink": (255, 192, 203), "magenta": (255, 0, 255),
    "cyan": (0, 255, 255), "turquoise": (64, 224, 208), "teal": (0, 128, 128), "white": (255, 255, 255),
    "black": (0, 0, 0), "brown": (165, 42, 42), "gold": (255, 215, 0), "lime": (0, 255, 0), "indigo": (75, 0, 130),
    "lavender": (230, 230, 250), "crimson": (220, 20, 60), "salmon": (250, 128, 114), "coral": (255, 127, 80),
    "navy": (0, 0, 128), "navy blue": (0, 0, 128), "sky blue": (135, 206, 235), "light blue": (173, 216, 230),
    "dark blue": (0, 0, 139), "light green": (144, 238, 144), "dark green": (0, 100, 0), "hot pink": (255, 105, 180),
    "deep pink": (255, 20, 147), "dark red": (139, 0, 0), "maroon": (128, 0, 0), "olive": (128, 128, 0),
    "beige": (245, 245, 220), "ivory": (255, 255, 240), "khaki": (240, 230, 140), "plum": (221, 160, 221),
    "orchid": (218, 112, 214), "tomato": (255, 99, 71), "peach": (255, 218, 185), "mint": (189, 252, 201),
    "aqua": (0, 255, 255), "fuchsia": (255, 0, 255), "chartreuse": (127, 255, 0), "silver": (192, 192, 192),
    "grey": (128, 128, 128), "gray": (128, 128, 128), "royal blue": (65, 105, 225), "forest green": (34, 139, 34),
    "lime green": (50, 205, 50), "dark orange": (255, 140, 0), "steel blue": (70, 130, 180), "amber": (255, 191, 0),
    "scarlet": (255, 36, 0), "lilac": (200, 162, 200), "rose": (255, 0, 127), "mauve": (224, 176, 255),
}  # fmt: skip
WHITES: dict[str, int] = {
    "candle light": 1900, "candlelight": 1900, "very warm white": 2200, "extra warm white": 2200,
    "warm white": 2700, "warm light": 2700, "soft white": 2700, "warm": 2700, "incandescent": 2700,
    "neutral white": 4000, "neutral": 4000, "natural white": 4000, "cool white": 4000, "cold white": 4000,
    "cool": 5000, "cold": 5000, "bright white": 5000, "daylight": 6500, "day light": 6500, "day white": 5500,
    "ice white": 6500, "natural light": 4000, "sunlight": 5000, "cool light": 5000, "cold light": 5000,
}  # fmt: skip

#: Other words for the same thing, tried where a house does not know the word that was said.
SAME = (
    ("hall", "hallway", "corridor", "entrance hall"), ("sofa", "couch", "settee"), ("tv", "telly", "television",
    "telly vision"),
    ("fridge", "refrigerator"), ("living room", "lounge", "sitting room", "front room"), ("backyard", "yard",
    "back yard"),
    ("bathroom", "washroom", "restroom"), ("kids room", "childrens room"),
    ("stove", "hob", "cooker"), ("curtain", "drape"), ("vacuum", "hoover", "robot vacuum", "vacuum cleaner"),
    ("aircon", "air conditioner", "air conditioning", "ac", "air con", "a c"), ("basement", "cellar"), ("attic",
    "loft"),
    ("garage door", "overhead door"), ("christmas tree", "xmas tree"), ("laundry room", "utility room", "laundry"),
    ("washing machine", "washer", "clothes washer"), ("dryer", "tumble dryer"), ("dishwasher", "dish washer"),
    ("coffee machine", "coffee maker"), ("ev charger", "car charger", "wallbox", "wall box"),
    ("toilet", "loo"), ("patio", "terrace"), ("outlet", "socket", "plug"), ("fairy light", "string light"),
    ("bedside", "nightstand"), ("amp", "amplifier"), ("spotlight", "spot"),
)  # fmt: skip
