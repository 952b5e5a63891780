"""The kernels compiled with gcc's sanitizers: nothing out of bounds, nothing undefined, no data race."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import plugins
from plugins.bert_cpu import INSTRUCTIONS, here, missing

pytestmark = [
    pytest.mark.skipif(bool(missing()), reason=missing()),
    pytest.mark.skipif(not shutil.which("gcc"), reason="gcc is not installed"),
]

# Without optimisation: every access of the source is watched, and compiling, which is nearly all that this costs, takes
# a quarter of the time.
FLAGS = "-std=gnu11 -O0 -g1 -pthread -fPIC"

PROGRAM = """
import sys
from concurrent.futures import ThreadPoolExecutor
import numpy as np
from tests.plugins.test_bert_cpu import BertCpu, batch, random_model
from plugins import bert_cpu

assert str(bert_cpu._file()).startswith(sys.argv[1]), bert_cpu._file()
for isa in bert_cpu.here():
    for heads in (1, 2):
        kernels = BertCpu(random_model(heads=heads), threads=3, isa=isa.name)
        for lengths in [(1,), (2, 0, 63), (64, 65), (7, 130, 5), (384, 9)]:
            kernels.run(*batch(*lengths))
            kernels.run_on(np.array(lengths), kernels.run(*batch(*lengths), layers=1), 1)
        with ThreadPoolExecutor(3) as callers:
            list(callers.map(lambda length: kernels.run(*batch(length)), range(1, 60, 5)))
        kernels.close()
print("through")
"""


@pytest.mark.parametrize(
    ("sanitizers", "libraries"), [("address,undefined", ("libasan.so", "libubsan.so")), ("thread", ("libtsan.so",))]
)
def test_the_kernels_pass_under_sanitizers(sanitizers, libraries, tmp_path):
    root = Path(plugins.__file__).parents[1]
    paths = [subprocess.check_output(["gcc", f"-print-file-name={name}"], text=True).strip() for name in libraries]
    if not all(Path(path).is_absolute() for path in paths):
        pytest.skip(f"gcc has no {' or '.join(libraries)} here")
    shutil.copytree(root / "plugins", tmp_path / "plugins", ignore=shutil.ignore_patterns("*.so", "__pycache__"))
    watch = [f"-fsanitize={sanitizers}", "-fno-sanitize-recover=undefined"]
    # What is for instructions that this processor lacks is not run, and so need not be watched: half of the compiling.
    lacking = {name.replace("-", "_") for name in INSTRUCTIONS.keys() - {isa.name for isa in here()}}
    objects = []
    for source in (tmp_path / "plugins" / "kernels" / "cpu").glob("*.c"):
        objects.append(source.with_suffix(".o"))
        flags = FLAGS.split() + watch * (source.stem not in lacking)
        subprocess.run(["gcc", *flags, "-c", source, "-o", objects[-1]], check=True)
    library = tmp_path / "plugins" / "_bert_cpu.so"
    subprocess.run(["gcc", "-shared", "-pthread", *watch, *objects, "-lm", "-o", library], check=True)
    env = {
        **os.environ,
        "LD_PRELOAD": " ".join(paths),
        "PYTHONPATH": os.pathsep.join([str(tmp_path), str(root), *sys.path]),
        "ASAN_OPTIONS": "detect_leaks=0",  # the interpreter's own
        "TSAN_OPTIONS": "exitcode=66",
    }
    fixed = ["setarch", "-R"] if shutil.which("setarch") else []  # the thread sanitizer knows no random addresses
    result = subprocess.run(
        [*fixed, sys.executable, "-c", PROGRAM, str(tmp_path)],
        env=env,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert result.stdout == "through\n", result.stderr[-3000:]
    assert result.returncode == 0, result.stderr[-3000:]
    assert "Sanitizer" not in result.stderr
