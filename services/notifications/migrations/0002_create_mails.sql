-- A mail is a row first. One fact makes one mail of a kind, however often it is heard.
--
-- tenant is null for what belongs to a person and no tenant (his portal password, staff): such
-- rows are seen by EVERYONE's transactions only. sealed_link holds a one-time link as it came,
-- sealed; it is opened while the mail is written and never stored in the clear.
--
-- created_at and sent_at are the installation's time. next_attempt_at is real time, as mail servers
-- live in it: a mail in somebody's hands has it set behind the end of that try.
-- sending counts from 1; asking for a mail again makes the next sending, with fresh attempts.

CREATE TABLE mails (
    mail_id uuid PRIMARY KEY,
    event_id uuid NOT NULL,
    template text NOT NULL,
    tenant text,
    person_id uuid NOT NULL,
    recipient text NOT NULL,
    recipient_name text NOT NULL,
    language text NOT NULL,
    subject text NOT NULL,
    facts jsonb NOT NULL,
    sealed_link text,
    call_id text NOT NULL,
    status text NOT NULL CHECK (status IN ('pending', 'sent', 'dead')),
    sending integer NOT NULL DEFAULT 1,
    attempts integer NOT NULL DEFAULT 0,
    next_attempt_at timestamptz NOT NULL,
    created_at timestamptz NOT NULL,
    sent_at timestamptz,
    last_error text,
    CONSTRAINT mails_event_template UNIQUE (event_id, template)
);
CREATE INDEX mails_due ON mails (next_attempt_at, mail_id) WHERE status = 'pending';
CREATE INDEX mails_of_tenant ON mails (tenant, mail_id DESC);
SELECT house.guard('mails');
