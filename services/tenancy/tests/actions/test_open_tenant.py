from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest

from contracts.codes import TenantCode
from contracts.tenancy import TenantOpenedPayload
from contracts.tenancy import open_tenant as declared
from servicekit import audit
from servicekit.db import EVERYONE, Replayed
from servicekit.errors import Invalid, NotFound
from tenancy.store import codes

pytestmark = pytest.mark.servers


def test_first_tenant_is_ocb0001001(house) -> None:
    assert house.opened().tenant == "OCB0001001"
    assert house.opened().tenant == "OCB0001002"


def test_answer_is_what_the_contract_promises(house) -> None:
    view = declared.response().dump(house.opened(domain_owner=house.jane))
    assert declared.response().load(view)["tenant"] == "OCB0001001"
    assert view["status"] == "active"
    assert view["contract_type"] == "single"
    assert view["region"] == "eu-west-0"
    assert view["referent"]["email"] == "john.doe@example.com"
    assert view["referent"]["person_id"] is None
    assert view["domain_owner"]["email"] == "jane.roe@example.com"


def test_tenant_opened_is_told_with_both_contacts(house) -> None:
    contract = house.opened(domain_owner=house.jane)
    [(kind, data)] = house.rows("SELECT type, data FROM house.outbox")
    assert kind == "guichet.tenancy.TenantOpened.v1"
    told = TenantOpenedPayload().load(data)
    assert told["tenant"] == contract.tenant
    assert told["referent"]["mobile"] == "+33612345678"
    assert told["domain_owner"]["language"] == "en"
    assert told["opened_by"] == "sales-1"
    assert told["opened_at"] == house.now


def test_opening_stands_in_the_trail_of_the_new_tenant(house) -> None:
    tenant = house.opened().tenant
    [entry] = audit.list_entries(db=house.db, tenant=tenant, limit=10, cursor=None)["items"]
    assert (entry.action, entry.actor, entry.target) == (
        "contract:tenant:opened",
        "sales-1",
        tenant,
    )
    assert audit.verify_chain(db=house.db, tenant=tenant).verified


def test_second_contract_of_an_organisation(house) -> None:
    first = house.opened()
    second = house.opened(
        organisation_name=None, organisation_id=first.organisation.organisation_id
    )
    assert second.organisation == first.organisation
    assert house.rows("SELECT count(*) FROM organisations") == [(1,)]


def test_refused_opening_uses_up_no_code(house) -> None:
    with pytest.raises(NotFound, match="organisation-unknown"):
        house.opened(organisation_name=None, organisation_id=uuid4())
    with pytest.raises(Invalid, match="organisation-required"):
        house.opened(organisation_name=None)
    assert house.opened().tenant == "OCB0001001"


def test_code_of_an_opening_that_breaks_late_is_given_to_the_next(house) -> None:
    with pytest.raises(ZeroDivisionError):
        break_after_taking_a_code(house)
    assert house.opened().tenant == "OCB0001001"


def break_after_taking_a_code(house) -> None:
    with house.db.write(house.by_staff("test"), tenant=EVERYONE) as tx:
        assert codes.add_code(tx) == "OCB0001001"
        raise ZeroDivisionError


def test_same_key_opens_one_tenant(house) -> None:
    contract = house.opened(key="k-1")
    with pytest.raises(Replayed) as again:
        house.opened(key="k-1")
    assert again.value.answer == declared.response().dump(contract)
    with pytest.raises(Invalid, match="idempotency-key-reused"):
        house.opened(key="k-1", body="other")
    assert house.rows("SELECT count(*) FROM contracts") == [(1,)]
    assert house.rows("SELECT count(*) FROM house.outbox") == [(1,)]


def test_hundred_openings_at_once_get_a_hundred_consecutive_codes(house) -> None:
    with ThreadPoolExecutor(max_workers=10) as pool:
        opened = list(pool.map(lambda _: house.opened().tenant, range(100)))
    assert sorted(opened) == [TenantCode.numbered(number) for number in range(1001, 1101)]
    assert house.rows("SELECT count(*) FROM house.outbox") == [(100,)]
