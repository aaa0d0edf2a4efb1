"""What the launcher prints: progress, tables, and the sentence that says what to do next."""

from collections.abc import Sequence
from typing import Any

from local.installation import SERVICES, VIGIE, Installation


def table(rows: Sequence[Sequence[str]], *, head: Sequence[str] = ()) -> str:
    everything = [list(head), *map(list, rows)] if head else [list(row) for row in rows]
    widths = [max(len(row[column]) for row in everything) for column in range(len(everything[0]))]
    lines = [
        "  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        for row in everything
    ]
    if head:
        lines.insert(1, "  " + "  ".join("-" * width for width in widths))
    return "\n".join(line.rstrip() for line in lines)


def welcome(installation: Installation) -> str:
    """Addresses and logins, for the end of `make up`."""
    demo = installation.read_demo()
    parts = [
        "Guichet is up.",
        table(_addresses(installation)),
        table(_people(demo), head=("login", "portal password", "API password", "who")),
        table(_clients(demo), head=("client", "secret", "for")),
        f"  All of it: {installation.demo_file}",
    ]
    return "\n\n".join(parts)


def _addresses(installation: Installation) -> list[tuple[str, str]]:
    return [
        ("Portal and gateway", installation.url),
        ("API", f"{installation.url}/api/v1   docs {installation.url}/api/docs"),
        ("Sign-in", f"{installation.url}/.well-known/openid-configuration"),
        ("Mails", installation.mail_url),
        ("Vigie, a demo application", f"{installation.ops_url(VIGIE)}   signs in by the portal"),
        *((f"Ops of {name}", f"{installation.ops_url(name)}/readyz") for name in SERVICES),
        ("Ops of gateway", f"{installation.url}/readyz"),
        ("Logs", f"{installation.data}/logs"),
    ]


def _people(demo: dict[str, Any]) -> list[tuple[str, str, str, str]]:
    people = list(demo.get("people", {}).values())
    staff = [
        {**member, "who": f"{role} (provider's staff)"}
        for role, member in demo.get("staff", {}).items()
    ]
    return [
        (one["login"], one["password"], one.get("api_password") or "-", one["who"])
        for one in people + staff
    ]


def _clients(demo: dict[str, Any]) -> list[tuple[str, str, str]]:
    return [
        (one["client_id"], one.get("client_secret") or "-", one["who"])
        for one in demo.get("clients", {}).values()
    ]
