"""The hub client against a small HTTP server that speaks the hub's routes."""

import hashlib
import json
import os
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from engines.checkpoint import Checkpoint
from engines.hub import local_models
from tests.engines.conftest import random_checkpoint, write_hf_folder

COMMIT = "c" * 40


class Hub(BaseHTTPRequestHandler):
    """Model information, file heads and file contents, as the hub serves them; ``models``: name → folder."""

    models: dict[str, Path]
    fetched: list[str]
    protocol_version = "HTTP/1.1"

    def do_HEAD(self):
        self.answer(body=False)

    def do_GET(self):
        self.answer(body=True)

    def answer(self, *, body):
        path = unquote(urlsplit(self.path).path)
        if path.startswith("/api/models/"):
            name, _, rest = path.removeprefix("/api/models/").partition("/revision/")
            if rest.startswith("tree") or "/tree/" in name:
                name = name.partition("/tree/")[0]
                return self.send(200, json.dumps(self.tree(name)).encode(), body, {})
            if problem := self.problem(name, rest or "main"):
                return self.send(*problem, body, {"X-Error-Code": problem[1].decode()})
            files = [{"rfilename": file["path"]} for file in self.tree(name)]
            info = {"id": name, "modelId": name, "sha": COMMIT, "private": False, "tags": [], "siblings": files}
            return self.send(200, json.dumps(info).encode(), body, {})
        name, _, rest = path.removeprefix("/").partition("/resolve/")
        revision, _, file = rest.partition("/")
        if problem := self.problem(name, revision):
            return self.send(*problem, body, {"X-Error-Code": problem[1].decode()})
        if not (self.models[name] / file).is_file():
            return self.send(404, b"EntryNotFound", body, {"X-Error-Code": "EntryNotFound"})
        content = (self.models[name] / file).read_bytes()
        if body:
            self.fetched.append(file)
        return self.send(
            200, content, body, {"ETag": f'"{hashlib.sha256(content).hexdigest()}"', "X-Repo-Commit": COMMIT}
        )

    def problem(self, name, revision):
        if name == "acme/gated":
            return 403, b"GatedRepo"
        if name not in self.models:
            return 404, b"RepoNotFound"
        return None if revision in ("main", COMMIT) else (404, b"RevisionNotFound")

    def tree(self, name):
        files = sorted(path for path in self.models[name].iterdir() if path.is_file())
        return [{"type": "file", "path": file.name, "size": file.stat().st_size, "oid": "0" * 40} for file in files]

    def send(self, status, content, body, headers):
        self.send_response(status)
        for key, value in {"Content-Type": "application/json", "Content-Length": str(len(content)), **headers}.items():
            self.send_header(key, value)
        self.end_headers()
        if body:
            self.wfile.write(content)

    def log_message(self, *_):
        pass


@pytest.fixture
def hub(tmp_path):
    models = tmp_path / "hub"
    reader = write_hf_folder(models / "tiny", random_checkpoint())
    (reader / "pytorch_model.bin").write_bytes(b"the same weights once more")
    write_hf_folder(models / "encoder", random_checkpoint(head="none"))
    write_hf_folder(models / "sharded", random_checkpoint(), shards=2, tokenizer_json=True)
    names = {f"acme/{name}": models / name for name in ("tiny", "encoder", "sharded")}
    handler = type("OneHub", (Hub,), {"models": names, "fetched": []})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def repartee(home, *arguments, endpoint="http://127.0.0.1:9"):
    environment = {**os.environ, "HF_ENDPOINT": endpoint, "HF_HOME": str(home / "hf"), "REPARTEE_HOME": str(home)}
    environment.pop("HF_HUB_OFFLINE", None)
    return subprocess.run(
        [sys.executable, "-m", "assistant", *arguments], env=environment, capture_output=True, text=True, timeout=60
    )


def address(hub):
    return f"http://127.0.0.1:{hub.server_address[1]}"


@pytest.mark.parametrize("name", ["tiny", "sharded"])
def test_a_model_is_fetched_checked_and_listed(hub, tmp_path, name):
    done = repartee(tmp_path / "home", "models", "pull", f"acme/{name}", endpoint=address(hub))
    assert done.returncode == 0, done.stderr
    assert f"acme/{name}: 2 layers of 32" in done.stdout
    folder = tmp_path / "home" / "models" / f"acme--{name}"
    assert Checkpoint.load(folder).head == "span"
    assert "pytorch_model.bin" not in hub.RequestHandlerClass.fetched, "the same weights in another format stay there"
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
    done = repartee(tmp_path / "home", "models", "pull", *arguments, endpoint=address(hub))
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
