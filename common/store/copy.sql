-- SPDX-License-Identifier: ISC
-- Copies of whole tenants: which there are, and which are on their way.

-- name: copy_tenants
-- The tenants of the store that is copied, oldest first.
SELECT tenant_id, name, created_at, settings FROM tenant ORDER BY tenant_id;

-- name: copy_tenant_number
-- A tenant that the new store knows by this name.
-- $1 name text
SELECT tenant_id FROM tenant WHERE name = $1;

-- name: copy_tenant_insert
-- The tenant, all that it has being there; no row when the name is taken.
-- $1 tenant bigint
-- $2 name text
-- $3 created_at bigint
-- $4 settings text
INSERT INTO tenant (tenant_id, name, created_at, settings)
VALUES ($1, $2, $3, $4)
ON CONFLICT (name) DO NOTHING;

-- name: copy_mark_find
-- The number that an unfinished copy of a tenant has in the new store.
-- $1 nobody bigint
-- $2 mark text
SELECT next FROM counter WHERE tenant_id = $1 AND kind = $2;

-- name: copy_mark_insert
-- Notes that number.
-- $1 nobody bigint
-- $2 mark text
-- $3 number bigint
INSERT INTO counter (tenant_id, kind, next) VALUES ($1, $2, $3);

-- name: copy_mark_delete
-- The copy is complete.
-- $1 nobody bigint
-- $2 mark text
DELETE FROM counter WHERE tenant_id = $1 AND kind = $2;
