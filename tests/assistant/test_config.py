"""Configuration errors name the key, the place and the expected type; the environment wins over the file."""

import dataclasses
from pathlib import Path

import pytest

from assistant.config import Config, ConfigError, default_home, section_types


def load(home: Path, toml: str | bytes = "", **environ: str) -> Config:
    if toml:
        (home / "repartee.toml").write_bytes(toml if isinstance(toml, bytes) else toml.encode())
    return Config.load(home, environ)


def test_without_a_file_every_default_holds(tmp_path):
    config = load(tmp_path / "not-made-yet")
    assert config == Config(home=tmp_path / "not-made-yet")
    assert config.budget.read == 10
    assert config.reader.threshold is None


def test_file_is_read_and_environment_overrides_it(tmp_path):
    config = load(
        tmp_path,
        "[budget]\nread = 3\nretrieve = 4.5\n[reader]\nthreads = 1\nthreshold = 0.25\n",
        REPARTEE_BUDGET_RETRIEVE="6",
        REPARTEE_READER_RUNTIME="openvino",
        REPARTEE_HOME="/elsewhere",
    )
    assert (config.budget.read, config.budget.retrieve) == (3.0, 6.0)
    assert isinstance(config.budget.read, float)
    assert (config.reader.threads, config.reader.threshold, config.reader.runtime) == (1, 0.25, "openvino")


def test_tables_of_the_home_are_read_from_the_file_and_the_environment(tmp_path):
    config = load(
        tmp_path,
        '[home]\nroom = "Kitchen"\n[home.floors]\n"Upstairs" = ["Bedroom", "Bathroom"]\n'
        '[home.areas]\n"Lamp" = "Bedroom"\n"Kitchen" = ["Kettle", "Fridge"]\n',
        REPARTEE_HOME_ALIASES='{"sofa lamp": "Living Room Lamp"}',
    )
    assert config.smart_home is config.section("home")
    assert config.smart_home.room == "Kitchen"
    assert config.smart_home.floors == {"Upstairs": ("Bedroom", "Bathroom")}
    assert config.smart_home.aliases == {"sofa lamp": "Living Room Lamp"}
    assert config.smart_home.area_of() == {"Lamp": "Bedroom", "Kettle": "Kitchen", "Fridge": "Kitchen"}


def test_empty_variable_unsets_an_optional_setting(tmp_path):
    config = load(tmp_path, "[reader]\nthreshold = 0.25\n", REPARTEE_READER_THRESHOLD="")
    assert config.reader.threshold is None


@pytest.mark.parametrize(
    ("toml", "sentence"),
    [
        ("[budget]\nread = '3'", "budget.read must be a number of at least 0, not '3'."),
        ("[budget]\nread = -1", "budget.read must be a number of at least 0, not -1."),
        ("[budget]\nread = nan", "budget.read must be a number of at least 0, not nan."),
        ("[budget]\nread = inf", "budget.read must be a number of at least 0, not inf."),
        ("[budget]\nread = true", "budget.read must be a number of at least 0, not True."),
        ("[reader]\nthreads = 1.5", "reader.threads must be a whole number from 0 to 1024, not 1.5."),
        ("[reader]\nthreshold = 2", "reader.threshold must be a number from 0 to 1, not 2."),
        ("[reader]\nruntime = 3", "reader.runtime must be text in quotes, not 3."),
        ("[reader]\nspeed = 3", "there is no setting reader.speed; [reader] has model, runtime, "),
        ("[raeder]\nthreads = 3", "there is no section [raeder]; the sections are budget, reader, "),
        ("reader = 3", "reader must be a section, written as [reader] on a line of its own."),
        ("[reader", "not valid TOML: "),
        ("[home]\nroom = 3", "home.room must be text in quotes, not 3."),
        ("[home]\nbroker = 3", "home.broker must be text in quotes, not the int given."),
        (
            "[home]\nunconfirmed = ['lokc']",
            "home.unconfirmed must be a list of lock, cover, valve, siren, alarm_control",
        ),
        ("[home]\nfloors = []", "home.floors must be a table of names, each with a list of texts, not []."),
        ("[home.aliases]\na = 3", "home.aliases must be a table of names, each with text in quotes, not {'a': 3}."),
        (
            "[home.areas]\na = 3",
            "home.areas must be a table of names, each with text in quotes or a list of texts, not",
        ),
        (f"[reader]\nthreads = {'9' * 5000}", "not valid TOML: "),
        (f"x = {'[' * 5000}{']' * 5000}", "lists or tables are nested too deeply; write them flat."),
        (b"[reader]\nmodel = '\xff'", "this is not UTF-8 text (byte 18); save it as UTF-8."),
    ],
)
def test_error_in_the_file_names_key_file_and_expectation(tmp_path, toml, sentence):
    with pytest.raises(ConfigError) as refused:
        load(tmp_path, toml)
    assert str(refused.value).startswith(f"{tmp_path / 'repartee.toml'}: {sentence}")


@pytest.mark.parametrize(
    ("variable", "value", "sentence"),
    [
        ("REPARTEE_BUDGET_READ", "fast", "budget.read must be a number of at least 0, not 'fast'."),
        ("REPARTEE_READER_THREDS", "2", "there is no setting reader.threds; [reader] has model, "),
    ],
)
def test_error_in_the_environment_names_the_variable(tmp_path, variable, value, sentence):
    with pytest.raises(ConfigError) as refused:
        load(tmp_path, **{variable: value})
    assert str(refused.value).startswith(f"{variable} in the environment: {sentence}")


def test_a_refused_token_is_not_printed(tmp_path):
    with pytest.raises(ConfigError) as refused:
        load(tmp_path, "[serve]\ntoken = ['hunter2']")
    assert "hunter2" not in str(refused.value)


def test_every_setting_is_documented_and_its_default_valid():
    for name, section in section_types().items():
        for field in dataclasses.fields(section):
            assert field.metadata["about"], f"{name}.{field.name}"
            if field.metadata["minimum"] is not None and field.default is not None:
                assert field.default >= field.metadata["minimum"]


def test_home_follows_the_xdg_specification():
    assert default_home({"XDG_DATA_HOME": "/data"}) == Path("/data/repartee")
    assert default_home({"XDG_DATA_HOME": "relative"}) == Path.home() / ".local/share/repartee"
    assert default_home({}) == Path.home() / ".local/share/repartee"


@pytest.mark.parametrize("variable", ["REPARTEE_SERVER_TOKEN", "REPARTEE_TOKEN", "REPARTEE_BUDGETS_READ"])
def test_a_variable_that_is_no_setting_is_refused_and_not_ignored(tmp_path, variable):
    with pytest.raises(ConfigError, match=f"{variable} in the environment: there is no such setting"):
        Config.load(tmp_path, {variable: "x", "REPARTEE_HOME": str(tmp_path)})


def test_the_home_and_the_variables_of_others_are_no_settings(tmp_path):
    assert Config.load(tmp_path, {"REPARTEE_HOME": "/x", "PATH": "/bin"}) == Config.load(tmp_path, {})
