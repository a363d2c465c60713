"""One thing broken at a time: the one fault that is told, its line, its key, its words."""

from pathlib import Path

import pytest

from store.plans import Fault, check_plan
from tests.plan_files import GOOD, GROWTH, REPORT, TEAM, swapped, write_plan

TEAM_CASES = [
    # keys and shapes
    ("zone: Europe/Berlin\nchannels", "§zoen: Europe/Berlin\nchannels", "zoen: unknown key: did you mean `zone`?"),
    ("    email: ada@", "§    mail: ada@", "people.ada.mail: unknown key: did you mean `email`?"),
    (
        "    country: DE",
        "    country: DE\n§    country: AT",
        "people.ada.country: stands here a second time, first on line 14",
    ),
    (
        "  bob:\n",
        "  bob: {name: B, roles: [engineer]}\n§  bob:\n",
        "people.bob: stands here a second time, first on line 16",
    ),
    (
        "    does: Takes a turn\n",
        "§    does: #1 on the list\n",
        "roles.engineer.does: expected text, found nothing (text that begins with `#` needs quotes)",
    ),
    ("    does: Takes a turn\n", '§    does: ""\n', "roles.engineer.does: empty: write something here"),
    ("  engineer:\n    does: Takes a turn\n", "§  engineer: {}\n", "roles.engineer.does: missing"),
    (
        "    teams: [data]\n",
        "§    teams: data\n",
        "people.ada.teams: expected a list (`[a, b]`, or one `- ` line for each), found `data`",
    ),
    ("    name: Ada\n", "§    name: [Ada]\n", "people.ada.name: expected text, found a list"),
    ("    name: Ada\n", "§    name: true\n", "people.ada.name: expected text, found `true`: put it in quotes"),
    ("  bad-data: Source data is wrong\n", "§  bad-data: {is: bad}\n", "causes.bad-data: expected text, found keys"),
    (
        "  alerts: alerts\n",
        "§  alerts: #alerts\n",
        "channels.alerts: expected text, found nothing (text that begins with `#` needs quotes)",
    ),
    (
        "    business_hours: true\n",
        "§    business_hours: yes\n",
        "severities.low.business_hours: expected `true` or `false`, found `yes`",
    ),
    (
        "  notice: 2w\n",
        "§  notice: 14\n",
        "leave.notice: expected a duration such as `30m`, `18h` or `14d`, found `14`",
    ),
    (
        "  notice: 2w\n",
        "§  notice: -1d\n",
        "leave.notice: expected a duration such as `30m`, `18h` or `14d`, found `-1d`",
    ),
    (
        "  notice: 2w\n",
        "§  notice: P14D\n",
        "leave.notice: expected a duration such as `30m`, `18h` or `14d`, found `P14D`",
    ),
    ("  opens: 09:00", "§  opens: 25:00", "hours.opens: expected a time such as `09:00`, found `25:00`"),
    (
        "starts_on: 2026-01-05",
        "§starts_on: 2026-02-30",
        "rotations.primary.versions[0].starts_on: expected a day such as `2026-01-05`, found `2026-02-30`",
    ),
    ("cover: [previous,", "§cover: [previuos,", "cover[0]: unknown word `previuos`: did you mean `previous`?"),
    ("  low:\n", "§  lwo:\n", "severities.lwo: unknown word `lwo`: did you mean `low`?"),
    # names and places
    (
        "zone: Europe/Berlin\nchannels",
        "§zone: Europe/Berlln\nchannels",
        "zone: unknown time zone `Europe/Berlln`: did you mean `Europe/Berlin`?",
    ),
    (
        "zone: Europe/Berlin\nchannels",
        "§zone: ../../etc/passwd\nchannels",
        "zone: unknown time zone `../../etc/passwd`: write an IANA name such as `Europe/Berlin`",
    ),
    (
        "    zone: Europe/Berlin\n    handoff_on",
        "§    zone: Mars/Olympus\n    handoff_on",
        "rotations.primary.zone: unknown time zone `Mars/Olympus`: write an IANA name such as `Europe/Berlin`",
    ),
    ("  alerts: alerts\n", '§  alerts: "#alerts"\n', "channels.alerts: write the channel without its hash: `alerts`"),
    (
        "  alerts: alerts\n",
        "§  alerts: Our alerts\n",
        "channels.alerts: `Our alerts` is no Slack channel name: lower case letters, digits, `-` and `_`",
    ),
    (
        "    channel: data-oncall\n",
        "§    channel: Data\n",
        "teams.data.channel: `Data` is no Slack channel name: lower case letters, digits, `-` and `_`",
    ),
    (
        "    slack: U024BE7LH",
        "§    slack: ada.l",
        "people.ada.slack: `ada.l` is no Slack member id: it looks like `U024BE7LH` (profile, three dots, "
        "Copy member ID)",
    ),
    ("    slack: U024BE7LI", "§    slack: U024BE7LH", "people.bob.slack: `U024BE7LH` belongs to `ada` already"),
    (
        "    slack: U024BE7LI",
        "§    email: ADA@example.com",
        "people.bob.email: `ada@example.com` belongs to `ada` already",
    ),
    (
        "    email: ada@example.com",
        "§    email: ada at example",
        "people.ada.email: `ada at example` is no email address",
    ),
    (
        "  bad-data:",
        "§  Bad Data:",
        "causes.Bad Data: a key is lower case letters, digits and hyphens: did you mean `bad-data`?",
    ),
    ("  bad-data:", "§  '':", "causes.: a key is lower case letters, digits and hyphens"),
    # references
    ("    teams: [data]", "§    teams: [daat]", "people.ada.teams[0]: unknown team `daat`: did you mean `data`?"),
    ("    teams: [data]", "§    teams: [data, data]", "people.ada.teams[1]: `data` is in this list twice"),
    (
        "    roles: [approver]",
        "§    roles: [aprover]",
        "people.cleo.roles[0]: unknown role `aprover`: did you mean `approver`?",
    ),
    ("    lead: ada", "§    lead: adda", "teams.data.lead: unknown person `adda`: did you mean `ada`?"),
    (
        "          - bob",
        "§          - bobb",
        "rotations.primary.versions[0].order[1]: unknown person `bobb`: did you mean `bob`?",
    ),
    ("    who: [ada]", "§    who: [zoe]", "on_deck[0].who[0]: unknown person `zoe`: it is one of `ada`, `bob`, `cleo`"),
    (
        "tell: [on-call]",
        "§tell: [oncall]",
        "escalation[0].tell[0]: unknown person, team or role `oncall`: did you mean `on-call`?",
    ),
    (
        "    together_with: [finance]",
        "§    together_with: [engineer]",
        "manual_checks[0].together_with[0]: unknown team or person `engineer`: it is one of `data`, "
        "`finance`, `ada`, `bob`, `cleo`",
    ),
    (
        "  finance:\n    name",
        "  finance:\n    name: F\n§  bob:\n    name",
        "teams.bob: `bob` is a person too: choose another key",
    ),
    (
        "  approver:\n",
        "  approver:\n    does: Signs\n§  ada:\n",
        "roles.ada: `ada` is a person too: choose another key",
    ),
    (
        "  cleo:\n    name",
        "§  owner:\n    name: O\n    roles: [engineer]\n  cleo:\n    name",
        "people.owner: `owner` means something else in an escalation: choose another key",
    ),
    # rotations
    (
        "handoff_on: monday",
        "§handoff_on: mondy",
        "rotations.primary.handoff_on: unknown word `mondy`: did you mean `monday`?",
    ),
    (
        "starts_on: 2026-01-05",
        "§starts_on: 2026-01-06",
        "rotations.primary.versions[0].starts_on: 2026-01-06 is a Tuesday, the handoff is on Monday: did you "
        "mean 2026-01-05 or 2026-01-12?",
    ),
    (
        "starts_on: 2026-03-02",
        "§starts_on: 2026-01-05",
        "rotations.primary.versions[1].starts_on: 2026-01-05 is not after 2026-01-05: versions stand in order of time",
    ),
    (
        TEAM[TEAM.index("    versions:") : TEAM.index("hours:")],
        "§    versions: []\n",
        "rotations.primary.versions: a rotation needs at least one version, or `layers` of other rotations",
    ),
    # policies
    ("monday, tuesday,", "§mon, tuesday,", "hours.days[0]: unknown word `mon`: did you mean `monday`?"),
    ("[monday, tuesday,", "§[monday, monday,", "hours.days[1]: `monday` is in this list twice"),
    (
        "[monday, tuesday, wednesday, thursday, friday]",
        "§[]",
        "hours.days: no working day: business hours would never pass",
    ),
    ("  closes: 18:00", "§  closes: 09:00", "hours.closes: 09:00 is not after the opening at 09:00"),
    (
        "severities:\n  low:\n    means: Odd\n    handled_within: 24h\n    business_hours: true\n",
        "§severities:\n",
        "severities: `low` is missing",
    ),
    (
        "    handled_within: 1h 30m",
        "§    handled_within: 0h",
        "severities.high.handled_within: must be longer than nothing",
    ),
    ("cover: [previous, volunteer]", "§cover: [previous, previous]", "cover[1]: `previous` is in this list twice"),
    ("  - days: 7d", "§  - days: 36h", "on_deck[0].days: write whole days, from `1d` to `31d`"),
    (
        "    unless: acknowledged",
        "§    unless: acked",
        "escalation[0].unless: unknown word `acked`: it is one of `acknowledged`, `resolved`",
    ),
    ("tell: [on-call]", "§tell: []", "escalation[0].tell: tells nobody"),
    (
        "  - every: month\n",
        "§  - every: year\n",
        "manual_checks[0].every: unknown word `year`: it is one of `week`, `month`, `month-end`",
    ),
]

