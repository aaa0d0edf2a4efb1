-- outside a transaction
--
-- What is not done, the nearest deadline first: of everybody, of one of staff, of nobody.
CREATE INDEX CONCURRENTLY IF NOT EXISTS requests_in_queue
    ON requests (deadline_at, number) WHERE state <> 'done';
CREATE INDEX CONCURRENTLY IF NOT EXISTS requests_in_queue_of_one
    ON requests (assigned_to, deadline_at, number) WHERE state <> 'done';
CREATE INDEX CONCURRENTLY IF NOT EXISTS requests_in_queue_of_nobody
    ON requests (deadline_at, number) WHERE state <> 'done' AND assigned_to IS NULL;
CREATE INDEX CONCURRENTLY IF NOT EXISTS requests_in_queue_of_kind
    ON requests (kind, deadline_at, number) WHERE state <> 'done';
