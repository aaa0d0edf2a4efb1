-- What exists in a tenant. One row a tenant that anything was ever reported of: who writes locks
-- it, so that looks at the cloud are taken one after another; its parts are what readers need.
CREATE TABLE inventories (
    tenant text COLLATE "C" PRIMARY KEY REFERENCES tenants (tenant),
    version bigint NOT NULL CHECK (version >= 0),
    observed_at timestamptz,
    complete_at timestamptz,
    remaining integer NOT NULL CHECK (remaining >= 0),
    parts jsonb NOT NULL
);
SELECT house.guard('inventories');

-- What was deleted stays as a row: an older look that comes late must not bring it back.
CREATE TABLE resources (
    tenant text COLLATE "C" NOT NULL REFERENCES inventories (tenant),
    resource_id text COLLATE "C" NOT NULL,
    kind text NOT NULL,
    name text NOT NULL,
    region text NOT NULL,
    state text NOT NULL CHECK (state IN ('running', 'stopped', 'deleted')),
    daily_cost numeric NOT NULL CHECK (daily_cost >= 0),
    currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    observed_at timestamptz NOT NULL,
    PRIMARY KEY (tenant, resource_id)
);
CREATE INDEX resources_existing ON resources (tenant, resource_id) WHERE state <> 'deleted';
SELECT house.guard('resources');
