"""E-mail."""

import pytest

from knowledge.formats.registry import convert
from tests.knowledge.formats.office_files import blocks, headings

MAIL = b"""From: Ada Moss <ada@example.org>\r
To: Crew <crew@example.org>\r
Subject: =?utf-8?q?Saturday=E2=80=99s_race?=\r
Date: Thu, 04 Jun 2026 09:30:00 +0100\r
Content-Type: text/plain; charset=utf-8\r
\r
We meet at seven at the slipway.\r
\r
On Wed, Bo wrote:\r
> When do we meet?\r
\r
-- \r
Ada Moss, secretary\r
"""


def test_a_message_is_read_without_what_it_quotes():
    document = convert(MAIL, ".eml", "name")
    assert document.title == "Saturday’s race"
    assert "Date: Thursday, 4 June 2026, 09:30" in document.text
    assert "We meet at seven at the slipway." in document.text
    for words in ("When do we meet", "secretary", "Bo wrote"):
        assert words not in document.text


@pytest.mark.parametrize("inside", [True, False])
def test_the_message_that_is_answered_is_read_where_it_stands_whole_below(inside):
    head = b"> On Wed, 3 Jun 2026, Bo wrote:\n" if inside else b"On Wed, 3 Jun 2026, Bo wrote:\n"
    quoted = head + b"> Hello,\n>\n> the oars are in the shed.\n>\n> > older words\n> -- \n> Bo Lind\n"
    document = convert(b"Subject: Race\n\nGood.\n\n-- \nAda\n\n" + quoted, ".eml", "name")
    assert blocks(document) == ["Good.", "Hello,", "the oars are in the shed."]
    assert headings(document, "the oars") == ("On Wed, 3 Jun 2026, Bo wrote",)


def test_every_text_of_a_message_is_read_and_so_is_a_message_attached_to_it():
    text = b"--A\r\nContent-Type: text/plain\r\n\r\n%s\r\n"
    inner = b"--A\r\nContent-Type: message/rfc822\r\n\r\nFrom: c@d.example\r\nSubject: Keys\r\n\r\nIt is red.\r\n"
    message = b"Subject: Dock\r\nContent-Type: multipart/mixed; boundary=A\r\n\r\n"
    message += text % b"First." + text % b"Second." + inner + b"--A--\r\n"
    document = convert(message, ".eml", "name")
    assert blocks(document) == ["First.", "Second.", "From: c@d.example", "It is red."]
    assert headings(document, "It is red") == ("Keys",)


def test_a_message_whose_plain_form_is_empty_is_read_in_its_other_form():
    message = b"Content-Type: multipart/alternative; boundary=A\r\n\r\n--A\r\nContent-Type: text/plain\r\n\r\n \r\n"
    message += b"--A\r\nContent-Type: text/html\r\n\r\n<p>The code is 4471.</p>\r\n--A--\r\n"
    assert blocks(convert(message, ".eml", "name")) == ["The code is 4471."]


def test_a_message_whose_plain_form_only_points_to_the_other_one_is_read_in_that():
    message = b"Content-Type: multipart/alternative; boundary=A\r\n\r\n--A\r\nContent-Type: text/plain\r\n\r\n%s\r\n"
    message += b"--A\r\nContent-Type: text/html\r\n\r\n<style>%s</style><p>%s</p>\r\n--A--\r\n"
    style, long = b"p { color: red } " * 30, b"The ferry leaves from pier two at nine on every working day. " * 3
    assert blocks(convert(message % (b"Please see the page.", style, long), ".eml", "name")) == [long.decode().strip()]
    assert blocks(convert(message % (b"The code is 4471.", style, b"<b>It is 4471.</b>"), ".eml", "name")) == [
        "The code is 4471."
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252"])
@pytest.mark.parametrize("kind", ["", "Content-Type: text/plain; charset=x-unknown\n", "Content-Type: text/plain\n"])
def test_a_message_that_does_not_say_its_charset_is_read_by_what_it_can_be(encoding, kind):
    message = f"From: José <a@b.example>\nSubject: Grüße\n{kind}\nDer Schlüssel liegt in Köln.\n"
    document = convert(message.encode(encoding), ".eml", "name")
    assert document.title == "Grüße"
    assert blocks(document) == ["From: José <a@b.example>", "Der Schlüssel liegt in Köln."]


def test_the_items_of_a_list_in_a_message_are_lines():
    message = b"Subject: Visit\nContent-Type: text/plain\n\nHello,\nbring:\n * keys\n * the meter\n   card\n\nAnna\n"
    assert blocks(convert(message, ".eml", "name")) == ["Hello,\nbring:", "- keys", "- the meter card", "Anna"]


def test_a_plain_message_is_read_as_a_plain_text_is():
    message = (
        b"Subject: Visit\nContent-Type: text/plain\n\nDear Ada,\n\nBEFORE YOU COME\n* Eat nothing.\n* Ring <us>.\n\n"
    )
    message += b"Tea      When\nRed      twice\nBlue     never\n\nLATER ON\n3. Rest.\n4. Walk.\n\nAnna\nWard 4\n"
    document = convert(message, ".eml", "name")
    assert blocks(document) == [
        "Dear Ada,",
        "- Eat nothing.",
        "- Ring <us>.",
        "Tea: Red; When: twice.",
        "Tea: Blue; When: never.",
        "3. Rest.",
        "4. Walk.",
        "Anna\nWard 4",
    ]
    assert headings(document, "Ring") == ("BEFORE YOU COME",)
    assert headings(document, "Walk") == ("LATER ON",)
