-- Policies as data: the installation's own, by kind of credential, and what a tenant makes of them.
-- Ranges and defaults are those of the domain facts.

-- special_characters: the only special characters allowed; NULL allows any.
ALTER TABLE policies
    ADD COLUMN special_characters text CHECK (char_length(special_characters) BETWEEN 1 AND 64),
    ADD COLUMN identical_characters integer NOT NULL DEFAULT 0
        CHECK (identical_characters BETWEEN 0 AND 32),
    ADD COLUMN history_count integer NOT NULL DEFAULT 0 CHECK (history_count BETWEEN 0 AND 10),
    ADD COLUMN minimum_age_minutes integer NOT NULL DEFAULT 0
        CHECK (minimum_age_minutes BETWEEN 0 AND 1440),
    ADD COLUMN validity_days integer NOT NULL DEFAULT 0 CHECK (validity_days BETWEEN 0 AND 180),
    ADD COLUMN breached_refused boolean NOT NULL DEFAULT true,
    ADD COLUMN minimum_score integer NOT NULL DEFAULT 0 CHECK (minimum_score BETWEEN 0 AND 4),
    ADD COLUMN version integer NOT NULL DEFAULT 1;

-- No two policies of the portal may contradict one another, because a person in many contracts
-- follows them all at once: whatever the shortest length asked, the longest allowed is above it.
ALTER TABLE policies ADD CONSTRAINT policies_ranges_check CHECK (
    CASE kind WHEN 'portal' THEN minimum_length BETWEEN 8 AND 64 AND maximum_length >= 64
              ELSE minimum_length BETWEEN 6 AND 32 AND maximum_length >= 32
                   AND character_classes BETWEEN 2 AND 4 END);

UPDATE policies SET minimum_score = 3 WHERE kind = 'portal';
UPDATE policies SET minimum_score = 1 WHERE kind = 'api';

-- Of the portal a tenant may only ask more than the installation: a person has one portal password
-- for all of his contracts. How long it may be, of which special characters, and how it locks, is
-- the installation's alone, hence the NULLs. An API password is the domain's own, with its lock.
CREATE TABLE tenant_policies (
    tenant         text NOT NULL REFERENCES tenants (tenant),
    kind           text NOT NULL CHECK (kind IN ('portal', 'api')),
    minimum_length integer NOT NULL,
    maximum_length integer,
    character_classes integer NOT NULL CHECK (character_classes BETWEEN 1 AND 4),
    special_characters text CHECK (char_length(special_characters) BETWEEN 1 AND 64),
    not_user_name  boolean NOT NULL,
    identical_characters integer NOT NULL CHECK (identical_characters BETWEEN 0 AND 32),
    history_count  integer NOT NULL CHECK (history_count BETWEEN 0 AND 10),
    minimum_age_minutes integer NOT NULL CHECK (minimum_age_minutes BETWEEN 0 AND 1440),
    validity_days  integer NOT NULL CHECK (validity_days BETWEEN 0 AND 180),
    breached_refused boolean NOT NULL,
    minimum_score  integer NOT NULL CHECK (minimum_score BETWEEN 0 AND 4),
    failure_limit  integer CHECK (failure_limit BETWEEN 3 AND 10),
    window_seconds integer CHECK (window_seconds BETWEEN 900 AND 3600),
    lock_seconds   integer CHECK (lock_seconds BETWEEN 900 AND 86400),
    version        integer NOT NULL,
    CONSTRAINT tenant_policies_pkey PRIMARY KEY (tenant, kind),
    CONSTRAINT tenant_policies_ranges_check CHECK (
        CASE kind WHEN 'portal' THEN minimum_length BETWEEN 8 AND 64
                                     AND num_nulls(maximum_length, special_characters,
                                                   failure_limit, window_seconds,
                                                   lock_seconds) = 5
                  ELSE minimum_length BETWEEN 6 AND 32 AND maximum_length BETWEEN 32 AND 256
                       AND character_classes BETWEEN 2 AND 4
                       AND num_nulls(failure_limit, window_seconds, lock_seconds) = 0 END)
);

-- How one enters a tenant: its console and, with those of his other contracts, a person's portal.
CREATE TABLE entry_rules (
    tenant       text PRIMARY KEY REFERENCES tenants (tenant),
    second_factor_required boolean NOT NULL DEFAULT false,
    idle_minutes integer NOT NULL DEFAULT 60 CHECK (idle_minutes BETWEEN 15 AND 1440),
    disable_idle_days integer NOT NULL DEFAULT 0 CHECK (disable_idle_days BETWEEN 0 AND 240),
    show_last_sign_in boolean NOT NULL DEFAULT false,
    notice       text CHECK (char_length(notice) BETWEEN 1 AND 64 AND notice !~ '[@#%&<>\\$^*]'),
    version      integer NOT NULL DEFAULT 1
);

-- The same of the installation: for the portal, and for a tenant that says nothing.
CREATE TABLE installation_entry_rules (
    singleton    boolean PRIMARY KEY CHECK (singleton),
    idle_minutes integer NOT NULL CHECK (idle_minutes BETWEEN 15 AND 1440),
    show_last_sign_in boolean NOT NULL,
    notice       text CHECK (char_length(notice) BETWEEN 1 AND 64 AND notice !~ '[@#%&<>\\$^*]'),
    version      integer NOT NULL
);

INSERT INTO installation_entry_rules (singleton, idle_minutes, show_last_sign_in, notice, version)
VALUES (true, 60, false, NULL, 1);

