"""What is installed, what is missing and how to get it. A check that fails becomes a finding; nothing here raises."""

from __future__ import annotations

import contextlib
import dataclasses
import importlib.util
import os
import platform
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

from assistant.config import FILE_NAME, SECRETS, Config, section_types
from assistant.machine import cores_here, instructions_here
from engines.errors import ReparteeError

State = Literal["ok", "missing", "broken"]

BROKER_S = 5.0  #: how long a broker is waited for
SATELLITE_S = 2.0  #: and each satellite


@dataclass(frozen=True)
class Finding:
    """One line of the report: a "missing" part is optional, a "broken" one is needed; `remedy` says what to do."""

    topic: str
    name: str
    state: State
    detail: str
    remedy: str = ""


def examine(config: Config, config_problem: str = "") -> list[Finding]:
    """Return every finding, topic by topic."""
    checks: list[tuple[str, Callable[[Config], Iterator[Finding]]]] = [
        ("machine", _machine),
        ("packages", _packages),
        ("reader", _reader),
        ("runtimes", _runtimes),
        ("GPU", _gpu),
        ("knowledge", _knowledge),
        ("speech", _speech),
        ("devices", _devices),
        ("Wyoming", _wyoming),
        ("extras", _extras),
    ]
    findings = []
    if config_problem:
        findings.append(
            Finding("settings", FILE_NAME, "broken", config_problem, "defaults are used until it is corrected")
        )
    for topic, check in checks:
        findings += _findings(topic, check, config)
    return findings


def _findings(topic: str, check: Callable[[Config], Iterator[Finding]], config: Config) -> list[Finding]:
    findings: list[Finding] = []
    try:
        findings.extend(check(config))
    except Exception as error:  # whatever is wrong with a part is exactly what the doctor is asked for
        findings.append(Finding(topic, topic, "broken", str(error) or type(error).__name__))
    return findings


def settings(config: Config) -> dict[str, dict[str, object]]:
    """Return every setting in effect by section and key; secrets are masked."""
    values = {name: dataclasses.asdict(config.section(name)) for name in section_types()}
    return {
        name: {key: "(set)" if key in SECRETS and value else value for key, value in section.items()}
        for name, section in values.items()
    }


def _machine(config: Config) -> Iterator[Finding]:
    yield Finding("machine", "Python", "ok", f"{platform.python_version()} in {sys.prefix}")
    cores = cores_here()
    yield Finding(
        "machine", "processor", "ok", f"{platform.machine()}, {cores} cores for this process{_instructions()}"
    )
    existing = next(folder for folder in (config.home, *config.home.parents) if folder.exists())
    if not existing.is_dir() or not os.access(existing, os.W_OK):
        yield Finding("machine", "home", "broken", f"{config.home} is not writable", "choose another with --home")
    else:
        made = "" if existing == config.home else " (made when first used)"
        yield Finding("machine", "home", "ok", f"{config.home}{made}")


def _instructions() -> str:
    found = instructions_here()
    if found is None:
        return ""
    return f", {' '.join(found)}" if found else ", no vector instructions for int8: reading will be slow"


def _requirements(extra: str) -> Iterator[tuple[str, str | None]]:
    """Yield (package, installed version or None) for an extra of ours, "" for the core."""
    for requirement in metadata.requires("repartee") or ():
        marker = re.search(r"""extra\s*==\s*['"]([^'"]+)""", requirement)
        if (marker[1] if marker else "") != extra:
            continue
        name = re.split(r"[^A-Za-z0-9._-]", requirement, maxsplit=1)[0]
        try:
            yield name, metadata.version(name)
        except metadata.PackageNotFoundError:
            yield name, None


def _packages(config: Config) -> Iterator[Finding]:  # noqa: ARG001
    yield Finding("packages", "repartee", "ok", metadata.version("repartee"))
    core = list(_requirements(""))
    yield Finding("packages", "core", "ok", ", ".join(f"{name} {version}" for name, version in core if version))
    for name, version in core:
        if not version:
            yield Finding("packages", name, "broken", "not installed", f"pip install {name}")


def _extras(config: Config) -> Iterator[Finding]:  # noqa: ARG001
    for extra in metadata.metadata("repartee").get_all("Provides-Extra") or ():
        packages = list(_requirements(extra))
        lacking = [name for name, version in packages if version is None]
        have = ", ".join(f"{name} {version}" for name, version in packages if version)
        if lacking:
            yield Finding(
                "extras", extra, "missing", f"without {', '.join(lacking)}", f"pip install 'repartee[{extra}]'"
            )
        else:
            yield Finding("extras", extra, "ok", have)


