-- Statements of the room stage.

-- bulk: stage_state (lead_id bigint, stage text, since bigint, hand_at bigint,
--	held bigint, moves bigint, waiting text, next_at bigint)

-- bulk: stage_move (lead_id bigint, number bigint, at bigint, came_from text,
--	stage text, cause text, who text, why text)

-- ---- the model --------------------------------------------------------------

-- name: stage_model_read
-- The model and how far it is applied.
-- $1 tenant bigint
SELECT m.document, m.applied, m.pass, m.pass_lead, m.pass_now
FROM stage_model AS m WHERE m.tenant_id = $1;

-- name: stage_model_write
-- A model instead of the one there was; NULL is the one that ships.
-- $1 tenant bigint
-- $2 document text
-- $3 now bigint
INSERT INTO stage_model (tenant_id, document, updated_at)
VALUES ($1, $2, $3)
ON CONFLICT (tenant_id) DO UPDATE
SET document = excluded.document, updated_at = excluded.updated_at;

-- name: stage_pass_begin
-- A look at all leads begins.
-- $1 tenant bigint
-- $2 checksum text
-- $3 now bigint
INSERT INTO stage_model (tenant_id, pass, pass_lead, pass_now)
VALUES ($1, $2, 0, $3)
ON CONFLICT (tenant_id) DO UPDATE SET pass = excluded.pass,
	pass_lead = 0, pass_now = excluded.pass_now;

-- name: stage_pass_advance
-- It has looked at the leads up to here.
-- $1 tenant bigint
-- $2 lead bigint
UPDATE stage_model SET pass_lead = $2 WHERE tenant_id = $1;

-- name: stage_pass_end
-- All leads agree with the model.
-- $1 tenant bigint
UPDATE stage_model SET applied = pass, pass = NULL, pass_lead = NULL,
	pass_now = NULL
WHERE tenant_id = $1;

-- ---- where leads stand ------------------------------------------------------

-- name: stage_state_of
-- The states of the leads in bulk_lead_pick, in order.
-- $1 tenant bigint
SELECT s.lead_id, s.stage, s.since, s.hand_at, s.held, s.moves, s.waiting,
	s.next_at
FROM bulk_lead_pick AS b CROSS JOIN stage_state AS s
WHERE s.tenant_id = $1 AND s.lead_id = b.lead_id
ORDER BY s.lead_id;

-- name: stage_state_range
-- The states of a range of leads, in order.
-- $1 tenant bigint
-- $2 after bigint
-- $3 last bigint
SELECT s.lead_id, s.stage, s.since, s.hand_at, s.held, s.moves, s.waiting,
	s.next_at {{WHOLE_TENANT}}
FROM stage_state AS s
WHERE s.tenant_id = $1 AND s.lead_id > $2 AND s.lead_id <= $3
ORDER BY s.lead_id;

-- name: stage_state_write
-- The states in bulk_stage_state instead of those there were.
-- $1 tenant bigint
INSERT INTO stage_state (tenant_id, lead_id, stage, since, hand_at, held,
	moves, waiting, next_at)
SELECT $1, b.lead_id, b.stage, b.since, b.hand_at, b.held, b.moves, b.waiting,
	b.next_at
FROM bulk_stage_state AS b WHERE true
ON CONFLICT (tenant_id, lead_id) DO UPDATE SET stage = excluded.stage,
	since = excluded.since, hand_at = excluded.hand_at,
	held = excluded.held, moves = excluded.moves,
	waiting = excluded.waiting, next_at = excluded.next_at;

-- name: stage_due
-- Leads that time may move, those whose moment came first first, after that
-- moment and lead.
-- $1 tenant bigint
-- $2 now bigint
-- $3 after_at bigint
-- $4 after_lead bigint
-- $5 limit bigint
SELECT s.lead_id, s.next_at FROM stage_state AS s
WHERE s.tenant_id = $1 AND s.next_at >= $3 AND s.next_at <= $2
	AND (s.next_at > $3 OR s.lead_id > $4)
ORDER BY s.next_at, s.lead_id LIMIT $5;

-- ---- history ----------------------------------------------------------------

-- name: stage_history_write
-- The moves in bulk_stage_move.
-- $1 tenant bigint
INSERT INTO stage_history (tenant_id, lead_id, number, at, came_from, stage,
	cause, who, why)
SELECT $1, b.lead_id, b.number, b.at, b.came_from, b.stage, b.cause, b.who,
	b.why
FROM bulk_stage_move AS b WHERE true
ON CONFLICT (tenant_id, lead_id, number) DO NOTHING;

-- name: stage_history_of
-- One lead's moves, the oldest first.
-- $1 tenant bigint
-- $2 lead bigint
SELECT l.id, h.at, h.came_from, h.stage, h.cause, h.who, h.why
FROM stage_history AS h
JOIN lead AS l ON l.tenant_id = h.tenant_id AND l.lead_id = h.lead_id
WHERE h.tenant_id = $1 AND h.lead_id = $2
ORDER BY h.number;

-- name: stage_history_all
-- Every move of every lead, a lead's in their order.
-- $1 tenant bigint
SELECT h.lead_id, h.at, h.stage {{WHOLE_TENANT}}
FROM stage_history AS h WHERE h.tenant_id = $1
ORDER BY h.lead_id, h.number;

-- ---- who is where -----------------------------------------------------------

-- name: stage_counts
-- Leads by stage.
-- $1 tenant bigint
SELECT s.stage, count(*) {{WHOLE_TENANT}}
FROM stage_state AS s
WHERE s.tenant_id = $1 AND s.stage IS NOT NULL
GROUP BY s.stage ORDER BY s.stage;

-- name: stage_count_before
-- Leads that came into a stage before a moment.
-- $1 tenant bigint
-- $2 stage text
-- $3 before bigint
SELECT count(*) FROM stage_state AS s {{WHOLE_TENANT}}
WHERE s.tenant_id = $1 AND s.stage = $2 AND s.since < $3;

-- name: stage_stalled
-- Leads that came into a stage before a moment, the longest there first.
-- $1 tenant bigint
-- $2 stage text
-- $3 before bigint
-- $4 limit bigint
SELECT l.id, l.email, l.name, l.company, l.owner, s.since
FROM stage_state AS s
JOIN lead AS l ON l.tenant_id = s.tenant_id AND l.lead_id = s.lead_id
WHERE s.tenant_id = $1 AND s.stage = $2 AND s.since < $3
ORDER BY s.since, l.id LIMIT $4;
