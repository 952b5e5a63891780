"""Say what a TensorRT's own Python module offers, as JSON. Arguments: the module's name, its folder ("" if installed).

Its libraries are not needed: the module only has to be importable.
"""

import importlib
import inspect
import json
import re
import sys


def arguments(document: str) -> list[tuple[int, int]]:
    """The least and most positional arguments of each overload that a pybind11 docstring lists; without self."""
    found = []
    for given in re.findall(r"^(?:\d+\. )?\w+\((.*)\) -> ", document, re.MULTILINE):
        while (simpler := re.sub(r"[\[(<][^\[\](<>)]*[\])>]", "", given)) != given:
            given = simpler
        names = [each.strip() for each in given.split(",") if each.strip() and not each.strip().startswith("*")]
        names = [each for each in names if not each.startswith("self")]
        found.append((sum("=" not in each for each in names), len(names)))
    return found


def describe(member: object) -> object:
    if isinstance(member, property):
        return "written" if member.fset else "read"
    return arguments(inspect.getdoc(member) or "") if callable(member) else "value"


if __name__ == "__main__":
    name, folder = sys.argv[1:]
    sys.path[:0] = [folder] if folder else []
    module = importlib.import_module(name)
    offer: dict[str, object] = {}
    for title, thing in vars(module).items():
        if isinstance(thing, type):
            offer[title] = {each: describe(getattr(thing, each)) for each in dir(thing) if not each.startswith("__")}
            offer[title]["__init__"] = arguments(inspect.getdoc(thing.__init__) or "")
        else:
            offer[title] = None
    offer["__version__"] = module.__version__
    json.dump(offer, sys.stdout)
