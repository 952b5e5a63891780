import numpy as np
import pytest

from engines.encoder import Encoder
from engines.quantize import write_int8
from tests.engines.small_bert import random_checkpoint


@pytest.fixture(scope="module")
def encoder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("encoder")
    write_int8(random_checkpoint(head="none"), folder / "encoder.safetensors")
    encoder = Encoder.load(folder / "encoder.safetensors", runtime="openvino-f32", cache_dir=folder)
    yield encoder
    encoder.close()


def test_vectors_have_length_one_and_keep_the_order_of_the_texts(encoder):
    texts = ["the tower", "a tower is in paris " * 5, "how high?", "", "the tower is in paris " * 100]
    vectors = encoder.encode(texts)
    assert vectors.shape == (5, 32)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    for text, vector in zip(texts, vectors, strict=True):
        np.testing.assert_allclose(encoder.encode([text])[0], vector, atol=1e-4)


def test_nothing_gives_an_empty_array(encoder):
    assert len(encoder.encode([])) == 0
