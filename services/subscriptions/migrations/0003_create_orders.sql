-- Keys begin with the tenant, so that these tables can be partitioned or spread by it. The offer is
-- copied as it was: a later price list changes nothing that was ordered.
CREATE TABLE orders (
    tenant text COLLATE "C" NOT NULL CONSTRAINT orders_tenant_fkey REFERENCES tenants (tenant),
    order_id uuid NOT NULL,
    price_list_id uuid NOT NULL,
    offer_id text NOT NULL,
    product text NOT NULL,
    region text NOT NULL,
    flavour text NOT NULL,
    package text NOT NULL,
    term_months integer NOT NULL,
    upfront boolean NOT NULL,
    monthly_price numeric NOT NULL,
    upfront_price numeric NOT NULL,
    currency text NOT NULL,
    quantity integer NOT NULL CHECK (quantity > 0),
    status text NOT NULL CHECK (status IN ('accepted')),
    placed_by text NOT NULL,
    placed_at timestamptz NOT NULL,
    PRIMARY KEY (tenant, order_id)
);
CREATE INDEX orders_by_time ON orders (tenant, placed_at DESC, order_id DESC);
SELECT house.guard('orders');

CREATE TABLE subscriptions (
    tenant text COLLATE "C" NOT NULL,
    subscription_id uuid NOT NULL,
    order_id uuid NOT NULL,
    price_list_id uuid NOT NULL,
    offer_id text NOT NULL,
    product text NOT NULL,
    region text NOT NULL,
    flavour text NOT NULL,
    package text NOT NULL,
    term_months integer NOT NULL,
    upfront boolean NOT NULL,
    monthly_price numeric NOT NULL,
    upfront_price numeric NOT NULL,
    currency text NOT NULL,
    quantity integer NOT NULL CHECK (quantity >= 0),
    status text NOT NULL CHECK (status IN ('active', 'terminating', 'ended')),
    started_at timestamptz NOT NULL,
    committed_until date NOT NULL,
    PRIMARY KEY (tenant, subscription_id),
    FOREIGN KEY (tenant, order_id) REFERENCES orders (tenant, order_id),
    CHECK ((status = 'ended') = (quantity = 0))
);
CREATE INDEX subscriptions_by_time ON subscriptions (tenant, started_at DESC, subscription_id DESC);
SELECT house.guard('subscriptions');

CREATE TABLE terminations (
    tenant text COLLATE "C" NOT NULL,
    termination_id uuid NOT NULL,
    subscription_id uuid NOT NULL,
    quantity integer NOT NULL CHECK (quantity > 0),
    requested_by text NOT NULL,
    requested_at timestamptz NOT NULL,
    effective_on date NOT NULL CHECK (extract(day FROM effective_on) = 1),
    done_at timestamptz,
    PRIMARY KEY (tenant, termination_id),
    FOREIGN KEY (tenant, subscription_id) REFERENCES subscriptions (tenant, subscription_id)
);
CREATE INDEX terminations_of_subscription ON terminations (tenant, subscription_id, termination_id);
SELECT house.guard('terminations');
