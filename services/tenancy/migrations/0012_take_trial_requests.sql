-- Somebody whom nobody knows asks for a free trial; the link in his mailbox opens it. Kept as long as
-- the link lives: it counts what was asked for, from where and for whom.
CREATE TABLE trial_requests (
    request_id uuid PRIMARY KEY,
    token_hash bytea NOT NULL CONSTRAINT trial_requests_token_key UNIQUE,
    email_key text COLLATE "C" NOT NULL,
    source text NOT NULL,
    organisation_name text NOT NULL,
    contact jsonb NOT NULL,
    requested_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    opened_tenant text COLLATE "C"
        CONSTRAINT trial_requests_opened_fkey REFERENCES contracts (tenant)
);
CREATE INDEX trial_requests_of_mailbox ON trial_requests (email_key);
CREATE INDEX trial_requests_of_source ON trial_requests (source);

-- One trial a mailbox and year. The mailbox's address is not kept, its hash is.
CREATE TABLE trial_mailboxes (
    email_hash bytea PRIMARY KEY,
    started_on date NOT NULL
);
