"""Settings: read in one place, checked at once, and silent about secrets."""

import ast
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from store.settings import BadSettings, Settings

ROOT = Path(__file__).resolve().parents[2]
SECRETS = ("slack_bot_token", "slack_app_token", "slack_signing_secret", "database_url")


def reads_environment(source: str) -> bool:
    """Return whether *source* says `os.environ` or `os.getenv`, or imports either."""
    for node in ast.walk(ast.parse(source)):
        named = node.attr if isinstance(node, ast.Attribute) else ""
        imported = {alias.name for alias in node.names} if isinstance(node, ast.ImportFrom) else set()
        if {named, *imported} & {"environ", "environb", "getenv", "getenvb"}:
            return True
    return False


@pytest.mark.parametrize(
    "source", ["import os\nos.environ['X']", "import os as o\no.getenv('X')", "from os import environ"]
)
def test_a_reader_of_the_environment_is_found(source: str) -> None:
    assert reads_environment(source)


def test_the_settings_alone_read_the_environment() -> None:
    """The command line passes the shell's on to the demo's parts, and reads nothing in it."""
    files = [file for folder in ("bot", "store") for file in sorted((ROOT / folder).rglob("*.py"))]
    readers = {str(file.relative_to(ROOT)) for file in files if reads_environment(file.read_text())}
    assert readers == {"store/settings.py", "bot/cli.py"}


def test_the_web_surface_is_for_this_machine_alone_unless_asked_otherwise() -> None:
    assert Settings.model_fields["host"].default == "127.0.0.1"


@pytest.mark.parametrize("name", SECRETS)
def test_a_secret_prints_as_stars(name: str) -> None:
    settings = Settings(**{name: "hunter2"})
    assert "hunter2" not in f"{settings} {settings!r} {settings.model_dump()} {settings.model_dump_json()}"
    assert isinstance(getattr(settings, name), SecretStr)


def test_the_address_of_the_database_is_whole_where_it_is_used() -> None:
    assert Settings(database_url="postgresql://u:hunter2@h/d").database == "postgresql://u:hunter2@h/d"


def test_without_an_address_the_database_is_a_file_beside_the_data(tmp_path: Path) -> None:
    assert Settings(database_url="", baton_data=tmp_path).database == f"sqlite:///{tmp_path / 'baton.db'}"


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("PORT", "abc", "PORT cannot be “abc”: input should be a valid integer"),
        ("PORT", "70000", "less than or equal to 65535"),
        ("SLACK_SOCKET_MODE", "perhaps", "SLACK_SOCKET_MODE cannot be “perhaps”"),
        ("BATON_CLOCK", "tomorrow", "“tomorrow” is not an instant such as 2026-01-12T10:00"),
        ("BATON_CLOCK", "2026-01-12T10:00@60", "has no offset from UTC"),
        ("BATON_CLOCK", "2026-01-12T10:00+00:00@fast", "“fast” is not a speed"),
        ("BATON_CLOCK", "2026-01-12T10:00+00:00@-1", "“-1” is not a speed"),
        ("BATON_CLOCK", "2026-01-12T10:00+00:00@60@now", "“now” is not an instant"),
    ],
)
def test_a_setting_that_cannot_be_is_named_with_what_is_wrong(
    name: str, value: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(BadSettings) as refused:
        Settings()
    assert said in str(refused.value)
    assert refused.value.names == (name,)


def test_every_bad_setting_has_its_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "abc")
    monkeypatch.setenv("BATON_WARM", "maybe")
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-hunter2")
    with pytest.raises(BadSettings) as refused:
        Settings()
    assert set(refused.value.names) == {"PORT", "BATON_WARM"}
    assert str(refused.value).count("cannot be") == 2
    assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize(
    ("given", "address"),
    [
        ({"host": "127.0.0.1", "port": 3000}, "http://127.0.0.1:3000"),
        ({"host": "::1", "port": 80}, "http://[::1]:80"),
        ({"baton_url": "https://baton.example.com/"}, "https://baton.example.com"),
        ({"baton_url": "https://example.com/baton"}, "https://example.com/baton"),
    ],
)
def test_links_lead_where_people_reach_the_web_surface(given: dict[str, Any], address: str) -> None:
    assert Settings(**given).public_url == address


@pytest.mark.parametrize(
    "address", ["baton.example.com", "ftp://x", "https://", "javascript:alert(1)", "https://x/?a=1"]
)
def test_an_address_that_is_none_is_refused(address: str) -> None:
    with pytest.raises(BadSettings, match="BATON_URL"):
        Settings(baton_url=address)
