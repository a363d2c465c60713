from tests.factories import make_issue


def test_an_issue_has_a_short_name() -> None:
    assert make_issue(id=7).name == "DI-7"
