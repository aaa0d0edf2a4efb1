-- Which decoy stands for a name nobody bears is this installation's secret: else a stranger could
-- choose names that share a decoy, and see by its lock that both are nobody's.
CREATE TABLE decoy_seeds (
    singleton boolean PRIMARY KEY CHECK (singleton),
    seed      bytea NOT NULL
);

INSERT INTO decoy_seeds (singleton, seed)
VALUES (true, sha256((gen_random_uuid()::text || gen_random_uuid()::text)::bytea));

CREATE FUNCTION decoy_of(kind text, name text) RETURNS uuid LANGUAGE sql STABLE AS $decoy$
    SELECT md5('decoy:' || kind || ':'
               || get_byte(sha256(s.seed || sha256(convert_to(name, 'UTF8'))), 0))::uuid
      FROM decoy_seeds s
$decoy$;

-- A stranger who asks for a forgotten password must not end a welcome link: one of each purpose
-- may be open. Using one ends the others.
DROP INDEX links_open_key;
CREATE UNIQUE INDEX links_open_key ON links (credential_id, purpose)
    WHERE used_at IS NULL AND ended_at IS NULL;

-- What happens to a password stands in the history too, with from where it was asked.
ALTER TABLE sign_ins DROP CONSTRAINT sign_ins_outcome_check;
ALTER TABLE sign_ins ADD CONSTRAINT sign_ins_outcome_check CHECK (outcome IN (
    'accepted', 'unknown', 'disabled', 'locked', 'no-password', 'no-console', 'wrong',
    'password-set', 'password-changed', 'reset-requested')) NOT VALID;
