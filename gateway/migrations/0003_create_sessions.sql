-- Who is signed in at which browser. The cookie holds 256 random bits, the row their SHA-256;
-- session_id is the public name (sid) and opens nothing.
CREATE TABLE browser_sessions (
    session_id uuid PRIMARY KEY,
    digest bytea NOT NULL CONSTRAINT browser_sessions_digest_key UNIQUE CHECK (length(digest) = 32),
    person_id uuid NOT NULL,
    login text NOT NULL,
    language text NOT NULL,
    method text NOT NULL CHECK (method IN ('portal', 'web', 'api')),
    -- The domain signed in to, for the two console logins.
    domain text,
    iam_user_id uuid,
    created_at timestamptz NOT NULL,
    auth_time timestamptz NOT NULL,
    last_seen_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    -- The call whose consequences this session survives (its own password change).
    spared_call text,
    CHECK ((domain IS NULL) = (method = 'portal'))
);
CREATE INDEX browser_sessions_person ON browser_sessions (person_id);
CREATE INDEX browser_sessions_expiry ON browser_sessions (expires_at);

-- The portal keeps its tokens here, never in the browser.
CREATE TABLE portal_sessions (
    digest bytea PRIMARY KEY CHECK (length(digest) = 32),
    person_id uuid NOT NULL,
    session_id uuid NOT NULL,
    -- Fernet (GUICHET_VAULT_KEY) of the token response.
    sealed_tokens text NOT NULL,
    created_at timestamptz NOT NULL,
    changed_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL
);
CREATE INDEX portal_sessions_session ON portal_sessions (session_id);
CREATE INDEX portal_sessions_expiry ON portal_sessions (expires_at);
