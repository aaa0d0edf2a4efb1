-- What every service keeps beside its own tables: facts to be told, facts heard, keys answered,
-- the audit trail, work due, the clock. Times are given by the process, never by the server.

CREATE SCHEMA IF NOT EXISTS house;

-- Row-level security for a table with a column "tenant": a transaction sees and writes the rows of
-- the tenant it names, all of them when it names '*', none when it names nobody. FORCE holds it
-- for the owner too.
CREATE FUNCTION house.guard(table_name text) RETURNS void LANGUAGE plpgsql AS $guard$
DECLARE
    guarded regclass := to_regclass(table_name);
    allowed constant text :=
        'tenant = (SELECT current_setting(''guichet.tenant'', true))'
        ' OR (SELECT current_setting(''guichet.tenant'', true)) = ''*''';
BEGIN
    IF guarded IS NULL THEN
        RAISE EXCEPTION 'house.guard: no table %', table_name;
    END IF;
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', guarded);
    EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', guarded);
    EXECUTE format(
        'CREATE POLICY tenant_only ON %s FOR ALL USING (%s) WITH CHECK (%s)',
        guarded, allowed, allowed);
END
$guard$;

CREATE TABLE house.outbox (
    position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    event_id uuid NOT NULL,
    type text NOT NULL,
    time timestamptz NOT NULL,
    call_id text NOT NULL,
    trace text,
    language text NOT NULL,
    data jsonb NOT NULL
);

CREATE TABLE house.inbox (
    event_id uuid PRIMARY KEY,
    applied_at timestamptz NOT NULL
);
CREATE INDEX inbox_applied_at ON house.inbox (applied_at);

CREATE TABLE house.idempotency_keys (
    caller text NOT NULL,
    call text NOT NULL,
    key text NOT NULL,
    request_hash text NOT NULL,
    answer jsonb NOT NULL,
    answered_at timestamptz NOT NULL,
    PRIMARY KEY (caller, call, key)
);
CREATE INDEX idempotency_keys_answered_at ON house.idempotency_keys (answered_at);

-- One row: outcome 'new' (do it), 'answered' (with the answer), 'reused' (other body) or
-- 'in-flight'. The advisory lock is the transaction's and ends with it. Each statement in here
-- takes its own snapshot, so an answer committed while the lock was awaited elsewhere is seen.
CREATE FUNCTION house.claim_key(
    wanted_caller text, wanted_call text, wanted_key text, wanted_hash text
) RETURNS TABLE (outcome text, answer jsonb) LANGUAGE plpgsql AS $claim$
BEGIN
    IF NOT pg_try_advisory_xact_lock(
        hashtextextended(concat_ws(chr(31), wanted_caller, wanted_call, wanted_key), 1)
    ) THEN
        RETURN QUERY SELECT 'in-flight'::text, NULL::jsonb;
        RETURN;
    END IF;
    RETURN QUERY
        SELECT CASE WHEN known.request_hash = wanted_hash THEN 'answered' ELSE 'reused' END,
               known.answer
        FROM house.idempotency_keys AS known
        WHERE known.caller = wanted_caller AND known.call = wanted_call AND known.key = wanted_key;
    IF NOT FOUND THEN
        RETURN QUERY SELECT 'new'::text, NULL::jsonb;
    END IF;
END
$claim$;

CREATE TABLE house.audit_entries (
    tenant text NOT NULL,
    sequence bigint NOT NULL,
    at timestamptz NOT NULL,
    actor_kind text NOT NULL,
    actor text NOT NULL,
    act text,
    action text NOT NULL,
    target text NOT NULL,
    details jsonb NOT NULL,
    reason text,
    call_id text NOT NULL,
    previous_hash text NOT NULL,
    hash text NOT NULL,
    PRIMARY KEY (tenant, sequence)
);
SELECT house.guard('house.audit_entries');

CREATE TABLE house.audit_heads (
    tenant text PRIMARY KEY,
    sequence bigint NOT NULL,
    hash text NOT NULL
);
SELECT house.guard('house.audit_heads');

-- lease: whose hands the work is in, until leased_until (real time); a failed one waits for its
-- next attempt with leased_until alone. dead_at: given up, kept to be looked at.
CREATE TABLE house.due_work (
    due_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind text NOT NULL,
    key text NOT NULL,
    tenant text,
    due_at timestamptz NOT NULL,
    payload jsonb NOT NULL,
    attempts integer NOT NULL DEFAULT 0,
    lease uuid,
    leased_until timestamptz,
    last_error text,
    dead_at timestamptz,
    CONSTRAINT due_work_kind_key UNIQUE (kind, key)
);
CREATE INDEX due_work_due_at ON house.due_work (due_at, due_id) WHERE dead_at IS NULL;
SELECT house.guard('house.due_work');

CREATE TABLE house.clock (
    singleton boolean PRIMARY KEY CHECK (singleton),
    offset_seconds bigint NOT NULL CHECK (offset_seconds >= 0)
);
