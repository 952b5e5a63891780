"""No "yes" is said before a sentence that says no, and no "no" before one that denies something else."""

import pytest

from assistant.turn.agreeing import agreed
from assistant.turn.events import Citation


def said(question, yesno, sentence):
    return agreed(question, yesno, Citation(document="x.md", passage_id=1, start=0, end=len(sentence), text=sentence))


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        ("may I lend my locker to a friend", "A locker cannot be lent to anybody, except to family."),
        ("can I bring my ferret", "No ferrets, rats or snakes."),
        ("can my son come with a cold", "Children with a cold stay at home; you can fetch the books."),
        ("can we moor at the jetty", "Mooring at the jetty is forbidden."),
        ("is the sauna open on Monday", "The sauna is closed on Monday and Tuesday."),
        ("do I have to bring a towel", "You do not have to bring towels."),
        ("should I press the valve on A3", "Do not press the valve. Ring Ute."),
        ("do I need a permit", "You need no permit for less than a week."),
        ("does the bell work in a thunderstorm", "In a thunderstorm the bell goes dead."),
        ("did they vote for the ramp", "The ramp was postponed until May."),
        ("are you buying a new kettle", "Kettle: we keep the old one."),
        ("can my twelve year old steer", "Steering is allowed from the age of 14."),
        ("may we come with thirty people", "The hut is let to at most 25 people."),
        ("can I moor at the pier", "Mooring needs the consent of the harbour. The harbour has not given it."),
    ],
)
def test_no_yes_where_the_sentence_denies_what_is_asked(question, sentence):
    assert said(question, "yes", sentence) == ""


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        ("can't I pay in cash", "Cash is not taken."),
        ("isn't it closed on Mondays", "It is not open on Mondays."),
        ("is smoking forbidden", "You may not smoke on deck."),
        ("can I come at ten", "Come no later than ten."),
        ("is breakfast part of it", "It has not only a bed but breakfast too."),
        ("can I park at the quay", "You can park at the quay at no extra charge."),
        ("may dogs come in", "Dogs may come in, but not into the kitchen."),
        ("can I join", "Anybody can join if they are not under 16."),
        ("can I take it back", "If you do not like it, take it back within a week."),
        ("do I have to wear a helmet", "Nobody may ride without a helmet."),
        ("must I keep the gate shut", "Never leave the gate open."),
        ("can I just turn up", "You don't need to book, just turn up."),
        ("do you do gift cards", "Gift cards are sold at the till; we cannot post them."),
        ("may I ride past the weir", "Riding past the weir is allowed, stopping there is not."),
        ("do kids pay less for tea", "Kids pay half for tea, not for cake."),
        ("may I bring a kite", "Kites without a motor may be flown at any time."),
        ("is rain bad for it", "Rain does it no harm."),
        ("does the alarm work", "The alarm goes off every day at noon, as it should."),
        ("can my 15 year old steer", "Steering is allowed from the age of 14."),
        ("do I get a reminder", "Don't worry, you get a reminder a week before."),
    ],
)
def test_yes_stays_where_nothing_that_is_asked_is_denied(question, sentence):
    assert said(question, "yes", sentence) == "yes"


def test_no_no_where_something_else_is_denied():
    sentence = "Three guests are vegan (Lou, Ivo, Kim): the cook knows, and please no butter for the vegan table."
    assert said("are any guests vegan", "no", sentence) == ""


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        ("can I drink from the well at the hut", "Well water is fine in the village but not at the hut."),
        ("can I reuse the oil", "The oil can be burnt if it is filtered first, but it is not for reuse."),
        ("are you open on Sunday", "Closed on Sunday."),
        ("can my niece come alone", "Children only with a grown-up."),
        ("do I have to book the early swim", "Day: Friday; Swim: Early swim; Booking: no"),
        ("are boots in the price", "Suit and vest are in the price; boots are not."),
        ("can I light a fire on Sunday", "Fires are lit in winter only, on dry wood, and never on a Sunday."),
    ],
)
def test_no_stays_where_what_is_asked_is_denied_or_restricted(question, sentence):
    assert said(question, "no", sentence) == "no"


def test_a_sentence_that_begins_with_yes_or_no_says_which():
    assert said("is it all right to leave him alone", "yes", "No, he needs somebody there.") == ""
    assert said("do I really need two ropes", "yes", "Yes; do not move the first one.") == "yes"


def test_where_neither_is_meant_neither_is_said():
    assert said("can I bring a dog", "", "No dogs.") == ""
