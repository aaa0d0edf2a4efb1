"""Second factors as rules: time steps, counts, codes on paper, keys, what may be removed."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from cryptography.fernet import Fernet
from hypothesis import given
from hypothesis import strategies as st

from contracts.codes import TenantCode
from identity.clients.factor_keys import FactorKeys
from identity.clients.totp import enrolment_uri, fresh_secret, matching_steps
from identity.domain.factors import (
    Factors,
    Totp,
    amr_of_passkey,
    check_removable,
    check_resettable,
    new_step,
    recovery_code,
    recovery_code_key,
    sign_count_grew,
)
from servicekit.errors import Conflict

pytestmark = pytest.mark.unit

AT = datetime(2026, 11, 23, 12, 0, 5, tzinfo=UTC)
TENANT = TenantCode("OCB0001234")
APP = Totp(sealed_secret="x", last_step=1, enrolled_at=AT, last_used_at=None)
# RFC 6238, appendix B: SHA-1, the last six of its eight digits.
RFC_SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
RFC_CODES = [
    (59, "287082"),
    (1111111109, "081804"),
    (1234567890, "005924"),
    (20000000000, "353130"),
]


def of(**more: Any) -> Factors:
    known = {"totp": None, "passkeys": (), "recovery_codes_left": 0}
    return Factors(**{**known, "required_by": (), "required_of_staff": False, **more})


@pytest.mark.parametrize(("second", "code"), RFC_CODES)
def test_codes_are_those_of_the_standard(second: int, code: str) -> None:
    at = datetime.fromtimestamp(second, UTC)
    assert second // 30 in matching_steps(RFC_SECRET, code, at=at)


def test_a_code_matches_its_step_and_its_neighbours_only() -> None:
    code, step = "081804", 1111111109 // 30

    def found(second: int) -> list[int]:
        return matching_steps(RFC_SECRET, code, at=datetime.fromtimestamp(second, UTC))

    first, after = (step - 1) * 30, (step + 2) * 30
    assert [found(second) for second in (first - 1, after)] == [[], []]
    assert {tuple(found(second)) for second in range(first, after)} == {(step,)}


@pytest.mark.parametrize("odd", ["", "28708", "2870820", "²87082", "abcdef", "287082\x00"])
def test_what_is_no_code_matches_nothing(odd: str) -> None:
    assert matching_steps(RFC_SECRET, odd, at=datetime.fromtimestamp(59, UTC)) == []


@given(st.integers(0, 10), st.lists(st.integers(0, 10), max_size=3))
def test_an_accepted_step_is_always_newer(last: int, matching: list[int]) -> None:
    step = new_step(last, matching)
    assert step is None or (step > last and step in matching)
    assert (step is None) == all(one <= last for one in matching)


def test_secrets_are_long_and_never_the_same() -> None:
    secrets = {fresh_secret() for _ in range(50)}
    assert len(secrets) == 50
    assert {len(one) for one in secrets} == {32}
    uri = enrolment_uri(RFC_SECRET, account="John.Doe", issuer="Ma & Co")
    assert uri.startswith("otpauth://totp/Ma%20%26%20Co:John.Doe?secret=")


@pytest.mark.parametrize(
    ("before", "now", "grew"),
    [(0, 0, True), (0, 1, True), (7, 8, True), (7, 7, False), (7, 6, False), (7, 0, False)],
)
def test_a_count_grows_or_is_not_kept_at_all(before: int, now: int, grew: bool) -> None:
    assert sign_count_grew(before, now) is grew


def test_a_key_that_is_copied_about_is_not_called_hardware() -> None:
    assert amr_of_passkey(backed_up=False) == ("hwk", "user", "mfa")
    assert amr_of_passkey(backed_up=True) == ("pop", "user", "mfa")


@given(st.lists(st.integers(0, 31), min_size=16, max_size=16))
def test_a_recovery_code_survives_paper_and_fingers(numbers: list[int]) -> None:
    code = recovery_code(numbers)
    typed = code.lower().replace("-", " ").replace("0", "o").replace("1", "i")
    assert recovery_code_key(typed) == recovery_code_key(code) == code.replace("-", "")


def test_each_installation_and_each_purpose_has_its_own_keys() -> None:
    one, other = (FactorKeys(Fernet.generate_key().decode()) for _ in range(2))
    person = uuid4()
    sealed = one.seal("secret")
    assert one.unseal(sealed) == "secret"
    with pytest.raises(LookupError):
        other.unseal(sealed)
    code = one.fresh_recovery_codes()[0]
    hashed = one.hash_of_code(person_id=person, typed=code)
    assert hashed == one.hash_of_code(person_id=person, typed=code.lower())
    assert hashed != other.hash_of_code(person_id=person, typed=code)
    assert hashed != one.hash_of_code(person_id=UUID(int=7), typed=code)


def test_the_last_factor_stays_while_somebody_demands_one() -> None:
    check_removable(of(totp=APP))
    for demanded in ({"required_by": (TENANT,)}, {"required_of_staff": True}):
        with pytest.raises(Conflict, match="second-factor-required-by"):
            check_removable(of(totp=APP, **demanded))


@pytest.mark.parametrize(
    "not_its_own", [{"accepted": False}, {"elsewhere": True}, {"is_staff": True}]
)
def test_a_tenant_decides_for_its_own_people_only(not_its_own: dict[str, bool]) -> None:
    own = {"accepted": True, "elsewhere": False, "is_staff": False}
    check_resettable(**own)
    with pytest.raises(Conflict, match="staff-support-needed"):
        check_resettable(**{**own, **not_its_own})
