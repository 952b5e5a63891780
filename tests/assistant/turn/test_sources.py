"""Documents are called by short and telling names."""

import pytest

from assistant.turn.sources import spoken_source


@pytest.mark.parametrize(
    ("title", "document", "name"),
    [
        ("The Mill", "mill.txt", "The Mill"),
        ("", "notes/mill rules.txt", "mill rules"),
        ("Your knee appointment - what to bring and where to go (ref KNE-2041)", "a.eml", "Your knee appointment"),
        ("Fwd: Re: Ferry tickets (booking 8841)", "a.eml", "Ferry tickets"),
        ("Rope list [RL-12]", "a.md", "Rope list"),
        ("Boiler (Otter 28i): how it works", "a.md", "Boiler (Otter 28i): how it works"),
        ("Your new hip - before and after (ref H-20)", "a.eml", "Your new hip"),
        (
            "12: Amble – Warkworth – Craster Tower – Seahouses",
            "a.md",
            "12: Amble – Warkworth – Craster Tower – Seahouses",
        ),
        ("Amble – Warkworth", "a.html", "Amble – Warkworth"),
        ("Microsoft Word - Lodge_rules_v3.docx", "x.pdf", "Lodge rules v3"),
        ("Mum - for the sitters (begun in May, all of us write in it, newest last)", "a.txt", "Mum - for the sitters"),
        ("Frequently asked questions", "saved/FAQs _ Otter Lodge.html", "Otter Lodge"),
        ("Home", "/srv/otter lodge/index.html", "otter lodge"),
        ("Terms and Conditions", "https://www.otterlodge.example/terms", "otterlodge.example"),
        ("FAQ", "faq.html", "FAQ"),
    ],
)
def test_what_a_document_is_called(title, document, name):
    assert spoken_source(title, document) == name
