-- What exists in a tenant, as subscriptions last told: gates the end of a contract (TN-13). Told
-- before its contract is known here it waits like every other fact.
CREATE TABLE inventories (
    tenant text COLLATE "C" PRIMARY KEY REFERENCES contracts (tenant),
    version bigint NOT NULL CHECK (version > 0),
    observed_at timestamptz NOT NULL,
    remaining integer NOT NULL CHECK (remaining >= 0),
    parts jsonb NOT NULL
);
SELECT house.guard('inventories');

-- To end a contract though resources remain takes two of staff; one proposal at a time.
CREATE TABLE forced_closings (
    tenant text COLLATE "C" NOT NULL REFERENCES contracts (tenant),
    closing_id uuid NOT NULL,
    state text NOT NULL CHECK (state IN ('proposed', 'approved', 'withdrawn', 'void', 'expired')),
    reason text NOT NULL CHECK (length(reason) BETWEEN 1 AND 500),
    proposed_by uuid NOT NULL,
    proposed_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    decided_by uuid CHECK (decided_by <> proposed_by OR state = 'withdrawn'),
    decided_at timestamptz,
    PRIMARY KEY (tenant, closing_id)
);
CREATE UNIQUE INDEX forced_closings_one_open ON forced_closings (tenant) WHERE state = 'proposed';
SELECT house.guard('forced_closings');

-- That a contract has ended, as it was on that day: written once.
CREATE TABLE certificates (
    tenant text COLLATE "C" PRIMARY KEY REFERENCES contracts (tenant),
    name text NOT NULL,
    organisation_name text NOT NULL,
    opened_at timestamptz NOT NULL,
    draining_since timestamptz NOT NULL,
    terminated_at timestamptz NOT NULL,
    forced boolean NOT NULL,
    inventory_at timestamptz,
    remaining integer NOT NULL CHECK (remaining >= 0)
);
SELECT house.guard('certificates');
