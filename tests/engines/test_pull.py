"""Files from a hub, a mirror or a folder: whole and unchanged, or not at all."""

import hashlib
import http.server
import json
import threading
import urllib.request
from pathlib import Path

import pytest

from engines import pull
from engines.hub import local_models
from engines.pull import PullError, Wanted, damaged, pull_files, read_record

PATTERNS = (("encoder*.int8.onnx", "encoder*.onnx"), ("tokens.txt",))
EAR = Wanted(name="ear", repository="acme/ear", patterns=PATTERNS)


@pytest.fixture
def files(tmp_path) -> Path:
    folder = tmp_path / "hub" / "ear"
    folder.mkdir(parents=True)
    (folder / "encoder-1.onnx").write_bytes(b"large weights" * 100_000)
    (folder / "encoder-1.int8.onnx").write_bytes(bytes(range(256)) * 4_000)
    (folder / "tokens.txt").write_text("<blk> 0\na 1\n")
    (folder / "README.md").write_text("about")
    return folder


@pytest.fixture
def hub(serve_hub, files, monkeypatch):
    hub = serve_hub({"acme/ear": files})
    monkeypatch.setenv("HF_ENDPOINT", hub.url)
    monkeypatch.setattr(pull, "PATIENCE_S", 5.0)
    return hub


def test_what_is_wanted_is_fetched_and_recorded(hub, files, tmp_path) -> None:
    seen = []
    target = pull_files(EAR, tmp_path / "models", facts={"kind": "recognizer"}, tell=lambda *told: seen.append(told))
    assert sorted(path.name for path in target.iterdir()) == ["encoder-1.int8.onnx", "pulled.json", "tokens.txt"]
    assert (target / "encoder-1.int8.onnx").read_bytes() == (files / "encoder-1.int8.onnx").read_bytes()
    record = read_record(target)
    assert record["kind"] == "recognizer"
    assert record["revision"] == "c" * 40
    digest = hashlib.sha256((files / "tokens.txt").read_bytes()).hexdigest()
    assert record["files"]["tokens.txt"] == {"sha256": digest, "size": 12}
    assert seen[-1] == ("tokens.txt", 12, 12)
    assert not damaged(target)
    assert all(model.name == "bundled" for model in local_models(tmp_path / "models")), "it is no reader"


def test_a_transfer_that_was_cut_goes_on_where_it_stopped(hub, files, tmp_path) -> None:
    hub.cuts["encoder-1.int8.onnx"] = 300_000
    target = pull_files(EAR, tmp_path / "models")
    assert hub.starts[:2] == [("encoder-1.int8.onnx", 0), ("encoder-1.int8.onnx", 300_000)]
    assert (target / "encoder-1.int8.onnx").read_bytes() == (files / "encoder-1.int8.onnx").read_bytes()