PAGE_CASES = [
    ("owners:\n", "§owner:\n", "owner: unknown key: did you mean `owners`?"),
    ("purpose: experiments", "§purpose: experiment", "purpose: unknown word `experiment`: did you mean `experiments`?"),
    ("key: daily-growth", "§key: daily-grow", "key: `daily-grow` is not the file's name: did you mean `daily-growth`?"),
    (
        "name: Daily Growth",
        "§name: Growth-Report",
        "name: `Growth-Report` means `growth-report` already (key, name or alias)",
    ),
    (
        "  primary: data",
        "§  primary: finanse",
        "owners.primary: unknown team or person `finanse`: did you mean `finance`?",
    ),
    (
        "  rotation: primary",
        "§  rotation: secondary",
        "on_call.rotation: unknown rotation `secondary`: it is one of `primary`",
    ),
    (
        "on_call:\n  rotation: primary",
        "§on_call:\n  rotation: null",
        "on_call.why: without a rotation nobody is on call: say why",
    ),
    (
        "  high_alert: [ada]",
        "§  high_alert: [data]",
        "on_call.high_alert[0]: unknown person `data`: it is one of `ada`, `bob`, `cleo`",
    ),
    (
        "job: daily_growth",
        "job: daily_growth\n§upstreams: [daily-growth]",
        "upstreams[0]: a pipeline cannot wait for itself",
    ),
    (
        "job: daily_growth",
        "job: daily_growth\n§upstreams: [growth-reprot]",
        "upstreams[0]: unknown pipeline `growth-reprot`: did you mean `growth-report`?",
    ),
    (
        "job: daily_growth",
        "job: daily_growth\n§upstreams: [growth-report]",
        "upstreams[0]: a circle, each waits for the next: `daily-growth` → `growth-report` → `daily-growth`",
    ),
    ("job: daily_growth", "job: daily_growth\n§max_runtime: 0m", "max_runtime: must be longer than nothing"),
    (
        "rerun_by: [engineer]",
        "§rerun_by: [engineers]",
        "rerun_by[0]: unknown role `engineers`: did you mean `engineer`?",
    ),
    (
        "  - tell: finance",
        "§  - tell: on-call",
        "escalation[0].tell: unknown person, team or role `on-call`: it is one of `ada`, `bob`, `cleo`, "
        "`data`, `finance`, `engineer`, `approver`",
    ),
    # checks
    ("    warn: 18h", "§    warn: 30%", "checks[0].warn: `freshness` takes a duration such as `18h`"),
    ("    warn: 20%", "§    warn: 20m", "checks[1].warn: `rows` takes a share such as `20%`"),
    ("    warn: 18h", "§    warn: 25h", "checks[0].warn: lies beyond `fail`, so it would never be told"),
    ("  - kind: rows\n    warn: 20%\n", "§  - kind: rows\n", "checks[1]: has no bound: give `warn`, `fail` or both"),
    ("    fail: 0%", "§    fail: 101%", "checks[2].fail: a share of the rows is at most 100%"),
    (
        "  - kind: nulls\n    fail: 0%\n    columns: [account_id]\n",
        "§  - kind: nulls\n    fail: 0%\n",
        "checks[2].columns: name the columns in which NULLs are counted",
    ),
    ("    warn: 20%", "    warn: 20%\n§    columns: [a]", "checks[1].columns: only for `nulls`"),
    (
        "    section: It is late",
        "§    section: It was late",
        "checks[0].section: no heading `It was late` with text under it on this page: did you mean `It is late`?",
    ),
    # promises
    ("    every: day", "§    every: daily", "sla[0].every: unknown word `daily`: did you mean `day`?"),
    ("    every: day", "    every: day\n§    on: monday", "sla[0].on: has no meaning for `day`"),
    (
        "  - promise: There by nine\n    every: day",
        "§  - promise: There by nine\n    every: week",
        "sla[0].on: say on which day of the week",
    ),
    ("    every: day", "    every: week\n§    on: Friday", "sla[0].on: unknown word `Friday`: did you mean `friday`?"),
    (
        "    every: day",
        "    every: week\n§    on: 5",
        "sla[0].on: unknown word `5`: it is one of `monday`, `tuesday`, `wednesday`, `thursday`, `friday`, "
        "`saturday`, `sunday`",
    ),
    (
        "    every: day",
        "    every: month\n§    on: 32",
        "sla[0].on: 32 is no day of a month: 1 to 31, `last-day` or `last-business-day`",
    ),
    ("    every: day", '    every: month\n§    on: "28"', "sla[0].on: write the day without quotes: 28"),
    ("    every: day", "    every: month\n§    on: last", "sla[0].on: unknown word `last`: did you mean `last-day`?"),
    (
        "    fix_within: 3d",
        "    fix_within: 3d\n§    on: 28",
        "sla[1].on: needs `every`: a day, a week or a month has it, nothing else",
    ),
    (
        "  - promise: There by nine\n    every: day\n    at: 09:00\n",
        "§  - promise: There by nine\n    every: day\n",
        "sla[0]: `at` and `zone` go together: a time without its zone is not an instant",
    ),
    (
        "    zone: Europe/Berlin",
        "§    zone: Berlin",
        "sla[0].zone: unknown time zone `Berlin`: did you mean `Europe/Berlin`?",
    ),
    (
        "    fix_within: 3d\n    business_days: true",
        "    within: 3d\n§    business_days: true",
        "sla[1].business_days: needs `fix_within`: that is what it counts",
    ),
]


