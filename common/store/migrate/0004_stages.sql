-- Stages: the tenant's model, where each lead stands, and the way it came.

CREATE TABLE stage_model (
	tenant_id bigint NOT NULL,
	document text,			-- JSON as `dl-stage show` prints it;
					-- NULL: the model that ships
	updated_at bigint,		-- NULL: never defined
	applied text,			-- checksum of the model that all leads
					-- agree with; NULL: none yet
	pass text,			-- a look at all leads is under way for
					-- this checksum, else NULL
	pass_lead bigint,		-- it has come so far
	pass_now bigint,		-- its moment
	PRIMARY KEY (tenant_id)
) {{CLUSTERED}};

CREATE TABLE stage_state (		-- what lead.stage alone does not say
	tenant_id bigint NOT NULL,
	lead_id bigint NOT NULL,
	stage text,			-- as in lead.stage when last looked at
	since bigint,
	hand_at bigint,			-- the latest move by hand
	held bigint NOT NULL CHECK (held IN (0, 1)), -- until the lead changes
	moves bigint NOT NULL,		-- made so far
	waiting text,			-- JSON: since when conditions have held
	next_at bigint,			-- when time alone may move it
	PRIMARY KEY (tenant_id, lead_id)
) {{CLUSTERED}};
CREATE INDEX stage_state_by_stage ON stage_state (tenant_id, stage, since);
CREATE INDEX stage_state_by_next ON stage_state (tenant_id, next_at)
	WHERE next_at IS NOT NULL;

CREATE TABLE stage_history (
	tenant_id bigint NOT NULL,
	lead_id bigint NOT NULL,
	number bigint NOT NULL,		-- of the lead's moves, from 1
	at bigint NOT NULL,
	came_from text,			-- a stage; NULL: none
	stage text,			-- where it went; NULL: none
	cause text NOT NULL,		-- rule, hand or given
	who text,			-- by hand: who moved it
	why text,			-- the condition, or what people said
	PRIMARY KEY (tenant_id, lead_id, number)
) {{CLUSTERED}};

{{SQLITE}}
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
	('stage_model', 'stage_model', '100 1'),
	('stage_state', 'stage_state', '1000000 1000000 1'),
	('stage_state', 'stage_state_by_stage', '1000000 1000000 150000 2'),
	('stage_state', 'stage_state_by_next', '500000 500000 2'),
	('stage_history', 'stage_history', '2000000 2000000 2 1');
{{END}}
