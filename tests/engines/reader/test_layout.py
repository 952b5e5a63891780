import numpy as np
import pytest

from engines.checkpoint import Checkpoint, default_checkpoint_path
from engines.reader.layout import Layout, empty_tokens, list_around, whole_row
from engines.reader.spans import candidates
from engines.reader.verbatim import verbatim
from engines.tokenize import Tokenizer

LIST = "Take these along:\n\n- two ropes\n- a lamp\n- dry socks\n\nLeave at six."
TABLE = "Bird: heron; Nest: in reeds.\nBird: swift; Nest: under the roof."


@pytest.fixture(scope="module")
def tokenizer():
    return Tokenizer(Checkpoint.load(default_checkpoint_path()).vocab)


@pytest.fixture
def answer(tokenizer):
    """What is answered when the reader points at the beginning of one word and the end of another."""

    def point(text, begin, finish, read=None):
        tokens = tokenizer.encode(text)
        logits = np.zeros((len(tokens), 2), np.float32)
        logits[np.flatnonzero(tokens.offsets[:, 0] == text.index(begin))[0], 0] = 9
        logits[np.flatnonzero(tokens.offsets[:, 1] == text.rindex(finish) + len(finish))[0], 1] = 9
        if read is not None:
            logits = logits[: np.flatnonzero(tokens.offsets[:, 1] == read)[0] + 1]
        best = candidates(logits, 0, 0, layout=Layout(text, tokens))[0]
        start, end = verbatim(text, tokens.offsets, best.start, best.end)
        return text[start:end]

    return point


@pytest.mark.parametrize(
    ("begin", "finish", "said"),
    [
        ("- two", "two ropes", "two ropes"),
        ("- a", "lamp\n-", "a lamp"),
        ("ropes", "lamp", "two ropes\n- a lamp"),
        ("two", "dry", "two ropes\n- a lamp\n- dry socks"),
        ("six", "six", "six"),
    ],
)
def test_an_answer_takes_whole_list_items_without_the_first_mark(answer, begin, finish, said):
    assert answer(LIST, begin, finish) == said


def test_a_number_before_an_item_is_no_answer(answer):
    assert answer("It opened in 1931.\n\n1. Rebuilt later.\n2. Painted.", "1931", "\n\n1") == "1931."


def test_an_answer_does_not_go_from_one_paragraph_into_the_next(answer):
    text = "The code is 5512.\n\nThe gate is blue."
    assert "\n" not in answer(text, "5512", "blue")


@pytest.mark.parametrize(
    ("begin", "finish", "said"),
    [("reeds", "reeds", "in reeds"), ("swift", "swift", "swift"), ("under", "roof", "under the roof")],
)
def test_an_answer_from_a_table_is_a_whole_cell_without_its_column(answer, begin, finish, said):
    assert answer(TABLE, begin, finish) == said


@pytest.mark.parametrize("word", ["Bird", "Nest"])
def test_the_name_of_a_column_is_no_answer(answer, word):
    assert answer(TABLE, word, word) not in ("Bird", "Nest", "Bird:", "Nest:")


def test_one_line_with_colons_and_semicolons_is_prose(answer):
    assert answer("Monday: closed; Tuesday: open all day.", "Tuesday", "Tuesday") == "Tuesday"


@pytest.mark.parametrize(
    ("text", "begin", "finish", "said"),
    [
        ("Write to inn@hill.example today.", "inn", "hill", "inn@hill.example"),
        ("The port is at 10.77.0.4 there.", "10", "77", "10.77.0.4"),
        ("It costs 3,650 euros.", "3", "3", "3,650"),
        ("It stands 12 to 15.Then it falls.", "12", "12", "12"),
    ],
)
def test_a_word_a_number_or_an_address_is_never_cut(answer, text, begin, finish, said):
    assert answer(text, begin, finish) == said


def test_the_pieces_of_a_rare_word_are_answered_as_one(tokenizer):
    text = "Ask Kjerstin Åsmundrud, please."
    tokens = tokenizer.encode(text)
    start, end = text.index("Å"), text.index(",")
    pieces = np.flatnonzero((tokens.offsets[:, 0] >= start) & (tokens.offsets[:, 1] <= end))
    assert len(pieces) > 2
    assert verbatim(text, tokens.offsets, pieces[1], pieces[-2]) == (start, end)


