-- Changes of a contract's support level: asked for today, in force on the first of next month. What
-- stands is never edited away: a change that somebody asked for and took back is part of the history.
CREATE TABLE support_changes (
    tenant text COLLATE "C" NOT NULL REFERENCES contracts (tenant),
    change_id uuid NOT NULL,
    level_before text NOT NULL CHECK (
        level_before IN ('basic', 'standard', 'business', 'premium')
    ),
    level text NOT NULL CHECK (level IN ('basic', 'standard', 'business', 'premium')),
    effective_on date NOT NULL,
    status text NOT NULL CHECK (
        status IN ('pending', 'applied', 'withdrawn', 'replaced', 'lapsed')
    ),
    asked_by text NOT NULL,
    asked_at timestamptz NOT NULL,
    ended_at timestamptz,
    PRIMARY KEY (tenant, change_id),
    CHECK ((status = 'pending') = (ended_at IS NULL))
);
CREATE UNIQUE INDEX support_changes_pending_key ON support_changes (tenant)
    WHERE status = 'pending';
CREATE INDEX support_changes_applied ON support_changes (tenant, effective_on)
    WHERE status = 'applied';
SELECT house.guard('support_changes');

-- What a contract's invoices are to show. No row: nothing of it was set.
CREATE TABLE invoice_references (
    tenant text COLLATE "C" PRIMARY KEY REFERENCES contracts (tenant),
    ref1 text CHECK (length(ref1) BETWEEN 1 AND 35),
    ref2 text CHECK (length(ref2) BETWEEN 1 AND 35),
    ref3 text CHECK (length(ref3) BETWEEN 1 AND 35),
    changed_at timestamptz NOT NULL
);
SELECT house.guard('invoice_references');

-- Whom the invoices are made out to and sent to. No row: the organisation, and the referent.
CREATE TABLE billing_details (
    tenant text COLLATE "C" PRIMARY KEY REFERENCES contracts (tenant),
    company_name text NOT NULL CHECK (length(company_name) BETWEEN 1 AND 255),
    street text NOT NULL CHECK (length(street) BETWEEN 1 AND 255),
    street_more text CHECK (length(street_more) BETWEEN 1 AND 255),
    postal_code text CHECK (length(postal_code) BETWEEN 1 AND 16),
    city text NOT NULL CHECK (length(city) BETWEEN 1 AND 128),
    country text NOT NULL CHECK (country ~ '^[A-Z]{2}$'),
    recipient_given_name text NOT NULL CHECK (length(recipient_given_name) BETWEEN 1 AND 64),
    recipient_family_name text NOT NULL CHECK (length(recipient_family_name) BETWEEN 1 AND 64),
    recipient_email text NOT NULL CHECK (length(recipient_email) BETWEEN 3 AND 255),
    changed_at timestamptz NOT NULL
);
SELECT house.guard('billing_details');
