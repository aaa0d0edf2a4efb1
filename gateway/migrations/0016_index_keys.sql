-- outside a transaction
--
-- What becomes of keys when whoever set them loses the right to is decided by person.

CREATE INDEX CONCURRENTLY IF NOT EXISTS clients_keys_setter
    ON clients (keys_set_by) WHERE keys_set_by IS NOT NULL;
