"""Which recognizer and which voice suit this machine."""

from __future__ import annotations

from typing import Any

from assistant.config import Config
from assistant.machine import Machine, measure
from assistant.recognizers.catalogue import STREAMING, Published
from assistant.recognizers.choose import POCKETSPHINX, best_installed
from assistant.recognizers.pulling import WHISPER
from assistant.recognizers.whisper.weights import RECOMMENDED, Source, installed

#: GFLOP/s of a core that needs what the catalogue says: about that of an AMD Zen 3 with AVX2.
REFERENCE = 110.0
#: Seconds that a core so fast takes for a question of 2.6 s (docs/speech.md has the measurements).
WHISPER_S = {"tiny": 0.27, "base": 0.45}
SHARE = 0.5  # of a core that hearing may take while somebody speaks, and of the free memory
QUICK_S = 0.8  # that a question may take

#: Words wrong, per cent of LibriSpeech other, as Picovoice's benchmark publishes them for OpenAI's weights.
PUBLISHED = {"tiny": "13.8 on LibriSpeech other", "base": "10.4 on LibriSpeech other"}


def recommendation(config: Config) -> dict[str, Any]:
    """Return what `models recommend` shows: machine, rows of recognizers, the one to take, a voice, what hears now."""
    from assistant.recognizers.catalogue import pulled

    machine = measure()
    speech = config.speech.recognizer
    hears = best_installed(config.cache_dir, config.models_dir) if speech == "auto" else speech
    here, weights = set(pulled(config.models_dir)), {each.name for each in installed()}
    rows = [_streaming(model, machine, installed=model.name in here) for model in STREAMING]
    rows += [_whisper(source, machine, installed=source.name in weights) for source in RECOMMENDED[::-1]]
    fitting = [row for row in rows if row.pop("fits")]
    rows.append(
        {
            "name": POCKETSPHINX, "megabytes": 38, "licence": "BSD-2-Clause", "installed": True, "get": "",
            "about": "what is left without the others", "errors": "several times theirs", "speed": "always runs",
        }
    )  # fmt: skip
    return {
        "machine": vars(machine),
        "recognizers": rows,
        "recommended": (fitting or rows)[0]["name"],
        "voice": _voice(),
        "hears": hears,
    }


def _streaming(model: Published, machine: Machine, *, installed: bool) -> dict[str, Any]:
    share = model.cost * _slower(machine)
    room = not machine.memory_mb or model.memory_mb <= SHARE * machine.memory_mb
    # A model whose licence is not clear is there for whoever knows better, and is not what we propose.
    return {
        "name": model.name, "megabytes": model.megabytes, "licence": model.licence, "installed": installed,
        "get": f"repartee models pull {model.name}", "about": model.about, "errors": model.errors,
        "speed": f"about {share:.2f} of a core while somebody speaks",
        "fits": share <= SHARE * min(machine.cores, 2) / 2 and room and not model.unclear,
    }  # fmt: skip


def _whisper(source: Source, machine: Machine, *, installed: bool) -> dict[str, Any]:
    seconds = WHISPER_S[source.name] * _slower(machine) / min(machine.cores, 2)
    return {
        "name": f"{WHISPER}{source.name}", "megabytes": source.megabytes, "licence": source.licence,
        "installed": installed, "get": f"repartee models pull {WHISPER}{source.name}", "about": source.why,
        "errors": PUBLISHED[source.name], "speed": f"a question in about {1000 * seconds:.0f} ms",
        "fits": seconds <= QUICK_S,
    }  # fmt: skip


def _slower(machine: Machine) -> float:
    """Return how many times as long a core takes here; 1.0 where it could not be timed."""
    return REFERENCE / machine.gflops if machine.gflops else 1.0


def _voice() -> dict[str, Any]:
    from ctypes.util import find_library

    flite = find_library("flite_cmu_us_slt") is not None
    return {
        "name": "flite slt", "megabytes": 13, "licence": "BSD-like (Carnegie Mellon University)",
        "get": "" if flite else "apt-get install libflite1",
    }  # fmt: skip
