-- The first schema: tenants and users, leads, events and assessments, scores
-- and their rules, signals, audit, and what the store keeps for itself.
--
-- One text for both engines; what differs stands in braces and is replaced by
-- the engine: {{CLUSTERED}} (WITHOUT ROWID on SQLite), {{BLOB}}; what only
-- one needs stands between {{SQLITE}} and {{END}}.
-- Times are milliseconds since 1970 UTC. Booleans are 0 or 1. tenant_id comes
-- first in every key of a tenant-owned table.

CREATE TABLE migration (		-- what made this store
	number bigint NOT NULL PRIMARY KEY,
	name text NOT NULL,
	checksum text NOT NULL		-- SHA-256 of its text
) {{CLUSTERED}};

CREATE TABLE tenant (
	tenant_id bigint NOT NULL PRIMARY KEY,
	name text NOT NULL UNIQUE,
	created_at bigint NOT NULL,
	settings text NOT NULL		-- JSON object, see dl-database(5)
) {{CLUSTERED}};

CREATE TABLE member (			-- the tenant's own people
	tenant_id bigint NOT NULL,
	email text NOT NULL,		-- normalised
	name text,
	role text NOT NULL,		-- admin, manager, sales, marketing, viewer
	region text,
	manager text,			-- e-mail of another member
	active bigint NOT NULL CHECK (active IN (0, 1)),
	created_at bigint NOT NULL,
	PRIMARY KEY (tenant_id, email)
) {{CLUSTERED}};

CREATE TABLE lead (
	tenant_id bigint NOT NULL,
	lead_id bigint NOT NULL,	-- internal, never shown
	id text NOT NULL,		-- what users call it
	email text,			-- as given
	email_key text,			-- normalised, for comparing
	name text,
	company text,
	department text,
	title text,
	phone text,
	industry text,
	company_size bigint,
	region text,
	country text,
	source text,
	owner text,
	status text,
	stage text,
	tags text,			-- JSON array of texts, sorted, or NULL
	created_at bigint NOT NULL,
	updated_at bigint NOT NULL,
	converted_at bigint,		-- given by the source, not from events
	converted bigint CHECK (converted IN (0, 1)),	-- outcome without a date
	attrs text,			-- JSON object as given, or NULL
	folded text NOT NULL,		-- name, company, e-mail, id folded for search
	PRIMARY KEY (tenant_id, lead_id)
) {{CLUSTERED}};
CREATE UNIQUE INDEX lead_by_id ON lead (tenant_id, id);
CREATE INDEX lead_by_email ON lead (tenant_id, email_key)
	WHERE email_key IS NOT NULL;

CREATE TABLE event_type (
	tenant_id bigint NOT NULL,
	type_id bigint NOT NULL,	-- internal, never shown
	name text NOT NULL,
	PRIMARY KEY (tenant_id, type_id)
) {{CLUSTERED}};
CREATE UNIQUE INDEX event_type_by_name ON event_type (tenant_id, name);

CREATE TABLE event (
	tenant_id bigint NOT NULL,
	event_id text NOT NULL,
	lead_id bigint NOT NULL,
	type_id bigint NOT NULL,
	at bigint NOT NULL,
	attrs text,			-- JSON object as given, or NULL
	PRIMARY KEY (tenant_id, event_id)
) {{CLUSTERED}};
CREATE INDEX event_by_lead ON event (tenant_id, lead_id, type_id, at);

CREATE TABLE assessment (		-- one person's run through one assessment
	tenant_id bigint NOT NULL,
	response_id text NOT NULL,
	lead_id bigint NOT NULL,
	assessment text NOT NULL,	-- which questionnaire
	started_at bigint,
	completed_at bigint,
	progress bigint,		-- percent answered, 0..100
	result text,			-- JSON as given: points, category ...
	answers text,			-- JSON as given
	PRIMARY KEY (tenant_id, response_id)
) {{CLUSTERED}};
CREATE INDEX assessment_by_lead ON assessment (tenant_id, lead_id);

CREATE TABLE rule_set (
	tenant_id bigint NOT NULL,
	name text NOT NULL,
	document text NOT NULL,		-- JSON as `dl-score show` prints it
	active bigint NOT NULL CHECK (active IN (0, 1)),
	updated_at bigint NOT NULL,
	PRIMARY KEY (tenant_id, name)
) {{CLUSTERED}};

CREATE TABLE score (			-- the present score; narrow on purpose
	tenant_id bigint NOT NULL,
	lead_id bigint NOT NULL,
	score bigint NOT NULL,
	fit bigint NOT NULL,
	engagement bigint NOT NULL,
	is_hot bigint NOT NULL,
	armed bigint NOT NULL,		-- the next upward crossing signals
	became_hot_at bigint,
	at bigint NOT NULL,		-- when this score came to be
	next_at bigint,			-- when time alone may change it
	points {{BLOB}} NOT NULL,	-- points by rule, packed by score/
	PRIMARY KEY (tenant_id, lead_id)
) {{CLUSTERED}};

