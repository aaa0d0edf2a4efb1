-- outside a transaction
--
-- What was looked at by one impersonation grant, out of a trail of millions of entries.

CREATE INDEX CONCURRENTLY IF NOT EXISTS audit_entries_grant_idx
    ON house.audit_entries (tenant, grant_id, sequence)
    WHERE grant_id IS NOT NULL;
