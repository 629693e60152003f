-- SPDX-License-Identifier: ISC
-- Statements of the room segment: definitions, members, what was decided by
-- hand, what is due.

-- ---- definitions -----------------------------------------------------------

-- name: segment_list
-- All segments by name.
-- $1 tenant bigint
SELECT g.segment_id, g.name, g.document, g.enabled, g.dynamic, g.checksum,
	g.fill_checksum, g.fill_lead, g.filled_at, g.updated_at
FROM segment AS g WHERE g.tenant_id = $1 ORDER BY g.name;

-- name: segment_sizes
-- How many are in each segment.
-- $1 tenant bigint
SELECT m.segment_id, count(*) {{WHOLE_TENANT}}
FROM segment_member AS m WHERE m.tenant_id = $1
GROUP BY m.segment_id;

-- name: segment_insert
-- A new segment.
-- $1 tenant bigint
-- $2 segment bigint
-- $3 name text
-- $4 document text
-- $5 dynamic bigint
-- $6 now bigint
INSERT INTO segment (tenant_id, segment_id, name, document, enabled, dynamic,
	updated_at)
VALUES ($1, $2, $3, $4, 1, $5, $6);

-- name: segment_update
-- Another document; its members have to be found anew ($6).
-- $1 tenant bigint
-- $2 segment bigint
-- $3 document text
-- $4 dynamic bigint
-- $5 now bigint
-- $6 anew bigint
UPDATE segment SET document = $3, dynamic = $4, updated_at = $5,
	checksum = CASE WHEN $6 = 1 THEN NULL ELSE checksum END,
	fill_checksum = CASE WHEN $6 = 1 THEN NULL ELSE fill_checksum END,
	fill_lead = CASE WHEN $6 = 1 THEN NULL ELSE fill_lead END
WHERE tenant_id = $1 AND segment_id = $2;

-- name: segment_enable
-- Follows the data again ($3 1), from the beginning if it is dynamic, or not.
-- $1 tenant bigint
-- $2 segment bigint
-- $3 enabled bigint
-- $4 now bigint
UPDATE segment SET enabled = $3, updated_at = $4,
	checksum = CASE WHEN dynamic = 1 THEN NULL ELSE checksum END,
	fill_checksum = NULL, fill_lead = NULL
WHERE tenant_id = $1 AND segment_id = $2;

-- name: segment_remove
-- Deletes a segment.
-- $1 tenant bigint
-- $2 segment bigint
DELETE FROM segment WHERE tenant_id = $1 AND segment_id = $2;

-- name: segment_remove_members
-- Nobody is in it.
-- $1 tenant bigint
-- $2 segment bigint
DELETE FROM segment_member WHERE tenant_id = $1 AND segment_id = $2;

-- name: segment_remove_history
-- Nobody was in it.
-- $1 tenant bigint
-- $2 segment bigint
DELETE FROM segment_history WHERE tenant_id = $1 AND segment_id = $2;

-- name: segment_remove_overrides
-- Nobody decided anything.
-- $1 tenant bigint
-- $2 segment bigint
DELETE FROM segment_override WHERE tenant_id = $1 AND segment_id = $2;

-- name: segment_generation
-- A number that grows with each change of a definition; no row before.
-- $1 tenant bigint
SELECT c.next FROM counter AS c
WHERE c.tenant_id = $1 AND c.kind = 'segment change';

-- ---- looking at all leads ---------------------------------------------------

-- name: segment_spoil
-- A segment that cannot be kept: once it can, it has to be looked at whole.
-- $1 tenant bigint
-- $2 segment bigint
UPDATE segment SET checksum = NULL, fill_checksum = NULL, fill_lead = NULL
WHERE tenant_id = $1 AND segment_id = $2 AND checksum IS NOT NULL;

-- name: segment_fill_begin
-- A look at all leads begins.
-- $1 tenant bigint
-- $2 segment bigint
-- $3 checksum text
UPDATE segment SET fill_checksum = $3, fill_lead = 0
WHERE tenant_id = $1 AND segment_id = $2;

-- name: segment_fill_advance
-- It has done the leads up to here.
-- $1 tenant bigint
-- $2 segment bigint
-- $3 lead bigint
UPDATE segment SET fill_lead = $3 WHERE tenant_id = $1 AND segment_id = $2;

