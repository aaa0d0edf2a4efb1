"""One database per process, with an owner who migrates and an application role that only works."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from urllib.parse import quote, urlsplit, urlunsplit

import psycopg
from psycopg import errors, sql

from local.waiting import GaveUpError

CONNECT_SECONDS = 10


@dataclass(frozen=True, slots=True)
class DatabaseNames:
    database: str
    owner: str
    app: str


@dataclass(frozen=True, slots=True)
class Access:
    """How to reach one database: as its owner (migrations) and as its application role."""

    names: DatabaseNames
    owner_url: str = field(repr=False)
    app_url: str = field(repr=False)


def names_for(service: str, *, prefix: str = "guichet") -> DatabaseNames:
    database = f"{prefix}_{service}"
    return DatabaseNames(database=database, owner=f"{database}_owner", app=f"{database}_app")


def access(
    admin_url: str, names: DatabaseNames, *, owner_password: str, app_password: str
) -> Access:
    return Access(
        names=names,
        owner_url=url_of(admin_url, user=names.owner, password=owner_password, db=names.database),
        app_url=url_of(admin_url, user=names.app, password=app_password, db=names.database),
    )


def url_of(admin_url: str, *, user: str, password: str, db: str) -> str:
    """The same server and options, as someone else."""
    parts = urlsplit(admin_url)
    place = parts.netloc.rsplit("@", 1)[-1]
    login = f"{quote(user, safe='')}:{quote(password, safe='')}"
    return urlunsplit(parts._replace(netloc=f"{login}@{place}", path=f"/{quote(db, safe='')}"))


@contextmanager
def administer(admin_url: str) -> Iterator[psycopg.Connection]:
    try:
        admin = psycopg.connect(admin_url, autocommit=True, connect_timeout=CONNECT_SECONDS)
    except psycopg.OperationalError as error:
        raise GaveUpError(f"no way into PostgreSQL as its administrator: {error}") from error
    with admin:
        yield admin


def ensure_role(admin: psycopg.Connection, role: str, *, password: str) -> None:
    """A role that may log in and nothing else; the password becomes this one."""
    identifier = sql.Identifier(role)
    # Made earlier, or this very moment by another installation on the same server.
    with suppress(errors.DuplicateObject, errors.UniqueViolation):
        admin.execute(sql.SQL("CREATE ROLE {}").format(identifier))
    admin.execute(
        sql.SQL(
            "ALTER ROLE {} LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE NOREPLICATION"
            " PASSWORD {}"
        ).format(identifier, sql.Literal(password))
    )


def ensure_database(
    admin: psycopg.Connection, names: DatabaseNames, *, template: str | None = None
) -> bool:
    """False when it was there already. One's own template is copied file by file: quicker, though
    the server writes down all it has in memory first, which is for the servers of tests.
    """
    owner, app = sql.Identifier(names.owner), sql.Identifier(names.app)
    database = sql.Identifier(names.database)
    if not _is_superuser(admin):
        # An administrator that is not superuser may only give a database to a role it is in.
        admin.execute(sql.SQL("GRANT {} TO CURRENT_USER").format(owner))
    try:
        admin.execute(
            sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {}{}").format(
                database,
                owner,
                sql.Identifier(template or "template0"),
                sql.SQL(" STRATEGY FILE_COPY" if template else ""),
            )
        )
    except errors.DuplicateDatabase:
        return False
    admin.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(database))
    admin.execute(sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(database, app))
    return True


def remove_database(admin: psycopg.Connection, names: DatabaseNames, *, roles: bool) -> None:
    admin.execute(
        sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(names.database))
    )
    if roles:
        for role in (names.app, names.owner):
            admin.execute(sql.SQL("DROP ROLE IF EXISTS {}").format(sql.Identifier(role)))


def _is_superuser(admin: psycopg.Connection) -> bool:
    row = admin.execute("SELECT rolsuper FROM pg_roles WHERE rolname = CURRENT_USER").fetchone()
    return bool(row and row[0])
