from __future__ import annotations

from uuid import UUID, uuid4

import pytest

from contracts.codes import Office, TenantCode
from servicekit.context import system_context
from servicekit.errors import NotFound
from tenancy.actions.establish_people import establish_people
from tenancy.actions.read_contract import read_contract

pytestmark = pytest.mark.servers

JOHN = (uuid4(), "john.doe")
JANE = (uuid4(), "jane.roe")
NOBODY = (uuid4(), "somebody.else")


def hear(house, tenant, *, referent=JOHN, owner=JANE, event_id: UUID | None = None) -> None:
    establish_people(
        db=house.db,
        context=system_context(service="tenancy", call="test", tenant=tenant),
        event_id=event_id or uuid4(),
        tenant=tenant,
        holders={Office.REFERENT: referent, Office.DOMAIN_OWNER: owner},
    )


def holders(house, tenant):
    context = house.by_person("tenancy.get_contract", tenant)
    contract = read_contract(db=house.db, context=context, tenant=tenant)
    return [(one.person_id, one.login) for one in (contract.referent, contract.domain_owner)]


def test_holders_become_known(house) -> None:
    tenant = house.opened(domain_owner=house.jane).tenant
    hear(house, tenant)
    assert holders(house, tenant) == [JOHN, JANE]


def test_heard_twice_changes_nothing(house) -> None:
    tenant = house.opened().tenant
    event_id = uuid4()
    hear(house, tenant, event_id=event_id)
    hear(house, tenant, event_id=event_id)
    assert holders(house, tenant) == [JOHN, JANE]


def test_late_fact_does_not_replace_a_holder_who_is_known(house) -> None:
    tenant = house.opened().tenant
    hear(house, tenant)
    hear(house, tenant, referent=NOBODY, owner=NOBODY)
    assert holders(house, tenant) == [JOHN, JANE]


def test_fact_that_comes_before_its_contract_is_heard_when_it_comes_again(house) -> None:
    event_id = uuid4()
    with pytest.raises(NotFound, match="contract-unknown"):
        hear(house, TenantCode("OCB0001001"), event_id=event_id)
    tenant = house.opened().tenant
    assert tenant == "OCB0001001"
    hear(house, tenant, event_id=event_id)
    assert holders(house, tenant) == [JOHN, JANE]