def _errors(folder: Path) -> list[str]:
    plan, faults = check_plan(folder)
    errors = [str(fault) for fault in faults if fault.level == "error"]
    assert (plan is None) == bool(errors)
    return errors


@pytest.mark.parametrize(("old", "new", "told"), TEAM_CASES, ids=[told for *_, told in TEAM_CASES])
def test_a_fault_of_the_team_file_is_told_once_with_its_line(tmp_path: Path, old: str, new: str, told: str) -> None:
    text, line = swapped("team.yaml", old, new)
    assert _errors(write_plan(tmp_path / "plan", {"team.yaml": text})) == [f"team.yaml:{line} {told}"]


@pytest.mark.parametrize(("old", "new", "told"), PAGE_CASES, ids=[told for *_, told in PAGE_CASES])
def test_a_fault_of_a_page_is_told_once_with_its_line(tmp_path: Path, old: str, new: str, told: str) -> None:
    text, line = swapped("daily-growth.md", old, new)
    assert _errors(write_plan(tmp_path / "plan", {"daily-growth.md": text})) == [f"daily-growth.md:{line} {told}"]


def test_a_required_key_that_is_missing_is_told_at_what_it_belongs_to(tmp_path: Path) -> None:
    changed = {"team.yaml": TEAM.replace("  zone: Europe/Berlin\n  opens", "  opens"), "growth-report.md": "---\n---\n"}
    assert _errors(write_plan(tmp_path / "plan", changed)) == [
        "growth-report.md:1: expected keys with values, found nothing",
        "team.yaml:49 hours.zone: missing",
    ]


