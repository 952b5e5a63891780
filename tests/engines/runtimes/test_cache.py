import multiprocessing
import os
import time
from dataclasses import replace

import pytest

from engines.runtimes.cache import CacheError, EngineCache, EngineKey, read_engine, read_header

KEY = EngineKey("ab" * 32, "span", "1-16x128", "tensorrt", "10.3.0", "NVIDIA L4 (8.9)", '{"precision": "fp16"}')
PLAN = os.urandom(5000)


def never():
    raise AssertionError("the engine was built although the cache holds it")


@pytest.fixture
def cache(tmp_path):
    return EngineCache(tmp_path / "engines")


def test_an_engine_is_built_once_and_read_back_whole(cache):
    assert cache.load_or_build(KEY, lambda: PLAN) == PLAN
    assert cache.load_or_build(KEY, never) == PLAN
    assert read_engine(cache.path(KEY), KEY) == PLAN


@pytest.mark.parametrize("field", ["weights", "head", "shapes", "library", "version", "gpu", "options"])
def test_an_engine_made_from_anything_else_is_not_used(cache, field):
    cache.store(KEY, PLAN, 1.0)
    other = replace(KEY, **{field: "other"})
    assert cache.load_or_build(other, lambda: b"new") == b"new"
    assert cache.load_or_build(other, never) == b"new"


def test_a_newer_tensorrt_replaces_the_file_of_the_older_one(cache):
    cache.store(KEY, PLAN, 1.0)
    newer = replace(KEY, version="11.0.0")
    cache.load_or_build(newer, lambda: b"new")
    assert [entry.key.version for entry in cache.entries()] == ["11.0.0"]


def test_an_engine_for_another_gpu_is_refused_in_one_sentence(cache):
    cache.store(KEY, PLAN, 1.0)
    here = replace(KEY, gpu="NVIDIA H200 (9.0)")
    with pytest.raises(
        CacheError, match=r"was built for NVIDIA L4 \(8.9\), but this is NVIDIA H200 \(9.0\); rebuild it"
    ):
        read_engine(cache.path(KEY), here)


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        (lambda data: data[:-1], "was cut short"),
        (lambda data: data[:20], "damaged header"),
        (lambda data: data[:10], "damaged header"),
        (lambda _: b"", "no engine file"),
        (lambda data: b"ONNX" + data[4:], "no engine file"),
        (lambda data: data[:14] + b"#" + data[15:], "damaged header"),
        (lambda data: data[:-9] + bytes([data[-9] ^ 1]) + data[-8:], "checksum does not match"),
    ],
)
def test_a_damaged_engine_is_named_and_built_again(cache, damage, sentence):
    cache.store(KEY, PLAN, 1.0)
    path = cache.path(KEY)
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(CacheError, match=sentence):
        read_engine(path, KEY)
    assert cache.load_or_build(KEY, lambda: PLAN) == PLAN
    assert read_engine(path, KEY) == PLAN


def test_a_missing_engine_says_how_to_build_one(cache):
    with pytest.raises(CacheError, match=r"No such file.*repartee engine build"):
        read_header(cache.path(KEY))


def test_a_failed_build_leaves_nothing_and_its_error_passes_through(cache):
    def fail():
        raise RuntimeError("no tactic")

    with pytest.raises(RuntimeError, match="no tactic"):
        cache.load_or_build(KEY, fail)
    assert cache.entries() == []
    assert cache.load_or_build(KEY, lambda: PLAN) == PLAN


def test_nothing_partial_is_left_behind(cache):
    cache.store(KEY, PLAN, 1.0)
    assert [path.suffix for path in cache.folder.iterdir()] == [".engine"]


def test_a_folder_that_cannot_be_written_costs_a_build_and_no_error(tmp_path):
    (tmp_path / "engines").write_text("a file where the folder would be")
    assert EngineCache(tmp_path / "engines").load_or_build(KEY, lambda: PLAN) == PLAN
    EngineCache(tmp_path / "engines").write_timings("here", b"x")


def test_entries_are_listed_newest_first_without_the_damaged(cache):
    cache.store(KEY, PLAN, 2.5)
    time.sleep(0.01)
    cache.store(replace(KEY, shapes="1-16x384"), PLAN, 3.5)
    (cache.folder / "broken.engine").write_bytes(b"RPTENG1\n\xff\xff")
    assert [(entry.key.shapes, entry.bytes, entry.build_seconds) for entry in cache.entries()] == [
        ("1-16x384", 5000, 3.5),
        ("1-16x128", 5000, 2.5),
    ]


def test_timings_are_kept_per_name(cache):
    assert cache.read_timings("tensorrt-10.3.0-NVIDIA L4 (8.9)") == b""
    cache.write_timings("tensorrt-10.3.0-NVIDIA L4 (8.9)", b"tactics")
    assert cache.read_timings("tensorrt-10.3.0-NVIDIA L4 (8.9)") == b"tactics"
    assert cache.read_timings("tensorrt-10.3.0-NVIDIA T4 (7.5)") == b""


def _build_slowly(folder, log):
    def build():
        with log.open("a") as file:
            file.write("built\n")
        time.sleep(0.3)
        return PLAN

    assert EngineCache(folder).load_or_build(KEY, build) == PLAN


def test_of_several_processes_only_one_builds(tmp_path):
    log = tmp_path / "log"
    spawn = multiprocessing.get_context("fork")
    workers = [spawn.Process(target=_build_slowly, args=(tmp_path / "engines", log)) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert [worker.exitcode for worker in workers] == [0, 0, 0]
    assert log.read_text() == "built\n"