def test_an_answer_at_the_end_of_what_was_read_is_completed_from_the_passage(answer):
    text = "The fair is on the second Sunday in June, rain or shine."
    assert answer(text, "the second", "second", read=text.index("second") + 6) == "the second Sunday in June"


def test_a_text_without_lists_keeps_its_spans(tokenizer):
    text = "Plain words on\ntwo lines and no more"
    tokens = tokenizer.encode(text)
    logits = np.random.default_rng(3).normal(0, 3, (len(tokens), 2)).astype(np.float32)
    assert candidates(logits, 0, 0, layout=Layout(text, tokens)) == candidates(logits, 0, 0)


@pytest.mark.parametrize(
    "text",
    [
        "A plain line, no more.",
        "É – «naïve» ½ 東京 ... (été) !",
        "...!",
        "- a mark\n- b !\n\nEnd \ud83d?",
        "각 e\u0301 \u200b? x",
    ],
)
def test_a_span_without_a_letter_or_a_digit_says_nothing(tokenizer, text):
    tokens = tokenizer.encode(text)
    layout, every = Layout(text, tokens), np.arange(len(tokens))
    fit = layout.fit(every, every)
    for start in range(len(tokens)):
        for end in range(start, len(tokens)):
            begins, ends = tokens.offsets[start : end + 1].T
            free = layout.answers[start : end + 1]
            said = any(any(map(str.isalnum, text[a:b])) for a, b, c in zip(begins, ends, free, strict=True) if c)
            assert fit[start, end] == (said and layout.block[start] == layout.block[end]), (start, end)


@pytest.mark.parametrize(
    ("begin", "finish", "says"), [("that", "that", False), ("that", "light", True), ("a", "a", True)]
)
def test_words_of_grammar_alone_are_no_answer(tokenizer, begin, finish, says):
    text = "E4 means that the flame did not light a second time."
    tokens = tokenizer.encode(text)
    words = [text[start:end] for start, end in tokens.offsets]
    layout = Layout(text, tokens, empty_tokens(tokenizer, 30_522))
    start, end = (np.array([words.index(word)]) for word in (begin, finish))
    assert layout.fit(start, end).tolist() == [[says]]
    assert Layout(text, tokens).fit(start, end).all()


@pytest.mark.parametrize(
    ("text", "number", "said"),
    [("It holds 6 GB of it.", "6", "6 GB"), ("Set 40 °C.", "40", "40 °C"), ("It has 4 mice.", "4", "4")],
)
def test_a_number_keeps_the_sign_of_its_unit(answer, text, number, said):
    assert answer(text, number, number) == said


def whole_list(text, start, end):
    listed = list_around(text, start, end)
    return (listed.start, listed.end) if listed is not None and listed.is_told_whole() else (start, end)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("two ropes\n- a lamp", "two ropes\n- a lamp\n- dry socks"),
        ("a lamp\n- dry socks", "two ropes\n- a lamp\n- dry socks"),
        ("two ropes", "two ropes"),
        ("Leave at six.", "Leave at six."),
        ("along:\n\n- two ropes", "along:\n\n- two ropes"),
    ],
)
def test_the_first_or_the_last_items_of_a_list_stand_for_the_whole_of_it(given, said):
    start = LIST.index(given)
    start, end = whole_list(LIST, start, start + len(given))
    assert LIST[start:end] == said


def test_items_out_of_the_middle_of_a_list_and_of_one_that_takes_minutes_to_say_stay_alone():
    items = [f"- item {number} of many" for number in range(100)]
    for listed, first in ((items[:9], 3), (items, 0)):
        text = "Before.\n\n" + "\n".join(listed) + "\n\nBehind."
        start, end = text.index(items[first]) + 2, text.index(items[first + 2]) - 1
        assert whole_list(text, start, end) == (start, end)


