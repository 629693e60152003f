-- SPDX-License-Identifier: ISC
-- Statements of the room sample.

-- name: sample_event_types
-- The names of a tenant's event types.
-- $1 tenant bigint
SELECT y.type_id, y.name FROM event_type AS y
WHERE y.tenant_id = $1 ORDER BY y.name;
