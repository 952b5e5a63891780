"""Shopping lists, lists of things to do, and others by name; kept in the home's folder."""

# ruff: noqa: E501 (a way of saying something is one line)

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from assistant.languages.en.numbers import said_words
from assistant.skills.asked import enumerated, request
from assistant.skills.memory import Memory
from assistant.skills.naming import singular
from assistant.skills.skill import Said, SkillCall, failed, in_all
from engines.errors import ReparteeError

if TYPE_CHECKING:
    from assistant.parts import Parts

MOST_ITEMS, MOST_LISTS, LONGEST_ITEM = 200, 50, 80
SHOPPING, TO_DO = "shopping", "to-do"
_NAMES = {
    "shopping": SHOPPING,
    "grocery": SHOPPING,
    "groceries": SHOPPING,
    "": SHOPPING,
    "to do": TO_DO,
    "todo": TO_DO,
    "to-do": TO_DO,
    "todos": TO_DO,
    "to dos": TO_DO,
    "task": TO_DO,
    "tasks": TO_DO,
}
_THE = r"(?:the |my |our |a )?"
#: The list's name has no list in it: "the milk from the list" is none.
_WORD = r"(?:to do|(?!(?:lists?|from|off|on|to|everything|all)\b)\w[\w'-]*)"
_LIST = rf"{_THE}(?:(?P<list>(?:{_WORD} ){{0,3}}?)lists?|(?P<tasks>groceries|tasks|to ?dos))"
_ADD = re.compile(
    rf"(?:add|put|write down|write|place|stick|note down|note|i need|we need) (?P<items>.+?) "
    rf"(?:to|on|onto|in|into|down on) {_LIST}"
)
_ADD_FIRST = re.compile(
    rf"(?:add|put) (?:to|on|onto) {_LIST} (?P<items>.+)"
    rf"|(?:to |on |onto )?{_LIST.replace('<list>', '<list2>').replace('<tasks>', '<tasks2>')} (?:add|put|write) (?P<items2>.+)"
)
_NEED = re.compile(
    r"(?:(?:we|i) (?:need|have) to |don't forget to |remember to |to )?buy (?P<items>.+)"
    r"|we(?:'re| are| ran|'ve run| have run)(?: (?:running|all))? out of (?P<out>(?!(?:here|there|time|town|luck|ideas?|order|stock|sight|reach|danger|control|breath|money|cash|hope"
    r"|options|power|patience|space|room|touch|range|work|memory|line|shape|practice|fuel|gas|petrol|the|this|that|it|our|my|question)\b).+)"
    r"|(?:(?:add|make|create)(?: a)?(?: new)?|new) (?:task|to ?do) (?:to )?(?P<task>.+)"
)
_REMOVE = re.compile(
    rf"(?:take|remove|delete|erase|cross|strike|scratch|tick|check|drop|get rid of)(?: off)? (?P<items>.+?) "
    rf"(?:off of|off|from|of|on)(?: {_LIST})?"
    rf"|(?:cross|tick|strike|check) off (?P<crossed>.+?)"
    rf"(?: (?:on|from|off) {_LIST.replace('<list>', '<list2>').replace('<tasks>', '<tasks2>')})?"
    r"|(?:i|we)(?:'ve| have)? (?:bought|got|done|finished) (?P<bought>.+)"
    r"|(?:remove|delete|take away|complete|finish) (?P<bare>.+)"
    r"|mark (?P<marked>.+?) (?:as )?(?:done|complete|completed|finished|bought)"
)
_READ = re.compile(
    rf"(?:what(?:'s| is| are| do i have| do we have| have i got)?(?: there)?(?: still| left)? (?:on|in)|read(?: me| "
    rf"out| back)?|show(?: me)?|tell me|what about|list|say|how long is|open|check"
    rf"|how many (?:items|things|entries) (?:are|do i have|do we have)(?: there)? (?:on|in)) "
    rf"(?:(?:what's|what is) on )?{_LIST}(?: items)?"
    r"|what (?:do|must|should) (?:i|we) (?:need|have)? ?to buy|what do (?:i|we) need from the (?:shop|store"
    r"|supermarket)"
    r"|(?P<todo>what do i (?:have|need) to do(?: today)?|what(?:'s| is) there to do|do i have anything to do(?: today)?|is there anything to do(?: today)?|what are my (?:to ?dos|tasks))"
    r"|(?:the |my |our )?(?P<bare>(?:shopping|grocery|to do|packing) )list"
)
_HAS = re.compile(
    rf"(?:is|are|do i have|do we have|did i put|did we put|have i put|have we got|have i got) (?:there )?(?:any )?"
    rf"(?P<item>.+?) (?:already )?on {_LIST}"
)
_CLEAR = re.compile(
    r"(?:clear|empty|delete|erase|wipe|reset|remove (?:everything|all|all items) from|take (?:everything|all) off"
    rf"|(?:clear|delete|erase) (?:everything|all|all items) (?:on|from|off)) {_LIST}"
)
_NEW = re.compile(
    rf"(?:start|make|create|add|begin)(?: me)? a (?:new )?(?:(?P<name>(?:{_WORD} ){{1,3}}?)list"
    r"|list (?:called|named|for) (?:the |my )?(?P<called>\w[\w' -]{0,40}))"
)
_REPLACE = re.compile(rf"(?:replace|change|swap|switch) (?P<old>.+?) (?:with|to|for|by) (?P<new>.+?) (?:on|in) {_LIST}")
_WHICH = re.compile(
    r"(?:what|which|how many) lists (?:do i have|are there|do we have|have i got)|(?:show|list|read|what are)"
    r"(?: me)?(?: all)?(?: of)?(?: my| the) lists|my lists"
)
#: "The last item" and "the first one" of a list.
_PLACED = re.compile(r"(?:the )?(?P<place>first|last) (?:item|one|thing|entry)")
_JOIN = re.compile(r"\s*(?:,|\band\b|\bplus\b|\balso\b)\s*")
_A_LIST = re.compile(r"\blists?\b")
_ARTICLE = re.compile(r"^(?:some|any|the|a(?! (?:dozen|couple|few)\b)|an|my|more|please|down) ")


