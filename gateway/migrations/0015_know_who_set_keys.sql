-- Who set the keys by which a client proves itself, and until when they open where he may no longer
-- administer it. *_as_staff: by the right of a staff role alone, which goes with that role; null: not
-- known, of the version before.
ALTER TABLE clients
    ADD COLUMN keys_set_by uuid,
    ADD COLUMN keys_set_as_staff boolean,
    ADD COLUMN keys_expire_at timestamptz;
ALTER TABLE client_secrets ADD COLUMN made_as_staff boolean;

-- News of clients of one owner (a tenant's code; '-': the provider), for a day: how many mails there
-- were, and what waits to be told in one.
CREATE TABLE client_news (
    news_id uuid PRIMARY KEY,
    owner text NOT NULL,
    client_id text NOT NULL,
    client_name text NOT NULL,
    change text NOT NULL,
    happened_at timestamptz NOT NULL,
    told_at timestamptz
);
CREATE INDEX client_news_owner ON client_news (owner, told_at);
