-- Statements of the room export.

-- name: export_events
-- The events of a range of leads, with their leads, in the order of the index.
-- {{WHOLE_TENANT}}: an export reads those of every lead.
-- $1 tenant bigint
-- $2 after bigint
-- $3 last bigint
-- $4 from bigint
-- $5 to bigint
SELECT e.lead_id, e.event_id, l.id, l.email, y.name, e.at, e.attrs
	{{WHOLE_TENANT}}
FROM event AS e
JOIN lead AS l ON l.tenant_id = e.tenant_id AND l.lead_id = e.lead_id
JOIN event_type AS y ON y.tenant_id = e.tenant_id AND y.type_id = e.type_id
WHERE e.tenant_id = $1 AND e.lead_id > $2 AND e.lead_id <= $3
	AND e.at >= $4 AND e.at < $5
ORDER BY e.lead_id, e.type_id, e.at, e.event_id;
