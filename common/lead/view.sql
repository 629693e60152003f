-- name: view_events
-- The events of a range of leads, in the order of the index that covers it.
-- {{WHOLE_TENANT}}: a full pass reads the events of every lead.
-- $1 tenant bigint
-- $2 after bigint
-- $3 last bigint
SELECT e.lead_id, e.type_id, e.at {{WHOLE_TENANT}}
FROM event AS e
WHERE e.tenant_id = $1 AND e.lead_id > $2 AND e.lead_id <= $3
ORDER BY e.lead_id, e.type_id, e.at;

-- name: view_events_attrs
-- The same with what the events carry: a look-up per event.
-- $1 tenant bigint
-- $2 after bigint
-- $3 last bigint
SELECT e.lead_id, e.type_id, e.at, e.attrs {{WHOLE_TENANT}}
FROM event AS e
WHERE e.tenant_id = $1 AND e.lead_id > $2 AND e.lead_id <= $3
ORDER BY e.lead_id, e.type_id, e.at, e.event_id;

-- bulk: lead_pick (lead_id bigint)

-- name: view_events_of
-- The events of the leads in bulk_lead_pick.
-- $1 tenant bigint
SELECT b.lead_id, e.type_id, e.at
FROM bulk_lead_pick AS b CROSS JOIN event AS e
WHERE e.tenant_id = $1 AND e.lead_id = b.lead_id
ORDER BY b.lead_id, e.type_id, e.at;

-- name: view_events_attrs_of
-- The same with what the events carry.
-- $1 tenant bigint
SELECT b.lead_id, e.type_id, e.at, e.attrs
FROM bulk_lead_pick AS b CROSS JOIN event AS e
WHERE e.tenant_id = $1 AND e.lead_id = b.lead_id
ORDER BY b.lead_id, e.type_id, e.at, e.event_id;

-- name: view_members
-- Who of a range of leads is in which segments.
-- {{WHOLE_TENANT}}: a full pass reads those of every lead.
-- $1 tenant bigint
-- $2 after bigint
-- $3 last bigint
SELECT m.lead_id, m.segment_id {{WHOLE_TENANT}}
FROM segment_member AS m
WHERE m.tenant_id = $1 AND m.lead_id > $2 AND m.lead_id <= $3
ORDER BY m.lead_id, m.segment_id;

-- name: view_members_of
-- The segments of the leads in bulk_lead_pick.
-- $1 tenant bigint
SELECT b.lead_id, m.segment_id
FROM bulk_lead_pick AS b CROSS JOIN segment_member AS m
WHERE m.tenant_id = $1 AND m.lead_id = b.lead_id
ORDER BY b.lead_id, m.segment_id;

-- name: lead_last
-- The largest internal number of a lead.
-- $1 tenant bigint
SELECT max(l.lead_id) FROM lead AS l WHERE l.tenant_id = $1;
