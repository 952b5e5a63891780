"""The table of units against pint's, which others keep."""

from __future__ import annotations

import pytest

from assistant.skills.units import converted, units

#: The unit of each quantity in which the table has its sizes.
BASES = {
    "length": "metre",
    "mass": "kilogram",
    "volume": "metre ** 3",
    "time": "second",
    "speed": "metre / second",
    "area": "metre ** 2",
    "energy": "joule",
    "power": "watt",
    "pressure": "pascal",
    "data": "byte",
    "angle": "degree",
    "temperature": "kelvin",
}
#: What pint calls a unit that it has under another name, or by whose name it means another one.
THEIRS = {
    "pint": "imperial_pint",
    "gallon": "imperial_gallon",
    "fluid ounce": "imperial_fluid_ounce",
    "quart": "imperial_quart",
    "calorie": "kilocalorie",  # of food
    "year": "common_year",
    "US gallon": "gallon",
    "US cup": "US_cup",
    "atmosphere": "standard_atmosphere",
    "tablespoon": "15 millilitre",
    "teaspoon": "5 millilitre",
    "degree Celsius": "degC",
    "degree Fahrenheit": "degF",
    "cubic metre": "metre ** 3",
    "horsepower": "33000 foot_pound / minute",
}


def named(one: str) -> str:
    if one in THEIRS:
        return THEIRS[one]
    if one.startswith("square "):
        return f"{one.removeprefix('square ')} ** 2"
    return one.replace(" per ", " / ").replace(" ", "_").replace("_/_", " / ")


def test_every_unit_has_the_size_that_a_library_of_units_gives_it() -> None:
    pint = pytest.importorskip("pint", reason="needs pint, one of the packages for development")
    library = pint.UnitRegistry()
    ours = {unit.one: unit for unit in units().values()}
    assert {unit.quantity for unit in ours.values()} == set(BASES)
    wrong = {}
    for one, unit in ours.items():
        if unit.quantity == "temperature":
            theirs, size = library.Quantity(1.0, named(one)), unit.size + unit.zero
        else:
            theirs, size = 1.0 * library.parse_expression(named(one)), unit.size
        found = float(theirs.to(BASES[unit.quantity]).magnitude)
        if size != pytest.approx(found, rel=5e-6):  # pint's furlong is of the survey foot, 2 parts in a million longer
            wrong[one] = size, found
    assert wrong == {}


def test_temperatures_are_converted_with_their_zeros() -> None:
    celsius, fahrenheit, kelvin = (units()[name] for name in ("celsius", "fahrenheit", "kelvin"))
    assert converted(-40.0, celsius, fahrenheit) == pytest.approx(-40.0)
    assert converted(300.0, kelvin, celsius) == pytest.approx(26.85)
