"""The audit trail: entries chained by hash, one chain per tenant.

Each entry's hash covers the hash before it, so that no entry can be changed, dropped, added or
moved unseen. ``python -m servicekit.audit verify export.json`` checks an export without us.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

from contracts.codes import TenantCode
from servicekit.canonical import canonical_hash
from servicekit.errors import Invalid
from servicekit.paging import decode_cursor, page
from servicekit.plain import plain

if TYPE_CHECKING:
    from servicekit.context import Context
    from servicekit.db import Database
    from servicekit.transactions import Scope, Tx

HOUSE = "-"  # the chain of acts that belong to no tenant
BEGINNING = "0" * 64
_ACTION = re.compile(r"[a-z][a-z0-9_-]*(:[a-z0-9][a-z0-9_-]*){2}")
_BATCH = 1000
PART = 5000  # entries that one call verifies: a fraction of a second
_ADD_ENTRY = """
INSERT INTO house.audit_entries
    (tenant, sequence, at, actor_kind, actor, act, action, target, details, reason, call_id,
     previous_hash, hash, grant_id)
VALUES
    (%(tenant)s, %(sequence)s, %(at)s, %(actor_kind)s, %(actor)s, %(act)s, %(action)s,
     %(target)s, %(details)s, %(reason)s, %(call_id)s, %(previous_hash)s, %(hash)s, %(grant_id)s)