def _reader(config: Config) -> Iterator[Finding]:
    from engines.checkpoint import Checkpoint, default_checkpoint_path

    path = config.reader.model or default_checkpoint_path()
    checkpoint = Checkpoint.load(path)
    size = checkpoint.config
    shape = f"{size.layers} layers of {size.hidden_size}, {len(checkpoint.vocab)} word pieces"
    yield Finding("reader", "weights", "ok", f"{path}: {shape}, sha256 {checkpoint.digest[:16]}")
    calibration = checkpoint.calibration
    if calibration is None:
        remedy = "confidence is a guess; set reader.threshold"
        yield Finding("reader", "calibration", "missing", "the weights carry none", remedy)
    else:
        detail = f"null threshold {calibration.null_threshold:.3f}, temperature {calibration.temperature:.3f}"
        yield Finding("reader", "calibration", "ok", detail)
    if (apart := checkpoint.apart) is not None:
        detail = f"the lower {apart.layers} of its layers can read passages when these are added"
        yield Finding("reader", "reading ahead", "ok", detail)


def _runtimes(config: Config) -> Iterator[Finding]:
    from engines.runtimes.runtime import ON_GPU, RUNTIMES, nothing_reads, runtimes, wanted, why_not

    name, isa = wanted(config.reader.runtime, config.reader.isa), config.reader.isa
    chosen = ""
    for status in runtimes(isa):
        used = status.available and name in ("auto", status.name) and not chosen
        chosen = status.name if used else chosen
        lacking: State = "broken" if name == status.name else "missing"
        state: State = "ok" if status.available else lacking
        yield Finding("runtimes", status.name, state, status.reason + (" This one will read." if used else ""))
    if chosen and chosen not in ON_GPU:  # those read all in any slot, and take their time to load
        yield _slot(config, chosen)
    elif not chosen and name not in RUNTIMES:  # of one that there is, it was said above
        what, _, remedy = (nothing_reads() if name == "auto" else why_not(name)).partition("; ")
        yield Finding("runtimes", name, "broken", what, remedy)


def _slot(config: Config, runtime: str) -> Finding:
    from engines.reader.capacity import in_the_slot
    from engines.reader.reader import Reader

    settings = config.reader
    with contextlib.ExitStack() as stack:
        # A home that is not there yet is not made by looking at it.
        there = config.cache_dir if config.home.exists() else Path(stack.enter_context(TemporaryDirectory()))
        reader = Reader.load(
            settings.model or None,
            runtime=runtime,
            cache_dir=there,
            threads=settings.threads or None,
            isa=settings.isa,
        )
        stack.callback(reader.close)
        said, _, remedy = in_the_slot(reader, config.budget.read).partition("; ")
    return Finding("runtimes", "slot", "ok", said.rstrip(".") + ".", remedy)


def _gpu(config: Config) -> Iterator[Finding]:  # noqa: ARG001
    from engines.runtimes.gpu_report import report

    for name, state, detail, remedy in report():
        yield Finding("GPU", name, state, detail, remedy)


def _knowledge(config: Config) -> Iterator[Finding]:
    from assistant.library import has_store, open_library

    remedy = "repartee knowledge add PATH"
    if not has_store(config):
        yield Finding("knowledge", "store", "missing", "no documents yet", remedy)
        return
    if config.knowledge.store:
        from knowledge.store.postgres.store import look

        there, has_copy = look(config.knowledge.store, config.home)
        yield Finding("knowledge", "database", "ok", there)
        if not has_copy:
            yield Finding("knowledge", "store", "missing", "nothing of it is copied here yet", remedy)
            return
    with contextlib.closing(open_library(config, readonly=True)) as library:
        documents = library.documents()
        notes = list(library.notes)
    for note in notes:
        yield Finding("knowledge", "note", "broken", note)
    passages = sum(document.passages for document in documents)
    if documents:
        yield Finding("knowledge", "store", "ok", f"{len(documents)} documents, {passages} passages")
    else:
        yield Finding("knowledge", "store", "missing", "the store is empty", remedy)


def _speech(config: Config) -> Iterator[Finding]:
    from ctypes.util import find_library

    yield from _recognizers(config)
    espeak = importlib.util.find_spec("espeakng_loader") is not None
    yield _part("voice espeak", espeak, "espeak-ng from espeakng-loader", "pip install espeakng-loader")
    flite = find_library("flite_cmu_us_slt") is not None
    yield _part("voice flite", flite, "flite, voice slt", "apt-get install libflite1")
    sherpa = importlib.util.find_spec("sherpa_onnx") is not None
    yield _part("voices sherpa", sherpa, "piper and other voices of sherpa-onnx", "pip install 'repartee[voices]'")
    nemo = importlib.util.find_spec("nemo") is not None
    yield _part("NeMo", nemo, "recognizers and voices from NeMo models", "pip install 'repartee[nemo]'")
    try:
        import sounddevice
    except (ImportError, OSError) as error:
        reason = "PortAudio is not there" if isinstance(error, OSError) else "sounddevice is not installed"
        fix = "apt-get install libportaudio2" if isinstance(error, OSError) else "pip install 'repartee[audio]'"
        yield Finding("speech", "sound devices", "missing", reason, fix)
        return
    devices = sounddevice.query_devices()
    microphones = sum(device["max_input_channels"] > 0 for device in devices)
    speakers = sum(device["max_output_channels"] > 0 for device in devices)
    state: State = "ok" if microphones and speakers else "missing"
    fix = "" if state == "ok" else "needed by `repartee listen` only; recordings and `serve` work without"
    yield Finding("speech", "sound devices", state, f"{microphones} to listen, {speakers} to speak", fix)