-- name: segment_fill_end
-- It is complete.
-- $1 tenant bigint
-- $2 segment bigint
-- $3 now bigint
UPDATE segment SET checksum = fill_checksum, filled_at = $3,
	fill_checksum = NULL, fill_lead = NULL
WHERE tenant_id = $1 AND segment_id = $2;

-- name: segment_lead_count
-- How many leads there are.
-- $1 tenant bigint
SELECT count(*) {{WHOLE_TENANT}} FROM lead AS l WHERE l.tenant_id = $1;

-- ---- who is in -----------------------------------------------------------------

-- name: segment_members_of
-- The memberships of the leads in bulk_lead_pick. (The index by lead is all
-- that is read; only by hand are those alone about whom something was said.)
-- $1 tenant bigint
SELECT b.lead_id, m.segment_id, 0
FROM bulk_lead_pick AS b CROSS JOIN segment_member AS m
WHERE m.tenant_id = $1 AND m.lead_id = b.lead_id
ORDER BY b.lead_id, m.segment_id;

-- name: segment_members_range
-- The memberships of a range of leads.
-- $1 tenant bigint
-- $2 after bigint
-- $3 last bigint
SELECT m.lead_id, m.segment_id, 0 {{WHOLE_TENANT}}
FROM segment_member AS m
WHERE m.tenant_id = $1 AND m.lead_id > $2 AND m.lead_id <= $3
ORDER BY m.lead_id, m.segment_id;

-- name: segment_members_in
-- The members of one segment in a range of leads.
-- $1 tenant bigint
-- $2 after bigint
-- $3 last bigint
-- $4 segment bigint
SELECT m.lead_id, m.segment_id, m.hand FROM segment_member AS m
WHERE m.tenant_id = $1 AND m.segment_id = $4
	AND m.lead_id > $2 AND m.lead_id <= $3
ORDER BY m.lead_id;

-- name: segment_overrides_of
-- What was decided by hand about the leads in bulk_lead_pick: 0 out, 1 in, 2 in
-- by hand only.
-- $1 tenant bigint
SELECT b.lead_id, o.segment_id, o.included + coalesce((
	SELECT m.hand FROM segment_member AS m WHERE m.tenant_id = $1
	AND m.segment_id = o.segment_id AND m.lead_id = o.lead_id), 0)
FROM bulk_lead_pick AS b CROSS JOIN segment_override AS o
WHERE o.tenant_id = $1 AND o.lead_id = b.lead_id
ORDER BY b.lead_id, o.segment_id;

-- name: segment_overrides_range
-- The same of a range of leads.
-- $1 tenant bigint
-- $2 after bigint
-- $3 last bigint
SELECT o.lead_id, o.segment_id, o.included + coalesce((
	SELECT m.hand FROM segment_member AS m WHERE m.tenant_id = $1
	AND m.segment_id = o.segment_id AND m.lead_id = o.lead_id), 0)
FROM segment_override AS o
WHERE o.tenant_id = $1 AND o.lead_id > $2 AND o.lead_id <= $3
ORDER BY o.lead_id, o.segment_id;

-- name: segment_overrides_in
-- What was decided by hand about one segment and a range of leads: 0 or 1.
-- $1 tenant bigint
-- $2 after bigint
-- $3 last bigint
-- $4 segment bigint
SELECT o.lead_id, o.segment_id, o.included FROM segment_override AS o
WHERE o.tenant_id = $1 AND o.segment_id = $4
	AND o.lead_id > $2 AND o.lead_id <= $3
ORDER BY o.lead_id;

-- bulk: segment_in (segment_id bigint, lead_id bigint, hand bigint)
-- bulk: segment_out (segment_id bigint, lead_id bigint)

-- name: segment_enter
-- The leads in bulk_segment_in are in; of those that were, only who says so
-- may be new.
-- $1 tenant bigint
-- $2 now bigint
INSERT INTO segment_member (tenant_id, segment_id, lead_id, since, hand)
SELECT $1, b.segment_id, b.lead_id, $2, b.hand
FROM bulk_segment_in AS b WHERE true
ON CONFLICT (tenant_id, segment_id, lead_id) DO UPDATE
SET hand = excluded.hand;

