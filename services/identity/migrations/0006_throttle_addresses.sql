-- Guesses of one address and of all together, the history people read, and lists from it.

-- One row for each wrong password, unknown link and forgotten password asked for; one under way has
-- its row too, which goes when the password was right. source: an IPv4 address or the /64 of an
-- IPv6 one; NULL where nobody knows.
CREATE TABLE guesses (
    id     uuid PRIMARY KEY,
    kind   text NOT NULL CHECK (kind IN ('password', 'reset', 'link')),
    source text,
    at     timestamptz NOT NULL
);

CREATE INDEX guesses_source_idx ON guesses (source, kind, at) WHERE source IS NOT NULL;
CREATE INDEX guesses_kind_idx ON guesses (kind, at);

-- full_since: when the oldest of so many newest guesses of this source was made, if all of them lie
-- inside the window; crowded: all sources together made as many as a minute bears.
CREATE FUNCTION pressure_of(
    guess text, from_source text, asked_at timestamptz,
    most_of_source integer, window_seconds integer, most_a_minute integer
) RETURNS TABLE (full_since timestamptz, crowded boolean) LANGUAGE sql STABLE AS $pressure$
    SELECT (SELECT g.at
              FROM guesses g
             WHERE g.source = from_source AND g.kind = guess
               AND g.at > asked_at - make_interval(secs => window_seconds)
             ORDER BY g.at DESC
            OFFSET most_of_source - 1 LIMIT 1),
           EXISTS (SELECT 1
                     FROM guesses g
                    WHERE g.kind = guess AND g.at > asked_at - interval '1 minute'
                    ORDER BY g.at DESC
                   OFFSET most_a_minute - 1 LIMIT 1)
$pressure$;

-- domain: the console's door, for the person who reads his history. It is no column "tenant": the
-- history is the person's own, and its rows outlive what he was in that tenant.
ALTER TABLE sign_ins
    ADD COLUMN source text,
    ADD COLUMN domain text;
ALTER TABLE sign_ins DROP CONSTRAINT sign_ins_outcome_check;
ALTER TABLE sign_ins ADD CONSTRAINT sign_ins_outcome_check CHECK (outcome IN (
    'accepted', 'unknown', 'disabled', 'locked', 'no-password', 'no-console',
    'no-second-factor', 'wrong',
    'password-set', 'password-changed', 'reset-requested', 'disowned',
    'factor-accepted', 'factor-wrong', 'factor-locked', 'factor-copied')) NOT VALID;

-- Asked in a crowd only: whether the person has come in from this source since then.
CREATE FUNCTION came_from(
    crowded boolean, wanted_person uuid, from_source text, since timestamptz
) RETURNS boolean LANGUAGE sql STABLE AS $came$
    SELECT CASE WHEN crowded
                THEN EXISTS (SELECT 1
                               FROM sign_ins s
                              WHERE s.person_id = wanted_person AND s.source = from_source
                                AND s.outcome IN ('accepted', 'password-set') AND s.at > since)
                ELSE true END
$came$;

-- Every day, what is older than it may be is forgotten; each run says when the next one is due.
INSERT INTO house.due_work (kind, key, due_at, payload)
VALUES ('sign-ins:old', 'daily', '2026-01-01 03:00:00+00', '{}');

-- What was said to be somebody else's opens nothing, and does not become the password again.
ALTER TABLE credentials ADD COLUMN disowned_hash text;
