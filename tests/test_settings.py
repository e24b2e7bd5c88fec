from pathlib import Path

import pytest
import typer

from app.__main__ import cli as app_cli
from index.__main__ import cli as index_cli

README = Path(__file__).parent.parent.joinpath("README.md").read_text(encoding="utf-8")

SETTINGS = {
    parameter.name: parameter
    for cli in (app_cli, index_cli)
    for command in typer.main.get_command(cli).commands.values()
    for parameter in command.params
    if getattr(parameter, "envvar", None)
}


def test_the_settings_are_found():
    assert {"source", "index_dir", "host", "port"} <= SETTINGS.keys()


@pytest.mark.parametrize("name", sorted(SETTINGS))
def test_the_readme_lists_every_setting_with_its_option_and_variable(name):
    parameter = SETTINGS[name]
    rows = [line for line in README.splitlines() if line.startswith(f"| `{parameter.opts[0]}` |")]
    assert len(rows) == 1
    assert f"`{parameter.envvar}`" in rows[0]


@pytest.mark.parametrize("name", sorted(SETTINGS))
def test_every_setting_has_help_and_a_variable_named_after_it(name):
    parameter = SETTINGS[name]
    assert parameter.help
    assert parameter.envvar == f"ASK_THE_FILM_{name.upper()}"
