-- outside a transaction
--
-- What somebody gave, proposed or approved ends with his login; how much one gave today is counted.

CREATE INDEX CONCURRENTLY IF NOT EXISTS impersonation_grants_given_idx
    ON impersonation_grants (given_by, tenant, given_at) WHERE given_by IS NOT NULL;
CREATE INDEX CONCURRENTLY IF NOT EXISTS impersonation_grants_proposer_idx
    ON impersonation_grants (proposed_by) WHERE proposed_by IS NOT NULL;
CREATE INDEX CONCURRENTLY IF NOT EXISTS impersonation_grants_approver_idx
    ON impersonation_grants (approved_by) WHERE approved_by IS NOT NULL;
