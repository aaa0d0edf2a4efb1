"""The acts of a contract in a reader's words, for the simulator of rights."""

from __future__ import annotations

from flask_babel import gettext


def act_names() -> dict[str, str]:
    """By full name of the call; a test holds that each act of a contract has its words."""
    return _acts_on_a_contract() | _acts_on_its_people() | _acts_on_its_trails() | _looks_at_it()


def _acts_on_a_contract() -> dict[str, str]:
    return {
        "tenancy.get_contract": gettext("See the contract"),
        "tenancy.list_state_changes": gettext("See the states of the contract"),
        "tenancy.foresee_conversion": gettext("Ask what a conversion of the trial would do"),
        "tenancy.convert_trial": gettext("Convert the trial"),
        "tenancy.get_termination": gettext("See what stands between the contract and its end"),
        "tenancy.foresee_termination": gettext("Ask what a termination would do"),
        "tenancy.keep_contract": gettext("Take a termination back"),
        "subscriptions.get_inventory": gettext("See what exists in the tenant, by kind"),
        "subscriptions.list_resources": gettext("See each resource of the tenant"),
        "tenancy.rename_contract": gettext("Give the contract another name"),
        "tenancy.list_order_forms": gettext("See the order forms of new tenants"),
        "tenancy.get_order_form": gettext("See one order form"),
        "tenancy.send_order_form": gettext("Send the order form of a new tenant"),
        "tenancy.return_order_form": gettext("Return the order form of a new tenant"),
        "tenancy.fulfil_order_form": gettext("Open the tenant that was ordered"),
        "tenancy.withdraw_order_form": gettext("Give up the order of a new tenant"),
        "tenancy.offer_handover": gettext("Hand an office over (referent, domain owner)"),
        "tenancy.foresee_handover": gettext("See what handing an office over leads to"),
        "tenancy.list_handovers": gettext("See who handed which office over"),
        "tenancy.get_support_level": gettext("See the support level and its commitment"),
        "tenancy.foresee_support_level": gettext("Ask what another support level would do"),
        "tenancy.get_references": gettext("See the references of the invoices"),
        "tenancy.change_references": gettext("Set the references of the invoices"),
        "tenancy.get_billing_details": gettext("See the billing details"),
        "tenancy.get_request": gettext("See one request"),
        "tenancy.list_request_entries": gettext("See what was written about a request"),
        "tenancy.send_request": gettext("Declare an incident, ask for a change"),
        "tenancy.send_contract_request": gettext("Ask for what concerns the contract"),
        "tenancy.comment_request": gettext("Comment on a request"),
        "tenancy.resolve_request": gettext("Close an incident that is solved"),
        "tenancy.withdraw_request": gettext("Withdraw a request"),
        "tenancy.reopen_request": gettext("Reopen an incident"),
        "gateway.list_clients": gettext("See the applications"),
        "gateway.get_client": gettext("See one application"),
        "gateway.register_client": gettext("Register an application"),
        "gateway.change_client": gettext("Change an application"),
        "gateway.remove_client": gettext("Remove an application"),
        "gateway.change_client_quota": gettext("Set the quota of an application"),
        "gateway.add_client_secret": gettext("Make a secret for an application"),
        "gateway.remove_client_secret": gettext("End a secret of an application"),
        "subscriptions.place_order": gettext("Order a service"),
        "subscriptions.list_subscriptions": gettext("See the subscriptions"),
        "subscriptions.get_subscription": gettext("See one subscription"),
        "subscriptions.terminate_subscription": gettext("Terminate a subscription"),
        "notifications.list_mails": gettext("See which mails were sent"),
        "notifications.resend_mail": gettext("Send a mail again"),
    }


def _acts_on_its_people() -> dict[str, str]:
    return {
        "identity.list_users": gettext("See the list of users"),
        "identity.get_user": gettext("See one user"),
        "identity.explain_access": gettext("Ask what a user may do"),
        "identity.list_impersonations": gettext("See the access by support"),
        "identity.get_impersonation": gettext("See one access by support"),
        "identity.give_impersonation": gettext("Let support see what a user sees"),
        "identity.end_impersonation": gettext("End the access by support"),
        "identity.invite_user": gettext("Invite a user"),
        "identity.change_user": gettext("Change the names or the number of a user"),
        "identity.change_roles": gettext("Change the roles of a user"),
        "identity.disable_user": gettext("Disable a user"),
        "identity.enable_user": gettext("Enable a user"),
        "identity.remove_user": gettext("Remove a user"),
        "identity.send_welcome_again": gettext("Send an invitation again"),
        "identity.reset_second_factors": gettext(
            "Remove the second factors of a user who lost them"
        ),
        "identity.list_iam_users": gettext("See the IAM users of the domain"),
        "identity.reset_failed_login": gettext("Unlock an API Login (Reset Failed Login)"),
        "identity.disable_iam_user": gettext("Disable an IAM user"),
        "identity.enable_iam_user": gettext("Enable an IAM user"),
        "identity.send_console_welcome_again": gettext(
            "Mail an IAM user the link for the API password"
        ),
        "identity.get_password_policy": gettext("See the password rules"),
        "identity.change_password_policy": gettext("Change the password rules"),
        "identity.drop_password_policy": gettext("Take the provider's password rules again"),
        "identity.get_entry_rules": gettext("See the rules for signing in"),
        "identity.change_entry_rules": gettext("Change the rules for signing in"),
    }


def _acts_on_its_trails() -> dict[str, str]:
    return {
        "gateway.list_audit_entries": gettext("Read the audit trail: applications"),
        "gateway.verify_audit_chain": gettext("Verify the audit trail: applications"),
        "identity.list_audit_entries": gettext("Read the audit trail: identities"),
        "identity.verify_audit_chain": gettext("Verify the audit trail: identities"),
        "tenancy.list_audit_entries": gettext("Read the audit trail: contracts"),
        "tenancy.verify_audit_chain": gettext("Verify the audit trail: contracts"),
        "subscriptions.list_audit_entries": gettext("Read the audit trail: subscriptions"),
        "subscriptions.verify_audit_chain": gettext("Verify the audit trail: subscriptions"),
        "notifications.list_audit_entries": gettext("Read the audit trail: mails"),
        "notifications.verify_audit_chain": gettext("Verify the audit trail: mails"),
    }


def _looks_at_it() -> dict[str, str]:
    return {
        "gateway.list_looks": gettext("See what support looked at: applications"),
        "identity.list_looks": gettext("See what support looked at: identities"),
        "tenancy.list_looks": gettext("See what support looked at: contracts"),
        "subscriptions.list_looks": gettext("See what support looked at: subscriptions"),
        "notifications.list_looks": gettext("See what support looked at: mails"),
    }
