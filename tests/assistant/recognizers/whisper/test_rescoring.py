"""Documents decide between what may have been said."""

from collections.abc import Sequence

import pytest

from assistant.recognizers.whisper.decoder import Decoder
from assistant.recognizers.whisper.rescoring import MARGIN, likeliest
from assistant.recognizers.whisper.sound_alikes import Rival
from tests.assistant.recognizers.whisper.likelihoods import Expects, heard
from tests.assistant.recognizers.whisper.tones import BETWEEN


def test_of_two_hypotheses_the_one_that_the_documents_speak_of_wins() -> None:
    first, other = heard("The hour clock.", -2.0), heard("The tower clock.", -3.0)
    assert likeliest(first, [first, other], Expects("the tower clock")) is other
    assert likeliest(first, [first, other], Expects("the hour clock")) is first


def test_the_ear_s_first_choice_stays_where_another_is_hardly_likelier() -> None:
    first, other = heard("Men", -2.0), heard("Code", -2.0 - 3.5 + MARGIN)
    assert likeliest(first, [other], Expects("code")) is first
    assert likeliest(first, [], Expects("code")) is first


def test_a_hypothesis_that_lost_its_way_is_no_choice() -> None:
    first = heard("the hour", -5.0)
    lost = [
        heard("the tower", -1.0, finished=False),
        heard("to the tower to the tower", -1.0),
        heard("", -1.0),
    ]
    assert likeliest(first, lost, Expects("the tower", "to the tower to the tower", "")) is first


def test_what_the_model_expects_without_hearing_anything_is_no_evidence(
    decoder: Decoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decoder, "likelihood", Expects("door"))
    doubt = decoder.first_choice(BETWEEN).doubt
    assert doubt is not None
    likely, quiet = Expects("the wild dance", "the waggle dance"), decoder._rescorer.quiet()
    heard = {"the wild dance": -4.0, "the waggle dance": -18.0}
    for habits, chosen in (((-10.0, -50.0), "the waggle dance"), ((-10.0, -12.0), "the wild dance")):
        expected = dict(zip(heard, habits, strict=True))

        def probable(texts: Sequence[str], encoded: object, *_: object) -> list[float]:
            return [(expected if encoded is quiet else heard)[text] for text in texts]  # noqa: B023 - called at once

        monkeypatch.setattr(decoder._model, "log_probabilities", probable)
        rivals = [Rival("the waggle dance", 0.0)]
        assert decoder._rescorer.best_sounding("the wild dance", rivals, doubt, likely) == chosen
