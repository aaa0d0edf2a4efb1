"""How a person is named wherever one must be, and from where he comes."""

from __future__ import annotations

from contracts.codes import Language
from contracts.fields import Choice, Email, Mobile, PersonName, Strict, Text


class Contact(Strict):
    email = Email(required=True)
    given_name = PersonName(required=True)
    family_name = PersonName(required=True)
    language = Choice(Language, load_default=Language.FRENCH)
    mobile = Mobile(load_default=None, allow_none=True)


class Visit(Strict):
    """From where: kept in the sign-in history, never used to decide."""

    address = Text(maximum=64, load_default=None, allow_none=True)
    device = Text(maximum=400, load_default=None, allow_none=True)
