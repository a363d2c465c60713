"""What must hold within one pipeline's page, and between it and `team.yaml`."""

from collections.abc import Collection
from datetime import timedelta

from store.domain.check import Check, Kind
from store.domain.pipeline import OnCallRule, Pipeline, Sla
from store.domain.section import sections_of
from store.domain.wall import WEEKDAYS
from store.planfile.facts import Facts, check_word
from store.planfile.faults import Where, quoted, suggestion
from store.planfile.places import check_key, check_zone
from store.planfile.rotation_rules import check_duty
from store.planfile.sheet import Sheet

EVERY = ("day", "working-day", "week", "month")
MONTH_DAYS = ("last-day", "last-business-day")


def check_page(sheet: Sheet, pipeline: Pipeline, body: str, facts: Facts) -> None:
    """Tell the sheet what does not hold."""
    _check_key(sheet, pipeline)
    for role in ("primary", "secondary"):
        facts.check(sheet, ("owners", role), getattr(pipeline.owners, role), "team", "person")
    check_on_call(sheet, ("on_call",), pipeline.on_call, facts)
    if pipeline.owners.primary == pipeline.owners.secondary:
        sheet.notice(("owners", "secondary"), "the same as the primary owner, so there is nobody to fall back on")
    _check_upstreams(sheet, pipeline, facts)
    facts.check_all(sheet, ("rerun_by",), pipeline.rerun_by, "role")
    if pipeline.job is not None and not pipeline.rerun_by:
        sheet.notice(("rerun_by",), "nobody may start a run: name a role")
    for index, step in enumerate(pipeline.escalation):
        facts.check(sheet, ("escalation", index, "tell"), step.tell, "person", "team", "role")
    found = dict.fromkeys(section.heading for section in sections_of(pipeline.name, pipeline.key, body, 1))
    for index, check in enumerate(pipeline.checks):
        _check_check(sheet, ("checks", index), check, found)
    for index, sla in enumerate(pipeline.sla):
        _check_sla(sheet, ("sla", index), sla)
    if pipeline.max_runtime <= timedelta(0):
        sheet.error(("max_runtime",), "must be longer than nothing")


def _check_key(sheet: Sheet, pipeline: Pipeline) -> None:
    check_key(sheet, ("key",), pipeline.key)
    stem = sheet.name.removesuffix(".md")
    if pipeline.key != stem:
        sheet.error(("key",), f"{quoted(pipeline.key)} is not the file's name: did you mean {quoted(stem)}?")


def check_on_call(sheet: Sheet, where: Where, rule: OnCallRule, facts: Facts) -> None:
    """Tell the sheet what does not hold of who is on call for one pipeline."""
    if rule.rotation is not None:
        facts.check(sheet, (*where, "rotation"), rule.rotation, "rotation")
    elif not rule.why:
        sheet.error((*where, "why"), "without a rotation nobody is on call: say why")
    if rule.duty is not None:
        check_duty(sheet, (*where, "duty"), rule.duty)
        if rule.rotation is None:
            sheet.error((*where, "duty"), "needs a rotation: whose hours are these?")
        elif not rule.why:
            sheet.error((*where, "why"), "outside the hours of duty nobody is on call: say why")
    facts.check_all(sheet, (*where, "high_alert"), rule.high_alert, "person")


def _check_upstreams(sheet: Sheet, pipeline: Pipeline, facts: Facts) -> None:
    stem = sheet.name.removesuffix(".md")
    facts.check_all(sheet, ("upstreams",), pipeline.upstreams, "pipeline", also=(pipeline.key,))
    for index, upstream in enumerate(pipeline.upstreams):
        if upstream in (pipeline.key, stem):
            sheet.error(("upstreams", index), "a pipeline cannot wait for itself")


def _check_check(sheet: Sheet, where: Where, check: Check, found: Collection[str]) -> None:
    wanted = timedelta if check.kind is Kind.FRESHNESS else float
    words = "a duration such as `18h`" if wanted is timedelta else "a share such as `20%`"
    bounds = {"warn": check.warn, "fail": check.fail}
    fits = {name: isinstance(bound, wanted) for name, bound in bounds.items() if bound is not None}
    for name, fitting in fits.items():
        if not fitting:
            sheet.error((*where, name), f"{quoted(check.kind)} takes {words}")
    if not fits:
        sheet.error(where, "has no bound: give `warn`, `fail` or both")
    if len(fits) == 2 and all(fits.values()) and bounds["warn"] > bounds["fail"]:  # type: ignore[operator]
        sheet.error((*where, "warn"), "lies beyond `fail`, so it would never be told")
    if check.kind in (Kind.NULLS, Kind.DUPLICATES):
        for name, bound in bounds.items():
            if isinstance(bound, float) and bound > 1:
                sheet.error((*where, name), "a share of the rows is at most 100%")
    if check.kind is Kind.NULLS and not check.columns:
        sheet.error((*where, "columns"), "name the columns in which NULLs are counted")
    if check.kind is not Kind.NULLS and check.columns:
        sheet.error((*where, "columns"), f"only for {quoted(Kind.NULLS)}")
    if check.section is not None and check.section not in found:
        hint = suggestion(check.section, found)
        sheet.error((*where, "section"), f"no heading {quoted(check.section)} with text under it on this page{hint}")


def _check_sla(sheet: Sheet, where: Where, sla: Sla) -> None:
    if sla.every is None:
        for name in ("on", "at"):
            if getattr(sla, name) is not None:
                sheet.error((*where, name), "needs `every`: a day, a week or a month has it, nothing else")
    elif check_word(sheet, (*where, "every"), sla.every, EVERY):
        _check_day(sheet, where, sla)
    if sla.zone is not None:
        check_zone(sheet, (*where, "zone"), sla.zone)
    if (sla.at is None) != (sla.zone is None):
        sheet.error(where, "`at` and `zone` go together: a time without its zone is not an instant")
    if sla.business_days and sla.fix_within is None:
        sheet.error((*where, "business_days"), "needs `fix_within`: that is what it counts")
    if sla.every is None and sla.within is None and sla.fix_within is None:
        sheet.notice(where, "only words: without `every`, `within` or `fix_within` nothing is watched")


def _check_day(sheet: Sheet, where: Where, sla: Sla) -> None:
    at = (*where, "on")
    if sla.every in ("day", "working-day"):
        if sla.on is not None:
            sheet.error(at, f"has no meaning for {quoted(sla.every)}")
    elif sla.on is None:
        sheet.error(at, f"say on which day of the {sla.every}")
    elif sla.every == "week":
        check_word(sheet, at, str(sla.on), WEEKDAYS)
    elif isinstance(sla.on, int):
        if not 1 <= sla.on <= 31:
            sheet.error(at, f"{sla.on} is no day of a month: 1 to 31, {' or '.join(map(quoted, MONTH_DAYS))}")
    elif sla.on.isdigit():
        sheet.error(at, f"write the day without quotes: {sla.on}")
    else:
        check_word(sheet, at, sla.on, MONTH_DAYS)
