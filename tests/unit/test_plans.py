"""A good plan loads with everything in it; a broken one is refused with every error."""

from datetime import date, time, timedelta
from pathlib import Path
from time import perf_counter

import pytest

from store.domain.check import Kind
from store.domain.errors import UserError
from store.domain.team import Cover, Severity
from store.plans import BrokenPlan, Fault, check_plan, load_plan
from tests.plan_files import GOOD, GROWTH, TEAM, write_plan


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_plan(tmp_path / "plan")


def test_the_good_plan_has_neither_errors_nor_notices(folder: Path) -> None:
    plan, faults = check_plan(folder)
    assert faults == ()
    assert plan is not None
    assert list(plan.pipelines) == list(plan.pages) == ["daily-growth", "growth-report"]


def test_scalars_arrive_as_the_types_their_fields_want(folder: Path) -> None:
    plan = load_plan(folder)
    rotation = plan.team.rotations["primary"]
    assert rotation.handoff_at == time(10)
    assert [version.starts_on for version in rotation.versions] == [date(2026, 1, 5), date(2026, 3, 2)]
    assert plan.team.severities[Severity.HIGH].handled_within == timedelta(minutes=90)
    assert plan.team.severities[Severity.LOW].business_hours is True
    assert plan.team.leave.notice == timedelta(days=14)
    assert plan.team.cover == (Cover.PREVIOUS, Cover.VOLUNTEER)
    freshness, rows, nulls = plan.pipelines["daily-growth"].checks
    assert (freshness.kind, freshness.warn, freshness.fail) == (Kind.FRESHNESS, timedelta(hours=18), timedelta(days=1))
    assert (rows.warn, rows.fail) == (0.2, None)
    assert (nulls.fail, nulls.columns) == (0.0, ("account_id",))
    assert plan.pipelines["growth-report"].on_call.rotation is None


def test_what_is_left_out_takes_its_default(folder: Path) -> None:
    plan = load_plan(folder)
    assert plan.pipelines["growth-report"].max_runtime == timedelta(hours=2)
    assert plan.team.handoff.sync == timedelta(minutes=30)


def test_a_page_keeps_its_body_as_it_stands_and_the_line_it_begins_on(folder: Path) -> None:
    page = load_plan(folder).pages["daily-growth"]
    lines = GROWTH.split("\n")
    assert lines[page.first_line - 1] == "# Daily Growth"
    assert page.body == "\n".join(lines[page.first_line - 1 :])
    assert page.path == folder / "daily-growth.md"


def test_pipelines_are_in_the_order_of_their_keys_not_of_their_file_names(tmp_path: Path) -> None:
    page = GROWTH.replace("key: daily-growth", "key: daily").replace("Daily Growth", "D").replace("[growth]", "[d]")
    plan = load_plan(write_plan(tmp_path / "plan", {"daily.md": page}))
    assert list(plan.pipelines) == list(plan.pages) == ["daily", "daily-growth", "growth-report"]


def test_the_plan_cannot_be_changed_by_its_readers(folder: Path) -> None:
    plan = load_plan(folder)
    with pytest.raises(TypeError):
        plan.pipelines["other"] = plan.pipelines["daily-growth"]  # type: ignore[index]


@pytest.mark.parametrize(
    ("written", "kept"),
    [("no", "no"), ("On", "On"), ("yes", "yes"), ("07", "07"), ("1.10", "1.10"), ("12:30", "12:30"), ("3d", "3d")],
)
def test_text_stays_what_was_written(tmp_path: Path, written: str, kept: str) -> None:
    folder = write_plan(tmp_path / "plan", {"team.yaml": TEAM.replace("does: Takes a turn", f"does: {written}")})
    assert load_plan(folder).team.roles["engineer"].does == kept


