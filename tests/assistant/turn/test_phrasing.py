"""Citations point into the document; the spoken sentence answers first, hedges when unsure, and admits not knowing."""

import dataclasses

import numpy as np
import pytest

from assistant.skills.about import NO_DOCUMENTS
from assistant.turn.phrasing import cite, spoken_abstention, spoken_answer
from engines.tokenize import Tokens
from knowledge.library import Hit
from knowledge.passages import Passage

NO_TOKENS = Tokens(np.zeros(0, np.int32), np.zeros((0, 2), np.int32))
DOCUMENT = "The mill was built in 1911. It burned in 1930. The school was built in 1911 too."


def hit(start: int, end: int, identity: int) -> Hit:
    passage = Passage(
        id=identity,
        document_id=1,
        document="mill.txt",
        title="The Mill",
        headings=(),
        text=DOCUMENT[start:end],
        start=start,
        end=end,
        tokens=NO_TOKENS,
    )
    return Hit(passage, 1.0)


def reading(*spans):
    from engines.reader.reader import Reading, Span

    found = tuple(Span(passage, start, end, text, 1.0, 0.9) for passage, start, end, text in spans)
    return Reading(found, 0.0, 0.9, False, 3, 3, "", 1.0)


def test_offsets_count_in_the_document():
    (citation,) = cite(reading((0, 22, 26, "1911")), [hit(0, 46, 5)])
    assert (citation.start, citation.end) == (22, 26)
    (citation,) = cite(reading((0, 41 - 28, 45 - 28, "1930")), [hit(28, 46, 6)])
    assert DOCUMENT[citation.start : citation.end] == citation.text == "1930"
    assert (citation.document, citation.passage_id, citation.title) == ("mill.txt", 6, "The Mill")


def test_a_citation_names_the_page_that_its_span_stands_on():
    found = hit(0, 46, 5)
    paged = dataclasses.replace(found.passage, pages=((0, 3), (28, 4)))
    pages = [
        cite(reading((0, *span)), [dataclasses.replace(found, passage=passage)])[0].page
        for passage, span in ((paged, (22, 26, "1911")), (paged, (41, 45, "1930")), (found.passage, (22, 26, "1911")))
    ]
    assert pages == [3, 4, None]


def test_overlapping_passages_give_one_citation_and_other_places_their_own():
    hits = [hit(0, 46, 5), hit(0, 27, 6), hit(47, 81, 7)]
    spans = ((0, 22, 26, "1911"), (1, 22, 26, "1911"), (0, 41, 45, "1930"), (2, 24, 28, "1911"))
    citations = cite(reading(*spans), hits)
    assert [(citation.start, citation.passage_id) for citation in citations] == [(22, 5), (71, 7)]
    assert all(DOCUMENT[citation.start : citation.end] == "1911" for citation in citations)


def test_the_spoken_sentence_answers_first_and_names_the_source():
    (citation,) = cite(reading((0, 13, 26, "built in 1911")), [hit(0, 46, 5)])
    assert spoken_answer(citation, 0.9) == "Built in 1911, according to The Mill."
    assert spoken_answer(citation, 0.3) == "Perhaps built in 1911, going by The Mill."
    (loud,) = cite(reading((0, 0, 13, "Keep it shut!")), [hit(0, 46, 5)])
    assert spoken_answer(loud, 0.9) == "Keep it shut, according to The Mill."


@pytest.mark.parametrize(
    ("words", "hedged"),
    [
        ("The tower has 212 steps.", "Perhaps the tower has 212 steps"),
        ("It was moved in 1911", "Perhaps it was moved in 1911"),
        ("Ada Quill", "Perhaps Ada Quill"),
        ("Because the lamp went out", "Perhaps because the lamp went out"),
        ("Mill and weir", "Perhaps mill and weir"),  # the passage writes it small
        ("BBC", "Perhaps BBC"),
        ("Italy", "Perhaps Italy"),
        ("AR-7", "Perhaps AR-7"),
    ],
)
def test_a_sentence_goes_on_behind_the_hedge_and_a_name_stays_one(words, hedged):
    (citation,) = cite(reading((0, 13, 13 + len(words), words)), [hit(0, 46, 5)])
    assert spoken_answer(citation, 0.3) == f"{hedged}, going by The Mill."


def test_not_knowing_is_said_in_the_way_that_fits():
    unread = dataclasses.replace(reading(), passages_given=0)
    assert spoken_abstention(unread, store_is_empty=True) == NO_DOCUMENTS
    assert "knowledge add" in NO_DOCUMENTS
    cut = dataclasses.replace(reading(), hardly_read=True)
    said = {spoken_abstention(each, store_is_empty=False) for each in (unread, cut, reading())}
    assert len(said) == 3
    assert "no time" in spoken_abstention(cut, store_is_empty=False)
    assert all(sentence.startswith("I don't know.") for sentence in said)


def test_a_question_or_document_in_a_language_that_is_not_read_is_told_so():
    found = hit(0, 27, 5)
    german = dataclasses.replace(
        found.passage, text="Die Mühle wurde im Jahr 1911 gebaut und ist nicht groß.", headings=()
    )

    def said(question, *hits):
        return spoken_abstention(reading(), hits, store_is_empty=False, question=question)

    assert said("Wann wurde die Mühle gebaut?") == (
        "I don't know. That seems to be German, and I only read English well."
    )
    assert said("水车什么时候造的", found) == (
        "I don't know. That seems to be Chinese, and I only read English well; The Mill may speak of that."
    )
    assert said("How old is the mill?", Hit(german, 1.0)) == (
        "I'm not sure; The Mill may speak of that, but in German, and I only read English well."
    )
    assert said("How old is the mill?", found) == said("How old is the mill?")
    assert "English" not in said("How old is the mill?", found)


def test_list_items_are_said_as_an_enumeration():
    text = "two ropes\n- a lamp\n2. dry socks"
    (citation,) = cite(reading((0, 0, 4, text)), [hit(0, 46, 5)])
    assert spoken_answer(citation, 0.9) == "Two ropes, a lamp, dry socks, according to The Mill."
    (apart,) = cite(reading((0, 0, 4, text.replace("\n2.", "\n\n2.").replace("lamp", "lamp."))), [hit(0, 46, 5)])
    assert spoken_answer(apart, 0.9) == "Two ropes, a lamp. dry socks, according to The Mill."
