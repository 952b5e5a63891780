from assistant.voices.catalogue import VOICES


def test_what_is_free_for_every_use_comes_first_and_each_says_its_licence() -> None:
    assert VOICES[0].free
    assert [voice.free for voice in VOICES] == sorted((voice.free for voice in VOICES), reverse=True)
    assert len({voice.name for voice in VOICES}) == len({voice.repository for voice in VOICES}) == len(VOICES)
    for voice in VOICES:
        assert voice.licence
        assert voice.data
        assert "tokens.txt" in voice.files
        assert voice.free or "only" in voice.licence
