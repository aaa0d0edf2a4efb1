from __future__ import annotations

from datetime import UTC, datetime
from uuid import uuid4

import pytest

from contracts.codes import Language, SupportLevel, TenantCode
from contracts.tenancy import ContractAct as Act
from contracts.tenancy import ContractStatus
from servicekit.errors import Conflict, Invalid
from tenancy.domain.contracts import TRANSITIONS, ContractType, Opening, after
from tenancy.domain.organisations import Organisation, require_one_organisation
from tenancy.domain.people import Contact

pytestmark = pytest.mark.unit

JOHN = Contact("john.doe@example.com", "John", "Doe", Language.FRENCH)
JANE = Contact("jane.roe@example.com", "Jane", "Roe", Language.ENGLISH)


def opened(**said: object):
    opening = Opening(name="Cloud", support_level=SupportLevel.BASIC, referent=JOHN, **said)
    return opening.contract(
        tenant=TenantCode("OCB0001001"),
        organisation=Organisation(uuid4(), "Exemple SA"),
        region="eu-west-0",
        opened_at=datetime(2026, 11, 23, tzinfo=UTC),
    )


def test_opened_contract_is_active_and_of_the_single_type() -> None:
    contract = opened()
    assert contract.status is ContractStatus.ACTIVE
    assert contract.contract_type is ContractType.SINGLE


def test_referent_is_domain_owner_unless_another_is_named() -> None:
    assert opened().domain_owner == opened().referent
    assert opened(domain_owner=JANE).domain_owner.email == "jane.roe@example.com"
    assert opened(domain_owner=JANE).referent.email == "john.doe@example.com"


def test_holders_are_unknown_persons_until_identity_tells() -> None:
    assert opened().referent.person_id is None
    assert opened().referent.login is None


@pytest.mark.parametrize("status", ContractStatus)
def test_illegal_transition_names_what_would_be_legal(status: ContractStatus) -> None:
    with pytest.raises(Conflict) as refused:
        after(status, Act.OPEN)
    legal = [act.value for start, act in TRANSITIONS if start is status]
    assert refused.value.code == "transition-illegal"
    assert refused.value.details == {"status": status.value, "act": "open", "legal": legal}


def test_organisation_is_named_or_known_by_id() -> None:
    require_one_organisation(organisation_id=uuid4(), name=None)
    require_one_organisation(organisation_id=None, name="Exemple SA")


def test_neither_or_both_organisations_are_refused() -> None:
    with pytest.raises(Invalid, match="organisation-required") as neither:
        require_one_organisation(organisation_id=None, name=None)
    with pytest.raises(Invalid, match="organisation-required") as both:
        require_one_organisation(organisation_id=uuid4(), name="Exemple SA")
    assert set(neither.value.details["fields"]) == {"organisation_id", "organisation_name"}
    assert set(both.value.details["fields"]) == {"organisation_name"}
