import pytest

from engines.reader.amounts import asks_for_things, is_duration
from engines.reader.reader import Reader


@pytest.mark.parametrize(
    ("question", "asks"),
    [
        ("How many books may members borrow?", True),
        ("and how many tickets are left", True),
        ("How many weeks may I keep a book?", False),
        ("How many eggs does a queen lay a day?", False),
        ("How many times may I renew it?", False),
        ("How much is a ticket?", False),
    ],
)
def test_how_many_of_something_that_is_no_time(question, asks):
    assert asks_for_things(question) == asks


@pytest.mark.parametrize("answer", ["three weeks", "up to 14 years", "a fortnight", "at most\ntwo days.", "30 minutes"])
def test_a_length_of_time(answer):
    assert is_duration(answer)


@pytest.mark.parametrize(
    "answer",
    ["up to ten", "ten items", "2,000 a day", "two a day", "six weekly boxes", "12 for each of 3 weeks, then 4"],
)
def test_what_is_more_than_a_length_of_time(answer):
    assert not is_duration(answer)


def test_a_length_of_time_is_no_number_of_things(tmp_path):
    reader = Reader.load(cache_dir=tmp_path)
    text = (
        "Members may borrow up to ten items at a time. You may renew an item twice, unless somebody else has asked for "
        "it. Books and audio books are lent for three weeks."
    )
    reading = reader.read(
        "How many books may members borrow?", [reader.ready(text, "Library rules > Borrowing")], way="whole"
    )
    assert all("weeks" not in span.text or "items" in span.text for span in reading.spans)
    assert "ten" in reading.spans[0].text
    weeks = reader.read("For how many weeks are books lent?", [reader.ready(text, "Library rules > Borrowing")])
    assert weeks.spans[0].text == "three weeks"
    reader.close()
