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
    """From where: kept in the sign-in history, and counted where somebody guesses."""

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
    special_characters = Text(
        maximum=64,
        load_default=None,
        allow_none=True,
        metadata={"description": "The only special characters allowed; null allows any."},
    )
    identical_characters = Whole(
        load_default=0, metadata={"description": "At most so many of one in a row; 0: any number."}
    )
    history_count = Whole(
        load_default=0, metadata={"description": "So many former passwords are refused."}
    )
    minimum_age_minutes = Whole(
        load_default=0, metadata={"description": "Changed by oneself no sooner than this."}
    )
    validity_days = Whole(load_default=0, metadata={"description": "0: it does not expire."})
    breached_refused = Flag(
        load_default=False, metadata={"description": "The commonest passwords are refused."}
    )
    minimum_score = Whole(
        maximum=4,
        load_default=0,
        metadata={"description": "How hard to guess, 0 to 4, as zxcvbn estimates."},
    )