def test_a_list_is_found_in_the_middle_of_a_long_document():
    long = "Nothing stands here.\n\n" * 2_000
    start = len(long) + LIST.index("two ropes")
    assert whole_list(long + LIST + long, start, start + 18) == (start, len(long) + LIST.index("socks") + 5)


@pytest.mark.parametrize(
    ("text", "given", "said"),
    [
        (TABLE, "under the roof", "Bird: swift; Nest: under the roof"),
        (TABLE, "heron", "Bird: heron; Nest: in reeds"),
        (
            "Monday; Hall: open; Yard: shut.\nTuesday; Hall: shut; Yard: open.",
            "Tuesday",
            "Tuesday; Hall: shut; Yard: open",
        ),
        ("Bring rope: two; and a lamp: one.", "two", "two"),
        (f"{TABLE}\n\nThe hut is open.", "hut is open", "hut is open"),
        (TABLE, "in reeds.\nBird: swift", "in reeds.\nBird: swift"),
    ],
)
def test_a_cell_stands_for_its_row(text, given, said):
    start, end = whole_row(text, text.index(given), text.index(given) + len(given))
    assert text[start:end] == said


CLUB = (
    "1. Membership\nAnyone over 18 may join.\n\n2. Plots\nPlots may not be let.\n\n3. Forbidden things\n- bonfires\n"
    "- barbed wire\n- radios after ten\n\n4. Animals\nBees may be kept."
)
SOUP = (
    "Ingredients\n• a pumpkin\n• an onion\n• salt, pepper\nMethod\n1. Chop the pumpkin and fry it with the\nonion.\n"
    "2. Add water.\n3. Blend it.\n\n* If it is thin, wait.\n* If it is thick, add some.\n\n4. Thanks"
)
COFFEE = (
    "Things you need\n* a filter\n* a jug\nHow to brew\n* Boil the water\n* Pour it\nCleaning\n* Rinse it\n* Dry it"
)


@pytest.mark.parametrize(
    ("text", "given", "listed"),
    [
        # headings with numbers are no list, and end one
        (CLUB, "Membership\nAnyone", None),
        (CLUB, "bonfires", "bonfires\n- barbed wire\n- radios after ten"),
        (CLUB, "Forbidden things\n- bonfires", None),
        # another kind of mark, and a line between, begin another list
        (SOUP, "an onion", "a pumpkin\n• an onion\n• salt, pepper"),
        (SOUP, "Add water", "Chop the pumpkin and fry it with the\nonion.\n2. Add water.\n3. Blend it."),
        (SOUP, "If it is thick", "If it is thin, wait.\n* If it is thick, add some."),
        (COFFEE, "Pour it", "Boil the water\n* Pour it"),
        (COFFEE, "a jug", "a filter\n* a jug"),
        (COFFEE, "a jug\nHow to brew\n* Boil", None),
        (COFFEE, "How to brew", None),
    ],
)
def test_a_list_ends_where_another_begins(text, given, listed):
    found = list_around(text, text.index(given), text.index(given) + len(given))
    assert (found and text[found.start : found.end]) == listed


def test_an_answer_does_not_go_from_steps_into_a_list_of_another_kind(answer):
    text = "1. Tap off.\n2. Vent the pump.\n\n- last flushed in May\n- fuse: 5 A"
    assert answer(text, "Tap", "pump") == "Tap off.\n2. Vent the pump."
    said = answer(text, "Tap", "fuse")
    assert not ("pump" in said and "flushed" in said)
    nested = "1. Tap off:\n   - the red one\n   - the blue one\n2. Vent the pump."
    assert answer(nested, "Tap", "pump") == nested.removeprefix("1. ")


def test_an_answer_does_not_go_over_a_heading_between_two_lists(tokenizer):
    layout = Layout(COFFEE, tokenizer.encode(COFFEE))
    jug, heading, boil = (COFFEE.index(word) for word in ("jug", "How to", "Boil"))
    block = dict(zip(tokenizer.encode(COFFEE).offsets[:, 0].tolist(), layout.block.tolist(), strict=True))
    assert len({block[jug], block[heading], block[boil]}) == 3
