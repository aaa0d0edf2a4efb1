-- The life of a contract. status_since is null for what was opened before: it has not changed
-- since. drained_from is the state that a termination, taken back, returns to; held: the provider
-- suspended it. trial_ends_on is the last day of a trial, trial_closes_on that on which it is
-- closed where nobody has converted it.
ALTER TABLE contracts
    ADD COLUMN status_since timestamptz,
    ADD COLUMN trial_ends_on date,
    ADD COLUMN trial_closes_on date,
    ADD COLUMN trial_converted_at timestamptz,
    ADD COLUMN drained_from text,
    ADD COLUMN held boolean NOT NULL DEFAULT false;

CREATE OR REPLACE VIEW contract_sheets WITH (security_invoker = true) AS
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
       c.opened_at,
       coalesce(c.status_since, c.opened_at) AS status_since,
       c.trial_ends_on,
       c.trial_closes_on,
       c.trial_converted_at,
       c.drained_from,
       c.held
  FROM contracts c
  JOIN organisations o ON o.organisation_id = c.organisation_id
  JOIN offices r ON r.tenant = c.tenant AND r.office = 'referent'
  JOIN offices d ON d.tenant = c.tenant AND d.office = 'domain_owner';

-- Each change of state, numbered from 1 in its contract. "before" is null for the first: a contract
-- of before this table has none, its opened_at tells it.
CREATE TABLE contract_state_changes (
    tenant text COLLATE "C" NOT NULL REFERENCES contracts (tenant),
    number integer NOT NULL CHECK (number > 0),
    before text,
    state text NOT NULL,
    act text NOT NULL,
    at timestamptz NOT NULL,
    acted_by text NOT NULL CHECK (acted_by IN ('customer', 'provider', 'calendar')),
    subject text NOT NULL,
    reason text CHECK (length(reason) BETWEEN 1 AND 500),
    PRIMARY KEY (tenant, number)
);
SELECT house.guard('contract_state_changes');
