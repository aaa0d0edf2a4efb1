"""Forms as data: what may be asked for, which questions it takes, in which words. A new item of the
catalogue of changes needs no code.

A form has versions. The one published last is offered; the answers of a request are read by the
version that they were given to.
"""

from __future__ import annotations

from enum import StrEnum

from contracts.codes import StaffRole
from contracts.declare import Effect, Refusal, get, post
from contracts.fields import Choice, Flag, Instant, Many, Part, Slug, Strict, Text, Whole
from contracts.paging import Page, PageRequest
from contracts.rights import listing, staff_only
from contracts.tenancy.contract import TENANCY

MOST_FORMS = 200
LONGEST_DEADLINE = 24 * 60  # hours


class RequestKind(StrEnum):
    INCIDENT = "incident"
    CHANGE = "change"  # of the standard catalogue: category, item, form
    MULTI_TENANT_MANAGEMENT = "multi_tenant_management"
    ONLINE_OPENING = "online_opening"
    NEW_TENANT = "new_tenant"
    TERMINATION = "termination"
    SUPPORT_LEVEL = "support_level"
    BILLING_DETAILS = "billing_details"
    CONTRACT_REFERENCES = "contract_references"  # REF1 to REF3 of a multi-services contract
    INVOICE_DISPUTE = "invoice_dispute"


class FieldType(StrEnum):
    """``minimum`` and ``maximum`` bound the length of a text, a whole number's value, and of a day
    its distance from today, in days."""

    TEXT = "text"
    LINES = "lines"
    WHOLE = "whole"
    DAY = "day"
    CHOICE = "choice"
    FLAG = "flag"
    EMAIL = "email"
    MOBILE = "mobile"
    TENANT = "tenant"
    NETWORK = "network"  # 192.0.2.0/24, 2001:db8::/32 or one address


class Label(Strict):
    fr = Text(required=True)
    en = Text(required=True)


class FormHint(Strict):
    fr = Text(required=True, maximum=500)
    en = Text(required=True, maximum=500)


class FormOption(Strict):
    code = Slug(required=True)
    label = Part(Label, required=True)


class FormField(Strict):
    code = Slug(required=True)
    type = Choice(FieldType, required=True)
    label = Part(Label, required=True)
    hint = Part(FormHint, load_default=None, allow_none=True)
    required = Flag(load_default=True)
    minimum = Whole(load_default=None, allow_none=True)
    maximum = Whole(load_default=None, allow_none=True)
    options = Many(
        Part(FormOption),
        maximum=50,
        load_default=(),
        metadata={"description": "Of a ``choice``, and only there."},
    )


class FormGroup(Strict):
    """A catalogue, or a category of one."""

    code = Slug(required=True)
    label = Part(Label, required=True)


class FormDeclaration(Strict):
    code = Slug(required=True, metadata={"description": "By which the same form is known again."})
    kind = Choice(RequestKind, required=True)
    title = Part(Label, required=True)
    description = Part(FormHint, load_default=None, allow_none=True)
    catalogue = Part(
        FormGroup,
        load_default=None,
        allow_none=True,
        metadata={"description": "Of a ``change``, with its category, and only there."},
    )
    category = Part(FormGroup, load_default=None, allow_none=True)
    asks_subject = Flag(
        load_default=False,
        metadata={"description": "Who asks says what it is about; else it is called as the form."},
    )
    deadline_hours = Whole(
        minimum=1,
        maximum=LONGEST_DEADLINE,
        required=True,
        metadata={"description": "Within so many hours the provider has done it."},
    )
    position = Whole(
        load_default=0, metadata={"description": "Its place in lists: small numbers first."}
    )
    offered = Flag(load_default=True, metadata={"description": "False: asked for no longer."})
    # marshmallow takes declared fields off the class: its own "fields" is one of each instance.
    fields = Many(Part(FormField), maximum=40, required=True)  # type: ignore[assignment]


class FormSheet(FormDeclaration):
    version = Whole(required=True)
    published_at = Instant(required=True)


class ListForms(PageRequest):
    kind = Choice(RequestKind, load_default=None, allow_none=True)


class FormSheets(Page):
    items = Many(Part(FormSheet), maximum=200, required=True)


class GetForm(Strict):
    form = Slug(required=True)


class PublishForms(Strict):
    forms = Many(Part(FormDeclaration), minimum=1, maximum=MOST_FORMS, required=True)


class PublishedForm(Strict):
    code = Slug(required=True)
    version = Whole(required=True)
    changed = Flag(
        required=True, metadata={"description": "False: it stood so already, nothing was written."}
    )


class PublishedForms(Strict):
    items = Many(Part(PublishedForm), maximum=MOST_FORMS, required=True)


list_forms = TENANCY.call(
    "list_forms",
    request=ListForms,
    response=FormSheets,
    right=listing("requests.read"),
    effect=Effect.READ,
    summary="The forms that are offered, in the order of the catalogue.",
    route=get("/request-forms"),
)

get_form = TENANCY.call(
    "get_form",
    request=GetForm,
    response=FormSheet,
    right=listing("requests.read"),
    effect=Effect.READ,
    summary="One form that is offered: its questions, with their checks.",
    refusals=(Refusal("NotFound", "form-unknown"),),
    route=get("/request-forms/{form}"),
)

publish_forms = TENANCY.call(
    "publish_forms",
    request=PublishForms,
    response=PublishedForms,
    right=staff_only("forms.write", StaffRole.OPERATOR),
    effect=Effect.WRITE,
    summary="Publish forms, all or none; what is refused is named form by form, field by field.",
    route=post("/request-forms"),
    deadline=30.0,
)
