-- The folded beginnings of words by which a contract is found, looked up by equality: one of the
-- few comparisons that PostgreSQL pushes into an index below row security. In the order of codes,
-- so that a page of matches is read and no more.
CREATE TABLE contract_beginnings (
    beginning text COLLATE "C" NOT NULL,
    tenant text COLLATE "C" NOT NULL REFERENCES contracts (tenant),
    PRIMARY KEY (beginning, tenant)
);
SELECT house.guard('contract_beginnings');

-- Index-only scans need the visibility map, so the table is vacuumed soon after it grew.
ALTER TABLE contract_beginnings SET (
    autovacuum_vacuum_insert_scale_factor = 0.02, autovacuum_vacuum_insert_threshold = 5000
);
