-- What a person let a client do, from the code to the last refresh token.
CREATE TABLE token_families (
    family_id uuid PRIMARY KEY,
    client_id text NOT NULL REFERENCES clients ON DELETE CASCADE,
    person_id uuid NOT NULL,
    session_id uuid NOT NULL,
    scopes text[] NOT NULL,
    auth_time timestamptz NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    ended_at timestamptz,
    ended_by text CHECK (ended_by IN ('code-replay', 'refresh-reuse', 'revocation', 'session')),
    CHECK ((ended_at IS NULL) = (ended_by IS NULL))
);
CREATE INDEX token_families_session ON token_families (session_id);
CREATE INDEX token_families_person ON token_families (person_id);
CREATE INDEX token_families_expiry ON token_families (expires_at);

-- The family's id is fixed when the code is issued: a replay knows what to end.
CREATE TABLE authorization_codes (
    digest bytea PRIMARY KEY CHECK (length(digest) = 32),
    family_id uuid NOT NULL CONSTRAINT authorization_codes_family_key UNIQUE,
    client_id text NOT NULL REFERENCES clients ON DELETE CASCADE,
    redirect_uri text NOT NULL,
    scopes text[] NOT NULL,
    person_id uuid NOT NULL,
    session_id uuid NOT NULL,
    auth_time timestamptz NOT NULL,
    nonce text,
    code_challenge text NOT NULL CHECK (length(code_challenge) = 43),
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    used_at timestamptz
);
CREATE INDEX authorization_codes_expiry ON authorization_codes (expires_at);

CREATE TABLE refresh_tokens (
    digest bytea PRIMARY KEY CHECK (length(digest) = 32),
    family_id uuid NOT NULL REFERENCES token_families ON DELETE CASCADE,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    used_at timestamptz
);
CREATE INDEX refresh_tokens_family ON refresh_tokens (family_id);

-- What a person agreed to for a client that is not ours.
CREATE TABLE consents (
    person_id uuid NOT NULL,
    client_id text NOT NULL REFERENCES clients ON DELETE CASCADE,
    scopes text[] NOT NULL,
    given_at timestamptz NOT NULL,
    PRIMARY KEY (person_id, client_id)
);

-- Sessions, families and single tokens that ended before the access tokens of theirs expire:
-- every gateway process reads the new ones each second. Gone once those tokens are dead anyway.
CREATE TABLE endings (
    ended_id text PRIMARY KEY,
    kind text NOT NULL CHECK (kind IN ('session', 'family', 'token')),
    ended_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL
);
CREATE INDEX endings_ended_at ON endings (ended_at);
CREATE INDEX endings_expiry ON endings (expires_at);
