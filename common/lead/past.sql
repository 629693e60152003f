-- Statements about when fields of leads changed.

-- bulk: field_change (lead_id bigint, field text, at bigint)

-- name: field_change_insert
-- Records the changes in bulk_field_change.
-- $1 tenant_id bigint
INSERT INTO field_change (tenant_id, lead_id, field, at)
SELECT $1, b.lead_id, b.field, b.at FROM bulk_field_change AS b WHERE true
ON CONFLICT (tenant_id, lead_id, field, at) DO NOTHING;

-- name: past_changes
-- When fields of a range of leads changed.
-- {{WHOLE_TENANT}}: a full pass reads those of every lead.
-- $1 tenant bigint
-- $2 after bigint
-- $3 last bigint
SELECT c.lead_id, c.field, c.at {{WHOLE_TENANT}}
FROM field_change AS c
WHERE c.tenant_id = $1 AND c.lead_id > $2 AND c.lead_id <= $3
ORDER BY c.lead_id, c.field, c.at;

-- name: past_changes_of
-- The same of the leads in bulk_lead_pick.
-- $1 tenant bigint
SELECT b.lead_id, c.field, c.at
FROM bulk_lead_pick AS b CROSS JOIN field_change AS c
WHERE c.tenant_id = $1 AND c.lead_id = b.lead_id
ORDER BY b.lead_id, c.field, c.at;

-- name: past_scores
-- All scores that a range of leads had, and then the present ones.
-- {{WHOLE_TENANT}}: a full pass reads those of every lead.
-- $1 tenant bigint
-- $2 after bigint
-- $3 last bigint
SELECT h.lead_id, h.at, h.score, h.fit, h.engagement, 0 AS present, h.number
	{{WHOLE_TENANT}}
FROM score_history AS h
WHERE h.tenant_id = $1 AND h.lead_id > $2 AND h.lead_id <= $3
UNION ALL
SELECT s.lead_id, s.at, s.score, s.fit, s.engagement, 1, 0
FROM score AS s
WHERE s.tenant_id = $1 AND s.lead_id > $2 AND s.lead_id <= $3
ORDER BY 1, 6, 2, 7;

-- name: past_scores_of
-- The same of the leads in bulk_lead_pick.
-- $1 tenant bigint
SELECT b.lead_id, h.at, h.score, h.fit, h.engagement, 0 AS present, h.number
FROM bulk_lead_pick AS b CROSS JOIN score_history AS h
WHERE h.tenant_id = $1 AND h.lead_id = b.lead_id
UNION ALL
SELECT b.lead_id, s.at, s.score, s.fit, s.engagement, 1, 0
FROM bulk_lead_pick AS b CROSS JOIN score AS s
WHERE s.tenant_id = $1 AND s.lead_id = b.lead_id
ORDER BY 1, 6, 2, 7;
