"""Configuration: one TOML file in the home, environment overrides, and errors that name the key.

A section is a frozen dataclass whose fields are made by `assistant.setting.setting`; listing it as a field of
`Config` is all that the file, the environment (`REPARTEE_SECTION_KEY`), the checks and `repartee doctor`
need to know it.
"""

from __future__ import annotations

import dataclasses
import math
import os
import types
import typing
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.home.settings import HomeConfig
from assistant.setting import setting
from assistant.skills.settings import SkillsConfig
from assistant.turn.budget import DEFAULT_SLOTS
from engines.errors import ReparteeError

FILE_NAME = "repartee.toml"
#: Settings that are never shown; the URL of a broker or a database may hold a password.
SECRETS = frozenset({"token", "tokens", "password", "broker", "collections", "store", "codes"})
#: In the environment of a process it keeps a home's store from being another than the one in the home.
OWN_STORE = {"REPARTEE_KNOWLEDGE_STORE": ""}
_FIELDS = {"home": "smart_home"}  # sections whose field of Config has another name


class ConfigError(ReparteeError):
    """A setting that cannot be used; the sentence names the key and where it was read."""


def _slot(name: str, about: str) -> Any:
    return setting(DEFAULT_SLOTS[name], about, minimum=0)


@dataclass(frozen=True)
class BudgetConfig:
    """Milliseconds for every stage of a turn."""

    endpoint: float = setting(
        DEFAULT_SLOTS["endpoint"],
        "silence after speech that ends a turn, ms; less is waited for when the words look complete, more when not",
        minimum=100,
        maximum=5000,
    )
    recognise: float = _slot("recognise", "last audio to final transcript, ms")
    understand: float = _slot("understand", "question clean-up and intent, ms")
    retrieve: float = _slot("retrieve", "search for passages, ms")
    read: float = _slot("read", "reading the passages, ms; the reader reads fewer when this is small")
    act: float = _slot("act", "doing what was asked of a device or a skill, ms")
    first_audio: float = _slot("first_audio", "answer to the first sound of speech, ms")
    fallback: float = _slot("fallback", "the answer of last resort, where one is configured, ms")

    def slots(self) -> dict[str, float]:
        """Return the slots for `assistant.turn.budget.Budget`."""
        return dataclasses.asdict(self)


@dataclass(frozen=True)
class ReaderConfig:
    """Which weights read, on which runtime, and when they abstain."""

    model: str = setting("", "weights file or Hugging Face folder; empty for the bundled reader")
    runtime: str = setting("auto", "runtime name from `repartee engine list`, or auto")
    threads: int = setting(0, "CPU threads of the reader; 0 for all cores", minimum=0, maximum=1024)
    isa: str = setting("", "instruction set of the CPU kernels, avx2 for one; empty for the best that the CPU has")
    threshold: float | None = setting(
        None, "abstain below this confidence (0..1); unset for the calibrated one", minimum=0, maximum=1
    )
    passages: int = setting(20, "passages retrieved for a question", minimum=1, maximum=200)


@dataclass(frozen=True)
class SpeechConfig:
    """Which parts listen and speak."""

    recognizer: str = setting(
        "auto", "auto, whisper, whisper:FOLDER, sherpa:NAME, pocketsphinx, or a NeMo model: a .nemo file or a name"
    )
    language: str = setting("en", "what Whisper's multilingual weights hear, as en or de; auto for whatever is spoken")
    mirror: str = setting("", "folder or URL that `models pull` fetches recognizers from in place of the hub")
    voice: str = setting("auto", "auto, flite, espeak, sherpa:FOLDER, or two NeMo models: FASTPITCH,HIFIGAN")
    rate: float = setting(1.0, "speaking rate, 1 is normal", minimum=0.5, maximum=3)


