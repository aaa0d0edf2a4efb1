"""The Nameko edge of tenancy: one file a group of calls; it translates and never decides."""

from __future__ import annotations

from tenancy.service.clock import ClockCalls
from tenancy.service.contracts import ContractsCalls
from tenancy.service.hearing import Hearing
from tenancy.service.invoicing import InvoicingCalls
from tenancy.service.opening import OpeningCalls
from tenancy.service.own_data import OwnDataCalls
from tenancy.service.parts import Parts
from tenancy.service.support import SupportCalls
from tenancy.service.trail import TrailCalls

__all__ = ["Parts", "TenancyService"]


class TenancyService(
    ContractsCalls,
    SupportCalls,
    InvoicingCalls,
    OpeningCalls,
    ClockCalls,
    OwnDataCalls,
    TrailCalls,
    Hearing,
):
    name = "tenancy"
