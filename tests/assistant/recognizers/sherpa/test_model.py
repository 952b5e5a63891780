"""What is wrong with a model's files is said in a sentence, before a library that would end its process has them."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assistant.recognizers.sherpa.model import read_model
from assistant.recognizers.sherpa.onnx_metadata import read_metadata
from assistant.recognizers.worker_process import RecognizerError
from tests.assistant.recognizers.sherpa.tones import ALPHABET, make_nemo, make_zipformer, write_tokens


def test_each_layout_is_known_with_its_chunks(tone_models: dict[str, Path]) -> None:
    found = {name: read_model(folder) for name, folder in tone_models.items()}
    facts = {name: (model.family, model.is_transducer, model.shift, model.window) for name, model in found.items()}
    assert facts == {
        "transducer": ("k2", True, 32, 45),
        "ctc": ("k2", False, 32, 45),
        "nemo": ("nemo", True, 16, 25),
        "slow": ("k2", True, 128, 141),
    }
    assert found["ctc"].tokens == ("<blk>", *ALPHABET)


@pytest.mark.parametrize(
    ("about", "reason"),
    [
        ({"T": None}, "its metadata lacks T; expected a model that was exported for streaming"),
        ({"model_type": "zipper"}, "its model_type is 'zipper'; expected zipformer2, zipformer, or a NeMo model"),
        ({"model_type": None}, "its model_type is not told"),
        ({"encoder_dims": "8,8"}, "disagrees on how many stacks"),
        ({"num_heads": "many"}, "its metadata has 'many' for num_heads; expected whole numbers"),
        ({"decode_chunk_len": 0}, "its chunks have 45 frames, a new one each 0"),
        ({"decode_chunk_len": "32,32"}, "has '32,32' for decode_chunk_len; expected one number"),
        ({"decode_chunk_len": 99}, "its chunks have 45 frames, a new one each 99"),
    ],
)
def test_metadata_that_would_end_the_process_are_told(tmp_path: Path, about: dict[str, object], reason: str) -> None:
    with pytest.raises(RecognizerError, match="cannot be used: ") as caught:
        read_model(make_zipformer(tmp_path / "model", about=about))
    assert reason in str(caught.value)


@pytest.mark.parametrize("key", ["chunk_shift", "cache_last_time_dim3", "vocab_size"])
def test_a_nemo_model_needs_its_own_keys(tmp_path: Path, key: str) -> None:
    with pytest.raises(RecognizerError, match=f"its metadata lacks {key}"):
        read_model(make_nemo(tmp_path / "model", about={key: None}))


def test_tokens_must_be_those_of_the_model(tmp_path: Path) -> None:
    k2, nemo = make_zipformer(tmp_path / "k2"), make_nemo(tmp_path / "nemo")
    for folder, tokens, reason in [
        (k2, [*ALPHABET, "<blk>"], "<blk> is number 27; expected number 0"),
        (k2, ["<blk>", *ALPHABET, "more"], "tokens.txt has 29 tokens; expected 28, the decoder's vocab_size"),
        (k2, ["<eps>", *ALPHABET], "<blk> is not there; expected number 0"),
        (nemo, ["<blk>", *ALPHABET], "<blk> is number 0; expected number 27"),
        (nemo, [*ALPHABET[1:], "<blk>"], "expected 28, the encoder's vocab_size and one for the blank"),
    ]:
        write_tokens(folder, tokens)
        with pytest.raises(RecognizerError, match="cannot be used") as caught:
            read_model(folder)
        assert reason in str(caught.value)


@pytest.mark.parametrize("content", ["a b\n", "a 0\nb 0\n", "a 0\nb 2\n", ""])
def test_damaged_tokens_are_told(tmp_path: Path, content: str) -> None:
    folder = make_zipformer(tmp_path / "model")
    (folder / "tokens.txt").write_text(content)
    with pytest.raises(RecognizerError, match=r"tokens\.txt"):
        read_model(folder)


def test_what_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(RecognizerError, match="there is no such folder"):
        read_model(tmp_path / "nowhere")
    (tmp_path / "empty").mkdir()
    with pytest.raises(RecognizerError, match=r"it holds no model; expected encoder\*\.onnx"):
        read_model(tmp_path / "empty")
    folder = make_zipformer(tmp_path / "model")
    (folder / "tokens.txt").unlink()
    with pytest.raises(RecognizerError, match=r"tokens\.txt: No such file"):
        read_model(folder)
    (folder / "joiner.onnx").unlink()
    with pytest.raises(RecognizerError, match=r"joiner\*\.onnx is missing"):
        read_model(folder)


def test_of_two_kinds_the_smaller_encoder_is_taken(tmp_path: Path) -> None:
    folder = make_zipformer(tmp_path / "model")
    for name in ("encoder", "decoder", "joiner"):
        (folder / f"{name}-1.int8.onnx").write_bytes((folder / f"{name}.onnx").read_bytes())
    taken = {name: path.name for name, path in read_model(folder).files.items()}
    assert taken == {"encoder": "encoder-1.int8.onnx", "decoder": "decoder.onnx", "joiner": "joiner-1.int8.onnx"}


def test_metadata_are_read_past_weights(tmp_path: Path) -> None:
    path = make_zipformer(tmp_path / "model", about={"comment": "ä" * 300}) / "encoder.onnx"
    read = read_metadata(path)
    assert read["comment"] == "ä" * 300
    assert read["T"] == "45"


@given(cut=st.floats(0, 0.999), noise=st.binary(max_size=40))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], max_examples=60)
def test_a_file_that_is_cut_off_or_is_none_never_passes_for_a_model(
    tmp_path: Path, tone_models: dict[str, Path], cut: float, noise: bytes
) -> None:
    whole = (tone_models["transducer"] / "encoder.onnx").read_bytes()
    path = tmp_path / "damaged.onnx"
    for content in (whole[: int(cut * len(whole))], noise):
        path.write_bytes(content)
        try:
            found = read_metadata(path)
        except ValueError:
            continue
        assert "decode_chunk_len" not in found or content == whole[: len(content)]
