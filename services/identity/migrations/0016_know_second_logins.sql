-- Multi-tenant management: a second login of a person, by which all tenants of an organisation are
-- seen and changed.

-- second_of: whose second login this is. shares_email: it bears that person's own address, which is
-- then borne twice, by these two alone; a rule of uniqueness that knows this follows (0017, 0018).
ALTER TABLE persons
    ADD COLUMN second_of uuid REFERENCES persons (id),
    ADD COLUMN shares_email boolean NOT NULL DEFAULT false,
    ADD CONSTRAINT persons_shares_email_check
        CHECK (NOT shares_email OR second_of IS NOT NULL) NOT VALID;

-- Whose tenant it is, as far as that was told; and by which management somebody is a user.
ALTER TABLE tenants ADD COLUMN organisation_id uuid;
ALTER TABLE users ADD COLUMN management_id uuid;

-- person_id is the second login; null where the end was heard of before the beginning.
CREATE TABLE organisation_managers (
    management_id uuid PRIMARY KEY,
    organisation_id uuid NOT NULL,
    person_id uuid REFERENCES persons (id),
    began_at timestamptz,
    ended_at timestamptz
);
CREATE INDEX organisation_managers_organisation_idx ON organisation_managers (organisation_id)
    WHERE ended_at IS NULL;
CREATE INDEX organisation_managers_person_idx ON organisation_managers (person_id)
    WHERE person_id IS NOT NULL;

-- What is told of an organisation is applied one fact after another: its row is locked meanwhile.
CREATE TABLE known_organisations (
    organisation_id uuid PRIMARY KEY
);
