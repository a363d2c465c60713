"""`python -m bot.sandbox`: start a local workspace."""

import argparse
import logging
import sqlite3
import sys
from pathlib import Path

from bot.sandbox.app import Credentials
from bot.sandbox.server import Options, Server


def main(argv: list[str] | None = None) -> int:
    args = _parser().parse_args(argv)
    credentials = Credentials(args.bot_token, args.app_token, args.signing_secret)
    if args.print_credentials:
        print(_environment(credentials))  # noqa: T201
        return 0
    if args.manifest is None:
        print("The sandbox needs to know the app: --manifest FILE.", file=sys.stderr)  # noqa: T201
        return 2
    logging.basicConfig(level=logging.INFO if args.verbose else logging.WARNING, format="%(levelname)s %(message)s")
    try:
        server = Server(
            Options(
                manifest=args.manifest,
                state=args.state,
                people=args.people,
                channels=tuple(args.channels.split(",")),
                usergroups=tuple(each for each in args.usergroups.split(",") if each),
                port=args.port,
                clock=args.clock,
                speed=args.speed,
                rate_limits=args.rate_limits,
                request_url=args.request_url,
                retry_scale=args.retry_scale,
                credentials=credentials,
            )
        )
    except (OSError, ValueError, sqlite3.Error) as error:
        print(f"The workspace does not start: {error}", file=sys.stderr)  # noqa: T201
        return 1
    print(f"Workspace ready at {server.url}", flush=True)  # noqa: T201
    server.serve_forever()
    return 0


def _environment(credentials: Credentials) -> str:
    return "\n".join(
        (
            f"SLACK_BOT_TOKEN={credentials.bot_token}",
            f"SLACK_APP_TOKEN={credentials.app_token}",
            f"SLACK_SIGNING_SECRET={credentials.signing_secret}",
        )
    )


def _parser() -> argparse.ArgumentParser:
    known = Credentials()
    parser = argparse.ArgumentParser(prog="python -m bot.sandbox", description=__doc__)
    add = parser.add_argument
    add("--port", type=int, default=0, help="0 takes a free one")
    add("--state", type=str, default=":memory:", help="the file that keeps the workspace; without one it is forgotten")
    add("--manifest", type=Path, help="the app's manifest, YAML or JSON")
    add("--people", type=Path, help='a JSON list: [{"id": "U0AIDIL", "name": "Aidil", …}]')
    add("--channels", default="data-oncall,on-call-alerts,incident-response", help="comma-separated names")
    add("--usergroups", default="data-oncall", help="comma-separated handles")
    add("--clock", default="", help="<instant>[@<speed>[@<since>]]: where the team's clock starts")
    add("--speed", type=float, default=1.0, help="how many times faster the team's clock runs")
    add("--rate-limits", action=argparse.BooleanOptionalAction, default=True)
    add("--request-url", default="", help="send signed requests there instead of Socket Mode")
    add("--retry-scale", type=float, default=1.0, help="multiplies the waits before an event is sent again")
    add("--bot-token", default=known.bot_token)
    add("--app-token", default=known.app_token)
    add("--signing-secret", default=known.signing_secret)
    add("--print-credentials", action="store_true", help="print the settings for the bot, and end")
    add("--verbose", action="store_true", help="log each refused call")
    return parser


if __name__ == "__main__":
    sys.exit(main())
