-- outside a transaction
--
-- The provider's own clients, by name; the few with a quota of their own; who made a secret knows
-- it, so what becomes of it when he loses the right to is decided by person.

CREATE INDEX CONCURRENTLY IF NOT EXISTS clients_of_the_provider
    ON clients (client_id) WHERE owned_by IS NULL;
CREATE INDEX CONCURRENTLY IF NOT EXISTS clients_quota
    ON clients (client_id) WHERE quota_amount IS NOT NULL;
CREATE INDEX CONCURRENTLY IF NOT EXISTS client_secrets_maker
    ON client_secrets (created_by) WHERE created_by IS NOT NULL;
ALTER TABLE clients VALIDATE CONSTRAINT clients_token_endpoint_auth_method_check;
ALTER TABLE clients VALIDATE CONSTRAINT clients_one_source_of_keys;
ALTER TABLE clients VALIDATE CONSTRAINT clients_default_max_age_check;
ALTER TABLE clients VALIDATE CONSTRAINT clients_quota_check;
