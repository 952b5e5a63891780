"""Tables without rules: rows of several lines, names of columns, and text beside them."""

from knowledge.formats.layout import read_pages
from knowledge.formats.printed import Page, Run
from tests.knowledge.formats.test_layout import run

Cells = tuple[str, ...]
WIDE = "Geese are counted twice, at the gate and at the pond, by two people who do not tell each other their count."


def right(text: str, edge: float, top: float, *, bold: bool = False) -> Run:
    """Words that end at `edge`."""
    return run(text, edge - 5 * len(text), top, bold=bold)


def rows(*pages: list[Run]) -> list[list[Cells]]:
    made = read_pages([Page(runs, 600.0, 800.0) for runs in pages])
    return [[block.cells for block in blocks if block.kind == "row"] for blocks in made]


def prices(top: float, *names: tuple[str, ...]) -> list[Run]:
    """Rows of a name, of up to two lines, with two amounts at the middle of it (as browsers put them)."""
    made: list[Run] = []
    for name, *amounts in names:
        lines = name.split("\n")
        made += [run(line, 50, top + 14 * number) for number, line in enumerate(lines)]
        middle = top + 7 * (len(lines) - 1)
        made += [right(amount, edge, middle) for amount, edge in zip(amounts, (350, 450), strict=True)]
        top += 14 * len(lines) + 6
    return made


def test_short_cells_stand_at_the_middle_of_a_long_one():
    runs = [right("Winter", 350, 200, bold=True), right("Summer", 450, 200, bold=True)]
    runs += prices(220, ("Goose with a ring and\na name", "4.50", "5.50"), ("Duck", "2.50", "free"))
    runs += prices(280, ("Hen of an old breed, that\nlays", "3.00", "5.00"))
    assert rows(runs) == [
        [
            ("", "Winter", "Summer"),
            ("Goose with a ring and a name", "4.50", "5.50"),
            ("Duck", "2.50", "free"),
            ("Hen of an old breed, that lays", "3.00", "5.00"),
        ]
    ]


def test_two_rows_of_prices_are_a_table_and_two_lines_of_words_apart_are_none():
    assert rows([run("Goose", 50, 200), right("4.50", 350, 200), run("Duck", 50, 214), right("2.50", 350, 214)]) == [
        [("Goose", "4.50"), ("Duck", "2.50")]
    ]
    assert rows([run("Goose", 50, 200), right("pond", 350, 200), run("Duck", 50, 214), right("yard", 350, 214)]) == [[]]


def test_amounts_far_apart_are_no_columns_of_text():
    names = [(f"Bird number {n}", f"{n}.50", f"{n}.75") for n in range(1, 8)]
    runs = prices(200, *names)
    assert rows(runs) == [names]


def test_lines_closer_than_rows_are_one_row():
    runs = [run(words, left, 200, bold=True) for words, left in (("Bird", 50), ("Fed with", 200), ("Where", 350))]
    for top, cells in (
        (218, ("Goose", "grass", "by the pond")),
        (236, ("Duck of the white", "bread, but never", "in the yard")),
        (249, ("sort", "more than a slice", "")),
        (267, ("Hen", "corn", "anywhere")),
    ):
        runs += [run(words, left, top) for words, left in zip(cells, (50, 200, 350), strict=True) if words]
    assert rows(runs) == [
        [
            ("Bird", "Fed with", "Where"),
            ("Goose", "grass", "by the pond"),
            ("Duck of the white sort", "bread, but never more than a slice", "in the yard"),
            ("Hen", "corn", "anywhere"),
        ]
    ]


def test_rows_as_close_as_lines_go_on_in_small_letters():
    runs = []
    for number, cells in enumerate(
        (
            ("Bird", "Price", "Where"),
            ("Goose", "4.50", "by the pond"),
            ("Duck of the white", "2.50", "in the yard, or"),
            ("sort", "", "where it likes"),
            ("Hen", "3.00", "anywhere"),
        )
    ):
        runs += [
            run(words, left, 200 + 13 * number, bold=number == 0)
            for words, left in zip(cells, (50, 200, 350), strict=True)
            if words
        ]
    assert rows(runs)[0][2:] == [
        ("Duck of the white sort", "2.50", "in the yard, or where it likes"),
        ("Hen", "3.00", "anywhere"),
    ]


