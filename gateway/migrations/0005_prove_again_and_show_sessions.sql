-- What a person proved at sign-in (RFC 8176 names), how long he may be idle, and from where he
-- came: he sees it in the list of his sessions.
ALTER TABLE browser_sessions
    ADD COLUMN amr text[] NOT NULL DEFAULT '{pwd}',
    ADD COLUMN idle_minutes integer NOT NULL DEFAULT 60,
    ADD COLUMN address text,
    ADD COLUMN device text,
    ADD CONSTRAINT browser_sessions_idle_minutes
        CHECK (idle_minutes BETWEEN 1 AND 1440) NOT VALID;

-- Tokens say with what the sign-in they rest on was proved.
ALTER TABLE authorization_codes ADD COLUMN amr text[] NOT NULL DEFAULT '{pwd}';
ALTER TABLE token_families ADD COLUMN amr text[] NOT NULL DEFAULT '{pwd}';

-- The password was right and something is still to be done: no session yet. The cookie holds 256
-- random bits, the row their SHA-256. A row serves once.
CREATE TABLE pending_sign_ins (
    digest bytea PRIMARY KEY CHECK (length(digest) = 32),
    person_id uuid NOT NULL,
    method text NOT NULL CHECK (method IN ('portal', 'web', 'api')),
    -- What identity answered; it holds no secret.
    signed_in jsonb NOT NULL,
    next_path text,
    -- What is still to be done, in order.
    needs text[] NOT NULL CHECK (cardinality(needs) > 0),
    amr text[] NOT NULL,
    -- Nothing of it was proved before this moment.
    proved_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    -- The call whose consequences it survives (the password it sets itself).
    spared_call text
);
CREATE INDEX pending_sign_ins_person ON pending_sign_ins (person_id);
CREATE INDEX pending_sign_ins_expiry ON pending_sign_ins (expires_at);

-- A form that was sent before the person had to prove again who he is: shown to him afterwards,
-- once, in the session that sent it.
CREATE TABLE kept_forms (
    form_id uuid PRIMARY KEY,
    session_id uuid NOT NULL REFERENCES browser_sessions ON DELETE CASCADE,
    -- Fernet (GUICHET_VAULT_KEY) of the path and the fields; never a password.
    sealed_form text NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL
);
CREATE INDEX kept_forms_session ON kept_forms (session_id, created_at);
CREATE INDEX kept_forms_expiry ON kept_forms (expires_at);
