"""Every setting of the installation, in one place; each process reads its own once, at start.

    @dataclass(frozen=True, slots=True, kw_only=True)
    class Settings:
        database_url: str = setting("DATABASE_URL")
        ops_port: int = setting("GUICHET_OPS_PORT")

    settings = read(Settings, os.environ)

All that is missing, malformed or unknown is named at once, and the process does not start.
``python -m servicekit.settings docs`` prints the reference page.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, TypeVar

from servicekit.setting_kinds import (
    Mode,
    base64_key,
    choice,
    days,
    email_address,
    fernet_key,
    identifier,
    networks,
    number,
    origin,
    peers,
    quota,
    text,
    url,
)

S = TypeVar("S")

__all__ = ["CATALOGUE", "Mode", "Setting", "SettingsError", "read", "setting"]


class SettingsError(Exception):
    """One line per fault; values of secret settings are not repeated."""


@dataclass(frozen=True, slots=True)
class Setting:
    """``default`` is written as in the environment; None: it must be given."""

    name: str
    doc: str
    read_by: str
    parse: Callable[[str], Any]
    default: str | None = None
    secret: bool = False


_ALL = (
    Setting(
        "DATABASE_URL",
        "The process's own database, with the application role (neither owner nor superuser).",
        "services, gateway",
        url("postgresql", "postgres"),
        secret=True,
    ),
    Setting(
        "AMQP_URL", "The message broker.", "services, gateway", url("amqp", "amqps"), secret=True
    ),
    Setting(
        "SMTP_URL",
        "Where mails are handed over: `smtp://127.0.0.1:1025`, `smtps://user:password@host:465`;"
        " `?starttls=1` insists on STARTTLS.",
        "notifications",
        url("smtp", "smtps"),
        secret=True,
    ),
    Setting(
        "GUICHET_MODE",
        "`production`, `demo` or `test`. Demo and test run on a clock that can be moved forward;"
        " production refuses it.",
        "services, gateway",
        choice(Mode),
        default="production",
    ),
    Setting(
        "GUICHET_PUBLIC_URL",
        "Where people reach the gateway: the issuer of tokens and the host of every link in mails,"
        " never taken from a request.",
        "services, gateway",
        origin,
        default="http://localhost:8080",
    ),
    Setting(
        "GUICHET_CONTEXT_PRIVATE_KEY",
        "Ed25519 seed (32 bytes, base64): signs who calls, with every call.",
        "gateway",
        base64_key(32),
        secret=True,
    ),
    Setting(
        "GUICHET_CONTEXT_PUBLIC_KEY",
        "Its public key (32 bytes, base64): calls signed by another one are refused.",
        "services",
        base64_key(32),
    ),
    Setting(
        "GUICHET_SEAL_KEY",
        "Fernet key that seals one-time links in events and rows until the mail is sent. Keys for"
        " second factors are derived from it: another one makes those unusable.",
        "identity, tenancy, notifications",
        fernet_key,
        secret=True,
    ),
    Setting(
        "GUICHET_VAULT_KEY",
        "Fernet key that encrypts signing keys and the portal's tokens at rest.",
        "gateway",
        fernet_key,
        secret=True,
    ),
    Setting(
        "GUICHET_PORTAL_CLIENT_SECRET",
        "Secret of the portal's own OAuth client.",
        "gateway",
        text(minimum=16, maximum=256),
        secret=True,
    ),
    Setting(
        "GUICHET_OPS_HOST",
        "Address of the service's ops app (`/livez`, `/readyz`, `/metrics`).",
        "services",
        text(),
        default="127.0.0.1",
    ),
    Setting("GUICHET_OPS_PORT", "Its port.", "services", number(0, 65535), default="9000"),
    Setting("GUICHET_HOST", "Address the gateway serves.", "gateway", text(), default="127.0.0.1"),
    Setting("GUICHET_PORT", "Its port.", "gateway, launcher", number(0, 65535), default="8080"),
    Setting("GUICHET_THREADS", "WSGI threads.", "gateway", number(1, 512), default="16"),
    Setting(
        "GUICHET_TRUSTED_PROXIES",
        "Addresses or networks of the reverse proxies in front of the gateway, by comma"
        " (`10.0.0.0/8,fd00::/8`): what they say in `X-Forwarded-For` and `-Proto` is believed,"
        " from the right as far as they vouch. Empty: nobody is.",
        "gateway",
        networks,
        default="",
    ),
    Setting(
        "GUICHET_LIMIT_ADDRESS",
        "What one address may ask before anybody proves who he is, as requests/seconds: `600/60`"
        " lets 600 through at once and gives them back evenly within 60 seconds. An IPv6 network"
        " of /64 is one address. `off`: no limit.",
        "gateway",
        quota,
        default="600/60",
    ),
    Setting(
        "GUICHET_LIMIT_PERSON",
        "What one signed-in person may ask, by page or by token, whatever his address.",
        "gateway",
        quota,
        default="1200/60",
    ),
    Setting(
        "GUICHET_LIMIT_CLIENT",
        "What one client may ask that acts by its own right or asks about tokens.",
        "gateway",
        quota,
        default="12000/60",
    ),
    Setting(
        "GUICHET_LIMIT_STAFF",
        "What one of staff may look at of people and contracts, each one on a page counted.",
        "gateway",
        quota,
        default="1000/3600",
    ),
    Setting(
        "GUICHET_SECRET_WARNING_DAYS",
        "How many days before a client's secret ends those who answer for the client are mailed,"
        " by comma; they are once more when it has ended.",
        "gateway",
        days,
        default="30,7,1",
    ),
    Setting(
        "GUICHET_SECRET_OF_LEAVER_DAYS",
        "How long a client's secret still opens when whoever made it, and has seen it, may no"
        " longer administer the client, and its keys when whoever set them may not. `0`: they end"
        " at once, with the programs that use them.",
        "gateway",
        number(0, 365),
        default="30",
    ),
    Setting(
        "GUICHET_OPS_PEERS",
        "Ops apps shown at the gateway's `/readyz`:"
        " `identity=http://127.0.0.1:9001,tenancy=http://127.0.0.1:9002`.",
        "gateway",
        peers,
        default="",
    ),
    Setting("GUICHET_WORKERS", "Calls served at once.", "services", number(1, 1024), default="16"),
    Setting(
        "GUICHET_DB_POOL",
        "Database connections.",
        "services, gateway",
        number(1, 200),
        default="10",
    ),
    Setting(
        "GUICHET_HASH_THREADS",
        "Threads that hash passwords; 0: one per processor.",
        "identity",
        number(0, 256),
        default="0",
    ),
    Setting(
        "GUICHET_ADDRESS_FAILURES",
        "Wrong passwords, forgotten passwords or unknown links, each for itself, that one address"
        " (of IPv6: one /64) may make inside `GUICHET_ADDRESS_MINUTES`; then it waits, and locks"
        " nobody out any more.",
        "identity",
        number(1, 1_000_000),
        default="20",
    ),
    Setting(
        "GUICHET_ADDRESS_MINUTES",
        "Minutes for which such a failure counts.",
        "identity",
        number(1, 1440),
        default="15",
    ),
    Setting(
        "GUICHET_FAILURES_A_MINUTE",
        "Wrong passwords of all addresses together inside one minute, above which people are let to"
        " the check only from an address where they signed in during the last 90 days.",
        "identity",
        number(1, 10_000_000),
        default="600",
    ),
    Setting(
        "GUICHET_SIGN_IN_HISTORY_DAYS",
        "Days for which people's sign-ins, with address and device, are kept.",
        "identity",
        number(1, 3650),
        default="365",
    ),
    Setting(
        "GUICHET_MAIL_FROM",
        "Sender of mails.",
        "notifications",
        email_address,
        default="noreply@cloudstore.example",
    ),
    Setting(
        "GUICHET_CONTACT",
        "The address people are told to write to, at the foot of each mail.",
        "notifications",
        email_address,
        default="support@cloudstore.example",
    ),
    Setting(
        "GUICHET_BRAND",
        "Name of the customer space in pages, mails and authenticator apps.",
        "gateway, identity, notifications",
        text(maximum=64),
        default="Cloudstore",
    ),
    Setting(
        "GUICHET_LOG_LEVEL",
        "`debug`, `info`, `warning` or `error`.",
        "services, gateway",
        choice(("debug", "info", "warning", "error")),
        default="info",
    ),
    Setting(
        "GUICHET_LOG_FORMAT",
        "`json`, or `console` for reading by eye.",
        "services, gateway",
        choice(("json", "console")),
        default="json",
    ),
    Setting(
        "GUICHET_REGION",
        "Region of new tenants: the name of their default project.",
        "tenancy",
        text(maximum=64),
        default="eu-west-0",
    ),
    Setting(
        "GUICHET_HANDOVER_COOLING_HOURS",
        "Hours between the acceptance of an office and its effect; either side can stop it"
        " meanwhile.",
        "tenancy",
        number(1, 720),
        default="24",
    ),
    Setting(
        "GUICHET_OFFICE_RECOVERY_HOURS",
        "Hours between the approval of an office's recovery by staff and its effect, in which the"
        " holder can stop it.",
        "tenancy",
        number(1, 720),
        default="72",
    ),
    Setting(
        "GUICHET_OWNER_DATABASE_URL",
        "The same database with the owner role: for `migrate` only.",
        "`python -m <process> migrate`",
        url("postgresql", "postgres"),
        secret=True,
    ),
    Setting(
        "GUICHET_APP_ROLE",
        "The role that `migrate` grants to; the database's name with `_app` where absent.",
        "`python -m <process> migrate`",
        identifier,
        default="",
    ),
    Setting(
        "GUICHET_DATA",
        "Folder of the local installation's data.",
        "launcher",
        text(maximum=4096),
        default=".guichet",
    ),
    Setting(
        "GUICHET_DATABASE_PREFIX",
        "Beginning of the databases' names, for installations that share a server.",
        "launcher",
        identifier,
        default="guichet",
    ),
    Setting(
        "GUICHET_MAIL_PORT",
        "Port of the mail catcher's page.",
        "launcher",
        number(0, 65535),
        default="8025",
    ),
    Setting(
        "GUICHET_SMTP_PORT",
        "Port on which the mail catcher takes mails; free one where 0.",
        "launcher",
        number(0, 65535),
        default="0",
    ),
    Setting(
        "GUICHET_VIGIE_PORT",
        "Port of Vigie, the second demo application; free one where 0.",
        "launcher",
        number(0, 65535),
        default="0",
    ),
    Setting(
        "GUICHET_POSTGRES_PORT",
        "Port of the embedded PostgreSQL; free one where 0.",
        "launcher",
        number(0, 65535),
        default="0",
    ),
    Setting(
        "GUICHET_AMQP_PORT",
        "Port of the private RabbitMQ node; free one where 0.",
        "launcher",
        number(0, 65535),
        default="0",
    ),
)

CATALOGUE: dict[str, Setting] = {one.name: one for one in _ALL}


def setting(name: str) -> Any:
    """A field of a settings dataclass, filled from the environment variable ``name``."""
    if name not in CATALOGUE:
        raise ValueError(f"{name} is not in the catalogue of settings")
    return field(metadata={"setting": name})


def read(cls: type[S], environ: Mapping[str, str]) -> S:
    """A process's settings. Raises SettingsError that names every fault."""
    faults = [f"{name}: unknown setting" for name in _unknown(environ)]
    values: dict[str, Any] = {}
    for one in fields(cls):  # type: ignore[arg-type]
        known = CATALOGUE[one.metadata["setting"]]
        given = environ.get(known.name) or known.default
        if given is None:
            faults.append(f"{known.name}: missing. {known.doc}")
            continue
        try:
            values[one.name] = known.parse(given)
        except ValueError as error:
            shown = "" if known.secret else f" (given: {given!r})"
            faults.append(f"{known.name}: {error}{shown}")
    if faults:
        raise SettingsError("\n".join(faults))
    return cls(**values)


def _unknown(environ: Mapping[str, str]) -> list[str]:
    """A misspelt setting would silently leave its default in force."""
    return sorted(name for name in environ if name.startswith("GUICHET_") and name not in CATALOGUE)


def docs() -> str:
    rows = [
        f"| `{one.name}` | {one.read_by} | {_default(one)} | {one.doc} |"
        for one in CATALOGUE.values()
    ]
    return "\n".join(
        [
            "# Settings",
            "",
            "All settings come from the environment. A process refuses to start when one is",
            "missing, malformed, or begins with `GUICHET_` and is not in this list.",
            "",
            "Made by `python -m servicekit.settings docs`: change the catalogue, not this page.",
            "",
            "| name | read by | default | meaning |",
            "|---|---|---|---|",
            *rows,
            "",
        ]
    )


def _default(one: Setting) -> str:
    if one.default is None:
        return "required, secret" if one.secret else "required"
    return f"`{one.default}`" if one.default else "empty"


def main(arguments: Sequence[str]) -> int:
    if list(arguments) != ["docs"]:
        sys.stderr.write("usage: python -m servicekit.settings docs > docs/settings.md\n")
        return 2
    sys.stdout.write(docs())
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