SELECT house.guard('tenant_policies');
SELECT house.guard('entry_rules');

-- Former passwords, as many as the policy of the credential refuses. The one in use is not here.
CREATE TABLE password_history (
    credential_id uuid NOT NULL REFERENCES credentials (id) ON DELETE CASCADE,
    position      bigint GENERATED ALWAYS AS IDENTITY,
    hash          text NOT NULL,
    set_at        timestamptz NOT NULL,
    PRIMARY KEY (credential_id, position)
);

-- An IAM user without a sign-in for too long is disabled by the tenant's rule, any by a manager
-- (disabled_by, 0009): refused at Web and API Login like everybody refused. enabled_at starts the
-- count anew.
ALTER TABLE iam_users
    ADD COLUMN disabled_at timestamptz,
    ADD COLUMN enabled_at timestamptz;

-- Who is told before his password expires: which expiry, and how many days before it.
ALTER TABLE credentials
    ADD COLUMN told_expiry timestamptz,
    ADD COLUMN told_days_before smallint;

-- The policies that a new password must satisfy, all of them: what they come to together is decided
-- by whoever asks. Of an API password the domain's own, else the installation's; of a portal
-- password the installation's and those of the tenants that the person has accepted. Asked with
-- the scope of everyone: it is about one person.
CREATE FUNCTION password_policies_of(wanted_kind text, wanted_person uuid, wanted_tenant text)
RETURNS jsonb LANGUAGE sql STABLE AS $policies$
    SELECT jsonb_agg(to_jsonb(held))
      FROM (SELECT r.minimum_length, r.maximum_length, r.character_classes, r.special_characters,
                   r.not_user_name, r.identical_characters, r.history_count,
                   r.minimum_age_minutes, r.validity_days, r.breached_refused, r.minimum_score
              FROM policies r
             WHERE r.id = wanted_kind
               AND NOT (wanted_kind = 'api'
                        AND EXISTS (SELECT 1 FROM tenant_policies own
                                     WHERE own.tenant = wanted_tenant AND own.kind = 'api'))
             UNION
            SELECT t.minimum_length, t.maximum_length, t.character_classes, t.special_characters,
                   t.not_user_name, t.identical_characters, t.history_count,
                   t.minimum_age_minutes, t.validity_days, t.breached_refused, t.minimum_score
              FROM tenant_policies t
             WHERE wanted_kind = 'api' AND t.tenant = wanted_tenant AND t.kind = 'api'
             UNION
            SELECT t.minimum_length, 256, t.character_classes, NULL,
                   t.not_user_name, t.identical_characters, t.history_count,
                   t.minimum_age_minutes, t.validity_days, t.breached_refused, t.minimum_score
              FROM users u
              JOIN tenant_policies t ON t.tenant = u.tenant AND t.kind = 'portal'
             WHERE wanted_kind = 'portal' AND u.person_id = wanted_person
               AND u.accepted_at IS NOT NULL) AS held
$policies$;

-- What holds for who comes in with this credential. domain: the console's, NULL at the portal.
-- password_expires_at is NULL where passwords do not expire.
--
-- The portal password follows the strictest of the installation's policy and of those of the
-- tenants the person has accepted. It is asked from within one tenant too (Web Login), and concerns
-- all of the person's: hence the wider scope, for as long as the function runs.
CREATE FUNCTION entry_of(wanted_credential uuid, domain text) RETURNS TABLE (
    password_expires_at timestamptz, idle_minutes integer, show_last_sign_in boolean, notice text
) LANGUAGE plpgsql STABLE AS $entry$
DECLARE
    scope constant text := coalesce(current_setting('guichet.tenant', true), '');
BEGIN
    PERFORM set_config('guichet.tenant', '*', true);
    RETURN QUERY
    SELECT c.changed_at + make_interval(days => nullif(
               CASE c.kind WHEN 'api' THEN coalesce(api.validity_days, r.validity_days)
                           ELSE least(nullif(r.validity_days, 0), mine.validity_days) END, 0)),
           CASE c.kind WHEN 'api' THEN coalesce(own.idle_minutes, h.idle_minutes)
                       ELSE least(h.idle_minutes, mine.idle_minutes) END,
           h.show_last_sign_in
               OR coalesce(own.show_last_sign_in, mine.show_last_sign_in, false),
           coalesce(own.notice, h.notice)
      FROM credentials c
      JOIN policies r ON r.id = c.policy_id
     CROSS JOIN installation_entry_rules h
      LEFT JOIN entry_rules own ON own.tenant = domain
      LEFT JOIN iam_users i ON i.id = c.iam_user_id
      LEFT JOIN tenant_policies api ON api.tenant = i.tenant AND api.kind = 'api'
      LEFT JOIN LATERAL (
          SELECT min(nullif(t.validity_days, 0)) AS validity_days,
                 min(e.idle_minutes) AS idle_minutes,
                 bool_or(e.show_last_sign_in) AS show_last_sign_in
            FROM users u
            LEFT JOIN tenant_policies t ON t.tenant = u.tenant AND t.kind = 'portal'
            LEFT JOIN entry_rules e ON e.tenant = u.tenant
           WHERE c.kind = 'portal' AND u.person_id = c.person_id AND u.accepted_at IS NOT NULL
      ) AS mine ON true
     WHERE c.id = wanted_credential;
    PERFORM set_config('guichet.tenant', scope, true);
END
$entry$;
