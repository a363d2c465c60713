"""Zones, countries, weekdays, Slack names: words whose right form is decided outside a plan."""

import re
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from store.domain.wall import WEEKDAYS
from store.planfile.facts import check_word
from store.planfile.faults import Where, quoted, suggestion
from store.planfile.sheet import Sheet

KEY = re.compile("[a-z0-9]+(?:-[a-z0-9]+)*")
SLACK_ID = re.compile("[UW][A-Z0-9]{3,20}")
CHANNEL = re.compile(r"[\w-]{1,80}")
GROUP_HANDLE = re.compile(r"[a-z0-9][a-z0-9._-]{0,20}")

COUNTRIES = frozenset(
    """
    AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ
    CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO
    FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE
    JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO
    MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW
    PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM
    TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW
    """.split()  # noqa: SIM905 - a table is read, a column of 249 strings is not
)
"""ISO 3166-1 alpha-2."""


@cache
def is_zone(name: str) -> bool:
    """Whether *name* is an IANA zone, such as Asia/Kuala_Lumpur."""
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return False
    return name not in ("localtime", "posixrules", "Factory")


def check_zone(sheet: Sheet, where: Where, name: str) -> None:
    if not is_zone(name):
        near = suggestion(name, sorted(available_timezones()))
        sheet.error(where, f"unknown time zone {quoted(name)}{near or ': write an IANA name such as `Europe/Berlin`'}")


def check_weekdays(sheet: Sheet, where: Where, days: tuple[str, ...]) -> None:
    """Each of *days* is a weekday, in lower case, and none is there twice."""
    for index, day in enumerate(days):
        known = check_word(sheet, (*where, index), day, WEEKDAYS)
        if known and day in days[:index]:
            sheet.error((*where, index), f"{quoted(day)} is in this list twice")


def check_key(sheet: Sheet, where: Where, key: str) -> None:
    """Keys are typed in commands and stand in file names."""
    if not KEY.fullmatch(key):
        better = re.sub("[^a-z0-9]+", "-", key.lower()).strip("-")
        hint = f": did you mean {quoted(better)}?" if KEY.fullmatch(better) else ""
        sheet.error(where, f"a key is lower case letters, digits and hyphens{hint}")


def check_channel(sheet: Sheet, where: Where, name: str) -> None:
    if name.startswith("#"):
        sheet.error(where, f"write the channel without its hash: {quoted(name.lstrip('#'))}")
    elif not CHANNEL.fullmatch(name) or name != name.lower():
        sheet.error(where, f"{quoted(name)} is no Slack channel name: lower case letters, digits, `-` and `_`")


def check_slack_id(sheet: Sheet, where: Where, member: str) -> None:
    if not SLACK_ID.fullmatch(member):
        sheet.error(
            where,
            f"{quoted(member)} is no Slack member id: it looks like `U024BE7LH` (profile, three dots, Copy member ID)",
        )


def check_group_handle(sheet: Sheet, where: Where, handle: str) -> None:
    if handle.startswith("@"):
        sheet.error(where, f"write the handle without its @: {quoted(handle.lstrip('@'))}")
    elif not GROUP_HANDLE.fullmatch(handle):
        sheet.error(
            where,
            f"{quoted(handle)} is no handle of a Slack user group: up to 21 lower case letters, digits, `.`, `-`, `_`",
        )


def check_country(sheet: Sheet, where: Where, code: str) -> bool:
    """Tell the sheet when *code* is no country; return whether it is one."""
    if code not in COUNTRIES:
        better = code.upper() if code.upper() in COUNTRIES else ""
        hint = f"did you mean {quoted(better)}?" if better else "write two letters such as `MY`"
        sheet.notice(where, f"unknown country code {quoted(code)}, so no public holidays: {hint}")
    return code in COUNTRIES