def test_two_pages_with_one_key_are_told_on_the_one_with_another_name(tmp_path: Path) -> None:
    copy = GROWTH.replace("name: Daily Growth", "name: Copy").replace("aliases: [growth]\n", "")
    assert _errors(write_plan(tmp_path / "plan", {"growth-copy.md": copy})) == [
        "growth-copy.md:2 key: `daily-growth` is not the file's name: did you mean `growth-copy`?",
        "growth-copy.md:2 key: `daily-growth` means `daily-growth` already (key, name or alias)",
    ]


def test_a_longer_circle_is_told_once(tmp_path: Path) -> None:
    def page(key: str, upstream: str) -> str:
        return REPORT.replace("growth-report", key).replace("Growth Report", key).replace("daily-growth", upstream)

    changed = {"a.md": page("a", "b"), "b.md": page("b", "c"), "c.md": page("c", "a"), "d.md": page("d", "a")}
    assert _errors(write_plan(tmp_path / "plan", changed)) == [
        "a.md:12 upstreams[0]: a circle, each waits for the next: `a` → `b` → `c` → `a`"
    ]


def test_pages_are_not_blamed_for_a_team_file_that_cannot_be_read(tmp_path: Path) -> None:
    half = TEAM[: TEAM.index("  bob:")] + "  bob: [\n"
    (told,) = _errors(write_plan(tmp_path / "plan", {"team.yaml": half}))
    assert told.startswith("team.yaml:16: a `[` or `{` is not closed here")