"""
_MOVE_HEAD = """
UPDATE house.audit_heads SET sequence = %(sequence)s, hash = %(hash)s WHERE tenant = %(tenant)s
"""


@dataclass(frozen=True, slots=True)
class Act:
    """Who did what to what, why; not yet at its place in a chain."""

    at: datetime
    actor_kind: str
    actor: str
    act: str | None
    action: str
    target: str
    details: dict[str, Any]
    reason: str | None
    call_id: str


@dataclass(frozen=True, slots=True)
class AuditEntry(Act):
    sequence: int
    previous_hash: str
    hash: str


_FIELDS = tuple(field.name for field in fields(AuditEntry))


@dataclass(frozen=True, slots=True)
class Head:
    sequence: int
    hash: str


@dataclass(frozen=True, slots=True)
class Verification:
    """``broken_at``: the first entry that does not fit. ``next_after``: where to go on, behind as
    many entries as one call looks at."""

    entries: int
    head: str | None
    verified: bool
    broken_at: int | None
    next_after: int | None = None


# --- pure ---------------------------------------------------------------------------------------


def act(
    context: Context, *, action: str, target: str, details: Mapping[str, Any], at: datetime
) -> Act:
    if not _ACTION.fullmatch(action):
        raise ValueError(f"an action is written source:subject:action, not {action!r}")
    grant = context.caller.grant
    by_grant = {} if grant is None else {"grant": grant.grant_id}
    return Act(
        at=at.astimezone(UTC),
        actor_kind=context.caller.kind.value,
        actor=context.caller.subject,
        act=context.caller.act,
        action=action,
        target=str(target),
        details=plain({**details, **by_grant}),
        reason=context.reason,
        call_id=context.call_id,
    )


def entry_hash(chain: str, sequence: int, previous_hash: str, act: Act) -> str:
    """SHA-256 of the canonical JSON of the entry; ``at`` in UTC with six digits of a second."""
    return canonical_hash(
        {
            "chain": chain,
            "sequence": sequence,
            "previous_hash": previous_hash,
            "at": act.at.astimezone(UTC).isoformat(timespec="microseconds"),
            "actor_kind": act.actor_kind,
            "actor": act.actor,
            "act": act.act,
            "action": act.action,
            "target": act.target,
            "details": act.details,
            "reason": act.reason,
            "call_id": act.call_id,
        }
    )


def next_entry(chain: str, head: Head, act: Act) -> AuditEntry:
    sequence = head.sequence + 1
    return AuditEntry(
        at=act.at,
        actor_kind=act.actor_kind,
        actor=act.actor,
        act=act.act,
        action=act.action,
        target=act.target,
        details=act.details,
        reason=act.reason,
        call_id=act.call_id,
        sequence=sequence,
        previous_hash=head.hash,
        hash=entry_hash(chain, sequence, head.hash, act),
    )


def verify(
    entries: Iterable[AuditEntry | Mapping[str, Any]],
    *,
    tenant: str,
    after: Head = Head(0, BEGINNING),
    head: Head | None = None,
) -> Verification:
    """Recompute a tenant's chain (or HOUSE's), or the part of it that follows ``after``.

    ``entries`` may also be items as ``contracts.audit.AuditEntries`` loads them. ``head`` is where
    the chain is said to end: without it a cut-off tail cannot be noticed.
    """
    last = after
    for given in entries:
        entry = given if isinstance(given, AuditEntry) else _entry(given)
        fits = (
            entry.sequence == last.sequence + 1
            and entry.previous_hash == last.hash
            and entry.hash == entry_hash(tenant, entry.sequence, last.hash, entry)
        )
        if not fits:
            return Verification(last.sequence, last.hash, False, last.sequence + 1)
        last = Head(entry.sequence, entry.hash)
    if head is not None and last != head:
        return Verification(last.sequence, last.hash, False, last.sequence + 1)
    return Verification(last.sequence, last.hash if last.sequence else None, True, None)


def _entry(item: Mapping[str, Any]) -> AuditEntry:
    """Names that an answer shows beside the pseudonyms are no part of the chain."""
    return AuditEntry(**{name: item[name] for name in _FIELDS})


# --- in the transaction of a change (called by Tx) ----------------------------------------------


def lock_heads(tx: Tx, chains: Sequence[str]) -> dict[str, Head]:
    """The ends of the chains, locked in one order so that two transactions cannot cross."""
    heads = _locked_heads(tx, chains)
    missing = [chain for chain in chains if chain not in heads]
    if missing:
        tx.run(
            "INSERT INTO house.audit_heads (tenant, sequence, hash)"
            " SELECT chain, 0, %(hash)s FROM unnest(%(chains)s::text[]) AS chain ORDER BY chain"
            " ON CONFLICT (tenant) DO NOTHING",
            {"hash": BEGINNING, "chains": missing},
        )
        heads = _locked_heads(tx, chains)
    return heads


@dataclass(frozen=True, slots=True)
class _HeadRow:
    tenant: str
    sequence: int
    hash: str


def _locked_heads(tx: Tx, chains: Sequence[str]) -> dict[str, Head]:
    rows = tx.rows(
        "SELECT tenant, sequence, hash FROM house.audit_heads WHERE tenant = ANY(%(chains)s)"
        " ORDER BY tenant FOR UPDATE",
        {"chains": list(chains)},
        _HeadRow,
    )
    return {row.tenant: Head(row.sequence, row.hash) for row in rows}


def adding(chain: str, entry: AuditEntry) -> tuple[str, dict[str, Any]]:
    return (
        _ADD_ENTRY,
        {
            "tenant": chain,
            "grant_id": entry.details.get("grant"),
            **{name: getattr(entry, name) for name in _FIELDS},
        },
    )


def moving(chain: str, head: Head) -> tuple[str, dict[str, Any]]:
    return (
        _MOVE_HEAD,
        {"tenant": chain, "sequence": head.sequence, "hash": head.hash},
    )


# --- reading (the two calls that every service offers) ------------------------------------------


def list_entries(
    *,
    db: Database,
    limit: int,
    cursor: str | None,
    tenant: TenantCode | str = HOUSE,
    context: Context | None = None,
    grant: UUID | None = None,
) -> dict[str, Any]:
    """One page of a trail, oldest first, as ``contracts.audit.AuditEntries``. ``grant``: only what
    was done by that impersonation grant."""
    start = decode_cursor(cursor, (int,))
    asked: dict[str, Any] = {
        "chain": tenant,
        "after": start[0] if start else 0,
        "limit": limit + 1,
    }
    with db.read(tenant=_scope_of(tenant), context=context) as tx:
        if grant is None:
            rows = _entries(tx, **asked)
        else:
            rows = _entries_of_grant(tx, **asked, grant=grant)
    items, next_cursor = page(rows, limit, lambda entry: (entry.sequence,))
    return {"items": items, "next_cursor": next_cursor}


def verify_chain(
    *,
    db: Database,
    tenant: TenantCode | str = HOUSE,
    after: int = 0,
    most: int = PART,
    context: Context | None = None,
) -> Verification:
    """Recompute ``most`` entries of a chain behind the entry ``after``, whose own hash is taken as
    it stands: whoever starts at the beginning and goes on from ``next_after`` has seen them all."""
    with db.read(tenant=_scope_of(tenant), context=context) as tx:
        row = tx.row(
            "SELECT tenant, sequence, hash FROM house.audit_heads WHERE tenant = %(tenant)s",
            {"tenant": tenant},
            _HeadRow,
        )
        end = Head(row.sequence, row.hash) if row else Head(0, BEGINNING)
        start = _start(tx, chain=tenant, after=after)
        last = min(end.sequence, start.sequence + most)
        whole = last == end.sequence
        found = verify(
            _walk(tx, chain=tenant, after=start.sequence, last=last),
            tenant=tenant,
            after=start,
            head=end if whole else None,
        )
        if whole or not found.verified:
            return found
        # Fewer than there should be: the rest of this part was taken out, with all behind it.
        if found.entries < last:
            return replace(found, verified=False, broken_at=found.entries + 1)
        return replace(found, next_after=last)


def _start(tx: Tx, *, chain: str, after: int) -> Head:
    """Raises Invalid where there is no entry to start behind."""
    if after == 0:
        return Head(0, BEGINNING)
    found = _entries(tx, chain=chain, after=after - 1, limit=1)
    if not found or found[0].sequence != after:
        raise Invalid("fields-invalid", {"fields": {"after": ["invalid"]}})
    return Head(found[0].sequence, found[0].hash)


def _scope_of(tenant: TenantCode | str) -> Scope:
    from servicekit.transactions import EVERYONE

    return tenant if isinstance(tenant, TenantCode) else EVERYONE


def _walk(tx: Tx, *, chain: str, after: int, last: int) -> Iterator[AuditEntry]:
    """The entries up to ``last`` in bounded batches; later ones are not looked at."""
    while after < last and (batch := _entries(tx, chain=chain, after=after, limit=_BATCH)):
        yield from (entry for entry in batch if entry.sequence <= last)
        after = batch[-1].sequence


def _entries(tx: Tx, *, chain: str, after: int, limit: int) -> list[AuditEntry]:
    return tx.rows(
        "SELECT sequence, at, actor_kind, actor, act, action, target, details, reason, call_id,"
        "       previous_hash, hash"
        " FROM house.audit_entries WHERE tenant = %(tenant)s AND sequence > %(after)s"
        " ORDER BY sequence LIMIT %(limit)s",
        {"tenant": chain, "after": after, "limit": limit},
        AuditEntry,
    )


def _entries_of_grant(
    tx: Tx, *, chain: str, after: int, limit: int, grant: UUID
) -> list[AuditEntry]:
    return tx.rows(
        "SELECT sequence, at, actor_kind, actor, act, action, target, details, reason, call_id,"
        "       previous_hash, hash"
        " FROM house.audit_entries"
        " WHERE tenant = %(tenant)s AND grant_id = %(grant)s"
        "   AND sequence > %(after)s"
        " ORDER BY sequence LIMIT %(limit)s",
        {"tenant": chain, "after": after, "limit": limit, "grant": str(grant)},
        AuditEntry,
    )


# --- offline ------------------------------------------------------------------------------------


def read_export(document: Mapping[str, Any]) -> tuple[str, list[AuditEntry]]:
    """``{"tenant": …, "items": […]}``, the items as the REST answer gives them."""
    entries = [
        _entry({**item, "at": datetime.fromisoformat(item["at"])}) for item in document["items"]
    ]
    return str(document["tenant"]), entries


def main(arguments: Sequence[str]) -> int:
    if len(arguments) != 2 or arguments[0] != "verify":
        sys.stderr.write("usage: python -m servicekit.audit verify export.json\n")
        return 2
    try:
        chain, entries = read_export(json.loads(Path(arguments[1]).read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError) as error:
        sys.stderr.write(f"not an export of an audit trail: {error}\n")
        return 2
    found = verify(entries, tenant=chain)
    if not found.verified:
        sys.stdout.write(f"{chain}: BROKEN at entry {found.broken_at}\n")
        return 1
    sys.stdout.write(f"{chain}: {found.entries} entries, verified, head {found.head}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
