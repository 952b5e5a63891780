"""Tables whose columns are parted by spaces."""

from knowledge.formats.registry import convert
from tests.knowledge.texts import blocks

HENS = """Hens
Feeding is done twice.

  Hen         Food      How much
  Bertha      corn      a handful, two
                        in winter
  Duchess     grass     none
  Old Molly   mash      1 cup

Lock the run.
"""


def read(text: str) -> list[str]:
    return [text.strip() for _, texts in blocks(convert(text.encode(), ".txt", "x")) for text in texts]


def test_rows_of_columns_of_spaces_name_their_columns():
    assert read(HENS)[-4:] == [
        "Hen: Bertha; Food: corn; How much: a handful, two in winter.",
        "Hen: Duchess; Food: grass; How much: none.",
        "Hen: Old Molly; Food: mash; How much: 1 cup.",
        "Lock the run.",
    ]


def test_a_rule_below_names_and_tabs_between_columns():
    assert read("Fees.\n\nKind\tFee\n----\t---\nAdult\t4.50\nChild\tfree\n")[1:] == [
        "Kind: Adult; Fee: 4.50.",
        "Kind: Child; Fee: free.",
    ]


def test_two_columns_without_names_are_labels():
    assert read("Age:\nKids        2 pence\nOld goats   5 pence\nThe rest    up to 10\n") == [
        "Age:",
        "Kids: 2 pence.",
        "Old goats: 5 pence.",
        "The rest: up to 10.",
    ]


def test_sentences_items_and_single_lines_with_wide_spaces_stay_as_they_are():
    for text in (
        "Keeper: Ada      Barn: north      Mondays\n(Shut in May.)\n",
        "It rains.  It pours.\nThe old man  snores all night\nand in the  morning sleeps.\n",
        "-  one bolt\n-  two nuts\n-  three  washers\n",
    ):
        assert convert(text.encode(), ".txt", "x").text == text


def test_dots_lead_from_a_name_to_its_amount():
    text = "Feed\n\nFor a week you pay:\ncorn, two sacks ...... 14.50\nmash .......... £9 (with straw)\nAsk Ute."
    assert read(text)[-4:] == ["For a week you pay:", "corn, two sacks: 14.50.", "mash: £9 (with straw).", "Ask Ute."]
    assert read("Feed\n\nName .......... 5\nand wait .... then go.")[-1] == "Name .......... 5\nand wait .... then go."
