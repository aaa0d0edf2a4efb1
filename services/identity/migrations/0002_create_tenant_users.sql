-- Who belongs to which tenant, with which roles and offices. Every table here is a tenant's own.

-- Read copy of what tenancy opened; its row is also what serialises changes of a tenant's rights.
CREATE TABLE tenants (
    tenant    text PRIMARY KEY,
    name      text NOT NULL,
    opened_at timestamptz NOT NULL
);

-- sort_key and search_key are folded copies of the person's names: the page of a large tenant
-- comes from one index, without sorting all of its people first.
CREATE TABLE users (
    tenant     text NOT NULL REFERENCES tenants (tenant),
    person_id  uuid NOT NULL REFERENCES persons (id),
    sort_key   text COLLATE "C" NOT NULL,
    search_key text NOT NULL,
    joined_at  timestamptz NOT NULL,
    CONSTRAINT users_pkey PRIMARY KEY (tenant, person_id)
);

CREATE INDEX users_sorted_idx ON users (tenant, sort_key, person_id);
CREATE INDEX users_person_idx ON users (person_id, tenant);

CREATE TABLE memberships (
    tenant    text NOT NULL,
    person_id uuid NOT NULL,
    section   text NOT NULL CHECK (section IN (
                  'contract', 'dashboard', 'services', 'subscriptions', 'invoices', 'documents',
                  'support', 'users', 'backup_console', 'technical_console')),
    role      text NOT NULL,
    CONSTRAINT memberships_pkey PRIMARY KEY (tenant, person_id, section),
    CONSTRAINT memberships_user_fkey FOREIGN KEY (tenant, person_id)
        REFERENCES users (tenant, person_id) ON DELETE CASCADE,
    CONSTRAINT memberships_role_check CHECK (
        CASE section WHEN 'backup_console' THEN role = 'cust_admin'
                     ELSE role IN ('visitor', 'manager') END)
);

CREATE INDEX memberships_person_idx ON memberships (person_id, tenant);
CREATE INDEX memberships_managers_idx ON memberships (tenant, section, role);

-- Exactly one holder of each office: the key allows no second one, and a holder stays a user.
CREATE TABLE offices (
    tenant    text NOT NULL,
    office    text NOT NULL CHECK (office IN ('referent', 'domain_owner')),
    person_id uuid NOT NULL,
    held_since timestamptz NOT NULL,
    CONSTRAINT offices_pkey PRIMARY KEY (tenant, office),
    CONSTRAINT offices_user_fkey FOREIGN KEY (tenant, person_id)
        REFERENCES users (tenant, person_id)
);

CREATE INDEX offices_person_idx ON offices (person_id, tenant);

-- The user of one domain. Each of the three names an API Login takes is unique in its domain.
CREATE TABLE iam_users (
    id            uuid PRIMARY KEY,
    tenant        text NOT NULL,
    person_id     uuid NOT NULL,
    user_name     text NOT NULL,
    user_name_key text COLLATE "C" NOT NULL,
    email         text NOT NULL,
    email_key     text NOT NULL,
    mobile        text,
    created_at    timestamptz NOT NULL,
    CONSTRAINT iam_users_user_name_key UNIQUE (tenant, user_name_key),
    CONSTRAINT iam_users_email_key UNIQUE (tenant, email_key),
    CONSTRAINT iam_users_mobile_key UNIQUE (tenant, mobile),
    CONSTRAINT iam_users_person_key UNIQUE (tenant, person_id),
    CONSTRAINT iam_users_user_fkey FOREIGN KEY (tenant, person_id)
        REFERENCES users (tenant, person_id) ON DELETE CASCADE
);

CREATE INDEX iam_users_person_idx ON iam_users (person_id, tenant);

SELECT house.guard('tenants');
SELECT house.guard('users');
SELECT house.guard('memberships');
SELECT house.guard('offices');
SELECT house.guard('iam_users');
