import pytest

from store.domain.issue import NotAnIssueName, id_of
from tests.factories import make_issue


def test_an_issue_has_a_short_name() -> None:
    assert make_issue(id=7).name == "DI-7"


@pytest.mark.parametrize("typed", ["DI-7", "di-7", " DI 7 ", "di7", "7"])
def test_a_short_name_is_understood_as_people_type_it(typed: str) -> None:
    assert id_of(typed) == 7


def test_every_name_leads_back_to_its_issue() -> None:
    assert all(id_of(make_issue(id=number).name) == number for number in range(1, 2_000))


@pytest.mark.parametrize("typed", ["", "DI-", "DI-0", "DI-07", "XY-7", "-7", "7.0", "DI-1234567890", "٧", "DI-7; 8"])
def test_what_names_no_issue_is_refused(typed: str) -> None:
    with pytest.raises(NotAnIssueName, match="Issues are called DI-1"):
        id_of(typed)
