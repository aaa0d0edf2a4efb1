-- One row, locked by whoever takes the next number until his transaction ends: an opening that
-- fails gives its number back, one that succeeds has used it up for ever. The first is OCB0001001.
CREATE TABLE contract_numbers (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    last_number integer NOT NULL CHECK (last_number BETWEEN 1000 AND 9999999)
);
INSERT INTO contract_numbers (last_number) VALUES (1000);

CREATE TABLE contracts (
    tenant text COLLATE "C" PRIMARY KEY CHECK (tenant ~ '^OCB[0-9]{7}$'),
    organisation_id uuid NOT NULL
        CONSTRAINT contracts_organisation_fkey REFERENCES organisations (organisation_id),
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 255),
    contract_type text NOT NULL CHECK (contract_type IN ('single', 'multi_services')),
    status text NOT NULL CHECK (
        status IN ('requested', 'trial', 'active', 'suspended', 'draining', 'terminated')
    ),
    support_level text NOT NULL CHECK (
        support_level IN ('basic', 'standard', 'business', 'premium')
    ),
    region text NOT NULL,
    opened_at timestamptz NOT NULL,
    opened_by text NOT NULL
);
CREATE INDEX contracts_of_organisation ON contracts (organisation_id, tenant);
SELECT house.guard('contracts');

-- The primary key is the rule: an office has exactly one holder. Name and address are copies;
-- identity completes person_id and login once it knows who he is.
CREATE TABLE offices (
    tenant text COLLATE "C" NOT NULL REFERENCES contracts (tenant),
    office text NOT NULL CHECK (office IN ('referent', 'domain_owner')),
    person_id uuid,
    login text,
    email text NOT NULL,
    given_name text NOT NULL,
    family_name text NOT NULL,
    held_since timestamptz NOT NULL,
    PRIMARY KEY (tenant, office),
    CHECK ((person_id IS NULL) = (login IS NULL))
);
SELECT house.guard('offices');

-- A contract as people read it. With the reader's own rights, so that row security applies to him.
CREATE VIEW contract_sheets WITH (security_invoker = true) AS
SELECT c.tenant,
       c.name,
       c.contract_type,
       c.organisation_id,
       o.name AS organisation_name,
       c.status,
       c.support_level,
       c.region,
       r.person_id AS referent_id,
       r.login AS referent_login,
       r.email AS referent_email,
       r.given_name AS referent_given_name,
       r.family_name AS referent_family_name,
       d.person_id AS owner_id,
       d.login AS owner_login,
       d.email AS owner_email,
       d.given_name AS owner_given_name,
       d.family_name AS owner_family_name,
       c.opened_at
  FROM contracts c
  JOIN organisations o ON o.organisation_id = c.organisation_id
  JOIN offices r ON r.tenant = c.tenant AND r.office = 'referent'
  JOIN offices d ON d.tenant = c.tenant AND d.office = 'domain_owner';
