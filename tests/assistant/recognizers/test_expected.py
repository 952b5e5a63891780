"""What is expected of an utterance: few phrases, those first that have to do with what was spoken of."""

from assistant.languages.en.names import names_and_words
from assistant.recognizers.expected import Expected
from assistant.recognizers.lexicon import Contents

TEXTS = (
    "The lighthouse was kept by Martha Reed until 1908. Her parrot was called Bosun.",
    "The tramway was built by Josef Novak. Its depot stood in Karlin.",
    "Most visitors of the town hall ask for Amelia Okonkwo, and Amelia Okonkwo answers.",
)


def test_names_are_capitalised_words_inside_a_sentence() -> None:
    assert list(names_and_words(TEXTS[0])) == ["Martha Reed", "Martha", "Reed", "Bosun"]
    assert list(names_and_words("Nothing here. Nor here.")) == []


def test_what_was_spoken_of_decides_which_names_come_first() -> None:
    expected = Expected(Contents(TEXTS))
    assert expected.choose([], 3) == ["Amelia Okonkwo", "Amelia", "Okonkwo"]
    assert expected.choose(["who built the tramway"], 3) == ["Josef Novak", "Josef", "Novak"]
    assert expected.choose(["tell me of the lighthouse"], 20)[:4] == ["Martha Reed", "Martha", "Reed", "Bosun"]
    assert len(expected.choose(["lighthouse"], 20)) == len(set(expected.names))


def test_devices_have_half_of_the_room_and_those_spoken_of_come_first() -> None:
    devices = tuple(f"lamp {number}" for number in "one two three four five six seven eight nine".split())
    expected = Expected(Contents(TEXTS, devices))
    chosen = expected.choose(["switch on eight please"], 8)
    assert chosen[0] == "lamp eight"
    assert sum(phrase in devices for phrase in chosen) == 4
    assert len(chosen) == 8
    assert len(Expected(Contents((), devices)).choose([], 8)) == 8, "without names all of the room"


def test_a_word_of_every_paragraph_says_nothing() -> None:
    many = tuple(f"The village of Sometown{number} has a common, as Sometown{number} knows." for number in range(60))
    letters = tuple(text.translate(str.maketrans("0123456789", "abcdefghij")) for text in many)
    expected = Expected(Contents((*letters, TEXTS[0])))
    assert expected.choose(["which village has a lighthouse"], 1) == ["Martha Reed"]
