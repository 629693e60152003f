-- Statements of the room lead: rows of leads, their events, one lead's affairs.

-- bulk: lead_key (seq bigint, key text, lead_id bigint)

-- bulk: lead (lead_id bigint, id text, email text, name text, company text,
--	department text, title text, phone text, industry text,
--	company_size bigint, region text, country text, source text,
--	owner text, tags text, status text, stage text, created_at bigint,
--	updated_at bigint, converted_at bigint, converted bigint,
--	email_key text, attrs text, folded text)

-- bulk: lead_stage (lead_id bigint, stage text)

-- bulk: event (seq bigint, event_id text, lead_id bigint, type_id bigint,
--	at bigint, attrs text)

-- name: lead_rows_by_number
-- The rows of the leads numbered in bulk_lead_key.
-- $1 tenant_id bigint
SELECT l.lead_id, l.id, l.email, l.name, l.company, l.department, l.title,
	l.phone, l.industry, l.company_size, l.region, l.country, l.source,
	l.owner, l.tags, l.status, l.stage, l.created_at, l.updated_at,
	l.converted_at, l.converted, l.email_key, l.attrs, b.seq
FROM bulk_lead_key AS b CROSS JOIN lead AS l
WHERE l.tenant_id = $1 AND l.lead_id = b.lead_id;

-- name: lead_rows_by_id
-- The rows of the leads whose ids stand in bulk_lead_key.
-- $1 tenant_id bigint
SELECT l.lead_id, l.id, l.email, l.name, l.company, l.department, l.title,
	l.phone, l.industry, l.company_size, l.region, l.country, l.source,
	l.owner, l.tags, l.status, l.stage, l.created_at, l.updated_at,
	l.converted_at, l.converted, l.email_key, l.attrs, b.seq
FROM bulk_lead_key AS b CROSS JOIN lead AS l
WHERE l.tenant_id = $1 AND l.id = b.key;

-- name: lead_rows_by_email
-- The rows of the leads whose normalised e-mails stand in bulk_lead_key.
-- $1 tenant_id bigint
SELECT l.lead_id, l.id, l.email, l.name, l.company, l.department, l.title,
	l.phone, l.industry, l.company_size, l.region, l.country, l.source,
	l.owner, l.tags, l.status, l.stage, l.created_at, l.updated_at,
	l.converted_at, l.converted, l.email_key, l.attrs, b.seq
FROM bulk_lead_key AS b CROSS JOIN lead AS l
WHERE l.tenant_id = $1 AND l.email_key = b.key;

-- name: lead_numbers_by_number
-- Which of the numbers in bulk_lead_key are leads (still).
-- $1 tenant_id bigint
SELECT b.seq, l.lead_id, l.id
FROM bulk_lead_key AS b CROSS JOIN lead AS l
WHERE l.tenant_id = $1 AND l.lead_id = b.lead_id;

-- name: lead_numbers_by_id
-- The numbers of the leads whose ids stand in bulk_lead_key.
-- $1 tenant_id bigint
SELECT b.seq, l.lead_id, l.id
FROM bulk_lead_key AS b CROSS JOIN lead AS l
WHERE l.tenant_id = $1 AND l.id = b.key;

-- name: lead_numbers_by_email
-- The numbers of the leads whose normalised e-mails stand in bulk_lead_key.
-- $1 tenant_id bigint
SELECT b.seq, l.lead_id, l.id
FROM bulk_lead_key AS b CROSS JOIN lead AS l
WHERE l.tenant_id = $1 AND l.email_key = b.key;

-- name: lead_insert_bulk
-- Stores the new leads of bulk_lead. (Their numbers are new, so there is no
-- conflict; a cluster then works on the rows where they belong.)
-- $1 tenant_id bigint
INSERT INTO lead (tenant_id, lead_id, id, email, email_key, name, company,
	department, title, phone, industry, company_size, region, country,
	source, owner, status, stage, tags, created_at, updated_at,
	converted_at, converted, attrs, folded)
SELECT $1, b.lead_id, b.id, b.email, b.email_key, b.name, b.company,
	b.department, b.title, b.phone, b.industry, b.company_size, b.region,
	b.country, b.source, b.owner, b.status, b.stage, b.tags, b.created_at,
	b.updated_at, b.converted_at, b.converted, b.attrs, b.folded
FROM bulk_lead AS b WHERE true
ON CONFLICT (tenant_id, lead_id) DO NOTHING;

-- name: lead_stage_changes
-- Records which leads of bulk_lead_stage are in another stage now.
-- $1 tenant_id bigint
-- $2 now bigint
INSERT INTO field_change (tenant_id, lead_id, field, at)
SELECT $1, l.lead_id, 'stage', $2
FROM bulk_lead_stage AS b CROSS JOIN lead AS l
WHERE l.tenant_id = $1 AND l.lead_id = b.lead_id
	AND l.stage IS DISTINCT FROM b.stage
