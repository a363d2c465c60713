"""A small good plan as files, and ways to break one thing in it."""

from collections.abc import Mapping
from pathlib import Path

TEAM = """\
name: Data
zone: Europe/Berlin
channels:
  oncall: data-oncall
  alerts: alerts
  incidents: incident-response
people:
  ada:
    name: Ada
    slack: U024BE7LH
    email: ada@example.com
    teams: [data]
    roles: [engineer]
    country: DE
    subdivision: BE
  bob:
    name: Bob
    slack: U024BE7LI
    roles: [engineer]
  cleo:
    name: Cleo
    teams: [finance]
    roles: [approver]
teams:
  data:
    name: Data Engineering
    lead: ada
    channel: data-oncall
  finance:
    name: Finance
    lead: cleo
roles:
  engineer:
    does: Takes a turn
  approver:
    does: Approves investor figures
rotations:
  primary:
    zone: Europe/Berlin
    handoff_on: monday
    handoff_at: 10:00
    versions:
      - starts_on: 2026-01-05
        order:
          - ada
          - bob
      - starts_on: 2026-03-02
        order: [bob, ada]
hours:
  zone: Europe/Berlin
  opens: 09:00
  closes: 18:00
  days: [monday, tuesday, wednesday, thursday, friday]
severities:
  low:
    means: Odd
    handled_within: 24h
    business_hours: true
  medium:
    means: Wrong
    handled_within: 24h
  high:
    means: Missing
    handled_within: 1h 30m
cover: [previous, volunteer]
leave:
  notice: 2w
on_deck:
  - days: 7d
    why: Month end
    who: [ada]
escalation:
  - after: 0m
    unless: acknowledged
    tell: [on-call]
  - after: 2h
    unless: resolved
    tell: [owner, cleo, finance, approver]
manual_checks:
  - every: month
    do: Compare with the books
    together_with: [finance]
causes:
  bad-data: Source data is wrong
"""

GROWTH = """\
---
key: daily-growth
name: Daily Growth
purpose: experiments
summary: New accounts each day
aliases: [growth]
owners:
  primary: data
  secondary: finance
on_call:
  rotation: primary
  high_alert: [ada]
job: daily_growth
sla:
  - promise: There by nine
    every: day
    at: 09:00
    zone: Europe/Berlin
  - promise: Repaired within three days
    fix_within: 3d
    business_days: true
checks:
  - kind: freshness
    warn: 18h
    fail: 24h
    section: It is late
  - kind: rows
    warn: 20%
  - kind: nulls
    fail: 0%
    columns: [account_id]
rerun_by: [engineer]
escalation:
  - tell: finance
    when: The figures are wrong
reviewed_on: 2026-01-05
---
# Daily Growth

Primary owner: Data Engineering

## It is late

Ask Ada.
"""

REPORT = """\
---
key: growth-report
name: Growth Report
purpose: investors
summary: Growth for investors
owners:
  primary: cleo
  secondary: ada
on_call:
  rotation: null
  why: Office hours only
upstreams: [daily-growth]
sla:
  - promise: On Fridays
    every: week
    on: friday
  - promise: By the end of the month
    every: month
    on: last-business-day
---
# Growth Report
"""

GOOD = {"team.yaml": TEAM, "daily-growth.md": GROWTH, "growth-report.md": REPORT}

MARK = "§"
"""Stands in a test's text at the start of the line that a fault should name."""


def write_plan(folder: Path, changes: Mapping[str, str | bytes | None] | None = None) -> Path:
    """Write the good plan with some files changed; None leaves a file out."""
    folder.mkdir(exist_ok=True)
    for name, text in {**GOOD, **(changes or {})}.items():
        if isinstance(text, bytes):
            (folder / name).write_bytes(text)
        elif text is not None:
            (folder / name).write_text(text, encoding="utf-8", newline="")
    return folder


def swapped(name: str, old: str, new: str) -> tuple[str, int]:
    """Return the file's text with *old* replaced once by *new*, and the number of the line that has the mark."""
    assert GOOD[name].count(old) == 1, f"{old!r} is not there exactly once"
    text = GOOD[name].replace(old, new)
    assert text.count(MARK) == 1, "one line is marked"
    return text.replace(MARK, ""), text[: text.index(MARK)].count("\n") + 1
