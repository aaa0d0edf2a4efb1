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

-- The strictest of the installation's portal policy and of those of the tenants the person has
-- accepted. It is asked from within one tenant too (Web Login), and concerns all of the person's:
-- hence the scope, for as long as the function runs. One look into users where no tenant of his
-- has a policy.
CREATE FUNCTION portal_rules_of(wanted_person uuid) RETURNS TABLE (
    minimum_length integer, maximum_length integer, character_classes integer,
    special_characters text, not_user_name boolean, identical_characters integer,
    history_count integer, minimum_age_minutes integer, validity_days integer,
    breached_refused boolean, minimum_score integer
) LANGUAGE plpgsql STABLE AS $rules$
DECLARE
    scope constant text := current_setting('guichet.tenant', true);
BEGIN
    PERFORM set_config('guichet.tenant', '*', true);
    RETURN QUERY
    SELECT greatest(r.minimum_length, max(t.minimum_length)),
           r.maximum_length,
           greatest(r.character_classes, max(t.character_classes)),
           r.special_characters,
           r.not_user_name OR coalesce(bool_or(t.not_user_name), false),
           coalesce(least(nullif(r.identical_characters, 0),
                          min(nullif(t.identical_characters, 0))), 0),
           greatest(r.history_count, max(t.history_count)),
           greatest(r.minimum_age_minutes, max(t.minimum_age_minutes)),
           coalesce(least(nullif(r.validity_days, 0), min(nullif(t.validity_days, 0))), 0),
           r.breached_refused OR coalesce(bool_or(t.breached_refused), false),
           greatest(r.minimum_score, max(t.minimum_score))
      FROM policies r
      LEFT JOIN users u ON u.person_id = wanted_person AND u.accepted_at IS NOT NULL
      LEFT JOIN tenant_policies t ON t.tenant = u.tenant AND t.kind = 'portal'
     WHERE r.id = 'portal'
     GROUP BY r.id;
    PERFORM set_config('guichet.tenant', scope, true);
END
$rules$;

-- The policy of an API password: its tenant's, else the installation's.
CREATE FUNCTION api_rules_of(wanted_tenant text) RETURNS TABLE (
    minimum_length integer, maximum_length integer, character_classes integer,
    special_characters text, not_user_name boolean, identical_characters integer,
    history_count integer, minimum_age_minutes integer, validity_days integer,
    breached_refused boolean, minimum_score integer
) LANGUAGE sql STABLE AS $rules$
    SELECT minimum_length, maximum_length, character_classes, special_characters, not_user_name,
           identical_characters, history_count, minimum_age_minutes, validity_days,
           breached_refused, minimum_score
      FROM (SELECT minimum_length, maximum_length, character_classes, special_characters,
                   not_user_name, identical_characters, history_count, minimum_age_minutes,
                   validity_days, breached_refused, minimum_score, 1 AS turn
              FROM tenant_policies
             WHERE tenant = wanted_tenant AND kind = 'api'
             UNION ALL
            SELECT minimum_length, maximum_length, character_classes, special_characters,
                   not_user_name, identical_characters, history_count, minimum_age_minutes,
                   validity_days, breached_refused, minimum_score, 2
              FROM policies
             WHERE id = 'api') AS known
     ORDER BY turn
     LIMIT 1
$rules$;

-- What holds for who has just come in with this credential. domain: the console's, NULL at the
-- portal. password_expires_at is NULL where passwords do not expire.
CREATE FUNCTION entry_of(wanted_credential uuid, domain text) RETURNS TABLE (
    password_expires_at timestamptz, idle_minutes integer, show_last_sign_in boolean, notice text
) LANGUAGE plpgsql STABLE AS $entry$
DECLARE
    scope constant text := current_setting('guichet.tenant', true);
BEGIN
    PERFORM set_config('guichet.tenant', '*', true);
    RETURN QUERY
    SELECT c.changed_at + make_interval(days => nullif(v.validity_days, 0)),
           CASE c.kind WHEN 'api' THEN coalesce(own.idle_minutes, h.idle_minutes)
                       ELSE least(h.idle_minutes, all_of.idle_minutes) END,
           h.show_last_sign_in OR coalesce(own.show_last_sign_in, all_of.show_last_sign_in, false),
           coalesce(own.notice, h.notice)
      FROM credentials c
     CROSS JOIN installation_entry_rules h
      LEFT JOIN entry_rules own ON own.tenant = domain
      LEFT JOIN LATERAL (
          SELECT min(e.idle_minutes) AS idle_minutes, bool_or(e.show_last_sign_in)
                 AS show_last_sign_in
            FROM users u
            JOIN entry_rules e ON e.tenant = u.tenant
           WHERE u.person_id = c.person_id AND u.accepted_at IS NOT NULL
             AND c.kind = 'portal') AS all_of ON true
      LEFT JOIN LATERAL (
          SELECT p.validity_days FROM portal_rules_of(c.person_id) p WHERE c.kind = 'portal'
           UNION ALL
          SELECT a.validity_days
            FROM iam_users i, api_rules_of(i.tenant) a
           WHERE i.id = c.iam_user_id AND c.kind = 'api') AS v ON true
     WHERE c.id = wanted_credential;
    PERFORM set_config('guichet.tenant', scope, true);
END
$entry$;
