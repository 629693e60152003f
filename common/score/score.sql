-- SPDX-License-Identifier: ISC
-- Statements of the room score: rule sets, the present score, former scores,
-- what is due, and how far a full pass has come.

-- ---- rule sets -----------------------------------------------------------

-- name: rule_set_read
-- One rule set.
-- $1 tenant bigint
-- $2 name text
SELECT r.name, r.document, r.active FROM rule_set AS r
WHERE r.tenant_id = $1 AND r.name = $2;

-- name: rule_set_active
-- The rule set that makes the scores.
-- $1 tenant bigint
SELECT r.name, r.document, r.active FROM rule_set AS r
WHERE r.tenant_id = $1 AND r.active = 1;

-- name: rule_set_list
-- All rule sets by name.
-- $1 tenant bigint
SELECT r.name, r.document, r.active, r.updated_at FROM rule_set AS r
WHERE r.tenant_id = $1
ORDER BY r.name;

-- name: rule_set_define
-- Stores a rule set; the first one of a tenant becomes the active one.
-- $1 tenant bigint
-- $2 name text
-- $3 document text
-- $4 now bigint
INSERT INTO rule_set (tenant_id, name, document, active, updated_at)
SELECT $1, $2, $3, CASE WHEN EXISTS (SELECT 1 FROM rule_set AS o
	WHERE o.tenant_id = $1 AND o.active = 1) THEN 0 ELSE 1 END, $4
WHERE true
ON CONFLICT (tenant_id, name) DO UPDATE
SET document = excluded.document, updated_at = excluded.updated_at;

-- name: rule_set_remove
-- Deletes a rule set.
-- $1 tenant bigint
-- $2 name text
DELETE FROM rule_set WHERE tenant_id = $1 AND name = $2;

-- name: rule_set_deactivate
-- No set makes the scores.
-- $1 tenant bigint
-- $2 now bigint
UPDATE rule_set SET active = 0, updated_at = $2
WHERE tenant_id = $1 AND active = 1;

-- name: rule_set_activate
-- This set makes the scores.
-- $1 tenant bigint
-- $2 name text
-- $3 now bigint
UPDATE rule_set SET active = 1, updated_at = $3
WHERE tenant_id = $1 AND name = $2;

-- ---- what applying is at ---------------------------------------------------

-- name: score_version_find
-- The version under which these rules and settings were applied before.
-- $1 tenant bigint
-- $2 checksum text
SELECT v.version FROM score_rules AS v
WHERE v.tenant_id = $1 AND v.checksum = $2
ORDER BY v.version LIMIT 1;

-- name: score_version_add
-- A new version: names by part, as a JSON array.
-- $1 tenant bigint
-- $2 names text
-- $3 checksum text
INSERT INTO score_rules (tenant_id, version, names, checksum)
SELECT $1, coalesce(max(v.version), 0) + 1, $2, $3
FROM score_rules AS v WHERE v.tenant_id = $1
RETURNING version;

-- name: score_version_names
-- The names of a version's parts.
-- $1 tenant bigint
-- $2 version bigint
SELECT v.names FROM score_rules AS v
WHERE v.tenant_id = $1 AND v.version = $2;

-- name: score_state_read
-- The version all scores agree with, and a full pass under way.
-- $1 tenant bigint
SELECT s.version, s.pass_version, s.pass_lead, s.pass_now
FROM score_state AS s WHERE s.tenant_id = $1;

-- name: score_pass_begin
-- A full pass begins (version 0: there are no scores yet).
-- $1 tenant bigint
-- $2 version bigint
-- $3 now bigint
INSERT INTO score_state
	(tenant_id, version, pass_version, pass_lead, pass_now)
VALUES ($1, 0, $2, 0, $3)
ON CONFLICT (tenant_id) DO UPDATE SET pass_version = excluded.pass_version,
	pass_lead = 0, pass_now = excluded.pass_now;

-- name: score_pass_advance
-- A full pass has done the leads up to here.
-- $1 tenant bigint
-- $2 lead bigint
UPDATE score_state SET pass_lead = $2 WHERE tenant_id = $1;

-- name: score_pass_end
-- A full pass is complete.
-- $1 tenant bigint
UPDATE score_state SET version = pass_version, pass_version = NULL,
	pass_lead = NULL, pass_now = NULL
WHERE tenant_id = $1;

-- name: score_lead_count
-- Whether there are more than $2 leads: counts no further.
-- $1 tenant bigint
-- $2 limit bigint
SELECT count(*) FROM (SELECT l.lead_id FROM lead AS l {{WHOLE_TENANT}}
	WHERE l.tenant_id = $1 LIMIT $2) AS few;

-- ---- the present score ------------------------------------------------------

-- name: score_old_range
-- The scores of a range of leads, in order.
-- $1 tenant bigint
-- $2 after bigint
-- $3 last bigint
SELECT s.lead_id, s.score, s.fit, s.engagement, s.is_hot, s.armed,
	s.became_hot_at, s.at, s.next_at, s.points {{WHOLE_TENANT}}
FROM score AS s
WHERE s.tenant_id = $1 AND s.lead_id > $2 AND s.lead_id <= $3
ORDER BY s.lead_id;

