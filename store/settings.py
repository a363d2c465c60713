"""The one typed settings object: the only reader of the environment, for the bot and for the worker."""

import os
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from store import clock
from store.domain.errors import UserError, shorten
from store.planfile.files import PLANS

__all__ = ["PLANS", "BadSettings", "Settings"]


def _user_cache() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path("~/.cache").expanduser()) / "baton"


class BadSettings(UserError):
    """Settings that cannot be used; the text has a line for each of them."""

    def __init__(self, error: ValidationError) -> None:
        self.names = tuple(str(fault["loc"][0]).upper() for fault in error.errors())
        super().__init__(
            "\n".join([*_lines(error), "Settings come from the environment and the file .env; see README."])
        )


def _lines(error: ValidationError) -> Iterator[str]:
    for fault in error.errors(include_url=False, include_context=False):
        why = fault["msg"].removeprefix("Value error, ")
        yield f"{str(fault['loc'][0]).upper()} cannot be “{shorten(str(fault['input']))}”: {why[:1].lower()}{why[1:]}."


class Settings(BaseSettings):
    """
    Names are those of the environment variables, in lower case. Secrets print as stars.

    Raises: BadSettings.
    """

    model_config = SettingsConfigDict(env_file=".env", env_file_encoding="utf-8", extra="ignore", frozen=True)

    slack_bot_token: SecretStr = SecretStr("")
    slack_app_token: SecretStr = SecretStr("")
    slack_signing_secret: SecretStr = SecretStr("")
    slack_api_url: str = "https://slack.com/api/"
    """With a trailing slash; every client uses it."""
    slack_socket_mode: bool = True
    """Socket Mode, or signed HTTP on `port`."""

    host: str = "127.0.0.1"
    port: int = Field(default=3000, ge=0, le=65535)

    baton_url: str = ""
    """Where people reach the web surface, for the links that Baton gives them; empty: at `host` and `port`."""

    database_url: SecretStr = SecretStr("")
    """A SQLAlchemy address, which may hold a password; empty means SQLite under `baton_data`."""
    baton_plan: Path = PLANS / "house"
    """The plan folder: `team.yaml` and one page per pipeline."""
    baton_data: Path = Path(".baton")
    """Inputs, published tables and, by default, the database."""
    baton_clock: str = ""
    """`<instant>@<speed>`: the team's clock starts there and runs that many times faster. For the sandbox."""

    spark_master: str = "local[*]"
    spark_remote: str = ""
    """A Spark Connect address (`sc://host:15002`); used instead of `spark_master`."""

    baton_cache: Path = Field(default_factory=_user_cache)
    """What may be deleted at any time: Spark's loaded classes, kept for faster starts."""
    baton_warm: bool = False
    """Whether a worker keeps one Spark session ready for the next run; costs about 0.5 GB of memory."""

    def __init__(self, **given: Any) -> None:
        try:
            super().__init__(**given)
        except ValidationError as error:
            raise BadSettings(error) from None  # the original repeats every value, secrets included

    @field_validator("baton_clock")
    @classmethod
    def _clock(cls, value: str) -> str:
        clock.from_setting(value)
        return value

    @field_validator("slack_api_url")
    @classmethod
    def _slash(cls, value: str) -> str:
        return value if value.endswith("/") else value + "/"

    @field_validator("baton_url")
    @classmethod
    def _address(cls, value: str) -> str:
        parts = urlsplit(value)
        if value and (parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment):
            raise ValueError("it is no address such as https://baton.example.com")
        return value.rstrip("/")

    @property
    def public_url(self) -> str:
        """The address of the web surface for people, without a slash at its end."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return self.baton_url or f"http://{host}:{self.port}"

    @cached_property
    def database(self) -> str:
        """The address of the database in use."""
        if address := self.database_url.get_secret_value():
            return address
        return f"sqlite:///{self.database_file}"

    @property
    def database_file(self) -> Path | None:
        """Where the database lies, unless an address says otherwise."""
        return None if self.database_url.get_secret_value() else self.baton_data.resolve() / "baton.db"

    @property
    def inputs(self) -> Path:
        return self.baton_data / "inputs"

    @property
    def published(self) -> Path:
        return self.baton_data / "published"
