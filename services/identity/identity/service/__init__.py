"""The Nameko edge of identity: one file a group of calls; it translates and never decides."""

from __future__ import annotations

from identity.service.account import AccountCalls
from identity.service.factors import FactorsCalls
from identity.service.hearing import Hearing
from identity.service.hearing_offices import HearingOfOffices
from identity.service.iam_users import IamUsersCalls
from identity.service.impersonation import ImpersonationCalls
from identity.service.invitations import InvitationsCalls
from identity.service.own_data import OwnDataCalls
from identity.service.parts import Parts
from identity.service.people import PeopleCalls
from identity.service.policies import PoliciesCalls
from identity.service.proving import ProvingCalls
from identity.service.recoveries import RecoveriesCalls
from identity.service.signing_in import SigningInCalls
from identity.service.staff import StaffCalls
from identity.service.trail import TrailCalls
from identity.service.users import UsersCalls

__all__ = ["IdentityService", "Parts"]


class IdentityService(
    SigningInCalls,
    ProvingCalls,
    AccountCalls,
    FactorsCalls,
    UsersCalls,
    IamUsersCalls,
    InvitationsCalls,
    StaffCalls,
    PeopleCalls,
    PoliciesCalls,
    RecoveriesCalls,
    ImpersonationCalls,
    OwnDataCalls,
    TrailCalls,
    Hearing,
    HearingOfOffices,
):
    name = "identity"
