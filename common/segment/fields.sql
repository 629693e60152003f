-- Statements of the room segment: what a condition can ask.

-- name: fields_segments
-- Segments and how many are in each.
-- $1 tenant_id bigint
SELECT {{WHOLE_TENANT}} g.name, (SELECT count(*) FROM segment_member AS m
	WHERE m.tenant_id = g.tenant_id AND m.segment_id = g.segment_id)
FROM segment AS g WHERE g.tenant_id = $1 ORDER BY g.name;
