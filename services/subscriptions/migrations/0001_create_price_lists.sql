-- Versions of the price list. The one in force on a day is the latest whose day has come.
CREATE TABLE price_lists (
    price_list_id uuid PRIMARY KEY,
    version text NOT NULL CONSTRAINT price_lists_version_key UNIQUE,
    in_force_from date NOT NULL,
    title text NOT NULL,
    fictional boolean NOT NULL,
    digest text NOT NULL,
    imported_at timestamptz NOT NULL
);
CREATE INDEX price_lists_in_force ON price_lists (in_force_from DESC, price_list_id DESC);

-- A line as it was imported: what it is, and what a unit costs without commitment.
CREATE TABLE priced_items (
    price_list_id uuid NOT NULL REFERENCES price_lists (price_list_id),
    item_id text COLLATE "C" NOT NULL,
    product text NOT NULL,
    name text NOT NULL,
    family text NOT NULL,
    category text NOT NULL,
    region text NOT NULL,
    flavour text NOT NULL,
    os_unit text NOT NULL,
    vcpu integer NOT NULL CHECK (vcpu >= 0),
    ram_gib numeric NOT NULL CHECK (ram_gib >= 0),
    unit text NOT NULL,
    currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    price numeric NOT NULL CHECK (price >= 0),
    PRIMARY KEY (price_list_id, item_id)
);

-- What can be ordered: an item under a package, at prices per unit without VAT.
CREATE TABLE offers (
    price_list_id uuid NOT NULL,
    offer_id text COLLATE "C" NOT NULL,
    item_id text COLLATE "C" NOT NULL,
    product text NOT NULL,
    region text NOT NULL,
    flavour text NOT NULL,
    package text NOT NULL,
    term_months integer NOT NULL CHECK (term_months > 0),
    upfront boolean NOT NULL,
    monthly_price numeric NOT NULL CHECK (monthly_price >= 0),
    upfront_price numeric NOT NULL CHECK (upfront_price >= 0),
    currency text NOT NULL,
    PRIMARY KEY (price_list_id, offer_id),
    FOREIGN KEY (price_list_id, item_id) REFERENCES priced_items (price_list_id, item_id)
);
CREATE INDEX offers_of_product ON offers (price_list_id, product, region, offer_id);
