-- Statements of the room metric: facts and their moments, of pages of leads.
-- {{WHOLE_TENANT}}: who measures reads all of them.

-- name: metric_leads
-- When leads came.
-- $1 tenant bigint
-- $2 after bigint
-- $3 last bigint
-- $4 now bigint
SELECT l.lead_id, l.created_at {{WHOLE_TENANT}}
FROM lead AS l
WHERE l.tenant_id = $1 AND l.lead_id > $2 AND l.lead_id <= $3
	AND l.created_at <= $4;

-- name: metric_given
-- When leads converted, where their source said it.
-- $1 tenant bigint
-- $2 after bigint
-- $3 last bigint
-- $4 now bigint
SELECT l.lead_id, l.converted_at {{WHOLE_TENANT}}
FROM lead AS l
WHERE l.tenant_id = $1 AND l.lead_id > $2 AND l.lead_id <= $3
	AND l.converted_at <= $4;

-- name: metric_events
-- Events of one type.
-- $1 tenant bigint
-- $2 after bigint
-- $3 last bigint
-- $4 now bigint
-- $5 type text
SELECT e.lead_id, e.at {{WHOLE_TENANT}}
FROM event AS e
WHERE e.tenant_id = $1 AND e.lead_id > $2 AND e.lead_id <= $3
	AND e.type_id = (SELECT y.type_id FROM event_type AS y
		WHERE y.tenant_id = $1 AND y.name = $5)
	AND e.at <= $4;

-- name: metric_all_events
-- Events of all types.
-- $1 tenant bigint
-- $2 after bigint
-- $3 last bigint
-- $4 now bigint
SELECT e.lead_id, e.at {{WHOLE_TENANT}}
FROM event AS e
WHERE e.tenant_id = $1 AND e.lead_id > $2 AND e.lead_id <= $3 AND e.at <= $4;

-- name: metric_assessments
-- Assessments that were completed.
-- $1 tenant bigint
-- $2 after bigint
-- $3 last bigint
-- $4 now bigint
SELECT a.lead_id, a.completed_at {{WHOLE_TENANT}}
FROM assessment AS a
WHERE a.tenant_id = $1 AND a.lead_id > $2 AND a.lead_id <= $3
	AND a.completed_at <= $4;

-- name: metric_stages
-- Moves into a stage.
-- $1 tenant bigint
-- $2 after bigint
-- $3 last bigint
-- $4 now bigint
-- $5 stage text
SELECT h.lead_id, h.at {{WHOLE_TENANT}}
FROM stage_history AS h
WHERE h.tenant_id = $1 AND h.lead_id > $2 AND h.lead_id <= $3
	AND h.stage = $5 AND h.at <= $4;

-- name: metric_signals
-- Signals of one kind about leads.
-- $1 tenant bigint
-- $2 after bigint
-- $3 last bigint
-- $4 now bigint
-- $5 kind text
SELECT s.lead_id, s.at {{WHOLE_TENANT}}
FROM signal AS s
WHERE s.tenant_id = $1 AND s.lead_id > $2 AND s.lead_id <= $3
	AND s.kind = $5 AND s.at <= $4;

-- name: metric_tasks
-- Tasks about leads that were done.
-- $1 tenant bigint
-- $2 after bigint
-- $3 last bigint
-- $4 now bigint
SELECT k.lead_id, k.closed_at {{WHOLE_TENANT}}
FROM task AS k
WHERE k.tenant_id = $1 AND k.lead_id > $2 AND k.lead_id <= $3
	AND k.status = 2 AND k.closed_at <= $4;

-- name: metric_tasks_loose
-- Tasks about no lead that were done.
-- $1 tenant bigint
-- $2 now bigint
SELECT k.lead_id, k.closed_at {{WHOLE_TENANT}}
FROM task AS k
WHERE k.tenant_id = $1 AND k.lead_id IS NULL AND k.status = 2
	AND k.closed_at <= $2;

-- name: metric_messages
-- Messages about leads that were sent.
-- $1 tenant bigint
-- $2 after bigint
-- $3 last bigint
-- $4 now bigint
SELECT o.lead_id, a.at {{WHOLE_TENANT}}
FROM outbox AS o
JOIN outbox_attempt AS a ON a.tenant_id = o.tenant_id
	AND a.message_id = o.message_id
