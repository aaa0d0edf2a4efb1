-- outside a transaction
--
-- What 0006 and 0009 need of tables that are large already: built while they are read and written.

CREATE INDEX CONCURRENTLY IF NOT EXISTS token_families_client
    ON token_families (client_id, person_id);
CREATE INDEX CONCURRENTLY IF NOT EXISTS authorization_codes_client
    ON authorization_codes (client_id, person_id);
CREATE INDEX CONCURRENTLY IF NOT EXISTS consents_client ON consents (client_id);
ALTER TABLE browser_sessions VALIDATE CONSTRAINT browser_sessions_idle_minutes;
ALTER TABLE authorization_codes VALIDATE CONSTRAINT authorization_codes_dpop_jkt_check;
ALTER TABLE token_families VALIDATE CONSTRAINT token_families_dpop_jkt_check;
ALTER TABLE token_families VALIDATE CONSTRAINT token_families_ended_by_check;
ALTER TABLE endings VALIDATE CONSTRAINT endings_kind_check;
