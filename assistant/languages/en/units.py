"""Units and currencies by their signs, as they are said."""

from __future__ import annotations

import re

#: Said of one; the plural takes an "s" unless it is in PLURALS. Signs differ by case where it means something.
UNITS = {
    "km²": "square kilometre", "cm²": "square centimetre", "mm²": "square millimetre", "m²": "square metre",
    "km2": "square kilometre", "cm2": "square centimetre", "m2": "square metre", "sq ft": "square foot",
    "m³": "cubic metre", "cm³": "cubic centimetre", "m3": "cubic metre", "ha": "hectare", "sq m": "square metre",
    "km": "kilometre", "cm": "centimetre", "mm": "millimetre", "µm": "micrometre", "nm": "nanometre", "m": "metre",
    "ft": "foot", "yd": "yard", "mi": "mile", "nmi": "nautical mile", "inch": "inch", "inches": "inch",
    "kg": "kilogram", "mg": "milligram", "µg": "microgram", "g": "gram", "lb": "pound", "lbs": "pound", "oz": "ounce",
    "t": "tonne", "ml": "millilitre", "mL": "millilitre", "cl": "centilitre", "dl": "decilitre", "dL": "decilitre",
    "l": "litre", "L": "litre", "tsp": "teaspoon", "tbsp": "tablespoon", "fl oz": "fluid ounce", "pt": "pint",
    "gal": "gallon", "°C": "degree Celsius", "°F": "degree Fahrenheit", "°": "degree", "℃": "degree Celsius",
    "℉": "degree Fahrenheit", "K": "kelvin", "kWh": "kilowatt hour", "MWh": "megawatt hour", "Wh": "watt hour",
    "kW": "kilowatt", "MW": "megawatt", "GW": "gigawatt", "mW": "milliwatt", "W": "watt", "kV": "kilovolt",
    "mV": "millivolt", "V": "volt", "mAh": "milliamp hour", "Ah": "amp hour", "mA": "milliamp", "A": "amp",
    "kΩ": "kilohm", "MΩ": "megohm", "Ω": "ohm", "kHz": "kilohertz", "MHz": "megahertz", "GHz": "gigahertz",
    "Hz": "hertz", "dB": "decibel", "lx": "lux", "lm": "lumen", "hPa": "hectopascal", "kPa": "kilopascal",
    "Pa": "pascal", "psi": "pound per square inch", "mbar": "millibar", "bar": "bar", "kcal": "kilocalorie",
    "cal": "calorie", "kJ": "kilojoule", "J": "joule", "Nm": "newton metre", "bit": "bit", "kB": "kilobyte",
    "KB": "kilobyte", "MB": "megabyte", "GB": "gigabyte", "TB": "terabyte", "KiB": "kibibyte", "MiB": "mebibyte",
    "GiB": "gibibyte", "kbit": "kilobit", "Mbit": "megabit", "Gbit": "gigabit", "kbps": "kilobit per second",
    "Mbps": "megabit per second", "Gbps": "gigabit per second", "mph": "mile per hour",
    "kph": "kilometre per hour", "kmh": "kilometre per hour", "rpm": "revolution per minute",
    "fps": "frame per second", "ppm": "part per million", "dpi": "dot per inch", "px": "pixel", "MP": "megapixel",
    "h": "hour", "hr": "hour", "hrs": "hour", "min": "minute", "mins": "minute", "s": "second", "sec": "second",
    "secs": "second", "ms": "millisecond", "µs": "microsecond", "ns": "nanosecond", "%": "percent",
    "‰": "per mille",
}  # fmt: skip
PLURALS = {
    "foot": "feet", "inch": "inches", "hertz": "hertz", "kilohertz": "kilohertz", "megahertz": "megahertz",
    "gigahertz": "gigahertz", "lux": "lux", "kelvin": "kelvin", "percent": "percent", "per mille": "per mille",
}  # fmt: skip
#: One and many of the whole and of its hundredth part.
CURRENCIES = {
    "$": ("dollar", "dollars", "cent", "cents"),
    "US$": ("US dollar", "US dollars", "cent", "cents"),
    "€": ("euro", "euros", "cent", "cents"),
    "£": ("pound", "pounds", "penny", "pence"),
    "¥": ("yen", "yen", "sen", "sen"),
    "₹": ("rupee", "rupees", "paisa", "paise"),
    "USD": ("US dollar", "US dollars", "cent", "cents"),
    "EUR": ("euro", "euros", "cent", "cents"),
    "GBP": ("pound", "pounds", "penny", "pence"),
    "CHF": ("Swiss franc", "Swiss francs", "centime", "centimes"),
    "JPY": ("yen", "yen", "sen", "sen"),
}
SCALES = {
    "k": "thousand", "K": "thousand", "m": "million", "M": "million", "mn": "million", "bn": "billion",
    "b": "billion", "B": "billion", "tn": "trillion", "T": "trillion",
    "thousand": "thousand", "million": "million", "billion": "billion", "trillion": "trillion",
}  # fmt: skip
#: What half or three quarters of are taken, beside the units.
MEASURES = frozenset(
    "cup teaspoon tablespoon hour minute day week month year inch pound ounce pint litre liter mile dozen page "
    "bottle glass slice lemon onion apple teaspoonful".split()
)


def plural(unit: str) -> str:
    """Return the name of several: "feet", "kilometres per hour", "square metres"."""
    head, per, rest = unit.partition(" per ")
    if unit in PLURALS:
        return PLURALS[unit]
    if not per and head.startswith("degree "):
        return head.replace("degree", "degrees", 1)
    before, space, last = head.rpartition(" ")
    return f"{before}{space}{PLURALS.get(last, last + 's')}{per}{rest}"


def unit_pattern() -> str:
    """Return a regular expression for any unit's sign, where that is clear also in another case."""
    exact = sorted(UNITS, key=len, reverse=True)
    return "|".join(re.escape(sign) for sign in (*exact, *(sign for sign in _ANY_CASE if sign not in UNITS)))


def unit_name(sign: str) -> str:
    """Return the name of one by its sign, "kilometre" for "km" and "KM"."""
    return UNITS.get(sign) or _ANY_CASE[sign]


_ANY_CASE = {
    other: name
    for sign, name in UNITS.items()
    if len(sign) > 1 and sign in {"km", "cm", "kg", "ml", "kWh", "kW", "Hz", "kHz", "°C", "°F", "ft", "mph", "min"}
    for other in {sign.upper(), sign.capitalize(), sign.lower()}
}
