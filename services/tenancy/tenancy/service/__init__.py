"""The Nameko edge of tenancy: one file a group of calls; it translates and never decides."""

from __future__ import annotations

from tenancy.service.clock import ClockCalls
from tenancy.service.contracts import ContractsCalls
from tenancy.service.forms import FormCalls
from tenancy.service.handovers import HandoversCalls, OfficeRecoveriesCalls
from tenancy.service.hearing import Hearing
from tenancy.service.hearing_people import HearingOfPeople
from tenancy.service.invoicing import InvoicingCalls
from tenancy.service.life import LifeCalls
from tenancy.service.opening import OpeningCalls
from tenancy.service.order_forms import OrderFormsCalls
from tenancy.service.organisations import OrganisationsCalls
from tenancy.service.own_data import OwnDataCalls
from tenancy.service.parts import Parts
from tenancy.service.queue import QueueCalls
from tenancy.service.requests import RequestCalls
from tenancy.service.support import SupportCalls
from tenancy.service.termination import TerminationCalls
from tenancy.service.trail import TrailCalls
from tenancy.service.trial import TrialCalls

__all__ = ["Parts", "TenancyService"]


class TenancyService(
    ContractsCalls,
    LifeCalls,
    TrialCalls,
    SupportCalls,
    InvoicingCalls,
    OpeningCalls,
    OrganisationsCalls,
    OrderFormsCalls,
    RequestCalls,
    QueueCalls,
    FormCalls,
    ClockCalls,
    TerminationCalls,
    HandoversCalls,
    OfficeRecoveriesCalls,
    OwnDataCalls,
    TrailCalls,
    Hearing,
    HearingOfPeople,
):
    name = "tenancy"