@dataclass(frozen=True)
class ServeConfig:
    """Where `repartee serve` listens and whom it lets in."""

    host: str = setting("127.0.0.1", "address to bind; another than loopback needs a token")
    port: int = setting(8765, "TCP port", minimum=0, maximum=65535)
    token: str = setting("", "token that clients must send; empty for none")
    https: bool = setting(False, "serve https with a certificate of this machine's own, kept in the home")
    certificate: str = setting("", "PEM file of the TLS certificate and its chain; with a key, wss and https")
    key: str = setting("", "PEM file of the certificate's private key")
    origins: tuple[str, ...] = setting((), "web origins whose pages may connect, besides the server's own page")
    hosts: tuple[str, ...] = setting((), "names this server is reached by, besides localhost and addresses")
    sessions: int = setting(100, "conversations at the same time; more are refused", minimum=1)
    calls: int = setting(20, "WebRTC calls at the same time, of the sessions; more are refused", minimum=0)
    call_idle_s: float = setting(1800.0, "seconds in which nothing is said that end a call; 0 for any", minimum=0)
    ping_s: float = setting(20.0, "seconds between pings; who leaves one unanswered for as long is cut", minimum=0.1)
    patience_s: float = setting(
        15.0, "seconds for a handshake, a request's head, or the next 4 KB of what is sent or read", minimum=0.1
    )
    requests_per_minute: int = setting(600, "requests and connections of one client address; 0 for any", minimum=0)
    wyoming: str = setting("", "where Wyoming is served, as tcp://127.0.0.1:10300; empty for nowhere")
    wyoming_allow: tuple[str, ...] = setting((), "networks that may use Wyoming, as 192.168.1.0/24; it knows no token")
    wyoming_announce: bool = setting(True, "tell the local network of the Wyoming service (Zeroconf); not on loopback")


@dataclass(frozen=True)
class EarConfig:
    """How `repartee listen` hears; a network client sets its own turn detection."""

    threshold: float = setting(0.5, "probability at which sound counts as speech", minimum=0.05, maximum=0.95)
    adaptive: bool = setting(True, "wait less when the words look complete, longer when they look unfinished")
    prefix_ms: int = setting(300, "audio kept from before speech was noticed, ms", minimum=0, maximum=2000)
    echo_cancelled: bool = setting(False, "the microphone does not hear the speaker, so replies can be interrupted")
    processing: bool = setting(True, "take echo and noise out of the microphone's audio and even out its level")
    wake_words: tuple[str, ...] = setting((), "okay_nabu, hey_jarvis, hey_mycroft, alexa; empty to listen always")
    device: str = setting("", "part of the sound device's name; empty for the system's default")


@dataclass(frozen=True)
class ConversationConfig:
    """How a spoken conversation is paced."""

    expires_s: float = setting(300.0, "seconds of silence after which follow-ups are forgotten", minimum=1)
    speculate: bool = setting(True, "answer while the person still speaks, in silence")


@dataclass(frozen=True)
class KnowledgeConfig:
    """Where the store is, and what is taken into it."""

    store: str = setting(
        "", "database that several servers share, postgresql://USER:PASSWORD@HOST/NAME; empty for a file in the home"
    )
    max_document_mb: float = setting(64.0, "larger documents are refused, MiB", minimum=0.001, maximum=4096)
    uploads: bool = setting(True, "whether clients of the server may add and remove documents")
    states_mb: float = setting(
        1024.0, "what the reader keeps of passages read ahead, about 37 KB each, MiB; 0 for nothing", minimum=0
    )
    collections: Mapping[str, str] = setting(
        {}, "who may ask a collection over the network: its name to their tokens, parted by spaces, or * for everybody"
    )


@dataclass(frozen=True)
class FallbackConfig:
    """Who is asked what documents, devices and skills cannot answer; nobody unless it is set."""

    base_url: str = setting("", "OpenAI-compatible endpoint, http://127.0.0.1:11434/v1 for one; empty for none")
    model: str = setting("", "name of its model")
    token: str = setting("", "its key; better kept in the environment, as REPARTEE_FALLBACK_TOKEN")
    name: str = setting("The other model", "what it is called when it is quoted")
    passages: int = setting(4, "passages of the documents that it is given; 0 for none", minimum=0, maximum=20)


@dataclass(frozen=True)
class SatellitesConfig:
    """The devices that listen and speak in the rooms, by name."""

    addresses: Mapping[str, str] = setting({}, "Wyoming satellites to connect to, name to tcp://HOST:PORT")
    areas: Mapping[str, str] = setting({}, "which area a satellite, or another client of this name, stands in")


