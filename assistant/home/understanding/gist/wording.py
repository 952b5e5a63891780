"""Plain commands in the words that are read strictly, from what was found in a clause."""

# ruff: noqa: E501 (what is wanted at once is on one line)

from __future__ import annotations

from collections.abc import Iterator

#: What may be wanted of a room where nothing in it is named.
OF_A_ROOM = frozenset("brighter dimmer warmer cooler".split())
#: What may be wanted at once, and in which words: the way of a lamp that goes on is no other than that of what runs.
_WORDED: dict[frozenset[str], tuple[str, ...]] = {
    frozenset(wishes.split()): tuple(said.split(";"))
    for wishes, said in (
        ("on", "turn on {};activate {}"), ("off", "turn off {};stop {}"), ("up", "{} up"), ("down", "{} down"),
        ("out", "open {};turn {} out;start {}"), ("in", "close {}"), ("open", "open {}"), ("close", "close {}"),
        ("open up", "open {};turn {} up"), ("close down", "close {};turn {} down"), ("open out", "open {}"), ("open back", "open {}"), ("in close", "close {}"),
        ("lock", "lock {}"), ("unlock", "unlock {}"), ("lock up", "lock {}"), ("start", "start {};turn on {}"), ("start on", "turn on {};start {}"),
        ("start up", "start {};turn on {}"), ("start out", "start {}"), ("stop", "stop {};turn off {}"), ("stop off", "turn off {}"), ("pause", "pause {}"),
        ("brighter", "make {} brighter"), ("brighter up", "make {} brighter"), ("dimmer", "make {} dimmer"), ("dimmer down", "make {} dimmer"),
        ("warmer", "make {} warmer"), ("warmer up", "make {} warmer"), ("cooler", "make {} cooler"), ("cooler down", "make {} cooler"),
        ("slower", "make {} slower"), ("slower down", "make {} slower"), ("faster", "make {} faster"), ("faster up", "make {} faster"),
        ("up on", "turn on {}"), ("off down", "turn off {}"), ("off out", "turn off {}"), ("dock", "send {} home"), ("dock start", "send {} home"), ("press", "press {};either {}"), ("go", "send out {};turn off {}"),
        ("close in", "close {}"), ("open up down", "open {}"),
    )
}  # fmt: skip


_A_LITTLE = frozenset(
    "more;a little way;a crack;an inch;a sliver;a bit;a little;a bit more;a little more;a little bit;a little bit more;some more;a touch;a tad;slightly;a notch;a tiny bit".split(
        ";"
    )
)


_MOST_VALUES = 2  #: a colour and how bright


def worded(name: str, wishes: set[str], values: list[str]) -> Iterator[str]:
    """Yield plain commands for a thing, the ways it is to go, and its values; the likeliest first."""
    if not name and len(values) == 1 and not wishes:
        name = "it"  # what was spoken of just before: "the desk lamp on, forty percent"
    if not name or len(values) > _MOST_VALUES:
        return
    if not values:
        yield from (said.format(name) for said in _WORDED.get(frozenset(wishes), ()))
    elif values[0] in _A_LITTLE and len(values) == 1 and wishes and wishes <= {"open", "close", "up", "down"}:
        yield from _a_little(name, wishes, values[0])
    else:
        yield from _valued(name, wishes, " ".join(values))


def _a_little(name: str, wishes: set[str], value: str) -> Iterator[str]:
    opens = not wishes & {"close", "down"}
    if "open" in wishes and "more" not in value:
        yield f"set {name} to 10 percent"
    yield f"{'raise' if opens else 'lower'} {name} by 15 percent"
    yield f"turn {name} {'up' if opens else 'down'} a little"


def _valued(name: str, wishes: set[str], value: str) -> Iterator[str]:
    way = wishes - {"on", "start", "open", "brighter", "warmer", "faster"}
    if not (way <= {"up"} or way <= {"down", "dimmer", "cooler", "slower", "close"}):
        return
    yield f"set {name} to {value}"
    yield f"make {name} {value}"
    if "up" in way and len(wishes) == 1:
        yield f"raise {name} {value}"
    elif way & {"down", "dimmer"}:
        yield f"lower {name} {value}"
