"""What is told of an answer beside the words that the reader found."""

import pytest

from assistant.turn.completing import (
    may_be_of_a_list,
    may_be_of_a_table,
    with_its_list,
    with_its_qualifier,
    with_its_row,
    with_its_sentence,
    with_what_follows,
)
from assistant.turn.events import Citation

PRICES = (
    "Collection. After 18:30 the owner pays £10 for each started half hour. A tag is £4, and it lasts.\n"
    "Open from 9:30–17:15 if it is dry. Room for 24 for sure. "
    "Bake 20 minutes\n  at 180 °C, then wait. Rain: 5 mm, (6 ml) or 7."
)
FAULTS = (
    "Kestrel 9.1\n\nKnown faults\n"
    "  * Printing cuts off Sunday. Use another\n    program.\n  * The widget stays empty.\n\n"
    "Technical data:\n\n- Lead: 2.5 m\n- Weight: 900 g\n\nAt last:\n\n1. Only one step."
)
ALL_FAULTS = FAULTS[FAULTS.index("Printing") : FAULTS.index("\n\nTech")]
RULES = (
    "Cats\nKeep them out of the kitchen.\n\n"
    "(2) The card must not be used for private things, since the bank reports it. Ask Wim.\n\n"
    "          milk   egg\n  Crunchies  no     yes\n  Drops      yes    no\n\n"
    "- no glass;\n- no dogs, but on a lead,\n\n"
    "Day: Monday; Hall: open; Yard: shut.\nDay: Friday; Hall: shut; Yard: open."
)


def cited(text, span, *, title="", headings=(), shown=None):
    """A citation of `span`, in a passage that begins 50 characters into its document."""
    start = text.index(span)
    passage = text if shown is None else shown
    return Citation(
        document="d.md", passage_id=1, start=50 + start, end=50 + start + len(span), text=span, title=title,
        passage=passage, passage_start=50 + text.index(passage), headings=headings,
    )  # fmt: skip


def is_verbatim(citation, text):
    begin, close = citation.span_in_passage
    return citation.passage[begin:close] == citation.text == text[citation.start - 50 : citation.end - 50]


@pytest.mark.parametrize(
    ("span", "told"),
    [
        ("£10", "£10 for each started half hour"),
        ("pays £10", "pays £10 for each started half hour"),
        ("20 minutes", "20 minutes\n  at 180 °C"),
        ("9:30", "9:30–17:15"),
        ("9:30–17:15", "9:30–17:15 if it is dry"),
        ("£4", "£4"),
        ("5 mm", "5 mm"),
        ("7", "7"),
        ("Collection", "Collection"),
        ("the owner", "the owner"),
    ],
)
def test_an_amount_is_told_with_what_it_is_for(span, told):
    found = with_its_qualifier(cited(PRICES, span))
    assert found.text == told
    assert is_verbatim(found, PRICES)


@pytest.mark.parametrize(
    ("text", "span", "told"),
    [
        # numbers, times and short forms are not cut
        ("Entry is £9 for adults and £4.50 for children.", "£9", "£9 for adults"),
        ("It cost £900 when the weir broke and £1,200 when the sluice did.", "£900", "£900 when the weir broke"),
        ("The raft is £7 at 14:30, else less.", "£7", "£7 at 14:30"),
        ("It was £40 for Mr. Amble.", "£40", "£40 for Mr. Amble"),
        ("Seals eat 12 herrings at 11:15 and 16:45.", "12 herrings", "12 herrings"),
        # what follows is of something else
        ("Parking is £3 for each hour and £18 a day.", "£3", "£3 for each hour"),
        ("In 1985 a fire took the barn.", "1985", "1985"),
        ("It was founded in 1962 without money.", "1962", "1962"),
        ("For £20 a guest may sleep in the loft.", "£20", "£20"),
        ("After 10 minutes a light goes on.", "After 10 minutes", "After 10 minutes"),
        ("Fee: £20\n\nfor members only", "£20", "£20"),
        ("Tool: Axe; Fee: £5 a\nTool: Saw; Fee: £6 a", "£5", "£5"),
        # a line that is broken to fit the page
        ("The fine is £30 if it is paid within\n14 days.", "£30", "£30 if it is paid within\n14 days"),
        # spans of time
        ("Open 10:00-12:00.", "10:00", "10:00-12:00"),
        ("It weighs 5.25-10.500 kg.", "5.25", "5.25"),
        ("From 12.05–15.05.2025 it is shut.", "12.05", "12.05"),
    ],
)
def test_only_what_is_of_the_amount_is_told_with_it(text, span, told):
    found = with_its_qualifier(cited(text, span))
    assert found.text == told
    assert is_verbatim(found, text)


def test_what_goes_on_for_long_is_no_qualifier():
    text = "It costs £3 for " + "one of the many things " * 5 + "here."
    assert with_its_qualifier(cited(text, "£3")).text == "£3"


@pytest.mark.parametrize(
    ("span", "told"),
    [
        ("not be used", "The card must not be used for private things, since the bank reports it."),
        ("Crunchies  no", "Crunchies  no     yes"),
        ("kitchen", "Keep them out of the kitchen."),
        ("no glass", "no glass"),
        ("on a lead", "no dogs, but on a lead"),
        ("shut", "Day: Monday; Hall: open; Yard: shut"),
    ],
)
def test_yes_or_no_is_told_with_the_sentence_that_says_so(span, told):
    found = with_its_sentence(with_its_row(cited(RULES, span), "x" * 49 + "\n" + RULES))
    assert found.text.strip() == told
    assert is_verbatim(found, RULES)


