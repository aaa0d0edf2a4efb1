"""The stranger learns nothing: counted in statements and hash operations, not in milliseconds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from contracts.codes import CredentialKind, TenantCode
from identity.domain.throttle import Throttle
from servicekit.context import system_context
from servicekit.db import EVERYONE
from servicekit.errors import TooMany, Unauthenticated
from servicekit.opening import statement_of
from servicekit.postgres import Cursor

pytestmark = pytest.mark.servers

TENANT = TenantCode("OCB0001234")
WRONG = "not the password 1A"


@pytest.fixture
def statements(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The first words of every statement sent, in order; the parts of one message one by one."""
    sent: list[str] = []

    def listen(owner: type[Any]) -> None:
        original = owner.execute

        def execute(self: Any, query: Any, *args: Any, **more: Any) -> Any:
            sent.extend(_words(query, self))
            return original(self, query, *args, **more)

        monkeypatch.setattr(owner, "execute", execute)

    listen(Cursor)
    return sent


def _words(query: Any, cursor: Any) -> list[str]:
    text = query.as_string(cursor) if hasattr(query, "as_string") else query
    text = text.decode() if isinstance(text, bytes) else text
    if text.startswith("PREPARE"):  # once for each connection, whoever comes first
        return []
    return [" ".join(_spelled(part).split()[:3]) for part in text.split(";") if part.strip()]


def _spelled(part: str) -> str:
    """What is executed by its name, in words."""
    words = part.split()
    return statement_of(words[1]) if words[0] == "EXECUTE" else part


@contextmanager
def _counted(john: Any, sent: list[str]) -> Iterator[dict[str, Any]]:
    work: dict[str, Any] = {}
    sent.clear()
    john.hasher.checked.clear()
    hashed = john.hasher.hashed
    yield work
    work["statements"] = list(sent)
    work["checks"] = len(john.hasher.checked)
    work["hashes"] = john.hasher.hashed - hashed


def work_of(john: Any, sent: list[str], attempt: Callable[[], Any]) -> dict[str, Any]:
    with _counted(john, sent) as work, pytest.raises(Unauthenticated) as error:
        attempt()
    work["answer"] = error.value.args
    return work


def disable(john: Any) -> None:
    with john.db.write(system_context(service="identity", call="test"), tenant=EVERYONE) as tx:
        tx.run("UPDATE persons SET enabled = false WHERE login = 'John.Doe'", {})


@pytest.mark.parametrize("door", ["portal", "web", "api"])
def test_unknown_wrong_locking_locked_and_disabled_are_the_same_work(
    john: Any, statements: list[str], door: str
) -> None:
    enter: dict[str, Callable[[str], Any]] = {
        "portal": lambda name: john.sign_in(name, WRONG),
        "web": lambda name: john.web_sign_in(name, WRONG),
        "api": lambda name: john.api_sign_in(name, WRONG),
    }
    attempt = enter[door]
    unknown = work_of(john, statements, lambda: attempt("Nobody.Here"))
    wrong = [work_of(john, statements, lambda: attempt("John.Doe")) for _ in range(5)]
    locked = work_of(john, statements, lambda: attempt("John.Doe"))
    disable(john)
    john.pass_time(minutes=20)
    disabled = work_of(john, statements, lambda: attempt("John.Doe"))
    assert unknown["checks"] == 1
    assert unknown["hashes"] == 0
    assert len(unknown["statements"]) > 6
    for other in (*wrong, locked, disabled):
        assert other == unknown


def test_locked_with_the_right_password_is_the_same_work(john: Any, statements: list[str]) -> None:
    unknown = work_of(john, statements, lambda: john.sign_in("Nobody.Here", WRONG))
    for _ in range(5):
        work_of(john, statements, lambda: john.sign_in(password=WRONG))
    assert work_of(john, statements, lambda: john.sign_in()) == unknown


def test_at_a_full_address_who_came_in_by_it_and_nobody_are_the_same_work(
    john: Any, statements: list[str]
) -> None:
    john.sign_in()
    john.throttle = Throttle(of_address=1)
    work_of(john, statements, lambda: john.sign_in("Nobody.Here", WRONG))
    works = []
    for name in ("Nobody.Here", *["John.Doe"] * 7):
        with _counted(john, statements) as work, pytest.raises(TooMany) as told:
            john.sign_in(name, WRONG)
        works.append((work, told.value.args))
    assert works[1:] == works[:1] * 7
    assert works[0][0]["checks"] == 1


@pytest.mark.parametrize("domain", ["OCB0009999", "nowhere"])
def test_domain_that_is_none_is_the_same_work(
    john: Any, statements: list[str], domain: str
) -> None:
    wrong = work_of(john, statements, lambda: john.api_sign_in(password=WRONG))
    assert work_of(john, statements, lambda: john.api_sign_in(domain=domain)) == wrong


@pytest.mark.parametrize(
    ("credential", "domain"), [(CredentialKind.PORTAL, None), (CredentialKind.API, TENANT)]
)
def test_forgotten_password_is_the_same_work_for_everybody(
    john: Any, statements: list[str], credential: CredentialKind, domain: str | None
) -> None:
    works = []
    for name in ("John.Doe", "john.doe@example.com", "Nobody.Here"):
        with _counted(john, statements) as work:
            john.forget_password(credential, name, domain)
        works.append(work)
    assert works[0] == works[1] == works[2]
    assert works[0]["checks"] == 0


def test_connection_is_not_listened_to_in_vain(john: Any, statements: list[str]) -> None:
    """The count above would be empty, and all alike, if statements went past the listener."""
    with _counted(john, statements) as work:
        john.sign_in()
    assert any(one.startswith("BEGIN") for one in work["statements"])
    assert any(one.startswith("UPDATE credentials") for one in work["statements"])
    assert any(one.startswith("COMMIT") for one in work["statements"])
