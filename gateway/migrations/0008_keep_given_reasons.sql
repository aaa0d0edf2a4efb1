-- Why somebody of staff looks at a contract or a person: given once, kept for half an hour on the
-- portal's side, never in the browser. about: a contract's code, or person:<id>.
CREATE TABLE given_reasons (
    session_id uuid NOT NULL REFERENCES browser_sessions ON DELETE CASCADE,
    about text NOT NULL,
    reason text NOT NULL,
    expires_at timestamptz NOT NULL,
    CONSTRAINT given_reasons_pkey PRIMARY KEY (session_id, about)
);
CREATE INDEX given_reasons_expiry ON given_reasons (expires_at);
