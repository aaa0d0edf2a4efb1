"""A crowd of made-up people, loaded by COPY: ten to a tenant, whatever the number of tenants.

The same tenants are loaded first and more are added to them, so that what is asked of a small
installation can be asked again of a large one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import islice
from uuid import UUID

import psycopg
from argon2 import PasswordHasher

from contracts.codes import TenantCode

PER_TENANT = 10
ENTERING = 8  # the first of the crowd have a password
PASSWORD = "Un-Guichet.Bien+Tenu7"
CROWDED = TenantCode.numbered(1_999_999)
SIGN_INS = 3  # a person
_FIRST_TENANT = 2_000_000  # far from the codes that tenancy hands out
_FAMILIES = 19  # so few that a page of one name is a full one in the small installation, too
_CHUNK = 20_000
_BORN = datetime(2026, 1, 1, tzinfo=UTC)
_SECTIONS = (("users", "manager"), ("technical_console", "manager"), ("invoices", "visitor"))


@dataclass(frozen=True, slots=True)
class Member:
    """The ``number``-th of the crowd."""

    number: int
    elsewhere: TenantCode | None = None

    @property
    def person_id(self) -> UUID:
        return _id("person", self.number)

    @property
    def tenant(self) -> TenantCode:
        return self.elsewhere or TenantCode.numbered(_FIRST_TENANT + self.number // PER_TENANT)

    @property
    def login(self) -> str:
        return f"Crowd.{self.number:07d}"

    @property
    def email(self) -> str:
        return f"{self.login.lower()}@crowd.example"

    @property
    def family(self) -> str:
        return f"Family{self.number * 7919 % _FAMILIES:03d}"


Row = tuple[object, ...]
RowsOf = Callable[[Member], Iterable[Row]]


def load_people(url: str, *, first: int, last: int) -> None:
    """Members ``first`` to ``last`` (not included) into identity's database, as its superuser."""
    tenants = range(first // PER_TENANT, last // PER_TENANT)
    heads = (Member(number * PER_TENANT) for number in tenants)
    with psycopg.connect(url) as connection:
        # What is loaded refers to what is loaded: nobody checks it row by row.
        connection.execute("SET LOCAL session_replication_role = replica")
        _copy(
            connection,
            _TENANTS,
            ((head.tenant, f"Crowd {head.tenant}", _BORN) for head in heads),
        )
        for table, rows_of in _TABLES.items():
            _copy(connection, table, _rows(rows_of, first=first, last=last))
    _analyse(url)


def load_sessions(url: str, *, first: int, last: int) -> None:
    """A browser session of each into the gateway's database."""
    with psycopg.connect(url) as connection:
        _copy(connection, _SESSIONS, _rows(_session, first=first, last=last))
    _analyse(url)


def load_crowded_tenant(url: str, *, first: int, last: int) -> None:
    """All of these people in one tenant, beside their own."""
    members = [replace(Member(number), elsewhere=CROWDED) for number in range(first, last)]
    with psycopg.connect(url) as connection:
        connection.execute("SET LOCAL session_replication_role = replica")
        _copy(connection, _TENANTS, iter([(CROWDED, "Crowded", _BORN)]))
        for table in (_USERS, _MEMBERSHIPS):
            rows_of = _TABLES[table]
            _copy(connection, table, (row for member in members for row in rows_of(member)))
    _analyse(url)


def _person(member: Member) -> Iterator[Row]:
    name, email = member.login, member.email
    family = member.family
    yield member.person_id, name, name.lower(), email, email, "Ada", family, "fr", _BORN


def _credentials(member: Member) -> Iterator[Row]:
    person = member.person_id
    hash = _hash_of_password() if member.number < ENTERING else "x"
    yield _id("portal", member.number), "portal", "portal", person, None, hash, _BORN
    iam_user = _id("iam", member.number)
    yield _id("api", member.number), "api", "api", person, iam_user, "x", _BORN


def _user(member: Member) -> Iterator[Row]:
    family = member.family.lower()
    search = f"ada {family} {member.login.lower()} {member.email}"
    yield member.tenant, member.person_id, f"{family} ada", search, _BORN, _BORN


def _memberships(member: Member) -> Iterator[Row]:
    for section, role in _SECTIONS:
        yield member.tenant, member.person_id, section, role


def _offices(member: Member) -> Iterator[Row]:
    if member.number % PER_TENANT == 0:
        yield member.tenant, "referent", member.person_id, _BORN
        yield member.tenant, "domain_owner", member.person_id, _BORN


def _iam_user(member: Member) -> Iterator[Row]:
    name, email = member.login, member.email
    iam_user = _id("iam", member.number)
    yield iam_user, member.tenant, member.person_id, name, name.lower(), email, email, _BORN


def _sign_ins(member: Member) -> Iterator[Row]:
    for turn in range(SIGN_INS):
        at = _BORN + timedelta(days=turn, seconds=member.number % 86_400)
        sign_in = _id(f"sign-in-{turn}", member.number)
        yield sign_in, at, "portal", "accepted", member.person_id, "192.0.2.7", "Crowd/1.0"


def _session(member: Member) -> Iterator[Row]:
    digest = "\\x" + hashlib.sha256(member.person_id.bytes).hexdigest()
    ends = _BORN + timedelta(days=3650)
    started = (_BORN, _BORN, ends, ends)
    yield (
        _id("session", member.number),
        digest,
        member.person_id,
        member.login,
        "fr",
        "portal",
        *started,
    )


_TENANTS = "tenants (tenant, name, opened_at)"
_USERS = "users (tenant, person_id, sort_key, search_key, joined_at, accepted_at)"
_MEMBERSHIPS = "memberships (tenant, person_id, section, role)"
_TABLES: dict[str, RowsOf] = {
    "persons (id, login, login_key, email, email_key, given_name, family_name, language,"
    " registered_at)": _person,
    _USERS: _user,
    _MEMBERSHIPS: _memberships,
    "offices (tenant, office, person_id, held_since)": _offices,
    "iam_users (id, tenant, person_id, user_name, user_name_key, email, email_key,"
    " created_at)": _iam_user,
    "credentials (id, kind, policy_id, person_id, iam_user_id, hash, changed_at)": _credentials,
    "sign_ins (id, at, method, outcome, person_id, address, device)": _sign_ins,
}
_SESSIONS = (
    "browser_sessions (session_id, digest, person_id, login, language, method, created_at,"
    " auth_time, last_seen_at, expires_at)"
)


@cache
def _hash_of_password() -> str:
    return PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1).hash(PASSWORD)


def _rows(rows_of: RowsOf, *, first: int, last: int) -> Iterator[Row]:
    for number in range(first, last):
        yield from rows_of(Member(number))


def _copy(connection: psycopg.Connection, table: str, rows: Iterator[Row]) -> None:
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY {table} FROM STDIN".encode()) as copy,
    ):
        while lines := "".join(map(_line, islice(rows, _CHUNK))):
            copy.write(lines)


def _line(row: Row) -> str:
    """COPY's text format. Nothing here holds a tab or a line's end; ``\\x`` of bytea is escaped."""
    return "\t".join(map(_cell, row)) + "\n"


def _cell(value: object) -> str:
    return r"\N" if value is None else str(value).replace("\\", "\\\\")


def _id(kind: str, number: int) -> UUID:
    return UUID(bytes=hashlib.md5(f"{kind}:{number}".encode(), usedforsecurity=False).digest())


def _analyse(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")