@dataclass(frozen=True)
class Config:
    """Every setting in effect. `home` holds the store, the caches and the file `repartee.toml`."""

    home: Path
    budget: BudgetConfig = BudgetConfig()
    reader: ReaderConfig = ReaderConfig()
    speech: SpeechConfig = SpeechConfig()
    serve: ServeConfig = ServeConfig()
    ear: EarConfig = EarConfig()
    conversation: ConversationConfig = ConversationConfig()
    knowledge: KnowledgeConfig = KnowledgeConfig()
    skills: SkillsConfig = dataclasses.field(default_factory=SkillsConfig)
    fallback: FallbackConfig = FallbackConfig()
    satellites: SatellitesConfig = dataclasses.field(default_factory=SatellitesConfig)
    smart_home: HomeConfig = dataclasses.field(default_factory=HomeConfig)  # the section [home]
    routines: Mapping[str, str | tuple[str, ...]] = dataclasses.field(default_factory=dict)  # the table [routines]
    tools: Mapping[str, str | tuple[str, ...]] = dataclasses.field(default_factory=dict)  # the table [tools]

    @property
    def cache_dir(self) -> Path:
        """Folder of compiled engines and other things that can be made again."""
        return self.home / "cache"

    @property
    def models_dir(self) -> Path:
        """Folder of the models that were pulled."""
        return self.home / "models"

    @property
    def voices_dir(self) -> Path:
        """Folder of voices that were pulled, one folder each."""
        return self.home / "voices"

    def elsewhere(self, home: Path) -> Config:
        """The same settings for another home, which has a store of its own whatever these say."""
        return dataclasses.replace(self, home=home, knowledge=dataclasses.replace(self.knowledge, store=""))

    def section(self, name: str) -> Any:
        """Return the section that the file calls `name`."""
        return getattr(self, _FIELDS.get(name, name))

    @classmethod
    def load(cls, home: Path, environ: Mapping[str, str] = os.environ) -> Config:
        """Read `home/repartee.toml` (which may be absent) and the `REPARTEE_*` variables, which win.

        Raises ConfigError for an unreadable file, an unknown key or a value of the wrong type or range.
        """
        file = home / FILE_NAME
        document = _read_toml(file)
        routines, tools = _texts(file, document, "routines", "phrase"), _texts(file, document, "tools", "name")
        sections = section_types()
        for name, value in document.items():
            if name not in sections:
                raise ConfigError(f"{file}: there is no section [{name}]; the sections are {', '.join(sections)}.")
            if not isinstance(value, dict):
                raise ConfigError(f"{file}: {name} must be a section, written as [{name}] on a line of its own.")
        _refuse_unknown(environ, sections)
        built: dict[str, Any] = {}
        for name, section in sections.items():
            values = {
                key: _checked(section, name, key, value, f"{file}: ") for key, value in document.get(name, {}).items()
            }
            prefix = f"REPARTEE_{name.upper()}_"
            for variable, text in environ.items():
                if variable.startswith(prefix):
                    key = variable[len(prefix) :].lower()
                    values[key] = _checked(section, name, key, text, f"{variable} in the environment: ", text=True)
            built[_FIELDS.get(name, name)] = section(**values)
        return cls(home=home, routines=routines, tools=tools, **built)


def _texts(file: Path, document: dict[str, Any], table: str, of: str) -> Mapping[str, str | tuple[str, ...]]:
    """Take a table of texts, or of lists of them, out of the file."""
    found: Mapping[str, str | tuple[str, ...]] | None = _from_toml(
        Mapping[str, str | tuple[str, ...]], document.pop(table, {})
    )
    if found is None:
        raise ConfigError(f"{file}: [{table}] must give each {of} a text in quotes, or a list of them.")
    return found


def _refuse_unknown(environ: Mapping[str, str], sections: Mapping[str, type]) -> None:
    """Raise ConfigError for a variable that looks like a setting and is none: it would be ignored in silence."""
    for variable in environ:
        if variable.startswith("REPARTEE_") and variable != "REPARTEE_HOME":
            section = next((name for name in sections if variable.startswith(f"REPARTEE_{name.upper()}_")), None)
            if section is None:
                raise ConfigError(
                    f"{variable} in the environment: there is no such setting; they are REPARTEE_HOME and "
                    f"REPARTEE_SECTION_KEY, with the sections {', '.join(sections)}."
                )


def default_home(environ: Mapping[str, str] = os.environ) -> Path:
    """Return the home used when none is given (XDG base directory specification)."""
    data = environ.get("XDG_DATA_HOME", "")
    # The specification says to ignore a relative path here.
    return (Path(data) if data.startswith("/") else Path("~/.local/share").expanduser()) / "repartee"


def section_types() -> dict[str, type]:
    """Map every section's name to its dataclass."""
    hints = typing.get_type_hints(Config)
    sections = {field: name for name, field in _FIELDS.items()}
    return {
        sections.get(field.name, field.name): hints[field.name]
        for field in dataclasses.fields(Config)
        if field.name not in ("home", "routines", "tools")
    }


