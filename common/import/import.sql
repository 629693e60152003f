-- Statements of the room import.

-- bulk: import_early (seq bigint, lead_id bigint, at bigint)

-- name: import_early
-- Which conversions of bulk_import_early are dated before their lead was
-- created.
-- $1 tenant_id bigint
SELECT b.seq FROM bulk_import_early AS b CROSS JOIN lead AS l
WHERE l.tenant_id = $1 AND l.lead_id = b.lead_id AND l.created_at > b.at;

-- name: import_event_stored
-- The events whose ids stand in bulk_event.
-- $1 tenant_id bigint
SELECT b.seq, e.lead_id, y.name, e.at, e.attrs
FROM bulk_event AS b CROSS JOIN event AS e
JOIN event_type AS y ON y.tenant_id = $1 AND y.type_id = e.type_id
WHERE e.tenant_id = $1 AND e.event_id = b.event_id;

-- bulk: assessment (seq bigint, response_id text, lead_id bigint,
--	assessment text, started_at bigint, completed_at bigint,
--	progress bigint, result text, answers text)

-- name: assessment_stored
-- The runs through assessments whose ids stand in bulk_assessment.
-- $1 tenant_id bigint
SELECT b.seq, a.lead_id, a.assessment, a.started_at, a.completed_at,
	a.progress, a.result, a.answers
FROM bulk_assessment AS b CROSS JOIN assessment AS a
WHERE a.tenant_id = $1 AND a.response_id = b.response_id;

-- name: assessment_store
-- Stores the rows of bulk_assessment, over what is there.
-- $1 tenant_id bigint
INSERT INTO assessment (tenant_id, response_id, lead_id, assessment,
	started_at, completed_at, progress, result, answers)
SELECT $1, b.response_id, b.lead_id, b.assessment, b.started_at,
	b.completed_at, b.progress, b.result, b.answers
FROM bulk_assessment AS b WHERE true
ON CONFLICT (tenant_id, response_id) DO UPDATE SET
	lead_id = excluded.lead_id, assessment = excluded.assessment,
	started_at = excluded.started_at, completed_at = excluded.completed_at,
	progress = excluded.progress, result = excluded.result,
	answers = excluded.answers;