-- name: segment_past_cut
-- The leads in bulk_segment_in are in from a moment on that others have seen
-- already: what was recorded then ends there,
-- $1 tenant bigint
-- $2 now bigint
UPDATE segment_history SET left_at = $2
WHERE tenant_id = $1 AND since < $2 AND left_at > $2
	AND (segment_id, lead_id) IN (
	SELECT b.segment_id, b.lead_id FROM bulk_segment_in AS b);

-- name: segment_past_drop
-- or has not been.
-- $1 tenant bigint
-- $2 now bigint
DELETE FROM segment_history
WHERE tenant_id = $1 AND since >= $2 AND left_at > $2
	AND (segment_id, lead_id) IN (
	SELECT b.segment_id, b.lead_id FROM bulk_segment_in AS b);

-- name: segment_keep
-- The memberships of bulk_segment_out are over, and kept as history, unless
-- they were to begin later.
-- $1 tenant bigint
-- $2 now bigint
INSERT INTO segment_history
	(tenant_id, segment_id, lead_id, since, left_at, hand)
SELECT $1, b.segment_id, b.lead_id, m.since, $2, m.hand
FROM bulk_segment_out AS b CROSS JOIN segment_member AS m
WHERE m.tenant_id = $1 AND m.segment_id = b.segment_id
	AND m.lead_id = b.lead_id AND m.since <= $2
ON CONFLICT (tenant_id, segment_id, lead_id, since) DO UPDATE
SET left_at = excluded.left_at WHERE excluded.left_at > segment_history.left_at;

-- name: segment_leave
-- Nobody in bulk_segment_out is in any more.
-- $1 tenant bigint
DELETE FROM segment_member WHERE tenant_id = $1
	AND (segment_id, lead_id) IN (
	SELECT b.segment_id, b.lead_id FROM bulk_segment_out AS b);

-- ---- what is due -----------------------------------------------------------------

-- bulk: segment_next (lead_id bigint, next_at bigint)
-- bulk: segment_never (lead_id bigint)
-- bulk: segment_due (chunk bigint, next_at bigint)

-- name: segment_next_of
-- When the leads in bulk_lead_pick are to be looked at again.
-- $1 tenant bigint
SELECT b.lead_id, x.next_at
FROM bulk_lead_pick AS b CROSS JOIN segment_next AS x
WHERE x.tenant_id = $1 AND x.lead_id = b.lead_id
ORDER BY b.lead_id;

-- name: segment_next_range
-- When the leads of a range are to be looked at again.
-- $1 tenant bigint
-- $2 after bigint
-- $3 last bigint
SELECT x.lead_id, x.next_at FROM segment_next AS x {{WHOLE_TENANT}}
WHERE x.tenant_id = $1 AND x.lead_id > $2 AND x.lead_id <= $3
ORDER BY x.lead_id;

-- name: segment_next_write
-- When the leads in bulk_segment_next are to be looked at again.
-- $1 tenant bigint
INSERT INTO segment_next (tenant_id, lead_id, next_at)
SELECT $1, b.lead_id, b.next_at FROM bulk_segment_next AS b WHERE true
ON CONFLICT (tenant_id, lead_id) DO UPDATE SET next_at = excluded.next_at;

-- name: segment_next_remove
-- Time alone does nothing to the leads in bulk_segment_never.
-- $1 tenant bigint
DELETE FROM segment_next WHERE tenant_id = $1
	AND lead_id IN (SELECT b.lead_id FROM bulk_segment_never AS b);

-- name: segment_due_lower
-- Lowers the bounds of the chunks in bulk_segment_due.
-- $1 tenant bigint
INSERT INTO segment_due (tenant_id, chunk, next_at)
SELECT $1, b.chunk, b.next_at FROM bulk_segment_due AS b WHERE true
ON CONFLICT (tenant_id, chunk) DO UPDATE SET next_at = excluded.next_at
WHERE excluded.next_at < segment_due.next_at;

-- name: segment_due_next
-- The first chunk after $3 whose bound has come.
-- $1 tenant bigint
-- $2 now bigint
-- $3 after bigint
SELECT d.chunk FROM segment_due AS d
WHERE d.tenant_id = $1 AND d.chunk > $3 AND d.next_at <= $2
ORDER BY d.chunk LIMIT 1;