def _read_toml(file: Path) -> dict[str, Any]:
    try:
        text = file.read_text(encoding="utf-8")
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except UnicodeDecodeError as error:
        raise ConfigError(f"{file}: this is not UTF-8 text (byte {error.start}); save it as UTF-8.") from error
    except OSError as error:
        raise ConfigError(f"{file}: cannot be read ({error.strerror}); check the path and its permissions.") from error
    import tomllib

    try:
        return tomllib.loads(text)
    except ValueError as error:  # also of a number with thousands of digits
        raise ConfigError(f"{file}: not valid TOML: {error}.") from error
    except RecursionError as error:
        raise ConfigError(f"{file}: lists or tables are nested too deeply; write them flat.") from error


def _checked(section: type, name: str, key: str, value: Any, where: str, *, text: bool = False) -> Any:
    """Return `value` as the type of the field `key`; `text` says it is a string from the environment."""
    fields = {field.name: field for field in dataclasses.fields(section)}
    if key not in fields:
        raise ConfigError(f"{where}there is no setting {name}.{key}; [{name}] has {', '.join(fields)}.")
    kind = typing.get_type_hints(section)[key]
    metadata = fields[key].metadata
    if text and value == "" and isinstance(kind, types.UnionType):
        return None
    converted = _from_text(kind, value) if text else _from_toml(kind, value)
    if converted is None or not _within(converted, metadata):
        raise ConfigError(f"{where}{name}.{key} must be {_expected(kind, metadata)}, not {_shown(key, value)}.")
    return converted


def _base(kind: Any) -> Any:
    """Return T for `T | None`, and any other type unchanged."""
    if isinstance(kind, types.UnionType):
        return next(part for part in typing.get_args(kind) if part is not types.NoneType)
    return kind


def _from_toml(kind: Any, value: Any) -> Any:
    kind = _base(kind)
    if typing.get_origin(kind) is tuple:
        return tuple(value) if isinstance(value, list) and all(isinstance(item, str) for item in value) else None
    if typing.get_origin(kind) is Mapping:
        return _table(typing.get_args(kind)[1], value)
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    return value if type(value) is kind else None


def _table(kind: Any, value: Any) -> Any:
    """Return a table whose values are all of type `kind`, or None."""
    if not isinstance(value, dict):
        return None
    kinds = typing.get_args(kind) if isinstance(kind, types.UnionType) else (kind,)
    table = {}
    for key, item in value.items():
        table[key] = next((found for each in kinds if (found := _from_toml(each, item)) is not None), None)
    return None if None in table.values() else table


def _from_text(kind: Any, value: str) -> Any:
    kind = _base(kind)
    if kind is bool:
        return {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}.get(value.lower())
    if typing.get_origin(kind) is tuple:
        return tuple(part.strip() for part in value.split(",") if part.strip())
    if typing.get_origin(kind) is Mapping:
        import json

        try:
            return _from_toml(kind, json.loads(value))
        except (ValueError, RecursionError):
            return None
    try:
        return kind(value)
    except ValueError:
        return None


def _within(value: Any, metadata: Mapping[str, Any]) -> bool:
    if isinstance(value, float) and not math.isfinite(value):
        return False
    choices, low, high = metadata.get("choices"), metadata.get("minimum"), metadata.get("maximum")
    chosen = value if isinstance(value, tuple) else (value,)
    return (
        (not choices or all(each in choices for each in chosen))
        and (low is None or value >= low)
        and (high is None or value <= high)
    )


def _expected(kind: Any, metadata: Mapping[str, Any]) -> str:
    if metadata.get("choices"):
        several = "a list of " if typing.get_origin(kind) is tuple else "one of "
        return several + ", ".join(metadata["choices"])
    names = {str: "text in quotes", int: "a whole number", float: "a number", bool: "true or false"}
    if typing.get_origin(kind) is Mapping:
        values = typing.get_args(kind)[1]
        kinds = typing.get_args(values) if isinstance(values, types.UnionType) else (values,)
        return f"a table of names, each with {' or '.join(_expected(each, {}) for each in kinds)}"
    expected = names.get(_base(kind), "a list of texts")
    low, high = metadata.get("minimum"), metadata.get("maximum")
    if low is not None and high is not None:
        return f"{expected} from {low:g} to {high:g}"
    if low is not None:
        return f"{expected} of at least {low:g}"
    return expected


def _shown(key: str, value: Any) -> str:
    """Return the refused value for an error, shortened, and never a secret."""
    if key in SECRETS:
        return f"the {type(value).__name__} given"
    shown = repr(value)
    return shown if len(shown) <= 60 else shown[:57] + "..."
