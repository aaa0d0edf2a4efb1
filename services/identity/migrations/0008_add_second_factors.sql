-- Second factors of a person: one authenticator app, any number of passkeys, recovery codes.
--
-- None of these is a tenant's own: they serve every door of the person, in all his contracts.

-- The secret is sealed with a key of its own, derived from the installation's. last_step is the
-- newest time step a code was accepted for: it only grows, so a code that was seen is worth nothing.
-- vouched: enrolled by somebody who had proved a factor that was beyond doubt.
CREATE TABLE totp_factors (
    person_id     uuid PRIMARY KEY REFERENCES persons (id) ON DELETE CASCADE,
    sealed_secret text   NOT NULL,
    last_step     bigint NOT NULL,
    enrolled_at   timestamptz NOT NULL,
    last_used_at  timestamptz,
    vouched       boolean NOT NULL DEFAULT false
);

-- A secret shown and not yet confirmed by a first code; the factor in use stays as it is meanwhile.
-- expires_at is real time, as authenticator apps are.
CREATE TABLE totp_enrolments (
    person_id     uuid PRIMARY KEY REFERENCES persons (id) ON DELETE CASCADE,
    sealed_secret text NOT NULL,
    expires_at    timestamptz NOT NULL
);

-- suspended_at: its count fell behind, so there are two of it. It opens nothing any more, and still
-- counts as enrolled: else a copy would get rid of the second step.
CREATE TABLE passkeys (
    id            uuid PRIMARY KEY,
    person_id     uuid   NOT NULL REFERENCES persons (id) ON DELETE CASCADE,
    credential_id bytea  NOT NULL CHECK (octet_length(credential_id) BETWEEN 1 AND 1023),
    public_key    bytea  NOT NULL,
    sign_count    bigint NOT NULL CHECK (sign_count >= 0),
    name          text   NOT NULL,
    transports    text[] NOT NULL,
    backed_up     boolean NOT NULL,
    enrolled_at   timestamptz NOT NULL,
    last_used_at  timestamptz,
    suspended_at  timestamptz,
    vouched       boolean NOT NULL DEFAULT false,
    CONSTRAINT passkeys_credential_key UNIQUE (credential_id)
);

CREATE INDEX passkeys_person_idx ON passkeys (person_id, id);

-- HMAC of a code under a key of the installation's. A code has 80 bits of chance.
CREATE TABLE recovery_codes (
    person_id uuid  NOT NULL REFERENCES persons (id) ON DELETE CASCADE,
    code_hash bytea NOT NULL,
    issued_at timestamptz NOT NULL,
    used_at   timestamptz,
    PRIMARY KEY (person_id, code_hash)
);

-- What a passkey must sign: once, for one purpose, in the browser that asked (bound_to: SHA-256 of
-- what only that browser or session has). Asking again replaces it. expires_at is real time.
CREATE TABLE factor_challenges (
    purpose    text  NOT NULL CHECK (purpose IN ('register', 'second-factor', 'sign-in')),
    bound_to   bytea NOT NULL,
    challenge  bytea NOT NULL,
    person_id  uuid REFERENCES persons (id) ON DELETE CASCADE,
    expires_at timestamptz NOT NULL,
    PRIMARY KEY (purpose, bound_to)
);

CREATE INDEX factor_challenges_expires_idx ON factor_challenges (expires_at);
CREATE INDEX factor_challenges_person_idx ON factor_challenges (person_id)
    WHERE person_id IS NOT NULL;

-- The lock of the second step: its own sliding window, beside those of the two passwords.
CREATE TABLE factor_guards (
    person_id    uuid PRIMARY KEY REFERENCES persons (id) ON DELETE CASCADE,
    failed_at    timestamptz[] NOT NULL DEFAULT '{}',
    pending_at   timestamptz[] NOT NULL DEFAULT '{}',
    turned_away  integer NOT NULL DEFAULT 0,
    locked_until timestamptz
) WITH (fillfactor = 70);

-- What the provider asks of its own people, as entry_rules does of a tenant's.
CREATE TABLE staff_rules (
    singleton              boolean PRIMARY KEY CHECK (singleton),
    second_factor_required boolean NOT NULL
);

INSERT INTO staff_rules (singleton, second_factor_required) VALUES (true, false);

-- What a sign-in must know of second factors, at the portal (domain NULL: the rules of every
-- contract he has accepted, and those of staff) or at one domain's console (its own rule). Asked
-- from within one tenant too, and about all of the person's: hence the scope.
CREATE FUNCTION second_factors_of(wanted_person uuid, domain text) RETURNS TABLE (
    totp boolean, passkey boolean, recovery_code boolean, required boolean
) LANGUAGE plpgsql STABLE AS $factors$
DECLARE
    scope constant text := coalesce(current_setting('guichet.tenant', true), '');
BEGIN
    PERFORM set_config('guichet.tenant', '*', true);
    RETURN QUERY
    SELECT EXISTS (SELECT 1 FROM totp_factors t WHERE t.person_id = wanted_person),
           EXISTS (SELECT 1 FROM passkeys k WHERE k.person_id = wanted_person),
           EXISTS (SELECT 1 FROM recovery_codes c
                    WHERE c.person_id = wanted_person AND c.used_at IS NULL),
           CASE WHEN domain IS NULL
                THEN EXISTS (SELECT 1
                               FROM users u
                               JOIN entry_rules e ON e.tenant = u.tenant
                              WHERE u.person_id = wanted_person AND u.accepted_at IS NOT NULL
                                AND e.second_factor_required)
                     OR EXISTS (SELECT 1
                                  FROM staff_rules r
                                 WHERE r.second_factor_required
                                   AND EXISTS (SELECT 1 FROM staff_roles s
                                                WHERE s.person_id = wanted_person))
                ELSE EXISTS (SELECT 1 FROM entry_rules e
                              WHERE e.tenant = domain AND e.second_factor_required) END;
    PERFORM set_config('guichet.tenant', scope, true);
END
$factors$;
