"""The README names every command and every setting, and nothing that is not there."""

import re
from pathlib import Path

import pytest
import typer
import yaml

from bot.cli import app
from store.settings import Settings

ROOT = Path(__file__).parent.parent.parent
README = (ROOT / "README.md").read_text()


def shell_commands() -> list[str]:
    group = typer.main.get_command(app)
    found = []
    for name, command in group.commands.items():  # type: ignore[attr-defined]
        inner = getattr(command, "commands", None)
        found += [f"{name} {each}" for each in inner] if inner else [name]
    return [f"baton {name}" for name in found]


@pytest.mark.parametrize("command", shell_commands())
def test_every_shell_command_is_in_the_readme(command: str) -> None:
    assert command in README


@pytest.mark.parametrize("setting", sorted(Settings.model_fields))
def test_every_setting_is_in_the_readme(setting: str) -> None:
    assert f"`{setting.upper()}`" in README


def test_every_slash_command_is_in_the_readme() -> None:
    manifest = yaml.safe_load((ROOT / "bot" / "manifest.yaml").read_text())
    declared = {each["command"] for each in manifest["features"]["slash_commands"]}
    assert declared <= set(re.findall(r"`(/[a-z]+)", README))


@pytest.mark.parametrize("document", ["README.md", "CHANGELOG.md", "docs/benchmarks.md"])
def test_every_link_to_a_file_leads_somewhere(document: str) -> None:
    text = (ROOT / document).read_text()
    for target in re.findall(r"\]\(([^)#]+)\)", text):
        if not target.startswith("http"):
            assert ((ROOT / document).parent / target).exists(), target


def test_the_procfile_starts_what_the_readme_says() -> None:
    assert (ROOT / "Procfile").read_text().splitlines() == ["bot: baton serve", "worker: baton worker"]
