"""What a sentence denies is told with the denial."""

import pytest

from assistant.turn.denying import with_its_correction, with_its_denial, with_its_refusal, with_the_denial_above
from assistant.turn.events import Citation


def cited(passage: str, words: str) -> Citation:
    start = passage.index(words)
    return Citation(
        document="x.md",
        passage_id=1,
        start=start,
        end=start + len(words),
        text=words,
        title="Ferry",
        passage=passage,
        passage_start=0,
    )


@pytest.mark.parametrize(
    ("question", "passage", "words", "told"),
    [
        (
            "what does the deposit cover",
            "It is kept a week. The deposit does not cover sails, ropes and lamps. Ask at the desk.",
            "sails, ropes and lamps",
            "The deposit does not cover sails, ropes and lamps.",
        ),
        ("what may guests bring", "Guests may not bring dogs, drums or fireworks.", "dogs, drums or fireworks", None),
        ("which pets are welcome", "We don't take cats or parrots.", "cats or parrots", None),
        ("what can I put in", "Never put in batteries or paint.", "batteries or paint", None),
        ("when can I moor there", "There is no mooring on Tuesdays.", "on Tuesdays", None),
        ("what is in the price", "Not in the price: sheets, towels and oil.", "sheets, towels and oil", None),
        ("what can you park in the yard", "No vans or trailers in the yard!", "vans or trailers", None),
    ],
)
def test_a_denied_answer_is_told_with_its_sentence(question, passage, words, told):
    assert with_its_denial(question, cited(passage, words)).text == (told or passage)


@pytest.mark.parametrize(
    ("question", "passage", "words"),
    [
        ("what isn't covered", "It does not cover sails and ropes.", "sails and ropes"),
        ("what is excluded", "It does not cover sails and ropes.", "sails and ropes"),
        ("what should I avoid", "Do not use soap.", "soap"),
        ("what do I press", "If it does not start, press the green knob.", "the green knob"),
        ("which time may we come", "You may not come before 15:00.", "15:00"),
        ("what is allowed", "No dogs, but cats are welcome.", "cats"),
        ("what does the bag weigh", "The bag may weigh no more than 23 kg.", "23 kg"),
        ("what is covered", "Sails and ropes are covered. Lamps are not.", "Sails and ropes"),
    ],
)
def test_what_is_not_denied_or_was_asked_for_as_denied_stays_short(question, passage, words):
    assert with_its_denial(question, cited(passage, words)).text == words


AFTER = "Rest a day.\n\nPlease do NOT:\n- dive,\n- lift the bag,\n- fly for two weeks.\n\nDo:\n- walk,\n- drink a lot."


@pytest.mark.parametrize(
    ("question", "words", "told"),
    [
        ("when may I fly", "fly for two weeks", "Please do NOT:\n- dive,\n- lift the bag,\n- fly for two weeks."),
        ("can I dive", "dive", "Please do NOT:\n- dive"),
        ("what should I avoid", "lift the bag", "lift the bag"),
        ("what helps", "walk", "walk"),
        ("for what time is that", "two weeks", "two weeks"),
        ("what do I do on the first day", "Rest a day", "Rest a day"),
    ],
)
def test_items_are_told_with_the_line_above_them_that_denies_them(question, words, told):
    found = with_the_denial_above(question, cited(AFTER, words), AFTER)
    assert found.text == told
    begin, close = found.span_in_passage
    assert found.passage[begin:close] == found.text


@pytest.mark.parametrize(
    "lead",
    [
        "If it does not start:",
        "Why the lamp is not lit:",
        "Room no. 5:",
        "Bring along:",
        "Hut, no charge:",
        "Not in here.",
    ],
)
def test_a_line_that_denies_nothing_below_is_left_out(lead):
    text = f"Engine\n\n{lead}\n- a rope,\n- a lamp."
    assert with_the_denial_above("what do I take", cited(text, "a lamp"), text).text == "a lamp"


def test_the_items_between_are_not_said():
    assert with_the_denial_above("when may I fly", cited(AFTER, "two weeks"), AFTER).said == ""  # a value alone
    found = with_the_denial_above("may I carry things", cited(AFTER, "the bag"), AFTER)
    assert found.text == "Please do NOT:\n- dive,\n- lift the bag"
    assert found.said == "Please do NOT: lift the bag"


def test_leave_that_is_needed_is_told_with_its_refusal():
    passage = "Fires are lit only with the consent of the warden. She has withdrawn her consent. The shed is dry."
    told = with_its_refusal(cited(passage, "Fires are lit only with the consent of the warden."))
    assert told.text == "Fires are lit only with the consent of the warden. She has withdrawn her consent."
    passage = "Fires are lit only with the consent of the warden. Ask her for a lamp. Lamps were refused."
    words = "Fires are lit only with the consent of the warden."
    assert with_its_refusal(cited(passage, words)).text == words


@pytest.mark.parametrize(
    ("passage", "words", "told"),
    [
        ("The fair took £90, not £80.", "£80", "£90, not £80"),
        ("Come at 10.15 and not at 9.", "9", "9"),
        ("It lasts two hours, not three hours.", "three hours", "two hours, not three hours"),
        ("The fair is fun, not 80.", "80", "80"),
    ],
)
def test_a_value_that_is_corrected_is_told_with_the_right_one(passage, words, told):
    assert with_its_correction(cited(passage, words)).text == told
