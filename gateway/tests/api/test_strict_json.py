"""JSON that two readers could read differently is refused."""

from __future__ import annotations

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.api.refused import Refused
from gateway.api.strict_json import DEEPEST, parse

pytestmark = pytest.mark.unit

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**62), 2**62)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("abc"), inner, max_size=4),
    max_leaves=12,
)


def refused(raw: bytes) -> str:
    with pytest.raises(Refused) as error:
        parse(raw)
    assert error.value.status == 400
    return error.value.code


@given(VALUES, st.booleans())
def test_json_is_read_as_it_was_written(value: object, ascii_only: bool) -> None:
    assert parse(json.dumps(value, ensure_ascii=ascii_only).encode()) == value


@given(st.binary(max_size=40))
def test_any_bytes_are_read_or_refused(raw: bytes) -> None:
    with suppress(Refused):
        parse(raw)


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "json-malformed"),
        (b"{", "json-malformed"),
        (b"{} {}", "json-malformed"),
        (b"\xef\xbb\xbf{}", "json-malformed"),
        (b"{'a': 1}", "json-malformed"),
        (b'{"a": "\x01"}', "json-malformed"),
        (b'{"a": "\xff"}', "json-not-utf8"),
        (b'{"a": 1, "a": 2}', "json-duplicate-key"),
        (b'[{"b": {"a": 1, "a": 1}}]', "json-duplicate-key"),
        (b'{"a": 1, "\\u0061": 1}', "json-duplicate-key"),
        (b"NaN", "json-number"),
        (b'{"a": Infinity}', "json-number"),
        (b"[-Infinity]", "json-number"),
        (b"1e999", "json-number"),
        (b"1" * 20, "json-number"),
        (b"1" * 5000, "json-number"),
        (b'"\\ud800"', "json-surrogate"),
        (b'{"a": ["\\udfff\\ud83d"]}', "json-surrogate"),
        (b'{"\\ud800": 1}', "json-surrogate"),
        (b"[" * 100_000, "json-too-deep"),
        (b'{"a":' * 100_000, "json-too-deep"),
    ],
)
def test_what_is_ambiguous_or_broken_is_named(raw: bytes, code: str) -> None:
    assert refused(raw) == code


def test_depth_is_bounded_exactly() -> None:
    deepest = b"[" * DEEPEST + b"]" * DEEPEST
    assert isinstance(parse(deepest), list)
    assert refused(b"[" + deepest + b"]") == "json-too-deep"


def test_a_surrogate_at_the_deepest_level_is_found() -> None:
    assert refused(b"[" * DEEPEST + b'"\\ud800"' + b"]" * DEEPEST) == "json-surrogate"


def test_a_pair_of_surrogates_is_one_character() -> None:
    assert parse(b'"\\ud83d\\ude00"') == "\U0001f600"


def test_a_duplicate_among_a_hundred_thousand_keys_is_named_in_one_pass() -> None:
    """Comparing each with each takes minutes of the interpreter for one request."""
    names = [f'"k{number}": 0' for number in range(100_000)]
    body = "{" + ", ".join([*names, '"k99999": 1']) + "}"
    with pytest.raises(Refused) as refused:
        parse(body.encode())
    assert refused.value.details == {"key": "k99999"}
