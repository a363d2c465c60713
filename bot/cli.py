"""The command `baton`. Wiring happens here and in `app.py`, nowhere else."""

import json
import logging
import os
import sys
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from bot import roster_cli
from store.domain.errors import UserError
from store.planfile.files import PLANS

app = typer.Typer(no_args_is_help=True, add_completion=False, help="On-call for data pipelines, in Slack.")
plan = typer.Typer(no_args_is_help=True, help="The plan: a team's people, pipelines and runbooks in a folder.")
app.add_typer(plan, name="plan")
app.add_typer(roster_cli.app, name="roster")

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def main() -> None:
    """Exit with 0 when good, 1 when the answer is no, 2 for wrong usage or input."""
    try:
        app()
    except UserError as error:
        print(error, file=sys.stderr)  # noqa: T201 - this is the terminal
        raise SystemExit(2) from None


@app.command()
def serve() -> None:
    """Run the bot. Settings come from the environment; see README."""
    from bot.serve import run as run_bot
    from store.settings import Settings

    _log()
    raise SystemExit(run_bot(Settings()))


@app.command()
def worker() -> None:
    """Run a worker: it claims queued runs and executes them on Spark. Start as many as you like."""
    _become("jobs.worker")


@app.command()
def run(pipeline: str, days: str, as_json: AsJson = False) -> None:
    """Run PIPELINE for DAYS (2024-06-03, yesterday, 2024-06-01..2024-06-03) here and now, checked and published."""
    _become("jobs.run", pipeline, days, *(["--json"] if as_json else []))


@app.command()
def sample() -> None:
    """Lay the sample data down under the inputs folder of BATON_DATA, where it is missing."""
    _become("jobs.sample")


@app.command()
def demo(
    port: Annotated[int, typer.Option(help="Where the page is; 0 for any free port.")] = 8765,
    at: Annotated[str, typer.Option(help="When the team's clock starts, as 2026-05-04T09:58; left out: now.")] = "",
    speed: Annotated[float, typer.Option(help="How many times faster the team's clock runs.")] = 1.0,
    state: Annotated[Path, typer.Option(help="Where the demo keeps its state.")] = Path(".baton/demo"),
    folder: Annotated[Path, typer.Option("--plan", help="The plan folder.")] = PLANS / "house",
) -> None:
    """Start everything on this machine: a workspace like Slack in the browser, the bot, a worker, sample data."""
    from bot.demo import demo as run_demo

    raise SystemExit(run_demo(port=port, at=at, speed=speed, state=state, folder=folder, shell=os.environ))


@plan.command("check")
def check(
    folder: Annotated[Path, typer.Argument(help="The plan folder, or a bare roster file.")] = PLANS / "house",
    as_json: AsJson = False,
) -> None:
    """Name every fault of a plan, or of a bare roster, by file, line and key. Exit code 1 when it cannot be used."""
    from store.plans import check_plan
    from store.rosterfile import check_roster_file

    if not folder.exists():
        raise UserError(f"There is no folder {folder}. Name the folder that holds your team.yaml, or a roster file.")
    good, faults = check_plan(folder) if folder.is_dir() else check_roster_file(folder)
    if as_json:
        listed = [
            {name: getattr(fault, name) for name in ("path", "line", "key", "message", "level")} for fault in faults
        ]
        typer.echo(json.dumps({"ok": good is not None, "faults": listed}, indent=2, ensure_ascii=False))
    else:
        for fault in faults:
            typer.echo(str(fault))
        typer.echo(f"{folder}: {'good' if good else 'cannot be used'}")
    raise SystemExit(0 if good else 1)


@plan.command()
def schema(
    which: Annotated[
        str,
        typer.Argument(help="`team` for team.yaml, `pipeline` for the front matter of a page, `roster` for --file."),
    ] = "team",
) -> None:
    """Print the JSON Schema of a plan's file or of a bare roster, for your editor."""
    from store.plans import SHAPES
    from store.plans import schema as schema_of

    if which not in SHAPES:
        raise UserError(f"There is no schema “{which}”. Choose `team`, `pipeline` or `roster`.")
    typer.echo(json.dumps(schema_of(which), indent=2, ensure_ascii=False))


def _become(module: str, *arguments: str) -> NoReturn:
    """Go on as another program: bot and jobs share no process, and a worker has no use for what is loaded here."""
    os.execv(sys.executable, [sys.executable, "-m", module, *arguments])  # noqa: S606


def _log() -> None:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger("bolt").setLevel(logging.ERROR)  # it warns that SLACK_BOT_TOKEN is also in the environment
    for name in ("apscheduler", "slack_sdk", "alembic"):
        logging.getLogger(name).setLevel(logging.WARNING)
