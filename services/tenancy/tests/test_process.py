"""``python -m tenancy`` as it is run: migrated, served, called over the broker."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.error import URLError

import pytest
from cryptography.fernet import Fernet

from contracts.codes import Role, Section, StaffRole, TenantCode
from contracts.declare import Effect
from contracts.registry import CONTRACTS, SCOPES
from contracts.rights import Caller, CallerKind
from local.ports import free_port
from servicekit.client import RpcClient
from servicekit.context import Context, ContextSigner, deadline_in, generate_key_pair, new_call_id
from servicekit.errors import Forbidden, Invalid, NotFound

pytestmark = pytest.mark.servers

CALLS = CONTRACTS["tenancy"].calls
JOHN = {"email": "john.doe@example.com", "given_name": "John", "family_name": "Doe"}
OPENING = {"organisation_name": "Exemple SA", "name": "Contrat Cloud", "referent": JOHN}
STAFF = Caller(CallerKind.PERSON, "sales-1", scopes=frozenset(SCOPES), staff=frozenset(StaffRole))


@dataclass(frozen=True)
class Tenancy:
    rpc: RpcClient
    signer: ContextSigner

    def call(self, name: str, caller: Caller = STAFF, /, **payload: Any) -> dict[str, Any]:
        """Staff act in whatever tenant the payload names, as the gateway would say."""
        call = CALLS[name]
        if caller is STAFF and "tenant" in payload:
            caller = replace(STAFF, tenant=TenantCode(payload["tenant"]))
        context = Context(
            caller=caller,
            call=call.full_name,
            reason="Ticket 42",
            call_id=new_call_id(),
            deadline=deadline_in(10),
            idempotency_key=new_call_id() if call.effect is Effect.WRITE else None,
        )
        return self.rpc.call(call, payload, self.signer.sign(context, payload), 10)


@pytest.fixture(scope="module")
def tenancy(database_factory, module_vhost, tmp_path_factory) -> Iterator[Tenancy]:
    access = database_factory()
    private, public = generate_key_pair()
    port = free_port()
    env = {name: value for name, value in os.environ.items() if not name.startswith("GUICHET_")}
    env |= {
        "DATABASE_URL": access.app_url,
        "GUICHET_OWNER_DATABASE_URL": access.owner_url,
        "GUICHET_APP_ROLE": access.names.app,
        "AMQP_URL": module_vhost,
        "GUICHET_MODE": "test",
        "GUICHET_CONTEXT_PUBLIC_KEY": public,
        "GUICHET_SEAL_KEY": Fernet.generate_key().decode(),
        "GUICHET_OPS_PORT": str(port),
    }
    command = [sys.executable, "-m", "tenancy"]
    subprocess.run([*command, "migrate"], env=env, check=True, capture_output=True)
    log = tmp_path_factory.mktemp("tenancy") / "log"
    with log.open("wb") as out:
        process = subprocess.Popen(command, env=env, stdout=out, stderr=out)
    rpc = RpcClient(module_vhost)
    try:
        wait_ready(process, port, log)
        yield Tenancy(rpc, ContextSigner(private))
    finally:
        rpc.close()
        process.terminate()
        assert process.wait(timeout=10) == 0, log.read_text()


def wait_ready(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    until = time.monotonic() + 30
    while time.monotonic() < until:
        assert process.poll() is None, log.read_text()
        with suppress(URLError, OSError):
            urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5).close()
            return
        time.sleep(0.1)
    raise AssertionError(log.read_text())


def test_tenant_is_opened_read_listed_and_audited(tenancy) -> None:
    opened = tenancy.call("open_tenant", **OPENING)
    assert opened["domain_owner"]["email"] == "john.doe@example.com"
    assert opened["region"] == "eu-west-0"
    tenant = opened["tenant"]
    assert tenancy.call("get_contract", tenant=tenant) == opened
    assert opened in tenancy.call("list_contracts", search="exemple")["items"]
    first, *looked = tenancy.call("list_audit_entries", tenant=tenant)["items"]
    assert first["action"] == "contract:tenant:opened"
    assert {entry["action"] for entry in looked} == {"staff:data:read"}
    assert {entry["reason"] for entry in looked} == {"Ticket 42"}
    assert tenancy.call("verify_audit_chain", tenant=tenant)["verified"]


def test_person_reads_the_contract_of_his_tenant_and_no_other(tenancy) -> None:
    tenant, other = (tenancy.call("open_tenant", **OPENING)["tenant"] for _ in range(2))
    john = Caller(
        CallerKind.PERSON,
        "john",
        scopes=frozenset({"contracts.read"}),
        tenant=TenantCode(tenant),
        roles={Section.CONTRACT: Role.VISITOR},
        tenants=frozenset({tenant}),
    )
    assert tenancy.call("get_contract", john, tenant=tenant)["tenant"] == tenant
    with pytest.raises(Forbidden):
        tenancy.call("get_contract", john, tenant=other)
    listed = tenancy.call("list_contracts", john)["items"]
    assert [one["tenant"] for one in listed] == [tenant]


def test_unknown_contract_and_malformed_request_are_told_apart(tenancy) -> None:
    with pytest.raises(NotFound, match="contract-unknown"):
        tenancy.call("get_contract", tenant="OCB9999999")
    with pytest.raises(Invalid, match="organisation-required"):
        tenancy.call("open_tenant", name="Cloud", referent=JOHN)
    with pytest.raises(Invalid, match="fields-invalid"):
        tenancy.call("open_tenant", **OPENING, surprise=True)


def test_clock_is_read_and_moved(tenancy) -> None:
    before = datetime.fromisoformat(tenancy.call("get_clock")["now"])
    target = before + timedelta(days=31)
    moved = tenancy.call("move_clock", now=target.isoformat())
    assert moved["simulated"]
    after = datetime.fromisoformat(tenancy.call("get_clock")["now"])
    assert target <= after < target + timedelta(seconds=20)
    with pytest.raises(Invalid, match="clock-only-forward"):
        tenancy.call("move_clock", now=before.isoformat())
