"""Whoever manages a domain mails its user five links for an API password a day, and no more."""

from __future__ import annotations

from typing import Any

import pytest

from contracts.codes import CredentialKind, TenantCode
from identity.actions.change_iam_user import (
    request_own_api_password_link,
    send_console_welcome_again,
)
from servicekit.errors import TooMany

pytestmark = pytest.mark.servers

TENANT = TenantCode("OCB0001234")


def send(john: Any) -> None:
    """By a manager of the domain."""
    send_console_welcome_again(
        db=john.db,
        sealer=john.sealer,
        context=john.person(john.person_id(), tenant=TENANT),
        now=john.now,
        tenant=TENANT,
        iam_user_id=john.iam_user_id(),
    )


def ask_for_oneself(john: Any) -> None:
    request_own_api_password_link(
        db=john.db,
        sealer=john.sealer,
        context=john.person(john.person_id()),
        now=john.now,
        iam_user_id=john.iam_user_id(),
    )


def test_user_with_a_password_is_mailed_five_links_a_day(john: Any) -> None:
    for turn in (send, send, ask_for_oneself, ask_for_oneself, send):
        turn(john)
    for turn in (send, ask_for_oneself):
        with pytest.raises(TooMany, match="password-links-too-many") as refusal:
            turn(john)
        assert refusal.value.details == {"retry_after": 86_400}
    assert len(john.events("PasswordResetRequested")) == 5
    john.pass_time(hours=24)
    send(john)
    assert len(john.events("PasswordResetRequested")) == 6


def test_new_user_is_mailed_five_welcomes_a_day(counter: Any) -> None:
    counter.open_tenant()
    for _ in range(4):
        send(counter)
    with pytest.raises(TooMany, match="password-links-too-many"):
        send(counter)
    assert len(counter.events("IamUserCreated")) == 5


def test_stranger_who_asks_for_him_takes_none_of_the_five(john: Any) -> None:
    for _ in range(6):
        john.forget_password(CredentialKind.API, "John.Doe", domain=TENANT)
        john.do_what_is_due()
        john.pass_time(minutes=16)
    assert len(john.events("PasswordResetRequested")) == 6
    send(john)
    assert len(john.events("PasswordResetRequested")) == 7