ON CONFLICT (tenant_id, lead_id, field, at) DO NOTHING;

-- name: lead_stage_bulk
-- Puts the leads of bulk_lead_stage into their stages (an upsert, as below).
-- $1 tenant_id bigint
-- $2 now bigint
INSERT INTO lead (tenant_id, lead_id, id, stage, created_at, updated_at,
	folded)
SELECT $1, l.lead_id, l.id, b.stage, l.created_at, $2, l.folded
FROM bulk_lead_stage AS b CROSS JOIN lead AS l
WHERE l.tenant_id = $1 AND l.lead_id = b.lead_id
ON CONFLICT (tenant_id, lead_id) DO UPDATE
SET stage = excluded.stage, updated_at = excluded.updated_at;

-- name: lead_update_bulk
-- Stores the leads of bulk_lead over what is there; ids never change. (Written
-- as an upsert, which looks each lead up by its key whatever the planner
-- thinks of the sizes.)
-- $1 tenant_id bigint
INSERT INTO lead (tenant_id, lead_id, id, email, email_key, name, company,
	department, title, phone, industry, company_size, region, country,
	source, owner, status, stage, tags, created_at, updated_at,
	converted_at, converted, attrs, folded)
SELECT $1, b.lead_id, b.id, b.email, b.email_key, b.name, b.company,
	b.department, b.title, b.phone, b.industry, b.company_size, b.region,
	b.country, b.source, b.owner, b.status, b.stage, b.tags, b.created_at,
	b.updated_at, b.converted_at, b.converted, b.attrs, b.folded
FROM bulk_lead AS b WHERE true
ON CONFLICT (tenant_id, lead_id) DO UPDATE SET
	email = excluded.email, email_key = excluded.email_key,
	name = excluded.name, company = excluded.company,
	department = excluded.department, title = excluded.title,
	phone = excluded.phone, industry = excluded.industry,
	company_size = excluded.company_size, region = excluded.region,
	country = excluded.country, source = excluded.source,
	owner = excluded.owner, status = excluded.status,
	stage = excluded.stage, tags = excluded.tags,
	created_at = excluded.created_at, updated_at = excluded.updated_at,
	converted_at = excluded.converted_at, converted = excluded.converted,
	attrs = excluded.attrs, folded = excluded.folded;

-- name: lead_search_folded
-- Leads whose folded text holds $2 (not empty, folded).
-- $1 tenant_id bigint
-- $2 text text
-- $3 limit bigint
SELECT l.lead_id, l.id, l.email, l.name, l.company, l.department, l.title,
	l.phone, l.industry, l.company_size, l.region, l.country, l.source,
	l.owner, l.tags, l.status, l.stage, l.created_at, l.updated_at,
	l.converted_at, l.converted, l.email_key, l.attrs
FROM lead AS l {{WHOLE_TENANT}}
WHERE l.tenant_id = $1 AND replace(l.folded, $2, '') <> l.folded
ORDER BY l.tenant_id, l.id LIMIT $3;

-- name: event_type_all
-- The event types of a tenant.
-- $1 tenant_id bigint
SELECT type_id, name FROM event_type WHERE tenant_id = $1;

-- name: event_type_find
-- One event type by name.
-- $1 tenant_id bigint
-- $2 name text
SELECT type_id FROM event_type WHERE tenant_id = $1 AND name = $2;

-- name: event_type_insert
-- A new event type.
-- $1 tenant_id bigint
-- $2 type_id bigint
-- $3 name text
INSERT INTO event_type (tenant_id, type_id, name) VALUES ($1, $2, $3);

-- name: event_insert_bulk
-- Stores the events of bulk_event whose ids are new.
-- $1 tenant_id bigint
INSERT INTO event (tenant_id, event_id, lead_id, type_id, at, attrs)
SELECT $1, b.event_id, b.lead_id, b.type_id, b.at, b.attrs
FROM bulk_event AS b WHERE true
ON CONFLICT (tenant_id, event_id) DO NOTHING;

-- name: event_stored_already
-- Which events of bulk_event have an id that is stored, and whether nothing
-- about them differs.
-- $1 tenant_id bigint
SELECT b.seq, CASE WHEN e.lead_id = b.lead_id AND e.type_id = b.type_id
	AND e.at = b.at AND e.attrs IS NOT DISTINCT FROM b.attrs
	THEN 1 ELSE 0 END
FROM bulk_event AS b CROSS JOIN event AS e
WHERE e.tenant_id = $1 AND e.event_id = b.event_id;

-- name: lead_erasure_count
-- How many erasures there have been, plus one; no row before the first.
-- $1 tenant_id bigint
SELECT next FROM counter WHERE tenant_id = $1 AND kind = 'erasure';