CREATE TABLE score_history (		-- scores that have been superseded
	tenant_id bigint NOT NULL,
	lead_id bigint NOT NULL,
	at bigint NOT NULL,
	number bigint NOT NULL,		-- order among equal moments
	score bigint NOT NULL,
	fit bigint NOT NULL,
	engagement bigint NOT NULL,
	points {{BLOB}} NOT NULL,
	PRIMARY KEY (tenant_id, lead_id, at, number)
) {{CLUSTERED}};

CREATE TABLE score_due (		-- lower bound of next_at per 256 leads
	tenant_id bigint NOT NULL,
	chunk bigint NOT NULL,		-- lead_id / 256
	next_at bigint NOT NULL,
	PRIMARY KEY (tenant_id, chunk)
) {{CLUSTERED}};

CREATE TABLE score_rules (		-- every rule table points refer to
	tenant_id bigint NOT NULL,
	version bigint NOT NULL,
	names text NOT NULL,		-- JSON array of rule names by index
	checksum text NOT NULL,		-- of the rule set and settings
	PRIMARY KEY (tenant_id, version)
) {{CLUSTERED}};

CREATE TABLE score_state (
	tenant_id bigint NOT NULL,
	version bigint NOT NULL,	-- the rules all scores agree with
	pass_version bigint,		-- a full pass under way, else NULL
	pass_lead bigint,		-- it has done the leads up to here
	pass_now bigint,		-- its moment
	PRIMARY KEY (tenant_id)
) {{CLUSTERED}};

CREATE TABLE signal (			-- facts that something inside changed
	tenant_id bigint NOT NULL,
	signal_id bigint NOT NULL,	-- internal order, gaps possible
	at bigint NOT NULL,
	kind text NOT NULL,		-- lead.hot ...
	lead_id bigint,
	data text,			-- JSON object or NULL
	PRIMARY KEY (tenant_id, signal_id)
) {{CLUSTERED}};
CREATE INDEX signal_by_lead ON signal (tenant_id, lead_id, at);

CREATE TABLE audit (
	tenant_id bigint NOT NULL,
	audit_id bigint NOT NULL,
	at bigint NOT NULL,
	who text NOT NULL,
	action text NOT NULL,
	object text,
	detail text,			-- JSON object or NULL
	PRIMARY KEY (tenant_id, audit_id)
) {{CLUSTERED}};

CREATE TABLE work (			-- leads waiting for a consumer
	tenant_id bigint NOT NULL,
	consumer bigint NOT NULL,
	lead_id bigint NOT NULL,
	PRIMARY KEY (tenant_id, consumer, lead_id)
) {{CLUSTERED}};

CREATE TABLE lease (
	tenant_id bigint NOT NULL,
	job text NOT NULL,
	owner text NOT NULL,		-- host:pid:random
	taken_at bigint NOT NULL,	-- the real clock
	renewed_at bigint NOT NULL,
	PRIMARY KEY (tenant_id, job)
) {{CLUSTERED}};

CREATE TABLE counter (			-- store_numbers()
	tenant_id bigint NOT NULL,
	kind text NOT NULL,
	next bigint NOT NULL,
	PRIMARY KEY (tenant_id, kind)
) {{CLUSTERED}};

CREATE TABLE moment (			-- store_moment()
	tenant_id bigint NOT NULL,
	latest bigint NOT NULL,
	PRIMARY KEY (tenant_id)
) {{CLUSTERED}};

{{SQLITE}}
-- What the planner is told before there is anything to count: a tenant of a
-- million leads and five million events. With no statistics it takes
-- tenant_id = $1 for ten rows and reads whole tenants in inner loops.
-- Rows of the table, then rows per value of the first column, of the first
-- two, and so on.
ANALYZE sqlite_schema;
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
	('tenant', 'tenant', '100 1'),
	('member', 'member', '1000 1000 1'),
	('lead', 'lead', '1000000 1000000 1'),
	('lead', 'lead_by_id', '1000000 1000000 1'),
	('lead', 'lead_by_email', '900000 900000 1'),
	('event_type', 'event_type', '100 100 1'),
	('event_type', 'event_type_by_name', '100 100 1'),
	('event', 'event', '5000000 5000000 1'),
	('event', 'event_by_lead', '5000000 5000000 5 2 1'),
	('assessment', 'assessment', '500000 500000 1'),
	('assessment', 'assessment_by_lead', '500000 500000 1'),
	('rule_set', 'rule_set', '100 100 1'),
	('score', 'score', '1000000 1000000 1'),
	('score_history', 'score_history', '5000000 5000000 5 1 1'),
	('score_due', 'score_due', '4000 4000 1'),
	('score_rules', 'score_rules', '100 100 1'),
	('score_state', 'score_state', '100 1'),
	('signal', 'signal', '1000000 1000000 1'),
	('signal', 'signal_by_lead', '1000000 1000000 2 1'),
	('audit', 'audit', '100000 100000 1'),
	('work', 'work', '100000 100000 100000 1'),
	('lease', 'lease', '100 100 1'),
	('counter', 'counter', '100 100 1'),
	('moment', 'moment', '100 1');
{{END}}