#: A list's name and an item of it, as they stand in the file.
_Rows = list[tuple[object, object]]


class Lists:
    """Lists of short texts, in the order in which they were added."""

    name = "lists"
    examples = ("Add milk and eggs to the shopping list.", "What's on my list?", "Take the milk off.")

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._listeners: list[Callable[[], None]] = []
        self._lists: dict[str, list[str]] = {}
        self.reload()

    def on_change(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Call `callback` after each change, until what is returned is called."""
        self._listeners.append(callback)
        return lambda: self._listeners.remove(callback)

    def reload(self) -> None:
        """Read the file again: another process changed it."""
        none: _Rows = []
        self._took(self._memory.read(_read, none))

    def _took(self, rows: _Rows) -> None:
        lists: dict[str, list[str]] = {}
        for name, item in rows:
            if isinstance(name, str) and isinstance(item, str):  # SQLite does not notice all damage
                lists.setdefault(name, []).append(item)
        self._memory.left_out("items of lists", len(rows) - sum(map(len, lists.values())))
        self._lists = lists
        for callback in tuple(self._listeners):
            callback()

    def all(self) -> dict[str, list[str]]:
        """Return every list by its name; shopping and to-do are always there."""
        return {SHOPPING: [], TO_DO: []} | {name: list(items) for name, items in self._lists.items()}

    def understand(self, words: str) -> SkillCall | None:
        """Understand what says "list", and "take the milk off" where the milk is on one."""
        said = request(words)
        text = " ".join(said)
        if not said:
            return None
        if _WHICH.fullmatch(text):
            return self._call("lists")
        if match := _CLEAR.fullmatch(text):
            return self._call("clear", list=_named(match))
        if match := _REPLACE.fullmatch(text):
            return self._call("replace", list=_named(match), items=[_bare(match["old"]), _bare(match["new"])])
        asks = words.rstrip().endswith("?") or said_words(words)[:2] == ["can", "you"]
        return self._addition(text, asks=asks) or self._asked(text) or self._removal(text)

    def _addition(self, text: str, *, asks: bool) -> SkillCall | None:
        """Understand what puts something on a list; an item has no list in it. "Can you buy wine here?" `asks`."""
        for pattern in (_ADD, _ADD_FIRST):
            if match := pattern.fullmatch(text):
                groups = match.groupdict()
                items = groups["items"] or groups["items2"]
                return None if _A_LIST.search(items) else self._call("add", list=_named(match), items=_items(items))
        if not asks and (match := _NEED.fullmatch(text)) and not _A_LIST.search(text):
            if match["task"]:
                return self._call("add", list=TO_DO, items=[match["task"]])
            return self._call("add", list=SHOPPING, items=_items(match["items"] or match["out"]))
        return None

    def _asked(self, text: str) -> SkillCall | None:
        if match := _READ.fullmatch(text):
            name = TO_DO if match["todo"] else _list_name(match["bare"]) if match["bare"] else _named(match)
            return self._call("read", list=name) if name in self.all() else None
        if (match := _HAS.fullmatch(text)) and _named(match) in self.all():
            return self._call("has", list=_named(match), items=_items(match["item"]))
        if match := _NEW.fullmatch(text):
            return self._call("new", list=_list_name(match["name"] or match["called"]))
        return None

    def _removal(self, text: str) -> SkillCall | None:
        match = _REMOVE.fullmatch(text)
        if match is None:
            return None
        groups = match.groupdict()
        said = next(groups[name] for name in ("items", "crossed", "bought", "bare", "marked") if groups[name])
        if _A_LIST.search(said):
            return None
        items = _items(said)
        if any(groups[name] is not None for name in ("list", "tasks", "list2", "tasks2")):
            return self._call("remove", list=_named(match), items=items)
        # Without "list", only what stands on one: all of it as one item, or each; each may stand on another list.
        for wanted in ([_bare(said)], items):
            on = next((name for name, there in self.all().items() if any(_found(item, there) for item in wanted)), "")
            if on:
                return self._call("remove", list=on, items=wanted, **({"anywhere": True} if len(wanted) > 1 else {}))
        return None

    def _call(self, intent: str, **slots: object) -> SkillCall:
        return SkillCall(skill=self.name, intent=intent, slots=slots)

    async def call(self, call: SkillCall, parts: Parts) -> str | Said:  # noqa: ARG002
        """Do it."""
        name = str(call.slots.get("list", SHOPPING))
        given = call.slots.get("items", ())
        items = [str(item) for item in given] if isinstance(given, list) else []
        match call.intent:
            case "add":
                return await self._add(name, items)
            case "remove":
                if call.slots.get("anywhere"):
                    return await self._remove_anywhere(name, items)
                return await self._remove(name, items)
            case "clear":
                if name not in self.all():
                    return failed(f"There is no {name} list.")
                count = len(self.all().get(name, []))
                if not count:
                    return f"The {name} list is empty already."
                await self.put(name, [])
                return f"The {name} list is empty; {count} item{'s' * (count != 1)} taken off."
            case "lists":
                lists = [f"{list_} with {len(there)}" for list_, there in self.all().items()]
                return f"There are {len(lists)} lists: {enumerated(lists)}."
            case "new":
                return self._begun(name)
            case "replace":
                return await self._replace(name, *items)
            case "has":
                return self._has(name, items)
        there = self.all().get(name, [])
        if not there:
            return f"The {name} list is empty."
        more = f", and {len(there) - 20} more" if len(there) > 20 else ""
        return f"On the {name} list: {', '.join(there[:20]) if more else enumerated(there)}{more}."

    def _begun(self, name: str) -> str:
        if self.all().get(name):
            return f"There is a {name} list already; say “clear the {name} list” to begin it anew."
        return f"Say what goes on it, such as: add milk to the {name} list."

    async def _replace(self, name: str, old: str, new: str) -> str | Said:
        there = self.all().get(name, [])
        found = _found(old, there)
        if found is None:
            return failed(f"There is no {old} on the {name} list.")
        await self.put(name, [new if item == found else item for item in there])
        return f"{_capital(new)} is on the {name} list now, in the place of {found}."

    async def _add(self, name: str, items: Sequence[str]) -> str | Said:
        there = self.all().get(name, [])
        new = [item for item in dict.fromkeys(items) if not _found(item, there)]
        if not items:
            return failed("Say what to add, such as: add milk to the shopping list.")
        if not new:
            return f"{_capital(enumerated(list(items)))} {_be(items)} on the {name} list already."
        await self.put(name, [*there, *new])
        already = [item for item in items if item not in new]
        also = f"; {enumerated(already)} {_be(already)} on it already" if already else ""
        return f"{_capital(enumerated(new))} {_be(new)} on the {name} list now{also}."

    def _has(self, name: str, items: Sequence[str]) -> str:
        there = self.all().get(name, [])
        found = [on for item in items if (on := _found(item, there))]
        missing = [item for item in items if not _found(item, there)]
        if found and missing:
            return f"{_capital(enumerated(found))} {_be(found)} on the {name} list, {enumerated(missing)} {_be(missing)} not."
        return f"No, not on the {name} list." if missing else f"Yes, {enumerated(found)}."

    async def _remove(self, name: str, items: Sequence[str]) -> Said:
        there = self.all().get(name, [])
        found = {item: _placed(item, there) or _found(item, there) for item in items}
        gone = [on for on in found.values() if on]
        missing = [item for item, on in found.items() if not on]
        told = [failed(f"There is no {enumerated(missing, 'or')} on the {name} list.")] if missing or not gone else []
        if gone:
            await self.put(name, [item for item in there if item not in gone])
            told.append(Said(spoken=f"{_capital(enumerated(gone))} {_be(gone)} off the {name} list."))
        return in_all(told)

    async def _remove_anywhere(self, name: str, items: Sequence[str]) -> Said:
        """Take each off the list on which it stands; what stands on none is missed on the list of that name."""
        on = {item: next((each for each, there in self.all().items() if _found(item, there)), name) for item in items}
        lists = dict.fromkeys(on.values())
        return in_all([await self._remove(each, [item for item in items if on[item] == each]) for each in lists])

    async def put(self, name: str, items: Sequence[str]) -> None:
        """Let a list hold these items and no others. Raises ReparteeError where there are too many."""
        wanted = list(dict.fromkeys(map(_short, items)))
        if len(wanted) > MOST_ITEMS:
            raise ReparteeError(f"The {name} list is full with {MOST_ITEMS} items; take some off first.")
        if name not in self.all() and len(self.all()) >= MOST_LISTS:
            raise ReparteeError(f"There are {MOST_LISTS} lists; clear some first.")

        def write(connection: sqlite3.Connection) -> _Rows:
            connection.execute("DELETE FROM items WHERE list = ?", [name])
            connection.executemany("INSERT INTO items (list, item) VALUES (?, ?)", [(name, item) for item in wanted])
            return _read(connection)

        self._took(await self._memory.change(write))


def _read(connection: sqlite3.Connection) -> _Rows:
    return connection.execute("SELECT list, item FROM items ORDER BY id").fetchall()


def _named(match: re.Match[str]) -> str:
    """Return the name of the list that a sentence speaks of."""
    groups = match.groupdict()
    return _list_name(next((groups[each] for each in ("list", "list2", "tasks", "tasks2") if groups.get(each)), ""))


def _list_name(said: str) -> str:
    name = " ".join(said.split())
    return _NAMES.get(name, name)


def _items(said: str) -> list[str]:
    return [item for part in _JOIN.split(said) if (item := _bare(part))]


def _bare(item: str) -> str:
    return _short(_ARTICLE.sub("", item.strip()))


def _short(item: str) -> str:
    return item[:LONGEST_ITEM].rstrip()


def _placed(item: str, there: Sequence[str]) -> str | None:
    """Return the first or the last of a list, where that is said."""
    match = _PLACED.fullmatch(item)
    return there[0 if match["place"] == "first" else -1] if match and there else None


def _be(items: Sequence[str]) -> str:
    """Return "is" for milk, and "are" for eggs, or for several things."""
    return "is" if len(items) == 1 and (singular(items[0]) == items[0] or items[0][:1].isdigit()) else "are"


def _found(item: str, there: Sequence[str]) -> str | None:
    """Return the item of a list that is meant: the same, but for the s of several."""
    return next((each for each in there if each == item or singular(each) == singular(item)), None)


def _capital(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}"
