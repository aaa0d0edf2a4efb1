-- What subscriptions keep of tenants, from TenantOpened.
CREATE TABLE tenants (
    tenant text COLLATE "C" PRIMARY KEY CHECK (tenant ~ '^OCB[0-9]{7}$'),
    name text NOT NULL,
    organisation_id uuid NOT NULL,
    organisation_name text NOT NULL,
    opened_at timestamptz NOT NULL
);
SELECT house.guard('tenants');
