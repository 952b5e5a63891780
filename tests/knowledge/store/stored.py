"""A small document in a store."""

from knowledge.formats.plain import plain_document
from knowledge.store.records import NewPassage
from tests.knowledge.texts import tokenize


def put(store, name="a", text="One sentence.", collection="", tokenizer=tokenize):
    """Add it, as one passage, or replace the one of that name."""
    passages = [NewPassage(headings=("H", "I"), start=0, end=len(text), text=text, tokens=tokenizer(text))]
    document = plain_document(text, "Title")
    return store.put(f"/{name}", name, text.encode(), len(text), document, passages, collection)
