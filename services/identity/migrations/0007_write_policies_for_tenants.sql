-- Policies of a tenant, by kind of credential.
SELECT 1;
