-- What may be asked for, as data. A version is never changed: the answers given to it are read by it.
CREATE TABLE forms (
    code text COLLATE "C" NOT NULL CHECK (code ~ '^[a-z][a-z0-9-]{1,62}$'),
    version integer NOT NULL CHECK (version > 0),
    kind text NOT NULL CHECK (
        kind IN ('incident', 'change', 'multi_tenant_management', 'online_opening', 'new_tenant',
                 'termination', 'support_level', 'billing_details', 'contract_references',
                 'invoice_dispute')
    ),
    position integer NOT NULL,
    declaration jsonb NOT NULL,
    offered boolean NOT NULL,
    latest boolean NOT NULL,
    published_at timestamptz NOT NULL,
    PRIMARY KEY (code, version)
);
CREATE UNIQUE INDEX forms_latest ON forms (code) WHERE latest;
CREATE INDEX forms_in_order ON forms (position, code) WHERE latest AND offered;

-- Gaps are nothing here: whoever sends a request waits for nobody.
CREATE SEQUENCE request_numbers AS integer START 1001 MAXVALUE 9999999;

-- All that a customer asks of sales or of support. ball: whose turn it is. sent_by and author are
-- pseudonyms, as in the trail; told_id is the person who hears by mail what becomes of it.
CREATE TABLE requests (
    number text COLLATE "C" PRIMARY KEY CHECK (number ~ '^D[0-9]{7}$'),
    tenant text COLLATE "C" NOT NULL REFERENCES contracts (tenant),
    kind text NOT NULL CHECK (
        kind IN ('incident', 'change', 'multi_tenant_management', 'online_opening', 'new_tenant',
                 'termination', 'support_level', 'billing_details', 'contract_references',
                 'invoice_dispute')
    ),
    form_code text COLLATE "C" NOT NULL,
    form_version integer NOT NULL,
    subject text NOT NULL CHECK (length(subject) BETWEEN 1 AND 255),
    answers jsonb NOT NULL,
    state text NOT NULL CHECK (state IN ('sent', 'in_progress', 'done')),
    ball text CHECK (ball IN ('customer', 'provider')),
    outcome text CHECK (outcome IN ('fulfilled', 'refused', 'withdrawn')),
    closing_text text CHECK (length(closing_text) BETWEEN 1 AND 4000),
    deadline_at timestamptz NOT NULL,
    assigned_to uuid,
    sent_at timestamptz NOT NULL,
    sent_by text NOT NULL,
    sent_by_kind text NOT NULL CHECK (sent_by_kind IN ('customer', 'staff')),
    told_id uuid,
    changed_at timestamptz NOT NULL,
    done_at timestamptz,
    FOREIGN KEY (form_code, form_version) REFERENCES forms (code, version),
    CHECK ((state = 'done') = (done_at IS NOT NULL)),
    CHECK ((state = 'done') = (outcome IS NOT NULL)),
    CHECK ((state = 'done') = (ball IS NULL))
);
CREATE INDEX requests_of_tenant ON requests (tenant, number);
CREATE INDEX requests_by_state ON requests (state, number);
CREATE INDEX requests_by_kind ON requests (kind, number);
CREATE INDEX requests_of_sender ON requests (sent_by);
SELECT house.guard('requests');

-- What happened to a request, in order: who did what, with what he wrote. A comment is one of them.
CREATE TABLE request_entries (
    entry_id uuid PRIMARY KEY,
    tenant text COLLATE "C" NOT NULL,
    number text COLLATE "C" NOT NULL REFERENCES requests (number),
    at timestamptz NOT NULL,
    act text NOT NULL CHECK (
        act IN ('send', 'assign', 'start', 'comment', 'answer', 'close', 'resolve', 'withdraw',
                'reopen')
    ),
    state text NOT NULL CHECK (state IN ('sent', 'in_progress', 'done')),
    author_kind text NOT NULL CHECK (author_kind IN ('customer', 'staff')),
    author text NOT NULL,
    text text CHECK (length(text) BETWEEN 1 AND 4000)
);
CREATE INDEX request_entries_of_request ON request_entries (number, at, entry_id);
CREATE INDEX request_entries_of_author ON request_entries (author);
SELECT house.guard('request_entries');

-- By what requests are found: their number and the contract's code whole, the beginnings of the
-- words of their names (see 0003). Within one contract by the key, among all by the index.
CREATE TABLE request_beginnings (
    beginning text COLLATE "C" NOT NULL,
    number text COLLATE "C" NOT NULL REFERENCES requests (number),
    tenant text COLLATE "C" NOT NULL,
    PRIMARY KEY (tenant, beginning, number)
);
CREATE INDEX request_beginnings_among_all ON request_beginnings (beginning, number);
CREATE INDEX request_beginnings_of_request ON request_beginnings (number);
SELECT house.guard('request_beginnings');