def test_rows_apart_in_groups_stay_rows():
    tops = (200, 220, 233, 246, 266, 279, 292)
    cells = [("Bird", "Price"), *((f"Bird {n}", f"{n}.50") for n in range(1, 7))]
    runs = [run(words, left, top) for top, row in zip(tops, cells, strict=True) for words, left in zip(row, (50, 250))]  # noqa: B905
    assert rows(runs) == [cells]


def test_names_that_nearly_touch_stand_above_their_columns():
    names = [right(name, edge, 200, bold=True) for name, edge in (("Sleeps", 300), ("Off season", 354.6))]
    names.append(right("Peak season", 414, 200, bold=True))
    runs = [*names]
    for number, (house, *amounts) in enumerate(
        (("Hut", "2", "26", "34"), ("Tent", "5", "31", "45"), ("Barn", "6", "37", "52"))
    ):
        runs.append(run(house, 50, 220 + 20 * number))
        runs += [
            right(amount, edge, 220 + 20 * number) for amount, edge in zip(amounts, (300, 354.6, 414), strict=True)
        ]
    made = rows(runs)[0]
    assert made[0] == ("", "Sleeps", "Off season", "Peak season")
    assert made[1] == ("Hut", "2", "26", "34")


def test_a_sentence_above_a_table_is_not_its_head():
    runs = [run("All birds are sold with a ring, and with a card.", 50, 200, bold=True)]
    runs += prices(216, ("Goose", "4.50", "5.50"), ("Duck", "2.50", "3.50"), ("Hen", "3.00", "5.00"))
    assert len(rows(runs)[0]) == 3


def test_a_row_that_the_end_of_a_page_cuts_is_whole():
    head = [run(words, left, 200, bold=True) for words, left in (("Bird", 50), ("Price", 200), ("Where", 350))]
    first, second = list(head), []
    for number, cells in enumerate((("Goose", "4.50", "by the pond"), ("Duck", "2.50", "in the yard, or"))):
        first += [run(words, left, 220 + 20 * number) for words, left in zip(cells, (50, 200, 350), strict=True)]
    second.append(run("where it likes", 350, 120))
    for number, cells in enumerate((("Hen", "3.00", "anywhere"), ("Swan", "9.00", "nowhere"), ("Crow", "1.00", "up"))):
        second += [run(words, left, 140 + 20 * number) for words, left in zip(cells, (50, 200, 350), strict=True)]
    above, below = rows(first, second)
    assert above[-1] == ("Duck", "2.50", "in the yard, or where it likes")
    assert below[:2] == [("Bird", "Price", "Where"), ("Hen", "3.00", "anywhere")]


def column(text: str, left: float, top: float, *, width: int) -> list[Run]:
    """Text in lines of at most so many characters."""
    lines = [""]
    for word in text.split():
        if len(lines[-1]) + len(word) >= width:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return [
        run(word, left + 5 * sum(len(before) + 1 for before in line.split()[:place]), top + 13 * number)
        for number, line in enumerate(lines)
        for place, word in enumerate(line.split())
    ]


def test_two_lines_beside_a_column_are_its_end():
    runs = column(f"{WIDE} {WIDE}", 50, 200, width=44) + column(
        "Swans are counted once only, since they bite you.", 330, 200, width=44
    )
    texts = [block.text for block in read_pages([Page(runs, 600.0, 800.0)])[0]]
    assert texts == [f"{WIDE} {WIDE}", "Swans are counted once only, since they bite you."]


def test_a_range_over_the_end_of_a_line_has_no_space():
    runs = column("The pond is open every day from the first of May on, 10:00–", 50, 200, width=80)
    runs += column("19:30, and longer in July.", 50, 213, width=80)
    assert "10:00–19:30" in read_pages([Page(runs, 600.0, 800.0)])[0][0].text
