"""JSON from outside: what is refused, and that it costs nothing before it is."""

import json
import tracemalloc

import pytest

from assistant.channels.json import MAX_DEPTH, MAX_VALUES, ApiError, checked, clean, decode


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ("{", "expecting"),
        ("", "expecting"),
        ('"open', "unterminated"),
        ("NaN", "nan is not a json number"),
        ("-Infinity", "infinity"),
        ('{"n": 1e999}', "1e999"),
        ("9" * 5000, "digits"),
        (b"\xff", "not UTF-8"),
        (b'{"text": "\xc3\x28"}', "not UTF-8"),
        ("[" * 50_000, "deep"),
        ('{"a":' * (MAX_DEPTH + 1), "deep"),
        ("[" + "{}," * MAX_VALUES + "{}]", f"at most {MAX_VALUES}"),
        ("[" + "0," * MAX_VALUES + "0]", f"at most {MAX_VALUES}"),
        ('{"":0,' * MAX_VALUES, f"at most {MAX_VALUES}"),
    ],
    ids=range(14),
)
def test_what_cannot_be_read_is_refused_in_a_sentence(given, why):
    with pytest.raises(ApiError, match=why) as caught:
        decode(given)
    assert (caught.value.code, caught.value.status) == ("invalid_json", 400)
    assert caught.value.sentence.endswith(".")
    assert "\n" not in caught.value.sentence


@pytest.mark.parametrize(
    "value",
    [
        {"text": "a, b: [c] {d} " * MAX_VALUES},
        ["\\", '"', '\\"', "[", "{,:"] * 100,
        [[[]] * 1000] * 10,
        list(range(MAX_VALUES - 2)),
        json.loads("[" * MAX_DEPTH + "]" * MAX_DEPTH),
        "\ud800",
    ],
    ids=["separators in a text", "quotes", "many shallow", "as many as may be", "as deep as may be", "surrogate"],
)
def test_what_is_within_the_bounds_is_read(value):
    assert decode(json.dumps(value)) == value


def test_a_million_objects_are_refused_before_they_are_built():
    text = "[" + "{}," * 1_000_000 + "{}]"
    tracemalloc.start()
    try:
        with pytest.raises(ApiError):
            decode(text)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 2 * len(text)


@pytest.mark.parametrize("text", ['"' + '\\"' * 500_000, '"' * 500_001 + "[" * 100, "\\" * 500_000 + "[" * 100])
def test_strings_that_never_end_are_passed_over_once(text):
    """A pattern that begins again inside them would take hours here."""
    with pytest.raises(ApiError):
        decode("[" * 100 + text)


@pytest.mark.parametrize(
    ("value", "kind", "found"),
    [(3.0, int, 3), (3, float, 3.0), ("x", str, "x"), ([], list, []), ({}, dict, {}), (True, bool, True)],
)
def test_a_value_is_what_it_should_be(value, kind, found):
    assert checked(value, kind, "field") == found


@pytest.mark.parametrize(
    ("value", "kind"),
    [(True, int), (3.5, int), (float("nan"), float), (2**60, int), ("3", int), (None, str), ([], dict), ({}, list)],
)
def test_a_value_of_another_type_is_named(value, kind):
    with pytest.raises(ApiError, match="'field' must be") as caught:
        checked(value, kind, "field")
    assert caught.value.param == "field"


def test_lone_surrogates_leave_a_text():
    assert clean("a\ud800b") == "a?b"
