-- Read copies, fed by events: whom mails go to, and what the tenants named in them are called.
-- as_of is the time of the fact a row was last made of, so that an older one changes nothing.

CREATE TABLE readers (
    person_id uuid PRIMARY KEY,
    login text NOT NULL,
    email text NOT NULL,
    given_name text NOT NULL,
    family_name text NOT NULL,
    language text NOT NULL,
    as_of timestamptz NOT NULL
);

CREATE TABLE tenants (
    tenant text PRIMARY KEY,
    name text NOT NULL,
    organisation_name text NOT NULL,
    region text NOT NULL
);
SELECT house.guard('tenants');