def test_nobody_is_unknown_when_the_people_cannot_be_read(tmp_path: Path) -> None:
    text = TEAM[: TEAM.index("people:")] + "people: []\n" + TEAM[TEAM.index("teams:\n  data") :]
    assert _errors(write_plan(tmp_path / "plan", {"team.yaml": text})) == [
        "team.yaml:7 people: expected keys with values, found a list"
    ]


def test_a_page_that_cannot_be_read_still_is_somebodys_upstream(tmp_path: Path) -> None:
    (told,) = _errors(write_plan(tmp_path / "plan", {"daily-growth.md": GROWTH[:40]}))
    assert told == "daily-growth.md:1: the front matter that begins here is never closed by a second `---` line"


def test_headings_in_code_are_no_sections(tmp_path: Path) -> None:
    text, line = swapped("daily-growth.md", "    section: It is late", "§    section: in code")
    text += "\n```sh\n# in code\n```\n"
    (told,) = _errors(write_plan(tmp_path / "plan", {"daily-growth.md": text}))
    assert told.startswith(
        f"daily-growth.md:{line} checks[0].section: no heading `in code` with text under it on this page"
    )


def test_a_heading_without_text_is_no_section_to_read(tmp_path: Path) -> None:
    text, line = swapped("daily-growth.md", "    section: It is late", "§    section: Later")
    (told,) = _errors(write_plan(tmp_path / "plan", {"daily-growth.md": text + "\n## Later\n"}))
    assert told.startswith(f"daily-growth.md:{line} checks[0].section: no heading `Later` with text under it")


@pytest.mark.parametrize("heading", ["## It is late ##", "### It is late   ", "  ## It is late"])
def test_a_section_is_found_however_its_heading_is_written(tmp_path: Path, heading: str) -> None:
    folder = write_plan(tmp_path / "plan", {"daily-growth.md": GROWTH.replace("## It is late", heading)})
    assert _errors(folder) == []


def test_faults_carry_data_beside_their_text(tmp_path: Path) -> None:
    text, line = swapped("team.yaml", "    lead: ada", "§    lead: adda")
    _, faults = check_plan(write_plan(tmp_path / "plan", {"team.yaml": text}))
    assert faults == (Fault("team.yaml", line, "teams.data.lead", "unknown person `adda`: did you mean `ada`?"),)


def test_the_good_files_hold_no_mark() -> None:
    assert not any("§" in text for text in GOOD.values())
