import json
from dataclasses import replace
from types import SimpleNamespace

import pytest

from engines.errors import ReparteeError
from engines.runtimes.cache import EngineCache, read_engine
from engines.runtimes.ranges import measure_ranges
from engines.runtimes.tensorrt.api import TensorRT, TensorRTError, installed
from engines.runtimes.tensorrt.build import EngineOptions, Profile, build_engine, build_for, engine_key, parts
from tests.engines.small_bert import random_batch, random_checkpoint

SMALL = {"buckets": (32, 64), "batches": (1, 4)}


@pytest.fixture(scope="module")
def rtx():
    if "tensorrt_rtx" not in installed():
        pytest.skip("needs TensorRT-RTX, which make test installs on x86-64 Linux: pip install 'repartee[rtx]'")
    return TensorRT.load("tensorrt_rtx")


def test_each_bucket_has_a_profile_for_each_batch_size():
    shapes = [Profile(32, 1), Profile(32, 16), Profile(64, 1), Profile(64, 16)]
    assert EngineOptions((64, 32), (16, 1)).profiles() == shapes
    assert [each.buckets for each in EngineOptions((64, 32)).by_bucket()] == [(32,), (64,)]


def test_a_single_long_row_has_an_engine_of_its_own_where_more_rows_need_filled_heads(checkpoint):
    options = EngineOptions((256, 384), (1, 8, 16))
    old, new = (SimpleNamespace(name="tensorrt", numbers=numbers) for numbers in ((8, 6, 0), (10, 3, 0)))
    shapes = [(each.buckets, each.batches) for each in parts(old, checkpoint, options)]
    assert shapes == [((256,), (1, 8, 16)), ((384,), (1,)), ((384,), (8, 16))]
    assert parts(new, checkpoint, options) == options.by_bucket()
    wide = random_checkpoint(hidden_size=64, heads=1)
    assert parts(old, wide, options) == options.by_bucket()


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"precision": "int3"}, "no precision 'int3'; choose one of fp16, int8, fp8, fp32"),
        ({"buckets": ()}, "at least one length"),
        ({"batches": (0,)}, "each 1 or more"),
    ],
)
def test_options_that_cannot_be_built_are_refused(options, sentence):
    with pytest.raises(ReparteeError, match=sentence):
        EngineOptions(**options)


@pytest.mark.parametrize("target", ["8.6", "12.0"])
@pytest.mark.parametrize("head", ["span", "embedding"])
def test_an_engine_is_built_for_a_gpu_that_is_not_here(rtx, target, head):
    checkpoint = random_checkpoint(head="span" if head == "span" else "none")
    steps = []
    options = EngineOptions(**SMALL, targets=(target,))
    plan = build_engine(
        rtx, checkpoint, head=head, options=options, progress=lambda phase, done: steps.append((phase, done))
    )
    assert len(plan) > 10_000
    assert steps[0] == ("graph", 0.0)
    assert steps[-1] == ("built", 1.0)
    building = [done for phase, done in steps if phase == "building"]
    assert building == sorted(building)
    assert len(building) > 1


def test_engines_differ_by_target_and_precision(rtx, checkpoint):
    plans = {
        build_engine(rtx, checkpoint, options=EngineOptions((32,), (1,), precision, targets=(target,)))
        for target in ("8.6", "12.0")
        for precision in ("fp16", "fp32")
    }
    assert len(plans) == 4


def test_the_cache_keeps_real_engines_and_rebuilds_the_damaged_and_the_stale(rtx, checkpoint, tmp_path):
    cache = EngineCache(tmp_path)
    options = EngineOptions((32,), (1,), targets=("8.6",))
    builds = []

    def build():
        builds.append(1)
        return build_engine(rtx, checkpoint, options=options, cache=cache)

    key = engine_key(rtx, checkpoint, "span", "8.6", options)
    plan = cache.load_or_build(key, build)
    assert cache.load_or_build(key, build) == plan
    assert len(builds) == 1
    path = cache.path(key)
    path.write_bytes(path.read_bytes()[:-100])
    cache.load_or_build(key, build)
    assert len(builds) == 2
    other = engine_key(rtx, random_checkpoint(seed=8), "span", "8.6", options)
    assert cache.path(other) != path
    assert json.loads(key.options)["precision"] == "fp16"
    assert read_engine(path, key)


def test_a_target_the_library_does_not_know_is_named(rtx, checkpoint):
    with pytest.raises(TensorRTError, match=r"cannot build for compute capability 9\.0; it can for 7\.5, .*12\.0"):
        build_engine(rtx, checkpoint, options=EngineOptions(**SMALL, targets=("9.0",)))


def test_a_gpu_the_library_does_not_run_on_is_named(rtx):
    with pytest.raises(TensorRTError, match=r"does not run on compute capability 9\.0, only on .*; install tensorrt"):
        rtx.check_capability((9, 0))
    assert rtx.check_capability((8, 9)) is rtx


def test_a_bucket_longer_than_the_model_is_refused(rtx, checkpoint):
    with pytest.raises(ReparteeError, match="reads up to 64 tokens, so no bucket of 128"):
        build_engine(rtx, checkpoint, options=EngineOptions((128,), (1,), targets=("8.6",)))


def test_a_plan_that_is_none_is_refused_with_tensorrts_words(rtx):
    with pytest.raises(TensorRTError, match=r"TensorRT-RTX .* could not load the engine \(.+\); see repartee doctor"):
        rtx.deserialize(b"not an engine" * 100)


def test_a_library_that_is_not_installed_is_named():
    if "tensorrt" in installed():
        pytest.skip("about machines without TensorRT; this one has it")
    with pytest.raises(
        TensorRTError, match=r"tensorrt is not installed; install it with pip install 'repartee\[gpu\]'"
    ):
        TensorRT.load("tensorrt")


@pytest.mark.parametrize(("precision", "target"), [("int8", "8.6"), ("int8", "12.0"), ("fp8", "8.9"), ("fp8", "12.0")])
def test_quantised_engines_are_built_from_measured_ranges(rtx, checkpoint, precision, target):
    options = EngineOptions((32,), (1,), precision, targets=(target,))
    with pytest.raises(ReparteeError, match=f"no activation ranges, which {precision} needs"):
        build_engine(rtx, checkpoint, options=options)
    ranges = measure_ranges(checkpoint, [random_batch(checkpoint.config, 2, 32)])
    assert len(build_engine(rtx, replace(checkpoint, activations=ranges), options=options)) > 10_000


def test_fp8_on_a_gpu_without_it_fails_with_tensorrts_words(rtx, checkpoint):
    ranges = measure_ranges(checkpoint, [random_batch(checkpoint.config, 2, 32)])
    with pytest.raises(TensorRTError, match=r"could not build the engine .*fp8"):
        build_engine(
            rtx,
            replace(checkpoint, activations=ranges),
            options=EngineOptions((32,), (1,), "fp8", targets=("8.6",)),
        )


def test_engines_for_two_targets_are_kept_as_a_machine_with_such_a_gpu_looks_for_them(rtx, checkpoint, tmp_path):
    cache, options = EngineCache(tmp_path), EngineOptions((32, 64), (1,))
    paths = list(build_for(("8.6", "12.0"), checkpoint, cache, options=options))
    assert len(set(paths)) == 4
    for target in ("8.6", "12.0"):
        for each in options.by_bucket():
            assert read_engine(cache.path(key := engine_key(rtx, checkpoint, "span", target, each)), key)
    again = list(
        build_for(("8.6",), checkpoint, cache, options=options, progress=lambda *_: pytest.fail("built twice"))
    )
    assert again == paths[:2]