@pytest.mark.parametrize("change", [lambda text: "\ufeff" + text, lambda text: text.replace("\n", "\r\n")])
def test_windows_line_ends_and_a_byte_order_mark_change_nothing(folder: Path, tmp_path: Path, change) -> None:  # type: ignore[no-untyped-def]
    other = write_plan(tmp_path / "other", {name: change(text) for name, text in GOOD.items()})
    one, two = load_plan(folder), load_plan(other)
    assert two.team == one.team
    assert [page.body for page in two.pages.values()] == [page.body for page in one.pages.values()]
    assert [page.first_line for page in two.pages.values()] == [page.first_line for page in one.pages.values()]


def test_readme_synonyms_dot_files_and_folders_are_no_part_of_a_plan(folder: Path) -> None:
    before = load_plan(folder).digest
    for name in ("README.md", "synonyms.yaml", ".draft.md", "notes.txt"):
        (folder / name).write_text("!!python/object:os.system {")
    (folder / "pictures").mkdir()
    plan, faults = check_plan(folder)
    assert faults == ()
    assert plan is not None
    assert plan.digest == before


def test_the_digest_changes_with_any_byte_and_with_nothing_else(folder: Path, tmp_path: Path) -> None:
    same = write_plan(tmp_path / "same")
    other = write_plan(tmp_path / "other", {"daily-growth.md": GROWTH + " "})
    assert load_plan(same).digest == load_plan(folder).digest != load_plan(other).digest


def test_a_broken_plan_lists_every_error_by_file_and_line(tmp_path: Path) -> None:
    folder = write_plan(
        tmp_path / "plan",
        {
            "team.yaml": TEAM.replace("          - bob", "          - bbo").replace("closes: 18:00", "closes: 6pm"),
            "daily-growth.md": GROWTH.replace("owners:", "owner:").replace("warn: 20%", "warn: 20"),
            "growth-report.md": "# no facts at all\n",
        },
    )
    with pytest.raises(BrokenPlan) as caught:
        load_plan(folder)
    assert isinstance(caught.value, UserError)
    assert str(caught.value).splitlines() == [
        "The plan plan cannot be used, it has 5 faults:",
        "daily-growth.md:7 owner: unknown key: did you mean `owners`?",
        "daily-growth.md:28 checks[1].warn: expected a duration such as `30m`, `18h` or `14d` or a share such as `20%`,"
        " found `20`",
        "growth-report.md:1: no front matter: the first line must be `---`, and a second `---` closes the facts",
        "team.yaml:46 rotations.primary.versions[0].order[1]: unknown person `bbo`: did you mean `bob`?",
        "team.yaml:52 hours.closes: expected a time such as `09:00`, found `6pm`",
    ]
    assert {fault.level for fault in caught.value.faults} == {"error"}


def test_an_error_is_one_line_whatever_was_written(tmp_path: Path) -> None:
    wild = TEAM.replace("zone: Europe/Berlin\nchannels", 'zone: "<!channel>`\\n\\u202e' + "x" * 5000 + '"\nchannels')
    _, faults = check_plan(write_plan(tmp_path / "plan", {"team.yaml": wild}))
    (text,) = map(str, faults)
    assert len(text) < 250
    assert text.isprintable()
    assert text.startswith("team.yaml:2 zone: unknown time zone `<!channel>? ?xxx")


def test_a_notice_says_that_it_is_one() -> None:
    assert str(Fault("team.yaml", 3, "zone", "odd", "notice")) == "team.yaml:3 zone: notice: odd"


def test_a_plan_of_six_pages_loads_in_a_blink(tmp_path: Path) -> None:
    pages = {
        f"page-{number}.md": GROWTH.replace("key: daily-growth", f"key: page-{number}")
        .replace("name: Daily Growth", f"name: Page {number}")
        .replace("aliases: [growth]", f"aliases: [p{number}]")
        for number in range(4)
    }
    folder = write_plan(tmp_path / "plan", pages)
    load_plan(folder)
    times = []
    for _ in range(5):
        begun = perf_counter()
        load_plan(folder)
        times.append(perf_counter() - begun)
    assert min(times) < 0.05
