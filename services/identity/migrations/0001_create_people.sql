-- People, and the two credentials they sign in with.

-- A rule per kind of credential, as data. A tenant's own policy is a row more (and a row that says
-- whose it is); a credential names the one that governs it.
CREATE TABLE policies (
    id             text PRIMARY KEY,
    kind           text    NOT NULL CHECK (kind IN ('portal', 'api')),
    minimum_length integer NOT NULL CHECK (minimum_length BETWEEN 6 AND 128),
    maximum_length integer NOT NULL CHECK (maximum_length BETWEEN minimum_length AND 256),
    character_classes integer NOT NULL CHECK (character_classes BETWEEN 1 AND 4),
    not_user_name  boolean NOT NULL,
    failure_limit  integer NOT NULL CHECK (failure_limit BETWEEN 3 AND 10),
    window_seconds integer NOT NULL CHECK (window_seconds BETWEEN 900 AND 3600),
    lock_seconds   integer NOT NULL CHECK (lock_seconds BETWEEN 900 AND 86400)
);

INSERT INTO policies (id, kind, minimum_length, maximum_length, character_classes, not_user_name,
                      failure_limit, window_seconds, lock_seconds)
VALUES ('portal', 'portal', 10, 128, 4, true, 5, 900, 900),
       ('api', 'api', 6, 32, 2, true, 5, 900, 900);

-- A person belongs to no tenant: one portal login, many contracts.
CREATE TABLE persons (
    id            uuid PRIMARY KEY,
    login         text NOT NULL,
    login_key     text NOT NULL,
    login_stem    text,  -- where the login was made from the name: John.Doe, John.Doe2, ...
    login_number  integer,
    email         text NOT NULL,
    email_key     text NOT NULL,
    given_name    text NOT NULL,
    family_name   text NOT NULL,
    mobile        text,
    language      text NOT NULL CHECK (language IN ('fr', 'en')),
    enabled       boolean NOT NULL DEFAULT true,
    registered_at timestamptz NOT NULL,
    CONSTRAINT persons_login_key UNIQUE (login_key),
    CONSTRAINT persons_email_key UNIQUE (email_key)
);

CREATE INDEX persons_login_stem_idx ON persons (login_stem, login_number)
    WHERE login_stem IS NOT NULL;

CREATE TABLE staff_roles (
    person_id    uuid NOT NULL REFERENCES persons (id),
    role         text NOT NULL
                 CHECK (role IN ('sales', 'billing', 'support', 'operator', 'auditor')),
    appointed_at timestamptz NOT NULL,
    appointed_by text NOT NULL,
    PRIMARY KEY (person_id, role)
);
