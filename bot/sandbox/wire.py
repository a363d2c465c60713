"""What an API call carries: a form or JSON, read into named arguments."""

import json
from typing import Any

from starlette.requests import Request

from bot.sandbox.errors import Refused, invalid_arguments
from bot.sandbox.store import Doc


class Args:
    """The arguments of one call; a form's strings and JSON's own types are read alike."""

    def __init__(self, values: Doc) -> None:
        self._values = {key: value for key, value in values.items() if value is not None}

    def __contains__(self, name: str) -> bool:
        return name in self._values

    def all(self) -> Doc:
        return dict(self._values)

    def text(self, name: str, default: str = "") -> str:
        value = self._values.get(name, default)
        return value if isinstance(value, str) else json.dumps(value)

    def need(self, name: str) -> str:
        """Raises: Refused: `invalid_arguments`: it is missing or empty."""
        value = self.text(name)
        if not value:
            raise invalid_arguments(f"[ERROR] missing required field: {name}")
        return value

    def flag(self, name: str, default: bool = False) -> bool:
        value = self._values.get(name, default)
        return value if isinstance(value, bool) else str(value).lower() in ("1", "true")

    def number(self, name: str, default: int) -> int:
        try:
            return int(self._values.get(name, default))
        except (TypeError, ValueError):
            raise invalid_arguments(f"[ERROR] must be a number [json-pointer:/{name}]") from None

    def list_of(self, name: str) -> list[str]:
        """Return comma-separated words, or a JSON list of them."""
        value = self._values.get(name, "")
        if isinstance(value, str):
            value = value.split(",")
        return [str(each).strip() for each in value if str(each).strip()]

    def parsed(self, name: str, *, refuse: str = "invalid_arguments") -> Any:
        """Return an argument that is JSON, also when it came as a string; None when it is missing. Raises: Refused."""
        value = self._values.get(name)
        if not isinstance(value, str):
            return value
        if not value:
            return None
        try:
            return json.loads(value)
        except ValueError:
            raise Refused(refuse) from None


async def read_args(request: Request) -> Args:
    """Raises: Refused: `invalid_json`, `json_not_object`."""
    values: Doc = dict(request.query_params)
    kind = request.headers.get("content-type", "")
    if kind.startswith("application/json"):
        body = await request.body()
        try:
            parsed = json.loads(body or b"{}")
        except ValueError:
            raise Refused("invalid_json") from None
        if not isinstance(parsed, dict):
            raise Refused("json_not_object")
        return Args({**values, **parsed})
    async with request.form() as form:
        return Args({**values, **{key: value for key, value in form.items() if isinstance(value, str)}})
