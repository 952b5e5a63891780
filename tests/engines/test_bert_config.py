import pytest

from engines.bert_config import BertConfig
from engines.errors import ReparteeError

MINILM = {
    "model_type": "bert",
    "vocab_size": 30522,
    "hidden_size": 384,
    "num_hidden_layers": 6,
    "num_attention_heads": 12,
    "intermediate_size": 1536,
    "max_position_embeddings": 512,
    "type_vocab_size": 2,
}


def test_reads_a_hugging_face_configuration_and_gives_it_back():
    config = BertConfig.from_dict({**MINILM, "layer_norm_eps": 1e-5, "torch_dtype": "float16"})
    assert (config.layers, config.heads, config.intermediate_size, config.layer_norm_eps) == (6, 12, 1536, 1e-5)
    assert BertConfig.from_dict(config.to_dict()) == config


def test_accepts_an_old_configuration_that_does_not_name_its_type():
    assert BertConfig.from_dict({k: v for k, v in MINILM.items() if k != "model_type"}).hidden_size == 384


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"model_type": "roberta"}, "type 'roberta'"),
        ({"hidden_size": None}, "hidden_size = None"),
        ({"vocab_size": -1}, "vocab_size = -1"),
        ({"num_hidden_layers": "six"}, "num_hidden_layers = 'six'"),
        ({"num_attention_heads": 7}, "its 7 heads"),
        ({"hidden_act": "relu"}, "hidden_act 'relu'"),
        ({"position_embedding_type": "relative_key"}, "position_embedding_type"),
    ],
)
def test_refuses_what_it_cannot_run_and_names_it(change, words):
    with pytest.raises(ReparteeError, match=words):
        BertConfig.from_dict({**MINILM, **change})
