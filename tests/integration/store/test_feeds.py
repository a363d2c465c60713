"""The secret addresses of calendars."""

from store import feeds
from store.session import Sessions
from tests.factories import AT

PEOPLE = (feeds.TEAM, "aidil", "choo")


def test_each_subject_has_a_token_of_its_own_that_stays(sessions: Sessions) -> None:
    with sessions.writing() as db:
        first = {subject: feeds.token_of(db, subject, at=AT) for subject in PEOPLE}
    with sessions.writing() as db:
        again = {subject: feeds.token_of(db, subject, at=AT) for subject in PEOPLE}
    assert first == again
    assert len(set(first.values())) == 3
    assert all(len(token) == feeds.LENGTH and token.isalnum() for token in first.values())
    with sessions.reading() as db:
        assert [feeds.subject_of(db, first[subject], PEOPLE) for subject in PEOPLE] == list(PEOPLE)


def test_a_renewed_token_takes_the_place_of_one_and_leaves_the_others(sessions: Sessions) -> None:
    with sessions.writing() as db:
        old, other = feeds.token_of(db, "aidil", at=AT), feeds.token_of(db, "choo", at=AT)
        new = feeds.renew(db, "aidil", at=AT)
    with sessions.reading() as db:
        assert feeds.subject_of(db, old, PEOPLE) is None
        assert feeds.subject_of(db, new, PEOPLE) == "aidil"
        assert feeds.subject_of(db, other, PEOPLE) == "choo"


def test_nothing_else_opens_anything(sessions: Sessions) -> None:
    with sessions.writing() as db:
        token = feeds.token_of(db, "aidil", at=AT)
    with sessions.reading() as db:
        for wrong in ("", "x", token[:-1], f"{token}a", token.upper(), "ä" * 32, "%00", "'; --"):
            assert feeds.subject_of(db, wrong, PEOPLE) is None
        assert feeds.subject_of(db, token, ("choo",)) is None, "who left the plan has no calendar"
