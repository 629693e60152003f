-- SPDX-License-Identifier: ISC
-- Statements of the room template: the definitions a tenant has made.

-- name: template_read
-- One template.
-- $1 tenant bigint
-- $2 name text
SELECT p.document FROM template AS p
WHERE p.tenant_id = $1 AND p.name = $2;

-- name: template_list
-- All templates by name.
-- $1 tenant bigint
SELECT p.name, p.document, p.updated_at FROM template AS p
WHERE p.tenant_id = $1
ORDER BY p.name;

-- name: template_define
-- Stores a template.
-- $1 tenant bigint
-- $2 name text
-- $3 document text
-- $4 now bigint
INSERT INTO template (tenant_id, name, document, updated_at)
VALUES ($1, $2, $3, $4)
ON CONFLICT (tenant_id, name) DO UPDATE
SET document = excluded.document, updated_at = excluded.updated_at;

-- name: template_remove
-- Deletes a template.
-- $1 tenant bigint
-- $2 name text
DELETE FROM template WHERE tenant_id = $1 AND name = $2;
