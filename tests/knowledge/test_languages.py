"""The language of a text is told by its letters and by the words of its grammar, and never guessed."""

import pytest

from knowledge.languages import LANGUAGES, folded, language, name, number_words, stop_words


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Wann öffnet das Museum?", "de"),
        ("Was kostet der Eintritt?", "de"),
        ("¿Cuándo abre el museo?", "es"),
        ("cuanto cuesta la entrada", "es"),
        ("Combien coûte le billet ?", "fr"),
        ("Quanto costa la visita?", "it"),
        ("Quanto custa a visita?", "pt"),
        ("Hoeveel kost het kaartje?", "nl"),
        ("博物馆几点开门", "zh"),
        ("博物館は何時に開きますか", "ja"),
        ("박물관은 언제 여나요", "ko"),
        ("Когда открывается музей?", "cyrillic"),
        ("מתי נפתח המוזיאון", "he"),
        ("ከመቼ ጀምሮ", "other"),
    ],
)
def test_languages_are_told_apart(text, code):
    assert language(text) == code
    assert name(code)


@pytest.mark.parametrize(
    "text",
    [
        "When does the museum open?",
        "Who directed La La Land?",
        "What is on the menu at Das Haus am Meer?",
        "The man in the den has a hat.",
        "Is the film Die Hard older than El Topo?",
        "She sang Non, je ne regrette rien in the hall.",
    ],
)
def test_names_and_quotations_make_no_other_language_of_english(text):
    assert (language(text), name("en")) == ("en", "")


@pytest.mark.parametrize("text", ["", "B4", "boiler pressure", "Garantie Schloss", "El Niño", "12 / 7 ?!"])
def test_too_little_is_not_guessed(text):
    assert (language(text), name("")) == ("", "")


def test_a_longer_text_is_in_the_language_of_most_of_it():
    english = "The museum is open from nine to five, and the garden from ten to four. " * 3
    german = "Das Museum ist von neun bis fünf offen, und der Garten von zehn bis vier. " * 3
    assert language(f"{english} „Das ist nicht von mir und auch nicht von dir.“") == "en"
    assert language(f"{german} It is closed on Mondays.") == "de"


def test_number_words_stand_for_their_digits():
    numbers = {code: number_words(code) for code in ("de", "es")}
    assert all(sorted(map(int, words.values())) == list(range(100)) for words in numbers.values())
    assert [
        numbers["de"][word] for word in ("elf", "einundzwanzig", "dreissig", "achtundneunzig")
    ] == "11 21 30 98".split()
    assert [numbers["es"][word] for word in ("dieciseis", "veintidos", "setenta y uno")] == "16 22 71".split()
    assert not number_words("fr")


def test_what_is_no_use_to_a_search_is_known_without_accents():
    assert {"fur", "warum"} <= stop_words("de")
    assert "esta" in stop_words("es")
    assert "schlussel" not in stop_words("de")
    assert stop_words("en") == stop_words("") == frozenset()
    assert folded("Größe") == "grosse"
    assert all(each.asking and each.stemmer for each in LANGUAGES.values())
