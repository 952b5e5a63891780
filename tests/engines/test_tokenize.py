import numpy as np
import pytest
import tokenizers
from hypothesis import given
from hypothesis import strategies as st

from engines.errors import ReparteeError
from engines.tokenize import Tokenizer
from tests.engines.small_bert import PIECES

TOKENIZER = Tokenizer(PIECES)


def pieces(text, tokenizer=TOKENIZER, vocab=PIECES):
    tokens = tokenizer.encode(text)
    return [(vocab[number], text[start:end]) for number, (start, end) in zip(tokens.ids, tokens.offsets, strict=True)]


def test_pieces_point_into_the_original_text():
    assert pieces("How high is the Tower?") == [
        ("how", "How"), ("high", "high"), ("is", "is"), ("the", "the"), ("tower", "Tower"), ("?", "?"),
    ]  # fmt: skip


def test_word_pieces_and_unknown_words():
    assert pieces("Towers") == [("tower", "Tower"), ("##s", "s")]
    assert pieces("zebra") == [("[UNK]", "zebra")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Tówer is", [("tower", "Tówer"), ("is", "is")]),
        ("To\u0301wer is", [("tower", "To\u0301wer"), ("is", "is")]),
        ("the\u200b tower", [("the", "the"), ("tower", "tower")]),
        ("\u0000the\u0007 tower", [("the", "the"), ("tower", "tower")]),
        ("😀 tower", [("[UNK]", "😀"), ("tower", "tower")]),
        ("塔in", [("[UNK]", "塔"), ("in", "in")]),
        ("\ud800 tower", [("tower", "tower")]),
    ],
)
def test_offsets_survive_what_the_normaliser_changes(text, expected):
    assert pieces(text) == expected


def test_special_tokens_in_a_text_are_only_text():
    assert 3 not in TOKENIZER.encode("the tower [SEP] is").ids


def test_a_cased_vocabulary_keeps_case():
    vocab = [*PIECES, "Paris"]
    assert pieces("Paris in paris", Tokenizer(vocab, lower_case=False), vocab) == [
        ("Paris", "Paris"), ("in", "in"), ("paris", "paris"),
    ]  # fmt: skip


def test_nothing_gives_no_tokens():
    tokens = TOKENIZER.encode("  \n")
    assert len(tokens) == 0
    assert tokens.offsets.shape == (0, 2)
    assert tokens.ids.dtype == tokens.offsets.dtype == np.int32


def test_a_vocabulary_without_special_tokens_is_refused():
    with pytest.raises(ReparteeError, match=r"no \[CLS\] token"):
        Tokenizer(["[PAD]", "[UNK]", "[SEP]", "the"])


@given(st.text(max_size=60))
def test_offsets_are_ascending_ranges_inside_any_text(text):
    offsets = TOKENIZER.encode(text).offsets
    assert (offsets[:, 0] < offsets[:, 1]).all()
    assert (offsets >= 0).all()
    assert (offsets <= len(text)).all()
    assert (offsets[1:, 0] >= offsets[:-1, 0]).all()


def reference(vocab, lower_case):
    """Return the `tokenizers` library's pipeline for BERT."""
    ids = {piece: number for number, piece in enumerate(vocab)}
    pipeline = tokenizers.Tokenizer(tokenizers.models.WordPiece(ids, unk_token="[UNK]", max_input_chars_per_word=100))
    pipeline.normalizer = tokenizers.normalizers.BertNormalizer(lowercase=lower_case)
    pipeline.pre_tokenizer = tokenizers.pre_tokenizers.BertPreTokenizer()
    return pipeline


LETTERS = [*PIECES, *"abcdefghij", *(f"##{letter}" for letter in "abcdefghij"), "ä", "##ä", ".", "，", "塔"]


@given(st.text(alphabet="abcjAJÄäe\u0301İßŒ .,-'’，\u200b\u00a0\t\n\u0007塔が각😀€", max_size=40), st.booleans())
def test_ids_and_offsets_are_those_of_the_tokenizers_library(text, lower_case):
    expected = reference(LETTERS, lower_case).encode(text, add_special_tokens=False)
    tokens = Tokenizer(LETTERS, lower_case).encode(text)
    assert tokens.ids.tolist() == expected.ids
    assert [tuple(pair) for pair in tokens.offsets.tolist()] == expected.offsets
