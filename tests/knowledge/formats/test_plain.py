"""Plain text is read as it stands, and no word of it is lost."""

from hypothesis import given
from hypothesis import strategies as st

from knowledge.formats.plain import plain_document
from knowledge.formats.registry import convert
from knowledge.text import DocumentError
from tests.knowledge.texts import blocks


def test_plain_text_is_kept_verbatim_with_unix_line_ends():
    document = convert(b"First Aid\r\n\r\nCool the burn\r\nfor 20 minutes.\r\n", ".txt", "x")
    assert document.title == "First Aid"
    assert document.text == "First Aid\n\nCool the burn\nfor 20 minutes.\n"
    assert blocks(document) == [((), ["Cool the burn\nfor 20 minutes."])]


def test_a_first_line_that_is_a_sentence_is_no_title():
    document = convert(b"It was a dark night.\n\nNobody came.\n", ".txt", "my night walk")
    assert document.title == "my night walk"
    assert [text for _, texts in blocks(document) for text in texts] == ["It was a dark night.", "Nobody came."]


def test_a_text_of_one_short_line_is_still_read():
    document = convert(b"The code is 4711\n", ".txt", "note")
    assert document.text[slice(*document.sections[0].blocks[0])].strip() == "The code is 4711"


def test_underlined_headings_and_list_items_of_plain_text():
    text = "Manual\n======\n\nIntro here.\n\nParts\n-----\n- one bolt\n- two nuts\n  and a washer\n\n"
    text += "Tools\n-----\n1. a key\n2. oil\n"
    document = convert(text.encode(), ".txt", "x")
    assert document.title == "Manual"
    assert [(headings, [text.strip() for text in texts]) for headings, texts in blocks(document)] == [
        ((), ["Intro here."]),
        (("Parts",), ["- one bolt", "- two nuts\n  and a washer"]),
        (("Tools",), ["1. a key", "2. oil"]),
    ]


def test_lines_in_capitals_stand_beside_underlined_headings():
    text = "Barn\n\nGEESE\n-----\nThere are four.\n\n"
    text += "GOATS & SHEEP\n\nMilk them at six.\n\nNB\nLock up.\n\n42\n\nNext.\n"
    document = convert(text.encode(), ".txt", "x")
    assert [(headings, [text.strip() for text in texts]) for headings, texts in blocks(document)] == [
        (("GEESE",), ["There are four."]),
        (("GOATS & SHEEP",), ["Milk them at six.", "NB\nLock up.", "42", "Next."]),
    ]


def test_lines_in_capitals_are_text_where_no_heading_is_underlined():
    document = convert(b"Barn\n\nFour geese.\n\nGOATS\n\nMilk them at six.\n", ".txt", "x")
    assert [headings for headings, _ in blocks(document)] == [()]


def test_lines_in_capitals_right_above_their_text_are_headings():
    text = "THE BARN\nNotes of May\n\nGEESE (four)\nThey bite.\n\nGOATS:\n- Milk them at six.\n\nNB\nLock up.\n\n"
    text += "WE SHOUT\nALL THE TIME\n"
    document = convert(text.encode(), ".txt", "x")
    assert document.title == "THE BARN"
    assert [(headings, [text.strip() for text in texts]) for headings, texts in blocks(document)] == [
        ((), ["Notes of May"]),
        (("GEESE (four)",), ["They bite."]),
        (("GOATS",), ["- Milk them at six.", "NB\nLock up.", "WE SHOUT\nALL THE TIME"]),
    ]


def test_a_heading_with_nothing_under_it_is_read():
    document = convert(b"Manual\n======\n\nParts\n-----\n\nTools\n-----\nA key.\n\nEnd of it\n---------\n", ".txt", "x")
    read = [text for _, texts in blocks(document) for text in texts]
    assert [text.strip() for text in read] == ["Parts", "A key.", "End of it"]


@given(
    st.lists(
        st.sampled_from(["Word", "end.", "\n", "\n\n", "- item", "1. one", "===", "---", " ", "\t", "é🦊"]), max_size=40
    )
)
def test_no_word_of_a_plain_text_is_lost(pieces):
    text = " ".join(pieces).replace(" \n", "\n").replace("\n ", "\n")
    try:
        document = convert(text.encode(), ".txt", "name")
    except DocumentError:
        assert not text.strip()
        return
    assert document.text == text
    read = [word for headings, texts in blocks(document) for part in (*headings, *texts) for word in part.split()]
    missing = set(text.split()) - set(read) - set(document.title.split())
    assert missing <= {"===", "---"}
    starts = [start for section in document.sections for start, _ in section.blocks]
    assert starts == sorted(set(starts))


def test_a_page_that_is_named_as_text_is_read_as_a_page():
    page = "<html lang=en><title>Barn</title><body><h2>Geese</h2><p>There are four.</p></body></html>"
    for begin in ("", "\ufeff\n<!DOCTYPE html>\n"):
        document = convert((begin + page).encode(), ".txt", "x")
        assert (document.title, blocks(document)) == ("Barn", [(("Geese",), ["There are four."])])
    assert convert(b"<htmlish> is no tag.\n", ".txt", "x").text == "<htmlish> is no tag.\n"


def test_steps_whose_numbers_have_no_sign_are_items_and_amounts_are_none():
    steps = (
        "1 call the keeper at once",
        "2 shut both valves by hand",
        "3 open the window wide",
        "4 wait outside for her",
    )
    read = plain_document("If it smells\n" + "\n".join(steps), "x", titled=False)
    assert [read.text[a:b].strip() for a, b in read.sections[0].blocks][1] == "1. call the keeper at once"
    amounts = "1 goose\n2 red ducks\n3 hens\n4 large eggs"
    assert plain_document(amounts, "x", titled=False).text == amounts
