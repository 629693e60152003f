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
