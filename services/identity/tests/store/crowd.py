"""Many of everything that identity keeps many of, so that its planner prefers an index."""

from __future__ import annotations

from typing import Any

from tests import plans

PEOPLE = 4000  # in a tenant each, and 300 of them in OCB0001234 too
# A row for the installation, for each kind, for each of the provider's own people.
SMALL = {"policies", "installation_entry_rules", "decoy_seeds", "staff_rules", "staff_roles"}

PERSONS = """
INSERT INTO persons (id, login, login_key, login_stem, login_number, email, email_key, given_name,
                     family_name, language, registered_at)
SELECT md5('p' || n)::uuid, 'Person.' || n, 'person.' || n, 'Person.' || n, 1,
       'p' || n || '@example.com', 'p' || n || '@example.com', 'P' || n, 'F' || mod(n, 97), 'fr',
       %(at)s
  FROM generate_series(1, %(people)s) AS n;
INSERT INTO credentials (id, kind, policy_id, person_id, hash, changed_at)
SELECT md5('c' || n)::uuid, 'portal', 'portal', md5('p' || n)::uuid, 'x', %(at)s
  FROM generate_series(1, %(people)s) AS n;
INSERT INTO tenants (tenant, name, opened_at)
SELECT 'OCB1' || lpad(n::text, 6, '0'), 'T' || n, %(at)s FROM generate_series(1, %(people)s) AS n;
INSERT INTO users (tenant, person_id, sort_key, search_key, joined_at, accepted_at)
SELECT t.tenant, md5('p' || n)::uuid, 'f' || mod(n, 97) || ' p' || n, 'p' || n, %(at)s, %(at)s
  FROM generate_series(1, %(people)s) AS n,
       LATERAL (VALUES ('OCB1' || lpad(n::text, 6, '0')), ('OCB0001234')) AS t (tenant)
 WHERE t.tenant <> 'OCB0001234' OR n <= 300;
INSERT INTO memberships (tenant, person_id, section, role)
SELECT u.tenant, u.person_id, s.section, 'manager'
  FROM users u, (VALUES ('users'), ('dashboard'), ('invoices')) AS s (section)
    ON CONFLICT DO NOTHING;
INSERT INTO offices (tenant, office, person_id, held_since)
SELECT tenant, 'referent', person_id, %(at)s FROM users WHERE tenant <> 'OCB0001234';
INSERT INTO iam_users
       (id, tenant, person_id, user_name, user_name_key, email, email_key, created_at)
SELECT md5('i' || p.id || u.tenant)::uuid, u.tenant, p.id, p.login, p.login_key, p.email,
       p.email_key, %(at)s
  FROM users u JOIN persons p ON p.id = u.person_id
    ON CONFLICT DO NOTHING;
INSERT INTO credentials (id, kind, policy_id, person_id, iam_user_id, hash, changed_at)
SELECT md5('a' || i.id)::uuid, 'api', 'api', i.person_id, i.id, 'x', %(at)s
  FROM iam_users i
    ON CONFLICT DO NOTHING;
INSERT INTO staff_roles (person_id, role, appointed_at, appointed_by)
SELECT id, 'sales', %(at)s, 'x' FROM persons WHERE login_key LIKE 'person.%%333'
"""

RULES = """
INSERT INTO tenant_policies (tenant, kind, minimum_length, character_classes, not_user_name,
                             identical_characters, history_count, minimum_age_minutes,
                             validity_days, breached_refused, minimum_score, version)
SELECT tenant, 'portal', 10, 4, true, 0, 3, 0, 0, true, 3, 1 FROM tenants WHERE tenant ~ '^OCB1';
INSERT INTO tenant_policies (tenant, kind, minimum_length, maximum_length, character_classes,
                             not_user_name, identical_characters, history_count,
                             minimum_age_minutes, validity_days, breached_refused, minimum_score,
                             failure_limit, window_seconds, lock_seconds, version)
SELECT tenant, 'api', 6, 32, 2, true, 0, 3, 0, 0, true, 1, 5, 900, 900, 1
  FROM tenants WHERE tenant ~ '^OCB1';
INSERT INTO entry_rules (tenant) SELECT tenant FROM tenants WHERE tenant ~ '^OCB1';
INSERT INTO password_history (credential_id, hash, set_at)
SELECT id, 'x', %(at)s FROM credentials WHERE hash = 'x'
"""

