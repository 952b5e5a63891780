"""The hub client against a small HTTP server that speaks the hub's routes."""

import json
import os
import subprocess
import sys

import pytest

from engines.checkpoint import Checkpoint
from engines.hub import local_models
from tests.engines.small_bert import random_checkpoint, write_hf_folder


@pytest.fixture
def hub(serve_hub, tmp_path):
    models = tmp_path / "hub"
    reader = write_hf_folder(models / "tiny", random_checkpoint())
    (reader / "pytorch_model.bin").write_bytes(b"the same weights once more")
    write_hf_folder(models / "encoder", random_checkpoint(head="none"))
    write_hf_folder(models / "sharded", random_checkpoint(), shards=2, tokenizer_json=True)
    return serve_hub({f"acme/{name}": models / name for name in ("tiny", "encoder", "sharded")})


def repartee(home, *arguments, endpoint="http://127.0.0.1:9"):
    environment = {**os.environ, "HF_ENDPOINT": endpoint, "HF_HOME": str(home / "hf"), "REPARTEE_HOME": str(home)}
    environment.pop("HF_HUB_OFFLINE", None)
    return subprocess.run(
        [sys.executable, "-m", "assistant", *arguments], env=environment, capture_output=True, text=True, timeout=120
    )


@pytest.mark.parametrize("name", ["tiny", "sharded"])
def test_a_model_is_fetched_checked_and_listed(hub, tmp_path, name):
    done = repartee(tmp_path / "home", "models", "pull", f"acme/{name}", endpoint=hub.url)
    assert done.returncode == 0, done.stderr
    assert f"acme/{name}: 2 layers of 32" in done.stdout
    folder = tmp_path / "home" / "models" / f"acme--{name}"
    assert Checkpoint.load(folder).head == "span"
    assert "pytorch_model.bin" not in hub.fetched, "the same weights in another format stay there"
    listed = json.loads(repartee(tmp_path / "home", "models", "list", "--json").stdout)
    assert {"name": f"acme/{name}", "path": str(folder), "layers": 2, "hidden_size": 32}.items() <= listed[-1].items()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["acme/nothing"], "The hub has no model acme/nothing; give it as owner/model"),
        (["no such name"], "The hub has no model no such name; give it as owner/model"),
        ([""], "'' is not the name of a model; give it as owner/model."),
        ([".."], "'..' is not the name of a model; give it as owner/model."),
        (["acme/gated"], "acme/gated asks for its terms to be accepted first"),
        (["acme/tiny", "--revision", "v9"], "acme/tiny has no revision v9"),
        (["acme/encoder"], "acme/encoder has no question-answering head"),
    ],
)
def test_what_cannot_be_pulled_gives_one_sentence_and_leaves_no_model(hub, tmp_path, arguments, sentence):
    done = repartee(tmp_path / "home", "models", "pull", *arguments, endpoint=hub.url)
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1].startswith(f"repartee: {sentence}")
    assert "Traceback" not in done.stderr
    assert all(model.name == "bundled" for model in local_models(tmp_path / "home" / "models"))


def test_a_hub_that_does_not_answer_gives_one_sentence(tmp_path):
    done = repartee(tmp_path / "home", "models", "pull", "acme/tiny")
    assert done.returncode == 2
    assert "acme/tiny could not be fetched (" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_model_that_was_damaged_on_disk_is_listed_with_its_problem(tmp_path):
    folder = write_hf_folder(tmp_path / "acme--tiny", random_checkpoint())
    (folder / "config.json").write_text("{")
    (model,) = (model for model in local_models(tmp_path) if model.name != "bundled")
    assert model.name == "acme/tiny"
    assert "holds no model that can be read" in model.problem
