"""`baton roster`: who is on call, for people in a shell and for scripts."""

import gc
import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.views import shell
from store.clock import Clock, SystemClock, from_setting
from store.domain.errors import UserError, shorten
from store.domain.oncall import on_call, timeline
from store.domain.pipeline import Pipeline, UnknownPipeline, find_pipeline
from store.domain.roster import Entries, Line, Roster, build
from store.domain.shift import Shift
from store.domain.simulate import simulate as simulate_roster
from store.domain.wall import instant
from store.holidays import holidays_in

if TYPE_CHECKING:  # it takes 60 ms to load, and a bare file needs none
    from store.settings import Settings

LONGEST = timedelta(days=5 * 366)

app = typer.Typer(help="Who is on call, and why.")

PlanFolder = Annotated[Path | None, typer.Option("--plan", help="The plan folder; left out: BATON_PLAN.")]
BareFile = Annotated[Path | None, typer.Option("--file", help="A bare roster file instead of a plan.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


class BadQuestion(UserError):
    """Options that do not go together, or no time."""


@dataclass(frozen=True)
class Source:
    """A roster, and the pipelines by the names that people use for them."""

    roster: Roster
    pipelines: dict[str, Pipeline]
    """Empty for a bare file: there they have a key and no other name."""
    clock: Clock
    """The team's."""

    def line(self, typed: str) -> tuple[str, Line]:
        """Return the key of the pipeline that *typed* means, and its line. Raises: UnknownPipeline."""
        keys = [key for line in self.roster.lines for key in line.pipelines]
        if typed not in keys:
            if not self.pipelines:
                raise UnknownPipeline(typed, tuple(sorted(keys)))
            typed = find_pipeline(self.pipelines, typed).key
        return typed, self.roster.line_of(typed)


@app.callback(invoke_without_command=True)
def roster(
    context: typer.Context,
    folder: PlanFolder = None,
    file: BareFile = None,
    starts: Annotated[str | None, typer.Option("--from", help="ISO day or time; on the plan's clock.")] = None,
    ends: Annotated[str | None, typer.Option("--to", help="ISO day or time, not included.")] = None,
    at: Annotated[str | None, typer.Option("--at", help="One instant instead of a span; left out: now.")] = None,
    pipeline: Annotated[str | None, typer.Option(help="Only this one: its key, name or alias.")] = None,
    as_json: AsJson = False,
) -> None:
    """Print who is on call from one time to another, or at one time."""
    if context.invoked_subcommand:
        if any(context.params.values()):
            raise BadQuestion(f"Write the options behind the command: baton roster {context.invoked_subcommand} --…")
        return
    if (starts is None) != (ends is None):
        raise BadQuestion("A span needs both ends: write --from and --to, or --at for one instant.")
    if starts is not None and at is not None:
        raise BadQuestion("--at is one instant, --from and --to are a span. Write one or the other.")
    with _only_growing():
        source = load(folder, file)
    lines = [source.line(pipeline)] if pipeline is not None else [(line.key, line) for line in source.roster.lines]
    if starts is not None and ends is not None:
        span = read_span(starts, ends, source.roster.zone)
        found = _keyed(lines, lambda line: timeline(source.roster, line, *span))
        if as_json:
            _print(shell.as_objects(found))
        else:
            typer.echo(shell.as_lines(source.roster, found))
        return
    asked_at = read_instant(at, source.roster.zone) if at is not None else source.clock.now()
    found = _keyed(lines, lambda line: on_call(source.roster, line, at=asked_at))
    if as_json:
        objects = shell.as_objects(found)
        _print(objects[0] if len(objects) == 1 else objects)
    else:
        typer.echo(shell.as_lines(source.roster, found))


@app.command()
def simulate(
    months: Annotated[int, typer.Option(help="How many, from --from on.")] = 12,
    folder: PlanFolder = None,
    file: BareFile = None,
    starts: Annotated[str | None, typer.Option("--from", help="ISO day or time; left out: now.")] = None,
    as_json: AsJson = False,
    picture: Annotated[Path | None, typer.Option(help="Draw it into this file as well, such as roster.png.")] = None,
) -> None:
    """Print what the coming months come to: who carries how much, on which holidays, and where nobody can cover."""
    with _only_growing():
        source = load(folder, file)
    now = source.clock.now().replace(second=0, microsecond=0)
    begins = now if starts is None else read_instant(starts, source.roster.zone)
    coming = simulate_roster(source.roster, begins, months)
    if picture is not None:
        from bot.views.roster_picture import draw

        save_picture(draw(source.roster, coming), picture)
    if as_json:
        _print(shell.simulation_as_object(coming))
    else:
        typer.echo(shell.simulation_as_lines(source.roster, coming))


def save_picture(content: bytes, path: Path) -> None:
    """Raises: BadQuestion: the file cannot be written, or would not be a picture by its name."""
    if path.suffix.lower() != ".png":
        raise BadQuestion(f"{path.name} is not the name of a PNG picture. Write a name that ends in .png.")
    try:
        path.write_bytes(content)
    except OSError as error:
        raise BadQuestion(f"{path} cannot be written: {error.strerror}. Choose another place.") from None


def _keyed(lines: Iterable[tuple[str | None, Line]], answer: Callable[[Line], tuple[Shift, ...]]) -> list[Shift]:
    """Return the answers, each with the pipeline that was asked for."""
    return [replace(shift, pipeline=key) for key, line in lines for shift in answer(line)]


def _print(value: object) -> None:
    typer.echo(json.dumps(value, indent=2, ensure_ascii=False))


def read_span(starts: str, ends: str, zone: str) -> tuple[datetime, datetime]:
    """Return the half-open span that was asked for. Raises: BadQuestion."""
    starts_at, ends_at = read_instant(starts, zone), read_instant(ends, zone)
    if ends_at <= starts_at:
        raise BadQuestion(
            f"--to {shorten(ends)} is not after --from {shorten(starts)}. Swap them, or write a later end."
        )
    if ends_at - starts_at > LONGEST:
        raise BadQuestion("That is more than five years. Ask for a shorter span.")
    return starts_at, ends_at


def read_instant(text: str, zone: str) -> datetime:
    """
    Return the UTC instant that *text* names in ISO 8601; without an offset it is on the clock of *zone*.

    Raises: BadQuestion.
    """
    try:
        read = datetime.fromisoformat(text.strip())
    except ValueError:
        raise BadQuestion(
            f"“{shorten(text)}” is no time. Write 2026-05-05, 2026-05-05T14:00 or 2026-05-05T14:00+08:00."
        ) from None
    if not 1970 < read.year < 2200:
        raise BadQuestion(f"{read.year} is outside of what Baton reckons with. Write a year from 1971 to 2199.")
    return instant(read, zone) if read.tzinfo is None else read.astimezone(UTC)


@contextmanager
def _only_growing() -> Iterator[None]:
    """Collect no garbage meanwhile: what loading makes stays, and to look through it again and again takes 70 ms."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def load(folder: Path | None, file: Path | None) -> Source:
    """Return what to answer from. Raises: UserError: it cannot be read, or both were named."""
    if file is not None:
        if folder is not None:
            raise BadQuestion("--file is a roster without a plan. Write --file or --plan.")
        from store.rosterfile import load_roster_file

        return Source(load_roster_file(file), {}, SystemClock())
    from store.plans import load_plan
    from store.settings import Settings

    settings = Settings()
    folder = settings.baton_plan if folder is None else folder
    plan = load_plan(folder)
    entries = entered(settings) if folder.resolve() == settings.baton_plan.resolve() else Entries()
    clock = from_setting(settings.baton_clock)
    return Source(build(plan.team, plan.pipelines, entries, holidays_in), dict(plan.pipelines), clock)


def entered(settings: "Settings") -> Entries:
    """Return what people entered; nothing where there is no database yet, and none comes into being by asking."""
    path = settings.database_file
    if path is not None and not path.exists():
        return Entries()
    from sqlalchemy import inspect

    from store.rosters import load_entries
    from store.session import Sessions, connect, reach
    from store.tables import AbsenceRow

    engine = connect(settings.database)
    reach(engine)
    if not inspect(engine).has_table(AbsenceRow.__tablename__):  # nobody has entered anything since it was made
        return Entries()
    with Sessions(engine).reading() as db:
        return load_entries(db)
