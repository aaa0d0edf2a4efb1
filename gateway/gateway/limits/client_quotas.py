"""The few clients that the provider lets ask more, or less, than the installation's setting.

Each process knows them all and reads them anew each second: a request costs no SQL for it.
"""

from __future__ import annotations

from collections.abc import Mapping

from gateway.limits.buckets import Buckets, Holder, Kind
from gateway.store.registered_clients import list_quotas
from servicekit.db import EVERYONE, Database
from servicekit.setting_kinds import Quota


class ClientQuotas:
    def __init__(self, *, db: Database, buckets: Buckets) -> None:
        self._db = db
        self._buckets = buckets
        self._by_client: Mapping[str, Quota] = {}

    def of(self, client_id: str) -> Quota | None:
        """None where the installation's holds."""
        return self._by_client.get(client_id)

    def refresh(self) -> None:
        """Raises Unavailable; what was known then goes on to hold."""
        with self._db.read(tenant=EVERYONE) as tx:
            rows = list_quotas(tx)
        before = self._by_client
        now = {row.client_id: Quota(row.quota_amount, row.quota_seconds) for row in rows}
        self._by_client = now
        for client_id in before.keys() | now.keys():
            if before.get(client_id) != now.get(client_id):
                self._buckets.forget(Holder(Kind.CLIENT, client_id))
