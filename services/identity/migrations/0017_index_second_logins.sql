-- outside a transaction
--
-- What 0016 needs of tables that are large already.

-- An address is one person's; a second login that shares it does not count.
CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS persons_own_email_key ON persons (email_key)
    WHERE NOT shares_email;
CREATE INDEX CONCURRENTLY IF NOT EXISTS persons_email_idx ON persons (email_key);
CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS persons_second_key ON persons (second_of)
    WHERE second_of IS NOT NULL;
ALTER TABLE persons VALIDATE CONSTRAINT persons_shares_email_check;
CREATE INDEX CONCURRENTLY IF NOT EXISTS tenants_organisation_idx
    ON tenants (organisation_id, tenant) WHERE organisation_id IS NOT NULL;
CREATE INDEX CONCURRENTLY IF NOT EXISTS users_management_idx ON users (management_id, tenant)
    WHERE management_id IS NOT NULL;