def test_what_another_run_left_is_gone_on_with(hub, files, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(pull, "TRIES", 1)
    hub.cuts["encoder-1.int8.onnx"] = 300_000
    with pytest.raises(PullError, match="ear could not be fetched"):
        pull_files(EAR, tmp_path / "models")
    assert not (tmp_path / "models" / "ear").exists()
    target = pull_files(EAR, tmp_path / "models")
    assert hub.starts == [("encoder-1.int8.onnx", 0), ("encoder-1.int8.onnx", 300_000), ("tokens.txt", 0)]
    assert not damaged(target)


@pytest.mark.parametrize("file", ["encoder-1.int8.onnx", "tokens.txt"])
def test_a_file_that_is_not_the_hubs_own_is_refused(hub, files, tmp_path, monkeypatch, file) -> None:
    """Large files have a SHA-256 there, small ones git's SHA-1."""
    sibling = hub.RequestHandlerClass.sibling

    def other(handler, name, path):
        row = sibling(handler, name, path)
        wrong = {"blobId": "0" * 40} | ({"lfs": {"sha256": "0" * 64}} if "lfs" in row else {})
        return row | wrong if path == file else row

    monkeypatch.setattr(hub.RequestHandlerClass, "sibling", other)
    with pytest.raises(PullError, match="is not the file that was expected"):
        pull_files(EAR, tmp_path / "models")
    assert not (tmp_path / "models" / "ear").exists()
    assert not list((tmp_path / "models").rglob(file))


def test_our_own_hashes_are_held_against_what_comes(hub, tmp_path) -> None:
    pinned = Wanted(name="ear", repository="acme/ear", patterns=PATTERNS, hashes={"tokens.txt": "0" * 64})
    with pytest.raises(PullError, match="its hash differs"):
        pull_files(pinned, tmp_path / "models")


def test_what_was_trusted_once_is_trusted_alone(hub, files, tmp_path) -> None:
    pull_files(EAR, tmp_path / "models")
    (files / "tokens.txt").write_text("<blk> 0\nb 1\n")  # under the same commit
    with pytest.raises(PullError, match="its hash differs"):
        pull_files(EAR, tmp_path / "models")
    assert (tmp_path / "models" / "ear" / "tokens.txt").read_text() == "<blk> 0\na 1\n", "the copy that is here stays"


@pytest.mark.parametrize(
    ("repository", "revision", "sentence"),
    [
        ("acme/nothing", "main", "ear is not at .*status 404"),
        ("acme/gated", "main", "status 403.*HF_TOKEN"),
        ("acme/ear", "v9", "status 404"),
    ],
)
def test_what_is_not_there_gives_one_sentence(hub, tmp_path, repository, revision, sentence) -> None:
    with pytest.raises(PullError, match=sentence) as caught:
        pull_files(Wanted(name="ear", repository=repository, patterns=PATTERNS, revision=revision), tmp_path)
    assert "\n" not in str(caught.value)


def test_a_repository_in_another_form_is_refused(hub, tmp_path) -> None:
    with pytest.raises(PullError, match=r"acme/ear has no joiner\*\.onnx"):
        pull_files(Wanted(name="ear", repository="acme/ear", patterns=(*PATTERNS, ("joiner*.onnx",))), tmp_path)


def test_a_hub_that_does_not_answer_gives_one_sentence(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(PullError, match=r"could not be fetched \(.*refused"):
        pull_files(EAR, tmp_path)


def test_a_pulled_folder_is_a_mirror(hub, tmp_path, monkeypatch) -> None:
    pull_files(EAR, tmp_path / "models")
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    copied = pull_files(EAR, tmp_path / "copied", source=str(tmp_path / "models"))
    assert read_record(copied)["files"] == read_record(tmp_path / "models" / "ear")["files"]

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *arguments) -> None:
            super().__init__(*arguments, directory=str(tmp_path / "models"))

        def log_message(self, *_) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Quiet) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        served = pull_files(EAR, tmp_path / "served", source=f"http://127.0.0.1:{server.server_port}/")
        (tmp_path / "models" / "ear" / "tokens.txt").write_text("<blk> 0\nc 1\n")
        for source in (f"http://127.0.0.1:{server.server_port}", str(tmp_path / "models")):
            with pytest.raises(PullError, match="its hash differs"):
                pull_files(EAR, tmp_path / "again", source=source)
        server.shutdown()
    assert read_record(served)["revision"] == "c" * 40


def test_a_folder_that_somebody_unpacked_will_do(files, tmp_path) -> None:
    target = pull_files(EAR, tmp_path / "models", source=str(files))
    assert not damaged(target)
    (target / "tokens.txt").write_text("changed")
    assert damaged(target) == "tokens.txt"


@pytest.mark.parametrize("source", ["ftp://127.0.0.1/x", "file:///etc"])
def test_no_other_kind_of_address_is_opened(tmp_path, source) -> None:
    with pytest.raises(PullError, match="expected http or https"):
        pull_files(EAR, tmp_path, source=source)


def test_names_that_leave_the_folder_are_refused(tmp_path, monkeypatch) -> None:
    record = {"files": {"../encoder.onnx": {"size": 1, "sha256": "0" * 64}, "tokens.txt": {"size": 1, "sha256": ""}}}
    folder = tmp_path / "mirror" / "ear"
    folder.mkdir(parents=True)
    (folder / "pulled.json").write_text(json.dumps(record))
    with pytest.raises(PullError, match="expected plain names"):
        pull_files(
            Wanted(name="ear", repository="a/b", patterns=(("*encoder.onnx",),)),
            tmp_path / "models",
            source=str(tmp_path / "mirror"),
        )


def test_a_proxy_is_used_and_the_token_is_for_the_hub_alone(hub, tmp_path, monkeypatch) -> None:
    """The hub stands behind a proxy, and sends whoever asks for a file to another host, as the real one does."""
    asked = []
    answer = hub.RequestHandlerClass.answer

    def noted(handler, *, body):
        asked.append((handler.path, handler.headers.get("Authorization")))
        if handler.path.startswith("http://hub.example/acme/ear/resolve"):
            handler.send_response(302)
            handler.send_header("Location", handler.path.replace("hub.example", "store.example"))
            handler.send_header("Content-Length", "0")
            handler.end_headers()
            return
        answer(handler, body=body)

    monkeypatch.setattr(hub.RequestHandlerClass, "answer", noted)
    monkeypatch.setenv("HF_ENDPOINT", "http://hub.example")
    monkeypatch.setenv("HF_TOKEN", "secret")
    monkeypatch.setenv("http_proxy", hub.url)
    monkeypatch.setattr(urllib.request, "_opener", None)
    target = pull_files(EAR, tmp_path / "models")
    monkeypatch.setattr(urllib.request, "_opener", None)
    assert not damaged(target)
    tokens = {path.split("/")[2]: token for path, token in asked}
    assert tokens == {"hub.example": "Bearer secret", "store.example": None}
