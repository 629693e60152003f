-- The peer's tables: the same columns, keys and index as ours, a column for
-- the score in the lead, and statistics for the planner. Ours is attached.
CREATE TABLE lead (
	tenant_id bigint NOT NULL,
	lead_id bigint NOT NULL,
	id text NOT NULL,
	name text,
	company text,
	department text,
	title text,
	phone text,
	industry text,
	company_size bigint,
	region text,
	source text,
	attrs text,
	score bigint,
	PRIMARY KEY (tenant_id, lead_id)
) WITHOUT ROWID;
CREATE TABLE event (
	tenant_id bigint NOT NULL,
	event_id text NOT NULL,
	lead_id bigint NOT NULL,
	type_id bigint NOT NULL,
	at bigint NOT NULL,
	attrs text,
	PRIMARY KEY (tenant_id, event_id)
) WITHOUT ROWID;
CREATE TABLE event_type (
	type_id bigint PRIMARY KEY,
	name text
);
INSERT INTO lead SELECT tenant_id, lead_id, id, name, company, department,
	title, phone, industry, company_size, region, source, attrs, NULL
	FROM ours.lead ORDER BY tenant_id, lead_id;
INSERT INTO event SELECT tenant_id, event_id, lead_id, type_id, at, attrs
	FROM ours.event ORDER BY tenant_id, event_id;
INSERT INTO event_type SELECT type_id, name FROM ours.event_type;
CREATE INDEX event_by_lead ON event (tenant_id, lead_id, type_id, at);
ANALYZE;
