"""The edge of notifications: takes calls and facts apart, hands them to the actions."""

from __future__ import annotations

from typing import Any

from contracts import gateway, identity, subscriptions, tenancy
from contracts import notifications as calls
from notifications.actions.keep_copies import (
    follow_clock,
    keep_reader,
    keep_tenant,
    rename_tenant,
)
from notifications.actions.list_mails import MailsPage, list_mails
from notifications.actions.own_data import erase_person, export_person, forget_stranger
from notifications.actions.queue_mail import queue_mail
from notifications.actions.resend_mail import resend_mail
from notifications.domain import (
    client_letters,
    contract_letters,
    ending_letters,
    letters,
    life_letters,
    office_letters,
    organisation_letters,
    people_letters,
    request_letters,
)
from notifications.domain.letters import Letter
from notifications.domain.mails import Mail
from notifications.domain.readers import Reader, Tenant
from servicekit.clock import SystemClock
from servicekit.rpc import Context, Fact, House, answers, hears
from servicekit.trail import shows_trail


@shows_trail(
    entries=(calls.list_audit_entries, calls.list_house_entries),
    verifications=(calls.verify_audit_chain, calls.verify_house_chain),
    looks=(calls.list_looks, calls.list_own_looks),
)
class NotificationsService:
    name = "notifications"
    house = House()

    @answers(calls.list_mails)
    def list_mails(self, context: Context, payload: dict[str, Any]) -> MailsPage:
        return list_mails(db=self.house.db, context=context, **payload)

    @answers(calls.resend_mail)
    def resend_mail(self, context: Context, payload: dict[str, Any]) -> Mail:
        return resend_mail(
            db=self.house.db,
            context=context,
            wake=self.house.post.wake,
            now=self.house.clock.now(),
            real_now=SystemClock().now(),
            **payload,
        )

    @answers(calls.export_person)
    def export_person(self, context: Context, payload: dict[str, Any]) -> dict[str, list[Mail]]:
        return export_person(db=self.house.db, context=context, **payload)

    # --- copies ---------------------------------------------------------------------------------

    @hears(identity.PersonRegistered)
    def on_person_registered(self, fact: Fact) -> None:
        self._keep_reader(fact)

    @hears(identity.PersonChanged)
    def on_person_changed(self, fact: Fact) -> None:
        self._keep_reader(fact)

    @hears(identity.PersonErased)
    def on_person_erased(self, fact: Fact) -> None:
        erase_person(
            db=self.house.db,
            context=fact.context,
            event_id=fact.id,
            person_id=fact.data["person_id"],
            pseudonym=fact.data["pseudonym"],
            as_of=fact.time,
        )

    @hears(tenancy.TenantOpened)
    def on_tenant_opened(self, fact: Fact) -> None:
        known = ("tenant", "name", "organisation_name", "region")
        keep_tenant(
            db=self.house.db,
            context=fact.context,
            event_id=fact.id,
            tenant=Tenant(**{name: fact.data[name] for name in known}),
        )

    @hears(tenancy.ContractRenamed)
    def on_contract_renamed(self, fact: Fact) -> None:
        rename_tenant(db=self.house.db, context=fact.context, event_id=fact.id, **fact.data)

    @hears(tenancy.ClockMoved)
    def on_clock_moved(self, fact: Fact) -> None:
        follow_clock(
            db=self.house.db,
            context=fact.context,
            event_id=fact.id,
            clock=self.house.clock,
            offset_seconds=fact.data["offset_seconds"],
        )

    # --- mails ----------------------------------------------------------------------------------

    @hears(identity.WelcomeLinkIssued)
    def on_welcome_link_issued(self, fact: Fact) -> None:
        self._queue(fact, letters.welcome(fact.data))

    @hears(identity.IamUserCreated)
    def on_iam_user_created(self, fact: Fact) -> None:
        self._queue(fact, letters.console_welcome(fact.data))

    @hears(identity.SecondLoginEstablished)
    def on_second_login_established(self, fact: Fact) -> None:
        self._queue(fact, organisation_letters.second_login(fact.data))

    @hears(tenancy.MultiTenantManagementDeactivated)
    def on_multi_tenant_management_deactivated(self, fact: Fact) -> None:
        self._queue(fact, organisation_letters.multi_tenant_ended(fact.data))

    @hears(tenancy.OnlineOpeningActivated)
    def on_online_opening_activated(self, fact: Fact) -> None:
        self._queue(fact, organisation_letters.online_opening_activated(fact.data))

    @hears(tenancy.OnlineOpeningWithdrawn)
    def on_online_opening_withdrawn(self, fact: Fact) -> None:
        self._queue(fact, organisation_letters.online_opening_withdrawn(fact.data))

    @hears(tenancy.OnlineContractOpened)
    def on_online_contract_opened(self, fact: Fact) -> None:
        self._queue(fact, organisation_letters.online_contract_opened(fact.data))

    @hears(tenancy.OrderFormSent)
    def on_order_form_sent(self, fact: Fact) -> None:
        self._queue(fact, organisation_letters.order_form_sent(fact.data))

    @hears(tenancy.OrderFormReturned)
    def on_order_form_returned(self, fact: Fact) -> None:
        self._queue(fact, organisation_letters.order_form_returned(fact.data))

    @hears(tenancy.OrderedTenantDeadlineApproached)
    def on_ordered_tenant_deadline_approached(self, fact: Fact) -> None:
        self._queue(fact, organisation_letters.ordered_tenant_due(fact.data))

    @hears(tenancy.OrderedTenantOpened)
    def on_ordered_tenant_opened(self, fact: Fact) -> None:
        self._queue(fact, organisation_letters.ordered_tenant_opened(fact.data))

    @hears(identity.TenantJoined)
    def on_tenant_joined(self, fact: Fact) -> None:
        self._queue(fact, letters.tenant_joined(fact.data))

    @hears(identity.UserInvited)
    def on_user_invited(self, fact: Fact) -> None:
        self._queue(fact, letters.invitation(fact.data))

    @hears(identity.InvitationAnswered)
    def on_invitation_answered(self, fact: Fact) -> None:
        self._queue(fact, letters.invitation_answered(fact.data))

    @hears(identity.TenantLeft)
    def on_tenant_left(self, fact: Fact) -> None:
        self._queue(fact, letters.access_ended(fact.data))

    @hears(identity.UserDisabled)
    def on_user_disabled(self, fact: Fact) -> None:
        self._queue(fact, letters.access_disabled(fact.data))

    @hears(identity.UserEnabled)
    def on_user_enabled(self, fact: Fact) -> None:
        self._queue(fact, letters.access_enabled(fact.data))

    @hears(identity.RolesChanged)
    def on_roles_changed(self, fact: Fact) -> None:
        self._queue(fact, letters.roles_changed(fact.data))

    @hears(identity.UserChanged)
    def on_user_changed(self, fact: Fact) -> None:
        self._queue(fact, letters.user_changed(fact.data))

    @hears(identity.IamUserDisabled)
    def on_iam_user_disabled(self, fact: Fact) -> None:
        self._queue(fact, letters.access_disabled(fact.data))

    @hears(identity.IamUserEnabled)
    def on_iam_user_enabled(self, fact: Fact) -> None:
        self._queue(fact, letters.access_enabled(fact.data))

    @hears(identity.MailChangeLinkIssued)
    def on_mail_change_link_issued(self, fact: Fact) -> None:
        self._queue(fact, letters.mail_change(fact.data))

    @hears(identity.MailChangeRequested)
    def on_mail_change_requested(self, fact: Fact) -> None:
        self._queue(fact, letters.mail_change_requested(fact.data))

    @hears(identity.PasswordResetRequested)
    def on_password_reset_requested(self, fact: Fact) -> None:
        self._queue(fact, letters.password_reset(fact.data))

    @hears(identity.PasswordSet)
    def on_password_set(self, fact: Fact) -> None:
        self._queue(fact, letters.password_set(fact.data))

    @hears(identity.PasswordExpiryApproached)
    def on_password_expiry_approached(self, fact: Fact) -> None:
        self._queue(fact, letters.password_expires_soon(fact.data))

    @hears(identity.PolicyChanged)
    def on_policy_changed(self, fact: Fact) -> None:
        self._queue(fact, letters.policy_changed(fact.data))

    @hears(identity.CredentialLocked)
    def on_credential_locked(self, fact: Fact) -> None:
        self._queue(fact, letters.credential_locked(fact.data))

    @hears(identity.FailedLoginReset)
    def on_failed_login_reset(self, fact: Fact) -> None:
        self._queue(fact, letters.failed_login_reset(fact.data))

    @hears(identity.FactorsChanged)
    def on_factors_changed(self, fact: Fact) -> None:
        self._queue(fact, letters.factors_changed(fact.data))

    @hears(identity.RecoveryCodeUsed)
    def on_recovery_code_used(self, fact: Fact) -> None:
        self._queue(fact, letters.recovery_code_used(fact.data))

    @hears(identity.SecondFactorLocked)
    def on_second_factor_locked(self, fact: Fact) -> None:
        self._queue(fact, letters.second_factor_locked(fact.data))

    @hears(identity.StaffAppointed)
    def on_staff_appointed(self, fact: Fact) -> None:
        self._queue(fact, people_letters.staff_roles_changed(fact.data))

    @hears(identity.StaffAnnounced)
    def on_staff_announced(self, fact: Fact) -> None:
        self._queue(fact, people_letters.staff_announced(fact.data))

    @hears(identity.StaffRolesChanged)
    def on_staff_roles_changed(self, fact: Fact) -> None:
        self._queue(fact, people_letters.staff_roles_changed(fact.data))

    @hears(identity.PersonDisabled)
    def on_person_disabled(self, fact: Fact) -> None:
        self._queue(fact, people_letters.person_disabled(fact.data))

    @hears(identity.PersonEnabled)
    def on_person_enabled(self, fact: Fact) -> None:
        self._queue(fact, people_letters.person_enabled(fact.data))

    @hears(identity.RecoveryProposed)
    def on_recovery_proposed(self, fact: Fact) -> None:
        self._queue(fact, people_letters.recovery_proposed(fact.data))

    @hears(identity.RecoveryApproved)
    def on_recovery_approved(self, fact: Fact) -> None:
        self._queue(fact, people_letters.recovery_decided(fact.data))

    @hears(identity.RecoveryExecuted)
    def on_recovery_executed(self, fact: Fact) -> None:
        self._queue(fact, people_letters.recovery_decided(fact.data))

    @hears(identity.ImpersonationGranted)
    def on_impersonation_granted(self, fact: Fact) -> None:
        self._queue(fact, people_letters.impersonation_granted(fact.data))

    @hears(identity.ImpersonationStarted)
    def on_impersonation_started(self, fact: Fact) -> None:
        self._queue(fact, people_letters.impersonation_started(fact.data))

    @hears(identity.ErasureRequested)
    def on_erasure_requested(self, fact: Fact) -> None:
        self._queue(fact, people_letters.erasure_requested(fact.data))

    @hears(identity.ErasureCancelled)
    def on_erasure_cancelled(self, fact: Fact) -> None:
        self._queue(fact, people_letters.erasure_cancelled(fact.data))

    @hears(identity.ErasureRefused)
    def on_erasure_refused(self, fact: Fact) -> None:
        self._queue(fact, people_letters.erasure_refused(fact.data))

    @hears(identity.PortalLoginUnlocked)
    def on_portal_login_unlocked(self, fact: Fact) -> None:
        self._queue(fact, letters.portal_login_unlocked(fact.data))

    @hears(tenancy.RequestSent)
    def on_request_sent(self, fact: Fact) -> None:
        self._queue(fact, request_letters.request_sent(fact.data))

    @hears(tenancy.RequestAnswered)
    def on_request_answered(self, fact: Fact) -> None:
        self._queue(fact, request_letters.request_answered(fact.data))

    @hears(tenancy.RequestCommented)
    def on_request_commented(self, fact: Fact) -> None:
        self._queue(fact, request_letters.request_commented(fact.data))

    @hears(tenancy.RequestReopened)
    def on_request_reopened(self, fact: Fact) -> None:
        self._queue(fact, request_letters.request_commented(fact.data))

    @hears(tenancy.RequestDeadlineApproached)
    def on_request_deadline_approached(self, fact: Fact) -> None:
        contact = self.house.settings.contact
        self._queue(fact, request_letters.deadline_approached(fact.data, contact=contact))

    @hears(tenancy.RequestClosed)
    def on_request_closed(self, fact: Fact) -> None:
        self._queue(fact, request_letters.request_closed(fact.data))

    @hears(subscriptions.OrderPlaced)
    def on_order_placed(self, fact: Fact) -> None:
        self._queue(fact, letters.order_placed(fact.data))

    @hears(subscriptions.TerminationScheduled)
    def on_termination_scheduled(self, fact: Fact) -> None:
        self._queue(fact, letters.termination_scheduled(fact.data))

    @hears(subscriptions.TerminationTookEffect)
    def on_termination_took_effect(self, fact: Fact) -> None:
        self._queue(fact, letters.termination_effective(fact.data))

    @hears(tenancy.ContractStateChanged)
    def on_contract_state_changed(self, fact: Fact) -> None:
        self._queue(fact, life_letters.state_changed(fact.data))

    @hears(tenancy.TrialEndApproached)
    def on_trial_end_approached(self, fact: Fact) -> None:
        self._queue(fact, life_letters.trial_ends_soon(fact.data))

    @hears(tenancy.TrialRequested)
    def on_trial_requested(self, fact: Fact) -> None:
        self._queue(fact, life_letters.trial_requested(fact.data))

    @hears(tenancy.TrialRequestExpired)
    def on_trial_request_expired(self, fact: Fact) -> None:
        forget_stranger(
            db=self.house.db,
            context=fact.context,
            event_id=fact.id,
            request_id=fact.data["request_id"],
        )

    @hears(tenancy.HandoverAnnounced)
    def on_handover_announced(self, fact: Fact) -> None:
        self._queue(fact, office_letters.handover_announced(fact.data))

    @hears(identity.OfficeRecoveryAnnounced)
    def on_office_recovery_announced(self, fact: Fact) -> None:
        self._queue(fact, office_letters.office_recovery_announced(fact.data))

    @hears(gateway.ClientAnnounced)
    def on_client_announced(self, fact: Fact) -> None:
        self._queue(fact, client_letters.client_announced(fact.data))

    @hears(gateway.ClientSecretExpiryApproached)
    def on_client_secret_expiry_approached(self, fact: Fact) -> None:
        self._queue(fact, client_letters.client_secret_expires_soon(fact.data))

    @hears(gateway.ClientSecretExpired)
    def on_client_secret_expired(self, fact: Fact) -> None:
        self._queue(fact, client_letters.client_secret_expired(fact.data))

    @hears(gateway.ClientKeysExpiryApproached)
    def on_client_keys_expiry_approached(self, fact: Fact) -> None:
        self._queue(fact, client_letters.client_keys_expire_soon(fact.data))

    @hears(gateway.ClientKeysExpired)
    def on_client_keys_expired(self, fact: Fact) -> None:
        self._queue(fact, client_letters.client_keys_expired(fact.data))

    @hears(gateway.ClientNewsGathered)
    def on_client_news_gathered(self, fact: Fact) -> None:
        self._queue(fact, client_letters.client_news_gathered(fact.data))

    @hears(gateway.SessionsEnded)
    def on_sessions_ended(self, fact: Fact) -> None:
        self._queue(fact, client_letters.sessions_ended(fact.data))

    @hears(tenancy.DrainingReported)
    def on_draining_reported(self, fact: Fact) -> None:
        self._queue(fact, ending_letters.draining_reported(fact.data))

    @hears(tenancy.ForcedClosingProposed)
    def on_forced_closing_proposed(self, fact: Fact) -> None:
        self._queue(fact, ending_letters.forced_closing_proposed(fact.data))

    @hears(tenancy.ContractClosed)
    def on_contract_closed(self, fact: Fact) -> None:
        self._queue(fact, ending_letters.contract_closed(fact.data))

    @hears(tenancy.SupportLevelChangeAsked)
    def on_support_level_change_asked(self, fact: Fact) -> None:
        self._queue(fact, contract_letters.support_level_asked(fact.data))

    @hears(tenancy.SupportLevelChangeWithdrawn)
    def on_support_level_change_withdrawn(self, fact: Fact) -> None:
        self._queue(fact, contract_letters.support_level_withdrawn(fact.data))

    @hears(tenancy.SupportLevelChanged)
    def on_support_level_changed(self, fact: Fact) -> None:
        self._queue(fact, contract_letters.support_level_changed(fact.data))

    @hears(tenancy.SupportCommitmentEndApproached)
    def on_support_commitment_end_approached(self, fact: Fact) -> None:
        self._queue(fact, contract_letters.support_commitment_ends(fact.data))

    @hears(tenancy.ReferencesChanged)
    def on_references_changed(self, fact: Fact) -> None:
        self._queue(fact, contract_letters.references_changed(fact.data))

    @hears(tenancy.BillingDetailsChanged)
    def on_billing_details_changed(self, fact: Fact) -> None:
        self._queue(fact, contract_letters.billing_details_changed(fact.data))

    def _keep_reader(self, fact: Fact) -> None:
        known = ("person_id", "login", "email", "given_name", "family_name", "language")
        keep_reader(
            db=self.house.db,
            context=fact.context,
            event_id=fact.id,
            as_of=fact.time,
            reader=Reader(**{name: fact.data[name] for name in known}),
        )

    def _queue(self, fact: Fact, letter: Letter | None) -> None:
        queue_mail(
            db=self.house.db,
            wording=self.house.wording,
            wake=self.house.post.wake,
            context=fact.context,
            event_id=fact.id,
            now=self.house.clock.now(),
            real_now=SystemClock().now(),
            letter=letter,
        )
