-- outside a transaction
--
-- What 0006 to 0010 need of tables that are large already: built while they are read and written.

-- Who was invited before invitations could run out.
UPDATE users u
   SET invited_until = u.joined_at
  FROM (SELECT v.tenant, v.person_id
          FROM users v
          JOIN credentials c ON c.person_id = v.person_id AND c.kind = 'portal'
         WHERE v.invited_until IS NULL AND (c.hash IS NULL OR v.accepted_at IS NULL)
         LIMIT 1000
           FOR UPDATE OF v) AS waiting
 WHERE u.tenant = waiting.tenant AND u.person_id = waiting.person_id;

-- The lists "disabled" and "invited" come sorted from these, however large the tenant is.
CREATE INDEX CONCURRENTLY IF NOT EXISTS users_disabled_idx ON users (tenant, sort_key, person_id)
    WHERE disabled_at IS NOT NULL;
CREATE INDEX CONCURRENTLY IF NOT EXISTS users_invited_idx ON users (tenant, sort_key, person_id)
    WHERE invited_until IS NOT NULL OR accepted_at IS NULL;
CREATE INDEX CONCURRENTLY IF NOT EXISTS users_invited_person_idx ON users (person_id, tenant)
    WHERE invited_until IS NOT NULL;

-- A page of the history. The last one that was accepted, however many were refused since. Whether
-- a source is one the person came from before.
CREATE INDEX CONCURRENTLY IF NOT EXISTS sign_ins_page_idx ON sign_ins (person_id, at, id)
    WHERE person_id IS NOT NULL;
DROP INDEX CONCURRENTLY IF EXISTS sign_ins_person_idx;
CREATE INDEX CONCURRENTLY IF NOT EXISTS sign_ins_accepted_idx ON sign_ins (person_id, at)
    WHERE outcome = 'accepted';
CREATE INDEX CONCURRENTLY IF NOT EXISTS sign_ins_familiar_idx ON sign_ins (person_id, source, at)
    WHERE outcome IN ('accepted', 'password-set');
ALTER TABLE sign_ins VALIDATE CONSTRAINT sign_ins_outcome_check;

-- Passwords that the installation's own rule has expire soon. Written when a password is set, not
-- at a sign-in.
CREATE INDEX CONCURRENTLY IF NOT EXISTS credentials_changed_idx ON credentials (kind, changed_at)
    WHERE hash IS NOT NULL;
-- All credentials of a person, for handing his data out and erasing him; and of an IAM user, which
-- take theirs with them when they go: the unique indexes know one kind each and serve neither.
CREATE INDEX CONCURRENTLY IF NOT EXISTS credentials_person_idx ON credentials (person_id)
    WHERE person_id IS NOT NULL;
CREATE INDEX CONCURRENTLY IF NOT EXISTS credentials_iam_user_idx ON credentials (iam_user_id)
    WHERE iam_user_id IS NOT NULL;

-- One open link of a purpose and a topic; the index before knew no topics.
CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS links_open_topic_key
    ON links (credential_id, purpose, topic) WHERE used_at IS NULL AND ended_at IS NULL;
DROP INDEX CONCURRENTLY IF EXISTS links_open_key;
ALTER TABLE links VALIDATE CONSTRAINT links_purpose_check;
-- Whose mailbox may still take its address back (store/links.py: is_reserved).
CREATE INDEX CONCURRENTLY IF NOT EXISTS links_mailbox_idx ON links (split_part(topic, '@', 2))
    WHERE purpose = 'not_me' AND used_at IS NULL AND ended_at IS NULL;

-- What staff look for is how something begins: ranges of text in byte order, one index for each.
CREATE INDEX CONCURRENTLY IF NOT EXISTS persons_login_beginning_idx
    ON persons (login_key COLLATE "C", id);
CREATE INDEX CONCURRENTLY IF NOT EXISTS persons_email_beginning_idx
    ON persons (email_key COLLATE "C", id);
CREATE INDEX CONCURRENTLY IF NOT EXISTS persons_family_beginning_idx
    ON persons (folded_name(family_name) COLLATE "C", id);
CREATE INDEX CONCURRENTLY IF NOT EXISTS persons_given_beginning_idx
    ON persons (folded_name(given_name) COLLATE "C", id);
ALTER TABLE persons VALIDATE CONSTRAINT persons_disabled_why_check;