def _recognizers(config: Config) -> Iterator[Finding]:
    from assistant.recognizers.choose import POCKETSPHINX, SHERPA, WHISPER, best_installed, streaming_model
    from assistant.recognizers.sherpa.model import read_model
    from assistant.recognizers.whisper.weights import find

    name = config.speech.recognizer
    in_effect = best_installed(config.cache_dir, config.models_dir) if name == "auto" else name
    family, _, which = in_effect.partition(":")
    if family == WHISPER:
        weights = find(which)
        detail = f"Whisper {weights.name}: {weights.origin}, licence {weights.licence}, {weights.megabytes} MB"
        yield Finding("speech", "recognizer", "ok", detail)
    elif family == SHERPA:
        model = read_model(streaming_model(which, config.models_dir))
        kind = f"{model.family} {'transducer' if model.is_transducer else 'CTC'}"
        yield Finding("speech", "recognizer", "ok", f"{model.folder.name}: streaming {kind}, {model.megabytes} MB")
        yield from _streaming_library()
    elif in_effect == POCKETSPHINX:
        pocketsphinx = importlib.util.find_spec("pocketsphinx") is not None
        yield _part("recognizer", pocketsphinx, "pocketsphinx, biased to your documents", "pip install pocketsphinx")
        yield Finding("speech", "a better ear", "missing", "one command away", "`repartee models recommend`")
    else:
        yield Finding("speech", "recognizer", "ok", in_effect)


def _streaming_library() -> Iterator[Finding]:
    """sherpa-onnx comes in two packages, of which some installers leave one out or take another version."""
    versions = {name: version for name, version in _requirements("asr") if name.startswith("sherpa-onnx")}
    one = len(set(versions.values())) == 1 and None not in versions.values()
    detail = ", ".join(f"{package} {version or 'is not installed'}" for package, version in versions.items())
    fix = "" if one else "pip install both of one version"
    yield Finding("speech", "sherpa-onnx", "ok" if one else "broken", detail, fix)


def _devices(config: Config) -> Iterator[Finding]:
    import asyncio
    import shutil

    from assistant.home.mqtt.address import Address, broker_url

    if shutil.which("mosquitto", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin") is not None:
        yield Finding("devices", "Mosquitto", "ok", "for the virtual house of `repartee home demo`")
    else:
        yield Finding("devices", "Mosquitto", "missing", "not installed", "apt-get install mosquitto")
    url = broker_url(config.smart_home, config.home)
    if url is None:
        remedy = 'write broker = "mqtt://host" under [home], or try: repartee home demo'
        yield Finding("devices", "broker", "missing", "no devices are set up", remedy)
        return

    async def found() -> int:
        from assistant.home.connected import connected

        async with connected(config.smart_home, config.home, BROKER_S) as home:
            return len(home.devices())

    yield Finding("devices", "broker", "ok", f"{Address.parse(url)}, {asyncio.run(found())} devices")


def _wyoming(config: Config) -> Iterator[Finding]:
    from assistant.channels.wyoming.satellites import addresses_of
    from assistant.channels.wyoming.server import place_of, require

    try:
        require()
    except ReparteeError:
        remedy = "pip install 'repartee[wyoming]'"
        yield Finding("Wyoming", "library", "missing", "for Home Assistant and satellites", remedy)
        return
    if config.serve.wyoming:
        place, _ = place_of(config)
        yield Finding("Wyoming", "server", "ok", f"{place.host} port {place.port}")
    else:
        remedy = "repartee serve --wyoming tcp://127.0.0.1:10300"
        yield Finding("Wyoming", "server", "missing", "not set up; Home Assistant can use this assistant", remedy)
    for name, address in addresses_of(config.satellites).items():
        yield _satellite(name, address.host, address.port)


def _satellite(name: str, host: str, port: int) -> Finding:
    import socket

    try:
        socket.create_connection((host, port), SATELLITE_S).close()
    except OSError as error:
        detail = f"{host} port {port}: {error.strerror or 'no answer'}"
        return Finding("Wyoming", f"satellite {name}", "missing", detail, "see that it runs, and its address")
    return Finding("Wyoming", f"satellite {name}", "ok", f"{host} port {port}")


def _part(name: str, present: bool, detail: str, remedy: str) -> Finding:
    if present:
        return Finding("speech", name, "ok", detail)
    return Finding("speech", name, "missing", "not installed", remedy)