@pytest.mark.parametrize(
    ("text", "span", "told"),
    [
        ("RULES FOR THE USE OF THE POOL\nDogs are not allowed in it.", "not allowed", "Dogs are not allowed in it."),
        ("Bikes may stand in the\nyard, but they may not\nbe taken into the hall.",
         "not\nbe taken", "Bikes may stand in the\nyard, but they may not\nbe taken into the hall."),
        ("Boards and slide\nDiving is allowed from Monday to Friday when\nsomebody is there.",
         "allowed", "Diving is allowed from Monday to Friday when\nsomebody is there."),
    ],
)  # fmt: skip
def test_a_line_goes_on_where_the_next_word_had_no_room(text, span, told):
    assert with_its_sentence(cited(text, span)).text == told


def test_a_row_that_takes_long_to_say_is_not_told_whole():
    long = "Trip: Lake; Dogs: no; Remarks: " + "many words " * 25 + "end.\nTrip: Hill; Dogs: yes; Remarks: none."
    document = "x" * 49 + "\n" + long
    assert with_its_row(cited(long, "no"), document).text == "Trip: Lake; Dogs: no"
    assert with_its_row(cited(long, "words end"), document).text == "words end"


def test_a_row_is_found_where_its_table_goes_on_in_another_passage():
    shown = RULES[RULES.index("Day: Friday") :]
    one = cited(RULES, "Yard: open", shown=shown)
    assert may_be_of_a_table(one)
    assert with_its_row(one, "x" * 49 + "\n" + RULES).text == "Day: Friday; Hall: shut; Yard: open"
    assert not may_be_of_a_table(cited(RULES, "no glass"))


def test_of_a_sentence_that_takes_long_to_say_the_span_alone_is_told():
    text = "Never mind " + "the many things " * 20 + "but do not smoke here."
    assert with_its_sentence(cited(text, "do not smoke")).text == "do not smoke"


@pytest.mark.parametrize(
    ("question", "span", "told"),
    [
        ("What are the known faults?", "Printing cuts off Sunday", ALL_FAULTS),
        ("Tell me the faults of Kestrel 9.1", "widget stays empty", ALL_FAULTS),
        ("What technical data are there?", "900 g", "Lead: 2.5 m\n- Weight: 900 g"),
        # one item is asked for
        ("How much does it weigh, by the technical data?", "900 g", "900 g"),
        ("What's the weight in the technical data?", "900 g", "900 g"),
        ("Which fault has to do with printing?", "Printing cuts off Sunday", "Printing cuts off Sunday"),
        ("Which fault is rare?", "widget stays empty", "widget stays empty"),
        ("What do people say of Kestrel?", "widget stays empty", "widget stays empty"),
        # a value is what was asked for
        ("What length do the technical data name?", "2.5 m", "2.5 m"),
        ("Which technical data has the lead?", "2.5 m", "2.5 m"),
        # of a list of one, and of none
        ("What are the steps?", "Only one step", "Only one step"),
        ("What technical data are there?", "Technical data", "Technical data"),
    ],
)  # fmt: skip
def test_one_item_stands_for_the_list_that_was_asked_for(question, span, told):
    document = "x" * 49 + "\n" + FAULTS
    found = with_its_list(question, cited(FAULTS, span, title="Kestrel"), document)
    assert found.text == told
    assert is_verbatim(found, FAULTS)


def test_a_heading_asks_for_the_list_below_it_and_the_rest_may_stand_in_the_next_passage():
    shown = FAULTS[FAULTS.index("  * Printing") : FAULTS.index("\n  * The widget")]
    one = cited(FAULTS, "Printing cuts off Sunday", headings=("Known faults",), shown=shown)
    found = with_its_list("what faults do you know of", one, "x" * 49 + "\n" + FAULTS)
    assert found.text.endswith("The widget stays empty.")
    assert is_verbatim(found, FAULTS)


def test_a_document_that_has_changed_since_leaves_the_citation_as_it_is():
    one = cited(FAULTS, "Printing cuts off Sunday")
    assert with_its_list("What are the known faults?", one, "something else") is one


@pytest.mark.parametrize(
    ("span", "is_so"), [("Printing", True), ("2.5 m", True), ("Kestrel", False), ("faults\n  *", True)]
)
def test_only_lines_with_a_mark_and_several_lines_may_be_of_a_list(span, is_so):
    assert may_be_of_a_list(cited(FAULTS, span)) is is_so


def test_yes_alone_is_told_with_what_follows():
    text = "Is it quick? Yes. Sent by noon it comes at three. No post on Sundays.\n\nNo.\n\nAsk Tim."
    assert with_what_follows(cited(text, "Yes.")).text == "Yes. Sent by noon it comes at three."
    assert with_what_follows(cited(text, "No.")).text == "No."


def test_what_was_found_is_told_with_its_limit():
    assert with_its_qualifier(cited("Coins up to £50. Ask.", "Coins")).text == "Coins up to £50"
    assert with_its_qualifier(cited("Bring it up to date", "it")).text == "it"
