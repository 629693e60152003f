-- Statements of the room signal.

-- bulk: signal (seq bigint, kind text, lead_id bigint, data text)

-- name: signal_insert_bulk
-- Appends the rows of bulk_signal, numbered from $3.
-- $1 tenant_id bigint
-- $2 at bigint
-- $3 first bigint
INSERT INTO signal (tenant_id, signal_id, at, kind, lead_id, data)
SELECT $1, $3 + b.seq, $2, b.kind, b.lead_id, b.data
FROM bulk_signal AS b WHERE true
ON CONFLICT (tenant_id, signal_id) DO NOTHING;

-- name: signal_since
-- Signals since a moment in the order they were written, with the lead's id.
-- $1 tenant_id bigint
-- $2 since bigint
SELECT g.at, g.kind, l.id, g.data
FROM signal AS g {{WHOLE_TENANT}}
LEFT JOIN lead AS l ON l.tenant_id = g.tenant_id AND l.lead_id = g.lead_id
WHERE g.tenant_id = $1 AND g.at >= $2
ORDER BY g.tenant_id, g.signal_id;

-- ---- the queue --------------------------------------------------------------

-- bulk: signal_pick (signal_id bigint)

-- name: signal_queue_bulk
-- Queues those of bulk_signal, numbered from $2, that somebody waits for.
-- $1 tenant_id bigint
-- $2 first bigint
INSERT INTO signal_queue (tenant_id, signal_id)
SELECT $1, $2 + b.seq
FROM bulk_signal AS b CROSS JOIN signal_wanted AS w
WHERE w.tenant_id = $1 AND w.kind = b.kind
ON CONFLICT (tenant_id, signal_id) DO NOTHING;

-- name: signal_wanted_clear
-- Nobody waits for any kind.
-- $1 tenant_id bigint
DELETE FROM signal_wanted WHERE tenant_id = $1;

-- name: signal_wanted_add
-- Somebody waits for signals of a kind.
-- $1 tenant_id bigint
-- $2 kind text
INSERT INTO signal_wanted (tenant_id, kind) VALUES ($1, $2)
ON CONFLICT (tenant_id, kind) DO NOTHING;

-- name: signal_queue_last
-- The last signal that waits.
-- $1 tenant_id bigint
-- $2 after bigint
SELECT q.signal_id FROM signal_queue AS q
WHERE q.tenant_id = $1 AND q.signal_id > $2
ORDER BY q.signal_id DESC LIMIT 1;

-- name: signal_claim
-- Takes the first signals out of the queue, up to a number.
-- $1 tenant_id bigint
-- $2 limit bigint
-- $3 last bigint
WITH picked AS MATERIALIZED (
	SELECT q.signal_id FROM signal_queue AS q
	WHERE q.tenant_id = $1 AND q.signal_id <= $3
	ORDER BY q.signal_id LIMIT $2 {{SKIP_LOCKED}})
DELETE FROM signal_queue
WHERE tenant_id = $1
	AND signal_id IN (SELECT p.signal_id FROM picked AS p)
RETURNING signal_id;

-- name: signal_of
-- The signals in bulk_signal_pick in their order.
-- $1 tenant_id bigint
SELECT g.signal_id, g.at, g.kind, g.lead_id, g.data
FROM bulk_signal_pick AS b CROSS JOIN signal AS g
WHERE g.tenant_id = $1 AND g.signal_id = b.signal_id
ORDER BY g.signal_id;

-- name: signal_after
-- Signals behind one, since a moment, in the order they were written.
-- $1 tenant_id bigint
-- $2 after bigint
-- $3 since bigint
-- $4 limit bigint
SELECT g.signal_id, g.at, g.kind, g.lead_id, g.data {{WHOLE_TENANT}}
FROM signal AS g
WHERE g.tenant_id = $1 AND g.signal_id > $2 AND g.at >= $3
ORDER BY g.signal_id LIMIT $4;
