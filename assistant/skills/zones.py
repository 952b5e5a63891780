"""Cities and their time zones: the names of the IANA database, and cities that it does not name."""

from __future__ import annotations

from functools import cache

#: Cities, and places that are asked for like one, by a zone that has their time.
_OTHERS = {
    "America/New_York": "washington;boston;miami;atlanta;philadelphia;new york city",
    "America/Los_Angeles": "san francisco;seattle;las vegas;california;san diego;l a",
    "America/Chicago": "dallas;houston;austin;new orleans",
    "America/Toronto": "montreal;ottawa",
    "Asia/Shanghai": "beijing;china;shenzhen",
    "Asia/Kolkata": "mumbai;delhi;new delhi;bangalore;chennai;calcutta;india",
    "Asia/Tokyo": "japan;osaka;kyoto",
    "Asia/Seoul": "korea;south korea",
    "Asia/Ho_Chi_Minh": "saigon;hanoi;vietnam",
    "Asia/Dubai": "abu dhabi",
    "Europe/London": "england;britain;the uk;the united kingdom;scotland;wales;manchester;edinburgh;glasgow;cardiff",
    "Europe/Berlin": "germany;munich;hamburg;frankfurt;cologne",
    "Europe/Paris": "france;lyon;marseille",
    "Europe/Madrid": "spain;barcelona",
    "Europe/Rome": "italy;milan;naples;venice;florence",
    "Europe/Zurich": "switzerland;geneva;basel;bern",
    "Europe/Vienna": "austria;salzburg",
    "Europe/Lisbon": "portugal;porto",
    "Europe/Kyiv": "ukraine;kiev",
    "Europe/Istanbul": "turkey;ankara",
    "Europe/Athens": "greece",
    "Europe/Dublin": "ireland",
    "Europe/Amsterdam": "the netherlands;holland;rotterdam",
    "Europe/Moscow": "saint petersburg;st petersburg",
    "Africa/Johannesburg": "cape town;pretoria;south africa",
    "America/Sao_Paulo": "rio;rio de janeiro;brasilia",
    "Australia/Sydney": "canberra",
    "Pacific/Auckland": "wellington;new zealand",
    "UTC": "utc;g m t;gmt",
}


@cache
def zones() -> dict[str, str]:
    """Return the zone of each city, by its name in lower case."""
    from importlib.resources import files

    names = (files("tzdata") / "zones").read_text(encoding="utf-8").split()
    cities: dict[str, str] = {}
    for name in sorted(names, key=lambda name: name.count("/")):
        area, _, city = name.rpartition("/")
        if area and area.partition("/")[0] not in ("Etc", "SystemV"):
            cities.setdefault(city.replace("_", " ").lower(), name)
    return cities | {city: zone for zone, others in _OTHERS.items() for city in others.split(";")}
