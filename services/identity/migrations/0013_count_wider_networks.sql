-- Whoever has a whole IPv6 site has 256 or 65,536 networks of /64: guesses are counted in the /56
-- and in the /48 around them too. The indexes for that are built by 0014.

-- The network of so many bits around a source; NULL for an IPv4 address.
CREATE FUNCTION network_of(source text, bits integer) RETURNS text LANGUAGE sql IMMUTABLE AS $net$
    SELECT CASE WHEN source LIKE '%/64'
                THEN host(network(set_masklen(source::inet, bits))) END
$net$;

-- throttled: a password that was checked although its address had failed too often.
ALTER TABLE guesses DROP CONSTRAINT guesses_kind_check;
ALTER TABLE guesses ADD CONSTRAINT guesses_kind_check
    CHECK (kind IN ('password', 'throttled', 'reset', 'link')) NOT VALID;

-- full_since: when the oldest of so many newest guesses of the source was made, or of its /56, or
-- of its /48, whichever stays full for longest. crowded: all sources together made as many as a
-- minute bears; swamped: those that are full already did. OFFSET 0: found once, however often it is
-- named. Takes the place of pressure_of, which processes of the version before still ask: it is
-- dropped by the version after (docs/upgrading.md).
CREATE FUNCTION doorstep_pressure(
    guess text, from_source text, asked_at timestamptz,
    most_of_source integer, most_of_56 integer, most_of_48 integer,
    window_seconds integer, most_a_minute integer
) RETURNS TABLE (full_since timestamptz, crowded boolean, swamped boolean)
LANGUAGE sql STABLE AS $pressure$
    SELECT greatest(
               (SELECT g.at
                  FROM guesses g
                 WHERE g.source = from_source AND g.kind = guess
                   AND g.at > asked_at - make_interval(secs => window_seconds)
                 ORDER BY g.at DESC
                OFFSET most_of_source - 1 LIMIT 1),
               (SELECT g.at
                  FROM guesses g
                 WHERE network_of(g.source, 56) = network_of(from_source, 56) AND g.kind = guess
                   AND g.at > asked_at - make_interval(secs => window_seconds)
                 ORDER BY g.at DESC
                OFFSET most_of_56 - 1 LIMIT 1),
               (SELECT g.at
                  FROM guesses g
                 WHERE network_of(g.source, 48) = network_of(from_source, 48) AND g.kind = guess
                   AND g.at > asked_at - make_interval(secs => window_seconds)
                 ORDER BY g.at DESC
                OFFSET most_of_48 - 1 LIMIT 1)),
           EXISTS (SELECT 1
                     FROM guesses g
                    WHERE g.kind = guess AND g.at > asked_at - interval '1 minute'
                    ORDER BY g.at DESC
                   OFFSET most_a_minute - 1 LIMIT 1),
           EXISTS (SELECT 1
                     FROM guesses g
                    WHERE g.kind = 'throttled' AND g.at > asked_at - interval '1 minute'
                    ORDER BY g.at DESC
                   OFFSET most_a_minute - 1 LIMIT 1)
    OFFSET 0
$pressure$;
