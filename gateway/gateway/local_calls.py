"""The gateway's own contract, answered in this process: as a service answers, without a wire."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from contracts import gateway as calls
from contracts.declare import Call
from contracts.rights import Caller
from gateway.oauth.own_consents import OwnConsents
from gateway.oauth.provider_clients import ProviderClients
from gateway.oauth.tenant_clients import TenantClients
from gateway.own_data import OwnData
from gateway.own_sessions import OwnSessions
from gateway.wire import Circumstances, JsonObject, context_of
from servicekit import audit
from servicekit.clock import Clock
from servicekit.context import Context, request_hash
from servicekit.db import Database
from servicekit.idempotency import Replayed
from servicekit.looks import list_looks, list_own_looks
from servicekit.reasons import record_reading

Method = Callable[..., Any]


class LocalCalls:
    def __init__(
        self,
        *,
        db: Database,
        sessions: OwnSessions,
        clients: TenantClients,
        provider_clients: ProviderClients,
        consents: OwnConsents,
        own_data: OwnData,
        clock: Clock,
    ) -> None:
        self._db = db
        self._clock = clock
        self.methods: Mapping[str, Method] = {
            calls.list_house_entries.name: self._list_house_entries,
            calls.verify_house_chain.name: self._verify_house_chain,
            calls.list_audit_entries.name: self._list_audit_entries,
            calls.verify_audit_chain.name: self._verify_audit_chain,
            calls.list_looks.name: self._list_looks,
            calls.list_own_looks.name: self._list_own_looks,
            calls.list_clients.name: clients.list_clients,
            calls.get_client.name: clients.get_client,
            calls.register_client.name: clients.register_client,
            calls.change_client.name: clients.change_client,
            calls.remove_client.name: clients.remove_client,
            calls.add_client_secret.name: clients.add_secret,
            calls.remove_client_secret.name: clients.remove_secret,
            calls.change_client_quota.name: clients.change_client_quota,
            calls.list_provider_clients.name: provider_clients.list_clients,
            calls.get_provider_client.name: provider_clients.get_client,
            calls.register_provider_client.name: provider_clients.register_client,
            calls.change_provider_client.name: provider_clients.change_client,
            calls.remove_provider_client.name: provider_clients.remove_client,
            calls.add_provider_client_secret.name: provider_clients.add_secret,
            calls.remove_provider_client_secret.name: provider_clients.remove_secret,
            calls.list_consents.name: consents.list_consents,
            calls.withdraw_consent.name: consents.withdraw_consent,
            calls.export_account.name: own_data.export_account,
            calls.list_sessions.name: sessions.list_sessions,
            calls.end_session.name: sessions.end_session,
            calls.end_other_sessions.name: sessions.end_other_sessions,
            calls.end_all_sessions.name: sessions.end_all_sessions,
            calls.end_all_sessions_of.name: sessions.end_all_sessions_of,
        }

    def answer(
        self,
        call: Call,
        payload: Mapping[str, Any],
        loaded: Mapping[str, Any],
        caller: Caller,
        about: Circumstances,
    ) -> JsonObject:
        """``payload`` as it came, ``loaded`` by the call's schema. Whoever comes here may call."""
        context = context_of(call, caller, about, call.deadline)
        context = replace(context, request_hash=request_hash(payload))
        try:
            answer: Any = self.methods[call.name](context, **loaded)
        except Replayed as replayed:
            done: JsonObject = replayed.answer
            return done
        record_reading(self._db, self._clock, call, context, loaded)
        dumped: JsonObject = call.response().dump(answer)
        return dumped

    def _list_audit_entries(self, context: Context, **asked: Any) -> Any:
        return audit.list_entries(db=self._db, context=context, **asked)

    def _verify_audit_chain(self, context: Context, **asked: Any) -> Any:
        return audit.verify_chain(db=self._db, context=context, **asked)

    def _list_looks(self, context: Context, **asked: Any) -> Any:
        return list_looks(db=self._db, context=context, **asked)

    def _list_own_looks(self, context: Context, **asked: Any) -> Any:
        return list_own_looks(db=self._db, context=context, **asked)

    def _list_house_entries(self, context: Context, **asked: Any) -> Any:
        return audit.list_entries(db=self._db, context=context, **asked)

    def _verify_house_chain(self, context: Context, **asked: Any) -> Any:
        return audit.verify_chain(db=self._db, context=context, **asked)
