-- Staff find organisations; sales give them two options (one of their users opens contracts alone;
-- a second login sees, changes and opens all of their tenants), and have order forms of new tenants.
-- Of an organisation, so of no one tenant: a row without a column "tenant" is asked for by staff, or
-- by the person that it names.

-- The folded beginnings of the words of its name, and '' for the list of all, in the order of names.
CREATE TABLE organisation_beginnings (
    beginning text COLLATE "C" NOT NULL,
    name_key text COLLATE "C" NOT NULL,
    organisation_id uuid NOT NULL
        CONSTRAINT organisation_beginnings_organisation_fkey
            REFERENCES organisations (organisation_id),
    PRIMARY KEY (beginning, name_key, organisation_id)
);

-- Of those that stand already; from here on the process folds (domain/search.py).
CREATE FUNCTION folded_as_before(name text) RETURNS text LANGUAGE sql IMMUTABLE STRICT AS $folded$
    SELECT translate(
        replace(replace(replace(
            lower(regexp_replace(normalize(name, NFKD), U&'[\0300-\036F]', '', 'g')),
            'œ', 'oe'), 'æ', 'ae'), 'ß', 'ss'), 'øłđ', 'old')
$folded$;
INSERT INTO organisation_beginnings (beginning, name_key, organisation_id)
SELECT DISTINCT left(word, ends_at), left(folded_as_before(o.name), 64), o.organisation_id
  FROM organisations o,
       LATERAL regexp_split_to_table(folded_as_before(o.name), '[^[:alnum:]]+') AS word,
       LATERAL generate_series(0, least(length(word), 12)) AS ends_at
    ON CONFLICT DO NOTHING;
DROP FUNCTION folded_as_before(text);

CREATE TABLE online_openings (
    organisation_id uuid PRIMARY KEY
        CONSTRAINT online_openings_organisation_fkey REFERENCES organisations (organisation_id),
    person_id uuid NOT NULL,
    daily_limit integer NOT NULL CHECK (daily_limit BETWEEN 1 AND 50),
    activated_at timestamptz NOT NULL,
    activated_by text NOT NULL
);
CREATE INDEX online_openings_of_person ON online_openings (person_id);

-- person_id and login are of the second login, known once identity has made it.
CREATE TABLE multi_tenant_managements (
    management_id uuid PRIMARY KEY,
    organisation_id uuid NOT NULL
        CONSTRAINT multi_tenant_managements_organisation_fkey
            REFERENCES organisations (organisation_id),
    first_person_id uuid NOT NULL,
    person_id uuid,
    login text,
    activated_at timestamptz NOT NULL,
    activated_by text NOT NULL,
    ended_at timestamptz,
    ended_by text,
    CHECK ((person_id IS NULL) = (login IS NULL)),
    CHECK ((ended_at IS NULL) = (ended_by IS NULL))
);
CREATE UNIQUE INDEX multi_tenant_managements_organisation_key
    ON multi_tenant_managements (organisation_id) WHERE ended_at IS NULL;
CREATE UNIQUE INDEX multi_tenant_managements_first_key
    ON multi_tenant_managements (first_person_id) WHERE ended_at IS NULL;
CREATE INDEX multi_tenant_managements_person
    ON multi_tenant_managements (person_id) WHERE person_id IS NOT NULL;
CREATE INDEX multi_tenant_managements_first ON multi_tenant_managements (first_person_id);

-- What customers opened by themselves: counted by the day, in Paris.
CREATE TABLE customer_openings (
    tenant text COLLATE "C" PRIMARY KEY REFERENCES contracts (tenant),
    organisation_id uuid NOT NULL
        CONSTRAINT customer_openings_organisation_fkey REFERENCES organisations (organisation_id),
    person_id uuid NOT NULL,
    opened_on date NOT NULL
);
CREATE INDEX customer_openings_of_a_day ON customer_openings (organisation_id, opened_on);
SELECT house.guard('customer_openings');

-- The order form of one more tenant, sent to a tenant of the organisation. contacts: who is to hold
-- the offices, until they are told to identity.
CREATE TABLE order_forms (
    order_form_id uuid PRIMARY KEY,
    tenant text COLLATE "C" NOT NULL REFERENCES contracts (tenant),
    organisation_id uuid NOT NULL
        CONSTRAINT order_forms_organisation_fkey REFERENCES organisations (organisation_id),
    request_number text COLLATE "C" REFERENCES requests (number),
    state text NOT NULL CHECK (state IN ('sent', 'returned', 'fulfilled', 'withdrawn')),
    sent_at timestamptz NOT NULL,
    sent_by text NOT NULL,
    returned_at timestamptz,
    returned_by text,
    due_at timestamptz,
    new_tenant text COLLATE "C" REFERENCES contracts (tenant),
    contacts jsonb,
    ended_at timestamptz,
    ended_by text,
    CHECK (num_nulls(returned_at, returned_by, due_at, new_tenant) IN (0, 4)),
    CHECK (state <> 'returned' OR (new_tenant IS NOT NULL AND contacts IS NOT NULL))
);
CREATE INDEX order_forms_of_tenant ON order_forms (tenant, order_form_id);
CREATE UNIQUE INDEX order_forms_new_tenant_key ON order_forms (new_tenant)
    WHERE new_tenant IS NOT NULL;
CREATE INDEX order_forms_running ON order_forms (due_at, order_form_id) WHERE state = 'returned';
SELECT house.guard('order_forms');
