"""Notes at the foot of a page are told where their numbers stand."""

from tests.knowledge.formats.test_layout import read, run

NOTES = (("1Until 1984 the Heron.", 700), ("2Weights without sails,", 709), ("and without a crew.", 718))


def page(*marks: tuple[str, float]) -> list[list[tuple[str, str]]]:
    runs = [run("The Kestrel is the oldest boat of the club.", 50, 100)]
    runs += [run("She weighs", 50, 112), run("900 kg", 105, 112), run("and needs a crew of four.", 150, 112)]
    runs += [run(number, left, 99.0 if left > 200 else 111.0, size=6.0) for number, left in marks]
    return read(runs + [run(words, 50, top, size=8.0) for words, top in NOTES])


def test_a_note_stands_behind_its_sentence_or_in_brackets():
    words = (
        "The Kestrel is the oldest boat of the club. Until 1984 the Heron. She weighs 900 kg (Weights without sails, "
    )
    words += "and without a crew) and needs a crew of four."
    assert page(("1", 266), ("2", 136)) == [[("paragraph", words)]]


def test_notes_stay_at_the_foot_where_not_each_has_its_number():
    assert page(("1", 266))[0][-1] == (
        "paragraph",
        "1Until 1984 the Heron. 2Weights without sails, and without a crew.",
    )
