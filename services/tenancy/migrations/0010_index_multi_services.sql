-- outside a transaction
--
-- One contract that groups the invoices of an organisation, at a time.
CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS contracts_multi_services_key
    ON contracts (organisation_id)
    WHERE contract_type = 'multi_services' AND status <> 'terminated';