WHERE o.tenant_id = $1 AND o.lead_id > $2 AND o.lead_id <= $3
	AND a.outcome = 'sent' AND a.at <= $4;

-- name: metric_messages_loose
-- Messages about no lead that were sent.
-- $1 tenant bigint
-- $2 now bigint
SELECT o.lead_id, a.at {{WHOLE_TENANT}}
FROM outbox AS o
JOIN outbox_attempt AS a ON a.tenant_id = o.tenant_id
	AND a.message_id = o.message_id
WHERE o.tenant_id = $1 AND o.lead_id IS NULL AND a.outcome = 'sent'
	AND a.at <= $2;

-- name: metric_scores
-- Scores that leads have had, a lead's in their order.
-- $1 tenant bigint
-- $2 after bigint
-- $3 last bigint
-- $4 now bigint
SELECT x.lead_id, x.at, x.score {{WHOLE_TENANT}}
FROM (SELECT h.lead_id, h.at, 0 AS present, h.number, h.score
	FROM score_history AS h
	WHERE h.tenant_id = $1 AND h.lead_id > $2 AND h.lead_id <= $3
	UNION ALL
	SELECT s.lead_id, s.at, 1, 0, s.score FROM score AS s
	WHERE s.tenant_id = $1 AND s.lead_id > $2 AND s.lead_id <= $3) AS x
WHERE x.at <= $4
ORDER BY x.lead_id, x.present, x.at, x.number;

-- name: metric_segment
-- A segment's number.
-- $1 tenant bigint
-- $2 name text
SELECT g.segment_id FROM segment AS g WHERE g.tenant_id = $1 AND g.name = $2;

-- name: metric_members
-- Who came into a segment when, and when they left it: 1 and -1.
-- $1 tenant bigint
-- $2 after bigint
-- $3 last bigint
-- $4 now bigint
-- $5 segment bigint
SELECT x.lead_id, x.at, x.change {{WHOLE_TENANT}}
FROM (SELECT m.lead_id, m.since AS at, 1 AS change
	FROM segment_member AS m
	WHERE m.tenant_id = $1 AND m.segment_id = $5 AND m.lead_id > $2
		AND m.lead_id <= $3
	UNION ALL
	SELECT h.lead_id, h.since, 1 FROM segment_history AS h
	WHERE h.tenant_id = $1 AND h.segment_id = $5 AND h.lead_id > $2
		AND h.lead_id <= $3
	UNION ALL
	SELECT h.lead_id, h.left_at, -1 FROM segment_history AS h
	WHERE h.tenant_id = $1 AND h.segment_id = $5 AND h.lead_id > $2
		AND h.lead_id <= $3) AS x
WHERE x.at <= $4;

-- ---- forecasts that are kept -------------------------------------------------

-- bulk: forecast (what text, part text, definition text, series text, method text,
--	model text, period bigint, first_at bigint, steps text)

-- name: metric_keep
-- The forecasts in bulk_forecast, made at a moment; those that were made of the
-- same then are replaced.
-- $1 tenant bigint
-- $2 made_at bigint
INSERT INTO forecast (tenant_id, what, part, made_at, definition, series,
	method, model, period, first_at, steps)
SELECT $1, b.what, b.part, $2, b.definition, b.series, b.method, b.model,
	b.period, b.first_at, b.steps
FROM bulk_forecast AS b WHERE true
ON CONFLICT (tenant_id, what, part, made_at) DO UPDATE SET method = excluded.method,
	model = excluded.model, period = excluded.period,
	first_at = excluded.first_at, steps = excluded.steps;

-- name: metric_definitions
-- What has been forecast.
-- $1 tenant bigint
SELECT DISTINCT f.definition {{WHOLE_TENANT}} FROM forecast AS f
WHERE f.tenant_id = $1 ORDER BY f.definition;

-- name: metric_kept
-- The forecasts of one definition, made from a moment on and before another.
-- $1 tenant bigint
-- $2 what text
-- $3 since bigint
-- $4 until bigint
SELECT f.series, f.made_at, f.method, f.model, f.period, f.first_at, f.steps
FROM forecast AS f
WHERE f.tenant_id = $1 AND f.what = $2 AND f.made_at >= $3 AND f.made_at < $4
ORDER BY f.series, f.made_at;

-- name: metric_forget
-- Those made before a moment.
-- $1 tenant bigint
-- $2 until bigint
DELETE FROM forecast WHERE tenant_id = $1 AND made_at < $2;
