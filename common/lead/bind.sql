-- name: bind_type
-- The number of an event type.
-- $1 tenant bigint
-- $2 name text
SELECT y.type_id FROM event_type AS y
WHERE y.tenant_id = $1 AND y.name = $2;

-- name: bind_segment
-- The number of a segment.
-- $1 tenant bigint
-- $2 name text
SELECT g.segment_id FROM segment AS g WHERE g.tenant_id = $1 AND g.name = $2;

-- name: bind_segments
-- The names of all segments.
-- $1 tenant bigint
SELECT g.name FROM segment AS g WHERE g.tenant_id = $1 ORDER BY g.name;
