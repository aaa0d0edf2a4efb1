-- outside a transaction
--
-- A contract whose console is closed ends whoever has come in there.
CREATE INDEX CONCURRENTLY IF NOT EXISTS browser_sessions_domain
    ON browser_sessions (domain, person_id) WHERE domain IS NOT NULL;
CREATE INDEX CONCURRENTLY IF NOT EXISTS pending_sign_ins_domain
    ON pending_sign_ins ((signed_in ->> 'tenant'), person_id);
