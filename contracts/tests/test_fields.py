from __future__ import annotations

import unicodedata

import pytest
from marshmallow import ValidationError

from contracts.fields import PersonName, Secret, Text

pytestmark = pytest.mark.unit

MARKS = "\u0300" * 500_000 + "\u0327" * 500_000


@pytest.mark.parametrize("kind", [Text, Secret, PersonName])
def test_a_megabyte_of_combining_marks_is_refused_before_it_is_normalised(
    kind: type[Text], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Normalising them takes minutes, in one call that nothing interrupts."""

    def never(form: str, text: str) -> str:
        raise AssertionError("normalised")

    with monkeypatch.context() as patched:
        patched.setattr(unicodedata, "normalize", never)
        with pytest.raises(ValidationError, match="length:1:"):
            kind().deserialize(MARKS)


def test_text_is_composed_before_it_is_measured() -> None:
    assert Text(maximum=1).deserialize("e\u0301") == "é"


@pytest.mark.parametrize("name", ["https://evil.example", "a/b", "a@b", "<b>", "a\\b"])
def test_an_address_is_not_a_name(name: str) -> None:
    with pytest.raises(ValidationError, match="person-name"):
        PersonName().deserialize(name)


@pytest.mark.parametrize("name", ["Jean-Noël", "O'Neill", "Nguyễn Văn A", "d'Artagnan, fils"])
def test_names_are_names(name: str) -> None:
    assert PersonName().deserialize(name) == unicodedata.normalize("NFC", name)
