-- Staff see a contract as one of its users does: by a grant that names who, as whom, until when.

-- given_by: of the tenant. proposed_by and approved_by: two of staff. One of the two ways, never
-- both. A proposal has no start and no end: its minutes are counted from the approval.
CREATE TABLE impersonation_grants (
    id           uuid PRIMARY KEY,
    tenant       text NOT NULL REFERENCES tenants (tenant),
    state        text NOT NULL CHECK (state IN (
                     'proposed', 'active', 'declined', 'expired', 'ended', 'over')),
    operator_id  uuid NOT NULL REFERENCES persons (id),
    as_person_id uuid NOT NULL REFERENCES persons (id),
    reason       text NOT NULL,
    minutes      integer NOT NULL CHECK (minutes BETWEEN 15 AND 480),
    given_by     uuid REFERENCES persons (id),
    proposed_by  uuid REFERENCES persons (id),
    approved_by  uuid REFERENCES persons (id),
    given_at     timestamptz NOT NULL,
    expires_at   timestamptz,
    starts_at    timestamptz,
    ends_at      timestamptz,
    begun_at     timestamptz,
    ended_at     timestamptz,
    ended_by     uuid REFERENCES persons (id),
    CONSTRAINT impersonation_grants_origin_check CHECK ((given_by IS NULL) <> (proposed_by IS NULL)),
    CONSTRAINT impersonation_grants_two_hands_check CHECK (
        given_by IS NOT NULL OR state NOT IN ('active', 'over')
        OR (approved_by IS NOT NULL AND approved_by <> proposed_by AND approved_by <> operator_id)),
    CONSTRAINT impersonation_grants_other_check CHECK (
        operator_id <> as_person_id AND (given_by IS NULL OR given_by <> operator_id)),
    CONSTRAINT impersonation_grants_span_check CHECK (
        state <> 'active' OR (ends_at - starts_at) = minutes * interval '1 minute')
);

SELECT house.guard('impersonation_grants');

-- One open grant at most for the same eyes on the same person in a contract.
CREATE UNIQUE INDEX impersonation_grants_open_key
    ON impersonation_grants (tenant, operator_id, as_person_id)
    WHERE state IN ('proposed', 'active');
CREATE INDEX impersonation_grants_tenant_idx ON impersonation_grants (tenant, id);
CREATE INDEX impersonation_grants_proposed_idx ON impersonation_grants (id)
    WHERE state = 'proposed';
CREATE INDEX impersonation_grants_operator_idx ON impersonation_grants (operator_id, id);
CREATE INDEX impersonation_grants_person_idx ON impersonation_grants (as_person_id, id);
