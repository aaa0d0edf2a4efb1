-- Credentials with the state of their lock, one-time links, and the history of sign-ins.
--
-- None of these is a tenant's own: a portal credential serves all contracts of a person, and an
-- API credential is reached only through its IAM user, whose row is guarded.

-- A row without a person is a decoy: the attempts on names that nobody bears are counted on one
-- of 256 of them per kind, so that a stranger's guess costs the same statements, locks and waits
-- whether or not he guessed a name.
CREATE TABLE credentials (
    id           uuid PRIMARY KEY,
    kind         text NOT NULL CHECK (kind IN ('portal', 'api')),
    policy_id    text NOT NULL REFERENCES policies (id),
    person_id    uuid REFERENCES persons (id),
    iam_user_id  uuid REFERENCES iam_users (id) ON DELETE CASCADE,
    hash         text,
    changed_at   timestamptz,
    failed_at    timestamptz[] NOT NULL DEFAULT '{}',  -- checked and wrong, inside the window
    pending_at   timestamptz[] NOT NULL DEFAULT '{}',  -- reserved, being checked right now
    turned_away  integer NOT NULL DEFAULT 0,           -- refused without a check
    locked_until timestamptz,
    CONSTRAINT credentials_bearer_check CHECK (
        CASE WHEN person_id IS NULL THEN iam_user_id IS NULL AND hash IS NULL
             ELSE (kind = 'api') = (iam_user_id IS NOT NULL) END)
) WITH (fillfactor = 70);

CREATE UNIQUE INDEX credentials_portal_key ON credentials (person_id) WHERE kind = 'portal';
CREATE UNIQUE INDEX credentials_api_key ON credentials (iam_user_id) WHERE kind = 'api';

INSERT INTO credentials (id, kind, policy_id)
SELECT md5('decoy:' || kind || ':' || number)::uuid, kind, kind
  FROM unnest(ARRAY['portal', 'api']) AS kind, generate_series(0, 255) AS number;

-- The token itself is known to the mail alone. One link of a credential is open at a time.
CREATE TABLE links (
    id            uuid PRIMARY KEY,
    token_hash    bytea NOT NULL,
    purpose       text NOT NULL CHECK (purpose IN ('welcome', 'console_welcome', 'reset')),
    credential_id uuid NOT NULL REFERENCES credentials (id) ON DELETE CASCADE,
    issued_at     timestamptz NOT NULL,
    expires_at    timestamptz NOT NULL,
    used_at       timestamptz,
    ended_at      timestamptz,
    CONSTRAINT links_token_key UNIQUE (token_hash)
);

CREATE UNIQUE INDEX links_open_key ON links (credential_id)
    WHERE used_at IS NULL AND ended_at IS NULL;
CREATE INDEX links_credential_idx ON links (credential_id);

-- Names that nobody bears are not kept: people type passwords into the wrong field.
CREATE TABLE sign_ins (
    id            uuid PRIMARY KEY,
    at            timestamptz NOT NULL,
    method        text NOT NULL CHECK (method IN ('portal', 'web', 'api')),
    outcome       text NOT NULL CHECK (outcome IN (
                      'accepted', 'unknown', 'disabled', 'locked', 'no-password', 'no-console',
                      'wrong')),
    person_id     uuid REFERENCES persons (id),
    iam_user_id   uuid,
    address       text,
    device        text
);

CREATE INDEX sign_ins_person_idx ON sign_ins (person_id, at) WHERE person_id IS NOT NULL;
CREATE INDEX sign_ins_at_idx ON sign_ins (at);
