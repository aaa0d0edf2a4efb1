from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.codes import Language, SupportLevel, TenantCode
from tenancy.domain.contracts import Opening
from tenancy.domain.organisations import Organisation
from tenancy.domain.people import Contact
from tenancy.domain.search import beginnings, fold, looked_for, words

pytestmark = pytest.mark.unit


def finds(search: str, *, name: str = "Contrat Cloud", organisation: str = "Exemple SA") -> bool:
    john = Contact("john.doe@example.com", "John", "Doe", Language.FRENCH)
    contract = Opening(name=name, support_level=SupportLevel.BASIC, referent=john).contract(
        tenant=TenantCode("OCB0001234"),
        organisation=Organisation(UUID(int=1), organisation),
        region="eu-west-0",
        opened_at=datetime(2026, 11, 23, tzinfo=UTC),
    )
    wanted = looked_for(search)
    return bool(wanted) and set(wanted) <= beginnings(contract)


@pytest.mark.parametrize("search", ["OCB0001234", "ocb000", "0001234", "1234", "12"])
def test_contract_is_found_by_the_beginning_of_its_code_or_number(search: str) -> None:
    assert finds(search)


def test_names_are_found_whatever_case_and_accents() -> None:
    assert finds("societe generale", organisation="Société Générale")
    assert finds("SOCIÉTÉ", organisation="societe")
    assert finds("coeur", name="Cœur de réseau")
    assert finds("strasse", name="Straße")


def test_every_word_looked_for_must_be_there() -> None:
    assert finds("exem cloud")
    assert not finds("exem nuage")


def test_middle_of_a_word_does_not_find_it() -> None:
    assert not finds("loud")


@pytest.mark.parametrize("search", ["", "***", " - ", "%", "_"])
def test_search_without_letter_or_digit_finds_nothing(search: str) -> None:
    assert looked_for(search) == ()


def test_number_is_looked_for_before_a_longer_word() -> None:
    assert looked_for("boulangerie 42") == ("42", "boulangerie")


@given(st.text(max_size=40))
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(name=st.text(min_size=1, max_size=60), data=st.data())
def test_contract_is_found_by_the_beginning_of_any_word_of_its_name(
    name: str, data: st.DataObject
) -> None:
    known = words(name)
    if not known:
        return
    word = data.draw(st.sampled_from(known))
    beginning = word[: data.draw(st.integers(1, len(word)))]
    if words(beginning) == (beginning,):
        assert finds(beginning, name=name)
