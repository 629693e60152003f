-- Statements of the room tenant: tenants, their people, the audit.

-- name: tenant_by_name
-- One tenant.
-- $1 name text
SELECT tenant_id, name, created_at, settings FROM tenant WHERE name = $1;

-- name: tenant_all
-- All tenants by name.
SELECT tenant_id, name, created_at, settings FROM tenant ORDER BY name;

-- name: tenant_insert
-- A new tenant; no row when the name is taken.
-- $1 tenant_id bigint
-- $2 name text
-- $3 now bigint
-- $4 settings text
INSERT INTO tenant (tenant_id, name, created_at, settings)
VALUES ($1, $2, $3, $4)
ON CONFLICT (name) DO NOTHING;

-- name: tenant_settings_update
-- The whole document of settings anew.
-- $1 tenant_id bigint
-- $2 settings text
UPDATE tenant SET settings = $2 WHERE tenant_id = $1;

-- name: tenant_settings_read
-- The settings as they are now, inside the transaction that changes them.
-- $1 tenant_id bigint
SELECT settings FROM tenant WHERE tenant_id = $1;

-- name: member_insert
-- A new person; no row when the address is taken.
-- $1 tenant_id bigint
-- $2 email text
-- $3 name text
-- $4 role text
-- $5 region text
-- $6 manager text
-- $7 active bigint
-- $8 now bigint
INSERT INTO member (tenant_id, email, name, role, region, manager, active,
	created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT (tenant_id, email) DO NOTHING;

-- name: member_update
-- All that can change about a person.
-- $1 tenant_id bigint
-- $2 email text
-- $3 name text
-- $4 role text
-- $5 region text
-- $6 manager text
-- $7 active bigint
UPDATE member SET name = $3, role = $4, region = $5, manager = $6, active = $7
WHERE tenant_id = $1 AND email = $2;

-- name: member_one
-- One person by normalised address.
-- $1 tenant_id bigint
-- $2 email text
SELECT email, name, role, region, manager, active FROM member
WHERE tenant_id = $1 AND email = $2;

-- name: member_all
-- The tenant's people by address.
-- $1 tenant_id bigint
SELECT email, name, role, region, manager, active FROM member
WHERE tenant_id = $1 ORDER BY email;

-- name: audit_insert
-- One thing somebody did.
-- $1 tenant_id bigint
-- $2 audit_id bigint
-- $3 at bigint
-- $4 who text
-- $5 action text
-- $6 object text
-- $7 detail text
INSERT INTO audit (tenant_id, audit_id, at, who, action, object, detail)
VALUES ($1, $2, $3, $4, $5, $6, $7);

-- name: audit_since
-- What was done since a moment, in the order it was done.
-- $1 tenant_id bigint
-- $2 since bigint
SELECT at, who, action, object, detail FROM audit {{WHOLE_TENANT}}
WHERE tenant_id = $1 AND at >= $2 ORDER BY tenant_id, audit_id;
