-- People as identity tells of them: a read copy, the newest fact first. What is not told yet is null.
CREATE TABLE people (
    person_id uuid PRIMARY KEY,
    login text,
    email text,
    email_key text COLLATE "C",
    given_name text,
    family_name text,
    named_as_of timestamptz,
    closed boolean NOT NULL DEFAULT false,
    closed_as_of timestamptz,
    erased boolean NOT NULL DEFAULT false
);
-- Who is a user of a tenant: a read copy. Who has left stays, so that an older fact that comes late
-- does not bring him back.
CREATE TABLE users (
    tenant text COLLATE "C" NOT NULL,
    person_id uuid NOT NULL,
    joined boolean NOT NULL,
    accepted boolean NOT NULL,
    joined_as_of timestamptz NOT NULL,
    disabled boolean NOT NULL DEFAULT false,
    disabled_as_of timestamptz,
    PRIMARY KEY (tenant, person_id)
);
SELECT house.guard('users');

-- One open handover for an office, by the index below.
CREATE TABLE handovers (
    handover_id uuid PRIMARY KEY,
    tenant text COLLATE "C" NOT NULL REFERENCES contracts (tenant),
    office text NOT NULL CHECK (office IN ('referent', 'domain_owner')),
    state text NOT NULL CHECK (
        state IN ('offered', 'accepted', 'settling', 'done', 'declined', 'withdrawn', 'expired',
                  'void')
    ),
    from_person_id uuid NOT NULL,
    to_person_id uuid NOT NULL CHECK (to_person_id <> from_person_id),
    drop_rights boolean NOT NULL,
    offered_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    accepted_at timestamptz,
    takes_effect_at timestamptz,
    ended_at timestamptz,
    ended_why text,
    rights_dropped boolean
);
SELECT house.guard('handovers');
CREATE UNIQUE INDEX handovers_open_key ON handovers (tenant, office)
    WHERE state IN ('offered', 'accepted', 'settling');
CREATE INDEX handovers_of_tenant ON handovers (tenant, handover_id);
-- What is open, and all that is handed out to one of both sides.
CREATE INDEX handovers_from ON handovers (from_person_id, handover_id);
CREATE INDEX handovers_to ON handovers (to_person_id, handover_id);

-- Two of staff give an office whose holder cannot act to somebody whom they name by his address.
CREATE TABLE office_recoveries (
    recovery_id uuid PRIMARY KEY,
    tenant text COLLATE "C" NOT NULL REFERENCES contracts (tenant),
    office text NOT NULL CHECK (office IN ('referent', 'domain_owner')),
    state text NOT NULL CHECK (
        state IN ('proposed', 'approved', 'settling', 'done', 'refused', 'objected', 'withdrawn',
                  'expired', 'void')
    ),
    from_person_id uuid NOT NULL,
    email text NOT NULL,
    email_key text COLLATE "C" NOT NULL,
    given_name text NOT NULL,
    family_name text NOT NULL,
    language text NOT NULL,
    mobile text,
    drop_rights boolean NOT NULL,
    evidence text NOT NULL,
    reason text NOT NULL,
    proposed_by uuid NOT NULL,
    proposed_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    decided_by uuid,
    decided_at timestamptz,
    takes_effect_at timestamptz,
    ended_at timestamptz,
    ended_why text,
    to_person_id uuid,
    rights_dropped boolean
);
SELECT house.guard('office_recoveries');
CREATE UNIQUE INDEX office_recoveries_open_key ON office_recoveries (tenant, office)
    WHERE state IN ('proposed', 'approved', 'settling');
CREATE INDEX office_recoveries_open ON office_recoveries (recovery_id)
    WHERE state IN ('proposed', 'approved', 'settling');
CREATE INDEX office_recoveries_open_from ON office_recoveries (from_person_id)
    WHERE state IN ('proposed', 'approved', 'settling');
CREATE INDEX office_recoveries_of_tenant ON office_recoveries (tenant, recovery_id);
CREATE INDEX office_recoveries_for ON office_recoveries (to_person_id)
    WHERE to_person_id IS NOT NULL;
CREATE INDEX office_recoveries_email ON office_recoveries (email_key);
