"""Shopping lists, lists of things to do, and others by name; kept in the home's folder."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from assistant.skills.asked import enumerated, request
from assistant.skills.memory import Memory
from assistant.skills.skill import Said, SkillCall, failed
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
    "to - do": TO_DO,
    "task": TO_DO,
    "tasks": TO_DO,
}
_THE = r"(?:the |my |our |a )?"
_LIST = rf"{_THE}(?P<list>(?:\w[\w'-]* ){{0,3}}?(?:- do )?)lists?"
_ADD = re.compile(rf"(?:add|put|write|place|stick|note) (?P<items>.+?) (?:to|on|onto|in|into|down on) {_LIST}")
_ADD_FIRST = re.compile(rf"(?:add|put) (?:to|on|onto) {_LIST} (?P<items>.+)")
_NEED = re.compile(r"(?:we|i) (?:need|have) to buy (?P<items>.+)|we(?:'re| are) (?:out of|running out of) (?P<out>.+)")
_REMOVE = re.compile(
    rf"(?:take|remove|delete|cross|strike|scratch|tick|check|get rid of)(?: off)? (?P<items>.+?) (?:off|from|off "
    rf"of|of)(?: {_LIST})?"
    rf"|(?:cross|tick|strike|check) off (?P<crossed>.+?)(?: (?:on|from|off) {_LIST.replace('list>', 'list2>')})?"
    r"|(?:i|we)(?:'ve| have)? (?:bought|got) (?P<bought>.+)"
)
_READ = re.compile(
    rf"(?:what(?:'s| is| are| do i have| do we have| have i got)?(?: there)?(?: still)? (?:on|in)|read(?: me| "
    rf"out| back)?|show(?: me)?|tell me|what about|list|say) "
    rf"(?:(?:what's|what is) on )?{_LIST}(?: items)?"
    r"|what (?:do|must|should) (?:i|we) (?:need|have)? ?to buy|what do (?:i|we) need from the (?:shop|store"
    r"|supermarket)|(?P<todo>what do i have to do|what are my to dos|what are my tasks)"
)
_HAS = re.compile(rf"(?:is|are|do i have|do we have) (?:there )?(?:any )?(?P<item>.+?) (?:already )?on {_LIST}")
_CLEAR = re.compile(
    rf"(?:clear|empty|delete|erase|wipe|reset|remove everything from|take everything off|delete everything on) {_LIST}"
)
_WHICH = re.compile(
    r"(?:what|which|how many) lists (?:do i have|are there|do we have|have i got)|(?:show|list|read)(?: me)?(?: "
    r"all)?(?: of)? my lists"
)
_JOIN = re.compile(r"\s*(?:,|\band\b|\bplus\b|\balso\b)\s*")
_ARTICLE = re.compile(r"^(?:some|any|the|a|an|my|more|please) ")


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
        self._took(self._memory.read(_read, {}))

    def _took(self, lists: dict[str, list[str]]) -> None:
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
        if _WHICH.fullmatch(text):
            return self._call("lists")
        if match := _CLEAR.fullmatch(text):
            return self._call("clear", list=_list_name(match["list"]))
        for pattern in (_ADD, _ADD_FIRST):
            if match := pattern.fullmatch(text):
                return self._call("add", list=_list_name(match["list"]), items=_items(match["items"]))
        if match := _NEED.fullmatch(text):
            return self._call("add", list=SHOPPING, items=_items(match["items"] or match["out"]))
        if match := _READ.fullmatch(text):
            name = TO_DO if match["todo"] else _list_name(match["list"] or "")
            return self._call("read", list=name) if name in self.all() else None
        if (match := _HAS.fullmatch(text)) and _list_name(match["list"]) in self.all():
            return self._call("has", list=_list_name(match["list"]), items=_items(match["item"]))
        return self._removal(text)

    def _removal(self, text: str) -> SkillCall | None:
        match = _REMOVE.fullmatch(text)
        if match is None:
            return None
        items = _items(match["items"] or match["crossed"] or match["bought"])
        listed = match["list"] if match["list"] is not None else match["list2"]
        if listed is not None:
            return self._call("remove", list=_list_name(listed), items=items)
        # Without "list", only what stands on one.
        found = next((name for name, there in self.all().items() if any(_found(item, there) for item in items)), None)
        return self._call("remove", list=found, items=items) if found else None

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
                return await self._remove(name, items)
            case "clear":
                count = len(self.all().get(name, []))
                await self.put(name, [])
                return f"The {name} list is empty; {count} item{'s' * (count != 1)} taken off."
            case "lists":
                lists = [f"{list_} with {len(there)}" for list_, there in self.all().items()]
                return f"There are {len(lists)} lists: {enumerated(lists)}."
            case "has":
                there = [found for item in items if (found := _found(item, self.all().get(name, [])))]
                return f"Yes, {enumerated(there)}." if len(there) == len(items) else f"No, not on the {name} list."
        there = self.all().get(name, [])
        if not there:
            return f"The {name} list is empty."
        more = f", and {len(there) - 20} more" if len(there) > 20 else ""
        return f"On the {name} list: {', '.join(there[:20]) if more else enumerated(there)}{more}."

    async def _add(self, name: str, items: Sequence[str]) -> str | Said:
        there = self.all().get(name, [])
        new = [item for item in dict.fromkeys(items) if not _found(item, there)]
        if not items:
            return failed("Say what to add, such as: add milk to the shopping list.")
        if not new:
            return (
                f"{_capital(enumerated(list(items)))} {'is' if len(items) == 1 else 'are'} on the {name} list already."
            )
        await self.put(name, [*there, *new])
        return f"{_capital(enumerated(new))} {'is' if len(new) == 1 else 'are'} on the {name} list now."

    async def _remove(self, name: str, items: Sequence[str]) -> str | Said:
        there = self.all().get(name, [])
        gone = [found for item in items if (found := _found(item, there))]
        if not gone:
            return failed(f"There is no {enumerated(list(items))} on the {name} list.")
        await self.put(name, [item for item in there if item not in gone])
        return f"{_capital(enumerated(gone))} {'is' if len(gone) == 1 else 'are'} off the {name} list."

    async def put(self, name: str, items: Sequence[str]) -> None:
        """Let a list hold these items and no others. Raises ReparteeError where there are too many."""
        wanted = [item[:LONGEST_ITEM] for item in dict.fromkeys(items)]
        if len(wanted) > MOST_ITEMS:
            raise ReparteeError(f"The {name} list is full with {MOST_ITEMS} items; take some off first.")
        if name not in self.all() and len(self.all()) >= MOST_LISTS:
            raise ReparteeError(f"There are {MOST_LISTS} lists; clear some first.")

        def write(connection: sqlite3.Connection) -> dict[str, list[str]]:
            connection.execute("DELETE FROM items WHERE list = ?", [name])
            connection.executemany("INSERT INTO items (list, item) VALUES (?, ?)", [(name, item) for item in wanted])
            return _read(connection)

        self._took(await self._memory.change(write))


def _read(connection: sqlite3.Connection) -> dict[str, list[str]]:
    lists: dict[str, list[str]] = {}
    for name, item in connection.execute("SELECT list, item FROM items ORDER BY id"):
        lists.setdefault(name, []).append(item)
    return lists


def _list_name(said: str) -> str:
    name = " ".join(said.split())
    return _NAMES.get(name, name)


def _items(said: str) -> list[str]:
    items = [_ARTICLE.sub("", item.strip()) for item in _JOIN.split(said)]
    return [item for item in items if item]


def _found(item: str, there: Sequence[str]) -> str | None:
    """Return the item of a list that is meant: the same, but for the s of several."""
    return next((each for each in there if each == item or _single(each) == _single(item)), None)


def _single(item: str) -> str:
    return item[:-1] if len(item) > 3 and item.endswith("s") and not item.endswith("ss") else item


def _capital(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}"
