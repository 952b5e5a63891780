"""Units of measure as people say them, each by its exact size in the unit of its quantity.

A table and not a library of units: the names that people say would have to stand here all the same, and a registry of
every unit takes longer to load than the slot of an act allows. Factors are those of the International System and of
the international yard and pound; a pint, a gallon and a fluid ounce are imperial ones unless "US" is said.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit: `name` as it is said of several, what it measures, its size in that quantity's unit, its zero."""

    name: str
    one: str
    quantity: str
    size: float
    zero: float = 0.0


#: Quantity: "name of several, of one, and other names = size".
_TABLE = {
    "length": (
        "metres metre meter meters = 1; kilometres kilometre kilometer kilometers km kilometers = 1000; "
        "centimetres centimetre centimeter centimeters cm = 0.01; millimetres millimetre millimeter millimeters "
        "mm = 0.001; "
        "miles mile = 1609.344; yards yard = 0.9144; feet foot ft = 0.3048; inches inch = 0.0254; "
        "nautical_miles nautical_mile = 1852; furlongs furlong = 201.168; fathoms fathom = 1.8288; light_years "
        "light_year = 9460730472580800"
    ),
    "mass": (
        "kilograms kilogram kilo kilos kg kilogrammes kilogramme = 1; grams gram g grammes gramme = 0.001; "
        "milligrams milligram mg = 0.000001; tonnes tonne = 1000; pounds pound lb lbs = 0.45359237; "
        "ounces ounce oz = 0.028349523125; stone stone stones = 6.35029318; us_tons us_ton short_ton = 907.18474"
    ),
    "volume": (
        "litres litre liter liters l = 0.001; millilitres millilitre milliliter milliliters ml = 0.000001; "
        "centilitres centilitre centiliter cl = 0.00001; decilitres decilitre = 0.0001; cubic_metres cubic_metre = 1; "
        "pints pint = 0.00056826125; gallons gallon = 0.00454609; fluid_ounces fluid_ounce = 0.0000284130625; "
        "quarts quart = 0.0011365225; us_pints us_pint american_pint = 0.000473176473; us_gallons us_gallon "
        "american_gallon = 0.003785411784; "
        "us_cups cup cups us_cup = 0.0002365882365; tablespoons tablespoon = 0.000015; teaspoons teaspoon = 0.000005"
    ),
    "time": (
        "seconds second = 1; minutes minute = 60; hours hour = 3600; days day = 86400; weeks week = 604800; "
        "fortnights fortnight = 1209600; years year = 31536000; milliseconds millisecond = 0.001"
    ),
    "speed": (
        "kilometres_per_hour kilometre_per_hour kilometers_per_hour kilometer_per_hour kilometres_an_hour "
        "kilometers_an_hour kph kmh km_/_h km_per_hour km_an_hour = 0.2777777777777778; "
        "miles_per_hour mile_per_hour miles_an_hour mph = 0.44704; metres_per_second metre_per_second "
        "meters_per_second m_/_s = 1; knots knot = 0.5144444444444445"
    ),
    "area": (
        "square_metres square_metre square_meters square_meter = 1; square_feet square_foot = 0.09290304; acres "
        "acre = 4046.8564224; "
        "hectares hectare = 10000; square_kilometres square_kilometre square_kilometers = 1000000; square_miles "
        "square_mile = 2589988.110336; "
        "square_inches square_inch = 0.00064516; square_yards square_yard = 0.83612736"
    ),
    "energy": "joules joule = 1; kilojoules kilojoule = 1000; calories calorie kilocalories kilocalorie = 4184; "
    "kilowatt_hours kilowatt_hour = 3600000",
    "power": "watts watt = 1; kilowatts kilowatt = 1000; horsepower horsepower = 745.6998715822702",
    "pressure": "bars bar = 100000; pascals pascal = 1; hectopascals hectopascal = 100; millibars millibar = "
    "100; psi psi = 6894.757293168; atmospheres atmosphere = 101325",
    "data": (
        "bytes byte = 1; kilobytes kilobyte kb = 1000; megabytes megabyte mb = 1000000; "
        "gigabytes gigabyte gb = 1000000000; "
        "terabytes terabyte = 1000000000000; kibibytes kibibyte = 1024; mebibytes mebibyte = 1048576; gibibytes "
        "gibibyte = 1073741824"
    ),
    "angle": "radians radian = 57.29577951308232",
}
_TEMPERATURES = (
    (Unit("degrees Celsius", "degree Celsius", "temperature", 1.0, 273.15), "celsius centigrade c"),
    (Unit("degrees Fahrenheit", "degree Fahrenheit", "temperature", 5 / 9, 459.67 * 5 / 9), "fahrenheit f"),
    (Unit("kelvin", "kelvin", "temperature", 1.0), "kelvin kelvins k"),
)


@cache
def units() -> dict[str, Unit]:
    """Return every unit by each of its names; words of a name stand one space apart."""
    found: dict[str, Unit] = {}
    for quantity, text in _TABLE.items():
        for line in text.split(";"):
            names, _, size = line.partition("=")
            said = [name.replace("_", " ") for name in names.split()]
            unit = Unit(said[0].replace("us ", "US "), said[1].replace("us ", "US "), quantity, float(size))
            found.update(dict.fromkeys(said, unit))
    for unit, names in _TEMPERATURES:
        for name in names.split():
            found |= {name: unit, f"degrees {name}": unit, f"degree {name}": unit, f"° {name}": unit}
    found["litres"], found["quarts"] = found["litre"], found["quart"]
    return found


def converted(value: float, source: Unit, target: Unit) -> float:
    """Return a value in another unit of the same quantity."""
    return (value * source.size + source.zero - target.zero) / target.size