FACTORS = """
INSERT INTO totp_factors (person_id, sealed_secret, last_step, enrolled_at)
SELECT id, 'x', 0, %(at)s FROM persons WHERE login_key LIKE 'person.%%';
INSERT INTO totp_enrolments (person_id, sealed_secret, expires_at)
SELECT id, 'x', %(at)s FROM persons WHERE login_key LIKE 'person.%%';
INSERT INTO passkeys (id, person_id, credential_id, public_key, sign_count, name, transports,
                      backed_up, enrolled_at)
SELECT md5('k' || id)::uuid, id, sha256(id::text::bytea), 'x', 0, 'x', '{}', false, %(at)s
  FROM persons WHERE login_key LIKE 'person.%%';
INSERT INTO recovery_codes (person_id, code_hash, issued_at)
SELECT id, sha256((id::text || n)::bytea), %(at)s
  FROM persons, generate_series(1, 5) AS n WHERE login_key LIKE 'person.%%';
INSERT INTO factor_guards (person_id) SELECT id FROM persons WHERE login_key LIKE 'person.%%';
INSERT INTO factor_challenges (purpose, bound_to, challenge, person_id, expires_at)
SELECT 'register', sha256(id::text::bytea), 'x', id, %(at)s + interval '9999 days'
  FROM persons WHERE login_key LIKE 'person.%%'
"""

TRACES = """
INSERT INTO links (id, token_hash, purpose, credential_id, issued_at, expires_at)
SELECT md5('l' || id)::uuid, sha256(id::text::bytea), 'reset', id, %(at)s, %(at)s
  FROM credentials WHERE hash = 'x'
    ON CONFLICT DO NOTHING;
INSERT INTO sign_ins (id, at, method, outcome, person_id, address, source)
SELECT gen_random_uuid(), %(at)s - make_interval(mins => n), 'portal',
       CASE mod(n, 3) WHEN 0 THEN 'wrong' ELSE 'accepted' END, md5('p' || mod(n, 500))::uuid,
       '192.0.2.' || mod(n, 200), '192.0.2.' || mod(n, 200)
  FROM generate_series(1, %(people)s) AS n
 WHERE mod(n, 500) > 0;
INSERT INTO guesses (id, kind, source, at)
SELECT gen_random_uuid(), 'password', '198.51.100.' || mod(n, 200),
       %(at)s - make_interval(mins => n)
  FROM generate_series(1, %(people)s) AS n;
INSERT INTO recoveries (id, kind, state, person_id, reason, evidence, proposed_by, proposed_at,
                        expires_at, decided_by, decided_at)
SELECT md5('r' || n)::uuid, 'enable_person', 'refused', md5('p' || n)::uuid, 'x', 'x',
       md5('p1')::uuid, %(at)s, %(at)s, md5('p2')::uuid, %(at)s
  FROM generate_series(3, %(people)s) AS n;
INSERT INTO impersonation_grants (id, tenant, state, operator_id, as_person_id, reason, minutes,
                                  given_by, given_at, starts_at, ends_at, ended_at)
SELECT md5('g' || n)::uuid, 'OCB1' || lpad(n::text, 6, '0'), 'ended', md5('p' || mod(n, 7))::uuid,
       md5('p' || n)::uuid, 'x', 15, md5('p' || n)::uuid, %(at)s, %(at)s, %(at)s, %(at)s
  FROM generate_series(8, %(people)s) AS n
 WHERE mod(n, 7) > 0;
INSERT INTO impersonation_grants (id, tenant, state, operator_id, as_person_id, reason, minutes,
                                  given_by, given_at, starts_at, ends_at, ended_at)
SELECT md5('h' || n)::uuid, 'OCB0001234', 'ended', md5('p' || mod(n, 7))::uuid, md5('p8')::uuid,
       'x', 15, md5('p8')::uuid, %(at)s, %(at)s, %(at)s, %(at)s
  FROM generate_series(1, 700) AS n
 WHERE mod(n, 7) > 0;
INSERT INTO known_organisations (organisation_id)
SELECT md5('o' || n)::uuid FROM generate_series(1, %(people)s) AS n;
INSERT INTO organisation_managers (management_id, organisation_id, began_at, ended_at)
SELECT md5('m' || n)::uuid, md5('o' || n)::uuid, %(at)s, %(at)s
  FROM generate_series(1, %(people)s) AS n;
INSERT INTO erasures (id, person_id, state, by_staff, requested_at, due_at, ended_at)
SELECT md5('e' || n)::uuid, md5('p' || n)::uuid, 'cancelled', false, %(at)s, %(at)s, %(at)s
  FROM generate_series(1, %(people)s) AS n
"""


def fill(counter: Any, admin_url: str) -> None:
    statements = ";".join((PERSONS, RULES, FACTORS, TRACES))
    plans.fill(counter.db, admin_url, statements, {"people": PEOPLE, "at": counter.now})
