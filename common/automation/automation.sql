-- SPDX-License-Identifier: ISC
-- Statements of the room automation.

-- bulk: firing (signal_id bigint, automation text, kind text, lead_id bigint,
--	tasks bigint, messages bigint, moves bigint, problem text)

-- name: automation_list
-- The tenant's own automations and switches, by name.
-- $1 tenant bigint
SELECT a.name, a.document, a.enabled, a.since, a.updated_at
FROM automation AS a WHERE a.tenant_id = $1 ORDER BY a.name;

-- name: automation_read
-- One of them.
-- $1 tenant bigint
-- $2 name text
SELECT a.document, a.enabled, a.since FROM automation AS a
WHERE a.tenant_id = $1 AND a.name = $2;

-- name: automation_write
-- Stores one; a NULL document is the one that ships.
-- $1 tenant bigint
-- $2 name text
-- $3 document text
-- $4 enabled bigint
-- $5 since bigint
-- $6 now bigint
INSERT INTO automation (tenant_id, name, document, enabled, since, updated_at)
VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (tenant_id, name) DO UPDATE SET document = excluded.document,
	enabled = excluded.enabled, since = excluded.since,
	updated_at = excluded.updated_at;

-- name: automation_delete
-- Forgets one.
-- $1 tenant bigint
-- $2 name text
DELETE FROM automation WHERE tenant_id = $1 AND name = $2;

-- name: automation_known_read
-- What the tenant listens for; no row: it does not.
-- $1 tenant bigint
SELECT s.known FROM automation_state AS s WHERE s.tenant_id = $1;

-- name: automation_known_write
-- It listens for this.
-- $1 tenant bigint
-- $2 known text
INSERT INTO automation_state (tenant_id, known) VALUES ($1, $2)
ON CONFLICT (tenant_id) DO UPDATE SET known = excluded.known;

-- name: recommend_read
-- The tenant's own table of actions.
-- $1 tenant bigint
SELECT s.recommend FROM automation_state AS s WHERE s.tenant_id = $1;

-- name: recommend_write
-- Stores it; NULL is what ships.
-- $1 tenant bigint
-- $2 document text
UPDATE automation_state SET recommend = $2 WHERE tenant_id = $1;

-- name: firing_write
-- The firings in bulk_firing.
-- $1 tenant bigint
-- $2 now bigint
INSERT INTO firing (tenant_id, signal_id, automation, at, kind, lead_id, tasks,
	messages, moves, problem)
SELECT $1, b.signal_id, b.automation, $2, b.kind, b.lead_id, b.tasks,
	b.messages, b.moves, b.problem
FROM bulk_firing AS b WHERE true
ON CONFLICT (tenant_id, signal_id, automation) DO NOTHING;

-- name: firing_since
-- What automations did since a moment.
-- $1 tenant bigint
-- $2 since bigint
SELECT {{WHOLE_TENANT}}
	f.automation, f.kind, l.id, f.at, f.tasks, f.messages, f.moves,
	f.problem
FROM firing AS f
LEFT JOIN lead AS l ON l.tenant_id = f.tenant_id AND l.lead_id = f.lead_id
WHERE f.tenant_id = $1 AND f.at >= $2
ORDER BY f.signal_id, f.automation;
