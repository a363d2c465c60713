"""Which addresses the leave calendar may be read from."""

import pytest

from bot.gateways.calendar import CalendarUnreadable, checked, fetch, is_public


@pytest.mark.parametrize("address", ["93.184.215.14", "8.8.8.8", "2606:2800:21f:cb07:6820:80da:af6b:8b2c"])
def test_the_open_internet_may_be_read(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.9.9.9",
        "0.0.0.0",
        "10.0.0.8",
        "172.16.0.1",
        "192.168.1.1",
        "100.64.0.1",
        "169.254.169.254",
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1",
        "fe80::1%eth0",
        "fd00::1",
        "ff02::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "2002:7f00:1::",
        "2002:a9fe:a9fe::",
        "2001:0:7f00:1::",
        "64:ff9b::7f00:1",
        "localhost",
        "",
    ],
)
def test_nothing_inside_may_be_read(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("http://example.com/a.ics", "only https"),
        ("ftp://example.com/a.ics", "only https"),
        ("file:///etc/passwd", "only https"),
        ("https:///a.ics", "only https"),
        ("https://127.0.0.1:1/a.ics", "private network"),
        ("https://[::1]:1/a.ics", "private network"),
        ("https://2130706433/a.ics", "private network"),
        ("https://0x7f.1/a.ics", "private network"),
        ("https://localhost:1/a.ics", "private network"),
        ("https://localhost:99999/a.ics", "no valid port"),
        ("https://user@127.0.0.1/a.ics", "private network"),
    ],
)
def test_an_address_that_leads_inside_is_refused_before_anything_is_sent(address: str, why: str) -> None:
    with pytest.raises(CalendarUnreadable, match=why):
        fetch(address)


@pytest.mark.parametrize(
    "addresses", [[], ["127.0.0.1"], ["93.184.216.34", "127.0.0.1"], ["10.0.0.7", "93.184.216.34"], ["::1"]]
)
def test_a_host_with_any_address_inside_is_not_spoken_to_at_all(addresses: list[str]) -> None:
    with pytest.raises(CalendarUnreadable, match="private network"):
        checked(addresses, is_public)


def test_of_public_addresses_the_first_is_spoken_to() -> None:
    assert checked(["93.184.216.34", "1.1.1.1"], is_public) == "93.184.216.34"
