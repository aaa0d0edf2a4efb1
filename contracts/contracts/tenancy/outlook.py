"""What would happen: a dated act may be asked first. The act itself uses the same computation."""

from __future__ import annotations

from marshmallow import fields

from contracts.fields import Day, Flag, Many, Part, Strict, Table, Text


class OutlookRefusal(Strict):
    """Why not now: ``code`` is the one with which the act itself would be refused."""

    rule = Text(required=True, maximum=64, metadata={"description": "``support-commitment``"})
    code = Text(required=True, maximum=64)
    text_key = Text(
        required=True,
        maximum=64,
        metadata={"description": "Of the sentence that states the rule, in the error catalogue."},
    )
    details = Table(keys=fields.String(), values=fields.Raw(allow_none=True), required=True)


class OutlookChange(Strict):
    """One fact of the contract, as it is and as it would be."""

    field = Text(required=True, maximum=64)
    before = Text(required=True, allow_none=True)
    after = Text(required=True, allow_none=True)


class Outlook(Strict):
    act = Text(required=True, maximum=64, metadata={"description": "``change_support_level``"})
    allowed = Flag(required=True)
    from_on = Day(
        required=True,
        allow_none=True,
        metadata={"description": "The day it takes effect, where it is allowed now."},
    )
    refusal = Part(OutlookRefusal, required=True, allow_none=True)
    earliest_on = Day(
        required=True,
        allow_none=True,
        metadata={"description": "Where it is refused: the first day on which it may be asked."},
    )
    possible_now = Many(
        Text(maximum=64),
        required=True,
        metadata={"description": "Values, or acts, that would be allowed at this moment."},
    )
    mails = Many(
        Text(maximum=64), required=True, metadata={"description": "Which mails would be sent."}
    )
    changes = Many(Part(OutlookChange), required=True)
