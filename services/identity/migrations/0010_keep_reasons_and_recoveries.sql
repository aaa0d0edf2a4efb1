-- Staff look people up, close and open logins; recovery acts need two of staff; people are erased.

ALTER TABLE persons
    ADD COLUMN disabled_at timestamptz,
    -- 'misused': somebody else is said to have used it; two of staff open such a login again.
    ADD COLUMN disabled_why text,
    ADD COLUMN erased_at timestamptz,
    ADD CONSTRAINT persons_disabled_why_check
        CHECK (disabled_why IN ('staff', 'misused')) NOT VALID;

-- What staff look for is how something begins (the indexes: 0011). Names without case and accents;
-- the searched word goes through the same function.
CREATE FUNCTION folded_name(name text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
AS $folded$
    SELECT lower(regexp_replace(normalize(name, NFKD), U&'[\0300-\036F]', '', 'g'))
$folded$;

-- One open act of a kind for a person. new_email and evidence go when the person is erased.
CREATE TABLE recoveries (
    id              uuid PRIMARY KEY,
    kind            text NOT NULL CHECK (kind IN (
                        'reset_factors', 'change_email', 'enable_person', 'erase_person')),
    state           text NOT NULL CHECK (state IN (
                        'proposed', 'approved', 'executed', 'refused', 'withdrawn', 'expired')),
    person_id       uuid NOT NULL REFERENCES persons (id),
    reason          text NOT NULL,
    evidence        text NOT NULL,
    new_email       text,
    proposed_by     uuid NOT NULL REFERENCES persons (id),
    proposed_at     timestamptz NOT NULL,
    expires_at      timestamptz NOT NULL,
    decided_by      uuid REFERENCES persons (id),
    decided_at      timestamptz,
    takes_effect_at timestamptz,
    CONSTRAINT recoveries_email_check CHECK (new_email IS NULL OR kind = 'change_email'),
    CONSTRAINT recoveries_two_people_check CHECK (
        state NOT IN ('approved', 'executed')
        OR (decided_by IS NOT NULL AND decided_by <> proposed_by)),
    CONSTRAINT recoveries_not_concerned_check CHECK (proposed_by <> person_id)
);

CREATE UNIQUE INDEX recoveries_open_key ON recoveries (person_id, kind)
    WHERE state IN ('proposed', 'approved');
CREATE INDEX recoveries_open_idx ON recoveries (id) WHERE state IN ('proposed', 'approved');
CREATE INDEX recoveries_person_idx ON recoveries (person_id, id);

-- An erasure waits for its day, until when it can be cancelled.
CREATE TABLE erasures (
    id           uuid PRIMARY KEY,
    person_id    uuid NOT NULL REFERENCES persons (id),
    state        text NOT NULL CHECK (state IN ('requested', 'cancelled', 'refused', 'done')),
    by_staff     boolean NOT NULL,
    requested_at timestamptz NOT NULL,
    due_at       timestamptz NOT NULL,
    ended_at     timestamptz
);

CREATE UNIQUE INDEX erasures_open_key ON erasures (person_id) WHERE state = 'requested';
CREATE INDEX erasures_person_idx ON erasures (person_id, id);
