from __future__ import annotations

import base64
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servicekit.errors import Invalid
from servicekit.paging import decode_cursor, encode_cursor, page

pytestmark = pytest.mark.unit

SHAPE = (datetime, UUID, str, int, date)
keys = st.tuples(
    st.datetimes(timezones=st.just(UTC)), st.uuids(), st.text(), st.integers(), st.dates()
)


@given(keys)
def test_a_cursor_gives_its_values_back(key: tuple[Any, ...]) -> None:
    assert decode_cursor(encode_cursor(key), SHAPE) == key


def test_the_first_page_has_no_cursor() -> None:
    assert decode_cursor(None, SHAPE) is None


@given(keys, st.data())
def test_an_edited_cursor_is_refused_by_name(key: tuple[Any, ...], data: st.DataObject) -> None:
    cursor = encode_cursor(key)
    index = data.draw(st.integers(0, len(cursor) - 1))
    letter = data.draw(st.sampled_from("ABCabc019-_ é="))
    edited = cursor[:index] + letter + cursor[index + 1 :]
    try:
        found = decode_cursor(edited, SHAPE)
    except Invalid as refused:
        found = key if refused.details == {"fields": {"cursor": ["cursor"]}} else None
    # Base64 has spare bits at its end: such an edit changes no value.
    assert found == key


@given(st.text(max_size=40) | st.binary(max_size=40).map(lambda b: base64.b64encode(b).decode()))
def test_what_nobody_gave_is_refused(text: str) -> None:
    with pytest.raises(Invalid, match="fields-invalid"):
        decode_cursor(text, (int,))


@pytest.mark.parametrize("values", [(), (1, 2), ("1",), (True,), (None,), ("2026-11-23T12:00:00",)])
def test_a_cursor_of_another_list_is_refused(values: tuple[Any, ...]) -> None:
    with pytest.raises(Invalid):
        decode_cursor(encode_cursor(values), (int,))


def test_a_time_without_its_zone_is_refused() -> None:
    with pytest.raises(Invalid):
        decode_cursor(encode_cursor(("2026-11-23T12:00:00",)), (datetime,))


def test_a_page_ends_where_there_is_no_more() -> None:
    def key(row: int) -> tuple[int]:
        return (row,)

    assert page([1, 2, 3], 2, key) == ([1, 2], encode_cursor((2,)))
    assert page([1, 2], 2, key) == ([1, 2], None)
    assert page([], 2, key) == ([], None)
