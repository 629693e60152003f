-- SPDX-License-Identifier: ISC
-- Statements of the room watch.

-- name: watch_list
-- The tenant's watches by name.
-- $1 tenant bigint
SELECT w.name, w.document, w.enabled, w.updated_at, w.due_at, w.judged_until
FROM watch AS w WHERE w.tenant_id = $1 ORDER BY w.name;

-- name: watch_read
-- One of them.
-- $1 tenant bigint
-- $2 name text
SELECT w.name, w.document, w.enabled, w.updated_at, w.due_at, w.judged_until
FROM watch AS w WHERE w.tenant_id = $1 AND w.name = $2;

-- name: watch_due
-- Those with something to judge.
-- $1 tenant bigint
-- $2 now bigint
SELECT w.name, w.document, w.enabled, w.updated_at, w.due_at, w.judged_until
FROM watch AS w
WHERE w.tenant_id = $1 AND w.enabled = 1 AND w.due_at <= $2
ORDER BY w.name;

-- name: watch_write
-- Stores one, as one of which nothing was judged.
-- $1 tenant bigint
-- $2 name text
-- $3 document text
-- $4 enabled bigint
-- $5 now bigint
INSERT INTO watch (tenant_id, name, document, enabled, updated_at, due_at,
	judged_until)
VALUES ($1, $2, $3, $4, $5, $5, NULL)
ON CONFLICT (tenant_id, name) DO UPDATE SET document = excluded.document,
	enabled = excluded.enabled, updated_at = excluded.updated_at,
	due_at = excluded.due_at, judged_until = NULL;

-- name: watch_delete
-- Forgets one.
-- $1 tenant bigint
-- $2 name text
DELETE FROM watch WHERE tenant_id = $1 AND name = $2;

-- name: watch_judged
-- It was judged, if it still is the one that was looked at.
-- $1 tenant bigint
-- $2 name text
-- $3 updated_at bigint
-- $4 due_at bigint
-- $5 judged_until bigint
UPDATE watch SET due_at = $4, judged_until = $5
WHERE tenant_id = $1 AND name = $2 AND updated_at = $3 AND enabled = 1;

-- name: alarm_near
-- The gravest alarm of a series in one direction from a moment to another.
-- $1 tenant bigint
-- $2 what text
-- $3 part text
-- $4 from bigint
-- $5 until bigint
-- $6 upwards bigint
SELECT max(a.severity) FROM alarm AS a
WHERE a.tenant_id = $1 AND a.what = $2 AND a.part = $3 AND a.at >= $4
	AND a.at <= $5 AND a.upwards = $6;

-- name: alarm_write
-- Notes that a step of a series was told of.
-- $1 tenant bigint
-- $2 what text
-- $3 part text
-- $4 at bigint
-- $5 upwards bigint
-- $6 severity bigint
-- $7 told_at bigint
-- $8 watch text
-- $9 data text
INSERT INTO alarm (tenant_id, what, part, at, upwards, severity, told_at, watch,
	data)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
ON CONFLICT (tenant_id, what, part, at) DO NOTHING;

-- name: alarm_log
-- What was told since a moment.
-- $1 tenant bigint
-- $2 since bigint
SELECT {{WHOLE_TENANT}}
	a.told_at, a.data
FROM alarm AS a
WHERE a.tenant_id = $1 AND a.told_at >= $2
ORDER BY a.told_at, a.what, a.part, a.at;