-- name: segment_due_leads
-- The leads of a chunk that are due.
-- $1 tenant bigint
-- $2 chunk bigint
-- $3 now bigint
SELECT x.lead_id FROM segment_next AS x
WHERE x.tenant_id = $1 AND x.lead_id >= $2 * 256
	AND x.lead_id < $2 * 256 + 256 AND x.next_at <= $3
ORDER BY x.lead_id;

-- name: segment_due_renew
-- Sets a chunk's bound to what its leads say now.
-- $1 tenant bigint
-- $2 chunk bigint
UPDATE segment_due SET next_at = coalesce((SELECT min(x.next_at)
	FROM segment_next AS x WHERE x.tenant_id = $1 AND x.lead_id >= $2 * 256
	AND x.lead_id < $2 * 256 + 256), 9223372036854775807)
WHERE tenant_id = $1 AND chunk = $2;

-- ---- by hand ----------------------------------------------------------------------

-- name: segment_override_read
-- What was decided about one lead, and whether it is in.
-- $1 tenant bigint
-- $2 segment bigint
-- $3 lead bigint
SELECT o.included, o.by_rule, o.who, o.at, o.why FROM segment_override AS o
WHERE o.tenant_id = $1 AND o.segment_id = $2 AND o.lead_id = $3;

-- name: segment_member_read
-- One membership.
-- $1 tenant bigint
-- $2 segment bigint
-- $3 lead bigint
SELECT m.since, m.hand FROM segment_member AS m
WHERE m.tenant_id = $1 AND m.segment_id = $2 AND m.lead_id = $3;

-- name: segment_override_write
-- Somebody decides.
-- $1 tenant bigint
-- $2 segment bigint
-- $3 lead bigint
-- $4 included bigint
-- $5 by_rule bigint
-- $6 who text
-- $7 at bigint
-- $8 why text
INSERT INTO segment_override
	(tenant_id, segment_id, lead_id, included, by_rule, who, at, why)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT (tenant_id, segment_id, lead_id) DO UPDATE
SET included = excluded.included, by_rule = excluded.by_rule,
	who = excluded.who, at = excluded.at, why = excluded.why;

-- name: segment_override_remove
-- The rule decides again.
-- $1 tenant bigint
-- $2 segment bigint
-- $3 lead bigint
DELETE FROM segment_override
WHERE tenant_id = $1 AND segment_id = $2 AND lead_id = $3;

-- ---- telling -------------------------------------------------------------------------

-- name: segment_members_now
-- The members after a lead's number, with what they are called.
-- $1 tenant bigint
-- $2 segment bigint
-- $3 after bigint
-- $4 limit bigint
SELECT m.lead_id, l.id, l.email, m.since, m.hand
FROM segment_member AS m
JOIN lead AS l ON l.tenant_id = m.tenant_id AND l.lead_id = m.lead_id
WHERE m.tenant_id = $1 AND m.segment_id = $2 AND m.lead_id > $3
ORDER BY m.lead_id LIMIT $4;

-- name: segment_members_then
-- The same as they were at a moment.
-- $1 tenant bigint
-- $2 segment bigint
-- $3 after bigint
-- $4 limit bigint
-- $5 at bigint
SELECT b.lead_id, l.id, l.email, b.since, b.hand
FROM (SELECT m.lead_id, m.since, m.hand FROM segment_member AS m
	WHERE m.tenant_id = $1 AND m.segment_id = $2 AND m.lead_id > $3
	AND m.since <= $5
	UNION ALL
	SELECT h.lead_id, h.since, h.hand FROM segment_history AS h
	WHERE h.tenant_id = $1 AND h.segment_id = $2 AND h.lead_id > $3
	AND h.since <= $5 AND h.left_at > $5) AS b
JOIN lead AS l ON l.tenant_id = $1 AND l.lead_id = b.lead_id
ORDER BY b.lead_id LIMIT $4;

-- name: segment_history_of
-- When a lead was in a segment before.
-- $1 tenant bigint
-- $2 segment bigint
-- $3 lead bigint
SELECT h.since, h.left_at, h.hand FROM segment_history AS h
WHERE h.tenant_id = $1 AND h.segment_id = $2 AND h.lead_id = $3
ORDER BY h.since;