-- name: score_old_of
-- The scores of the leads in bulk_lead_pick, in order.
-- $1 tenant bigint
SELECT s.lead_id, s.score, s.fit, s.engagement, s.is_hot, s.armed,
	s.became_hot_at, s.at, s.next_at, s.points
FROM bulk_lead_pick AS b CROSS JOIN score AS s
WHERE s.tenant_id = $1 AND s.lead_id = b.lead_id
ORDER BY b.lead_id;

-- bulk: score (lead_id bigint, score bigint, fit bigint, engagement bigint,
--	is_hot bigint, armed bigint, became_hot_at bigint, at bigint,
--	next_at bigint, points blob)

-- name: score_write
-- Makes the rows of bulk_score the present scores.
-- $1 tenant bigint
INSERT INTO score (tenant_id, lead_id, score, fit, engagement, is_hot, armed,
	became_hot_at, at, next_at, points)
SELECT $1, b.lead_id, b.score, b.fit, b.engagement, b.is_hot, b.armed,
	b.became_hot_at, b.at, b.next_at, b.points
FROM bulk_score AS b WHERE true
ON CONFLICT (tenant_id, lead_id) DO UPDATE SET score = excluded.score,
	fit = excluded.fit, engagement = excluded.engagement,
	is_hot = excluded.is_hot, armed = excluded.armed,
	became_hot_at = excluded.became_hot_at, at = excluded.at,
	next_at = excluded.next_at, points = excluded.points;

-- bulk: score_old (lead_id bigint, at bigint, score bigint, fit bigint,
--	engagement bigint, points blob)

-- name: score_history_write
-- Keeps the superseded scores in bulk_score_old.
-- $1 tenant bigint
INSERT INTO score_history (tenant_id, lead_id, at, number, score, fit,
	engagement, points)
WITH old AS MATERIALIZED (
	SELECT b.lead_id, b.at, b.score, b.fit, b.engagement, b.points
	FROM bulk_score_old AS b)
SELECT $1, o.lead_id, o.at, (SELECT count(*) FROM score_history AS h
	WHERE h.tenant_id = $1 AND h.lead_id = o.lead_id AND h.at = o.at),
	o.score, o.fit, o.engagement, o.points
FROM old AS o WHERE true
ON CONFLICT (tenant_id, lead_id, at, number) DO NOTHING;

-- name: score_history_of
-- One lead's former scores and then its present one.
-- $1 tenant bigint
-- $2 lead bigint
SELECT h.at, h.score, h.fit, h.engagement, h.points, h.number, 0 AS present
FROM score_history AS h WHERE h.tenant_id = $1 AND h.lead_id = $2
UNION ALL
SELECT s.at, s.score, s.fit, s.engagement, s.points, 0, 1
FROM score AS s WHERE s.tenant_id = $1 AND s.lead_id = $2
ORDER BY 7, 1, 6;

-- ---- what is due --------------------------------------------------------------

-- bulk: score_due (chunk bigint, next_at bigint)

-- name: score_due_lower
-- Lowers the bounds of the chunks in bulk_score_due.
-- $1 tenant bigint
INSERT INTO score_due (tenant_id, chunk, next_at)
SELECT $1, b.chunk, b.next_at FROM bulk_score_due AS b WHERE true
ON CONFLICT (tenant_id, chunk) DO UPDATE SET next_at = excluded.next_at
WHERE excluded.next_at < score_due.next_at;

-- name: score_due_clear
-- Forgets all bounds, before a full pass makes them anew.
-- $1 tenant bigint
DELETE FROM score_due {{WHOLE_TENANT}} WHERE tenant_id = $1;

-- name: score_due_next
-- The first chunk after $3 whose bound has come.
-- $1 tenant bigint
-- $2 now bigint
-- $3 after bigint
SELECT d.chunk FROM score_due AS d
WHERE d.tenant_id = $1 AND d.chunk > $3 AND d.next_at <= $2
ORDER BY d.chunk LIMIT 1;

-- name: score_due_leads
-- The leads of a chunk that are due and do not wait in the queue anyway.
-- $1 tenant bigint
-- $2 chunk bigint
-- $3 now bigint
-- $4 consumer bigint
SELECT s.lead_id FROM score AS s
WHERE s.tenant_id = $1 AND s.lead_id >= $2 * 256
	AND s.lead_id < $2 * 256 + 256 AND s.next_at <= $3
	AND NOT EXISTS (SELECT 1 FROM work AS w WHERE w.tenant_id = $1
	AND w.consumer = $4 AND w.lead_id = s.lead_id)
ORDER BY s.lead_id;

-- name: score_due_renew
-- Sets a chunk's bound to what its leads say now.
-- $1 tenant bigint
-- $2 chunk bigint
UPDATE score_due SET next_at = coalesce((SELECT min(s.next_at)
	FROM score AS s WHERE s.tenant_id = $1 AND s.lead_id >= $2 * 256
	AND s.lead_id < $2 * 256 + 256), 9223372036854775807)
WHERE tenant_id = $1 AND chunk = $2;
