"""What is remembered of tokens that were verified is bounded, in number and in time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from contracts.rights import CallerKind
from gateway.oauth.tokens import AccessToken
from gateway.oauth.verified import VerifiedTokens

AT = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def token(name: str) -> AccessToken:
    return AccessToken(
        subject=name,
        kind=CallerKind.CLIENT,
        client_id=name,
        scopes=frozenset({"contracts.read"}),
        tenants=frozenset({"*"}),
        session_id=None,
        token_id=name,
        expires_at=AT + timedelta(minutes=15),
        issued_at=AT,
    )


def test_what_is_not_shown_for_a_minute_is_forgotten_with_the_next_one() -> None:
    verified = VerifiedTokens()
    verified.add(b"old", token("old"), now=AT)
    verified.add(b"new", token("new"), now=AT + 60 * SECOND)
    assert verified.find(b"old", now=AT + 60 * SECOND) is None
    assert len(verified) == 1


def test_what_is_shown_again_and_again_stays() -> None:
    verified = VerifiedTokens()
    verified.add(b"bearer", token("bearer"), now=AT)
    for second in range(0, 600, 30):
        now = AT + second * SECOND
        verified.add(b"%d" % second, token("other"), now=now)
        assert verified.find(b"bearer", now=now) == token("bearer")
    assert len(verified) == 3, "the bearer's, and those of the last minute"


def test_programs_that_get_a_new_token_for_each_request_leave_nothing_behind() -> None:
    verified = VerifiedTokens()
    for shown in range(3_600):
        verified.add(b"%d" % shown, token("one"), now=AT + shown * SECOND)
    assert len(verified) == 60


def test_more_at_once_than_there_is_room_for_push_out_who_was_shown_longest_ago() -> None:
    verified = VerifiedTokens(most=3)
    for name in (b"a", b"b", b"c"):
        verified.add(name, token("one"), now=AT)
    assert verified.find(b"a", now=AT)
    verified.add(b"d", token("one"), now=AT)
    assert [bool(verified.find(name, now=AT)) for name in (b"a", b"b", b"c", b"d")] == [
        True,
        False,
        True,
        True,
    ]


def test_one_that_is_verified_by_two_threads_at_once_is_kept_once() -> None:
    verified = VerifiedTokens()
    verified.add(b"same", token("same"), now=AT)
    verified.add(b"same", token("same"), now=AT + SECOND)
    assert len(verified) == 1
