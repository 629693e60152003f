-- Segments: what they are, who is in, who was in, who was put in or kept out
-- by hand, and when time alone may change that. And which consumers of the
-- work queue a tenant has.

CREATE TABLE work_wanted (		-- queues that somebody drains
	tenant_id bigint NOT NULL,
	consumer bigint NOT NULL,	-- as in work; scoring is always wanted
	PRIMARY KEY (tenant_id, consumer)
) {{CLUSTERED}};

CREATE TABLE segment (
	tenant_id bigint NOT NULL,
	segment_id bigint NOT NULL,	-- internal, never shown
	name text NOT NULL,
	document text NOT NULL,		-- JSON as `dl-segment show` prints it
	enabled bigint NOT NULL CHECK (enabled IN (0, 1)),
	dynamic bigint NOT NULL CHECK (dynamic IN (0, 1)), -- follows the data
	checksum text,			-- the condition and settings that the
					-- members agree with; NULL: none yet
	filled_at bigint,		-- when all leads were last looked at
	fill_checksum text,		-- of a look at all that is under way
	fill_lead bigint,		-- it has done the leads up to here
	updated_at bigint NOT NULL,
	PRIMARY KEY (tenant_id, segment_id)
) {{CLUSTERED}};
CREATE UNIQUE INDEX segment_by_name ON segment (tenant_id, name);

CREATE TABLE segment_member (		-- a row exactly while the lead is in
	tenant_id bigint NOT NULL,
	segment_id bigint NOT NULL,
	lead_id bigint NOT NULL,
	since bigint NOT NULL,
	hand bigint NOT NULL CHECK (hand IN (0, 1)), -- in by hand only
	PRIMARY KEY (tenant_id, segment_id, lead_id)
) {{CLUSTERED}};
CREATE INDEX segment_member_by_lead ON segment_member (tenant_id, lead_id);

CREATE TABLE segment_history (		-- memberships that have ended
	tenant_id bigint NOT NULL,
	segment_id bigint NOT NULL,
	lead_id bigint NOT NULL,
	since bigint NOT NULL,
	left_at bigint NOT NULL,
	hand bigint NOT NULL CHECK (hand IN (0, 1)),
	PRIMARY KEY (tenant_id, segment_id, lead_id, since)
) {{CLUSTERED}};

CREATE TABLE segment_override (		-- decided by hand
	tenant_id bigint NOT NULL,
	segment_id bigint NOT NULL,
	lead_id bigint NOT NULL,
	included bigint NOT NULL CHECK (included IN (0, 1)), -- 0: kept out
	by_rule bigint NOT NULL CHECK (by_rule IN (0, 1)), -- was in by rule
	who text NOT NULL,
	at bigint NOT NULL,
	why text,
	PRIMARY KEY (tenant_id, segment_id, lead_id)
) {{CLUSTERED}};
CREATE INDEX segment_override_by_lead ON segment_override (tenant_id, lead_id);

CREATE TABLE segment_next (		-- when time may change a lead's segments
	tenant_id bigint NOT NULL,
	lead_id bigint NOT NULL,
	next_at bigint NOT NULL,
	PRIMARY KEY (tenant_id, lead_id)
) {{CLUSTERED}};

CREATE TABLE segment_due (		-- lower bound of next_at per 256 leads
	tenant_id bigint NOT NULL,
	chunk bigint NOT NULL,		-- lead_id / 256
	next_at bigint NOT NULL,
	PRIMARY KEY (tenant_id, chunk)
) {{CLUSTERED}};

{{SQLITE}}
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
	('work_wanted', 'work_wanted', '100 10 1'),
	('segment', 'segment', '100 100 1'),
	('segment', 'segment_by_name', '100 100 1'),
	('segment_member', 'segment_member', '2000000 2000000 100000 1'),
	('segment_member', 'segment_member_by_lead', '2000000 2000000 2'),
	('segment_history', 'segment_history', '2000000 2000000 100000 2 1'),
	('segment_override', 'segment_override', '10000 10000 500 1'),
	('segment_override', 'segment_override_by_lead', '10000 10000 2'),
	('segment_next', 'segment_next', '500000 500000 1'),
	('segment_due', 'segment_due', '4000 4000 1');
{{END}}
