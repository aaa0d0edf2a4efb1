"""How a person is named, from where he comes, what his password must satisfy."""

from __future__ import annotations

from contracts.codes import Language
from contracts.fields import Choice, Email, Flag, Mobile, PersonName, Strict, Text, Whole


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


class PasswordRules(Strict):
    """What a new password must satisfy, as data, so that a page can say it before the fact."""

    minimum_length = Whole(required=True)
    maximum_length = Whole(required=True)
    character_classes = Whole(
        required=True, metadata={"description": "How many of upper, lower, digit, special."}
    )
    not_user_name = Flag(required=True)
