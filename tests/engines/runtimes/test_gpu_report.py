import pytest

from engines.runtimes import gpu_report
from engines.runtimes.cuda import driver as cuda
from engines.runtimes.tensorrt.api import installed


def test_every_finding_is_one_line_with_a_state():
    findings = list(gpu_report.report())
    assert findings
    for name, state, detail, remedy in findings:
        assert name
        assert state in ("ok", "missing", "broken")
        assert detail
        assert "\n" not in detail + remedy


@pytest.mark.skipif(cuda.has_driver(), reason="about machines without an NVIDIA driver; this one has it")
def test_without_a_driver_and_without_tensorrt_nothing_is_broken():
    name, state, _, remedy = next(gpu_report.report())
    assert (name, state) == ("driver", "missing")
    assert bool(remedy) == bool(installed()), "advice only for those who installed TensorRT"


@pytest.mark.gpu
def test_with_a_gpu_it_is_named_with_its_memory():
    findings = {name: (state, detail) for name, state, detail, _ in gpu_report.report()}
    assert findings["driver"][0] == "ok"
    assert findings["GPU"][0] == "ok"
    assert cuda.find_gpu().name in findings["GPU"][1]
