-- Automations: what is done when something happened, what waits for them, and
-- what they did.

CREATE TABLE signal_wanted (		-- kinds that somebody waits for
	tenant_id bigint NOT NULL,
	kind text NOT NULL,
	PRIMARY KEY (tenant_id, kind)
) {{CLUSTERED}};

CREATE TABLE signal_queue (		-- signals nobody has dealt with yet
	tenant_id bigint NOT NULL,
	signal_id bigint NOT NULL,
	PRIMARY KEY (tenant_id, signal_id)
) {{CLUSTERED}};

CREATE TABLE automation (
	tenant_id bigint NOT NULL,
	name text NOT NULL,
	document text,			-- NULL: the one that ships
	enabled bigint NOT NULL CHECK (enabled IN (0, 1)),
	since bigint NOT NULL,		-- earlier signals do not fire it
	updated_at bigint NOT NULL,
	PRIMARY KEY (tenant_id, name)
) {{CLUSTERED}};

CREATE TABLE automation_state (
	tenant_id bigint NOT NULL,
	known text NOT NULL,		-- checksum of what is listened for
	recommend text,			-- table of actions; NULL: what ships
	PRIMARY KEY (tenant_id)
) {{CLUSTERED}};

CREATE TABLE firing (			-- each at most once per signal
	tenant_id bigint NOT NULL,
	signal_id bigint NOT NULL,
	automation text NOT NULL,
	at bigint NOT NULL,
	kind text NOT NULL,		-- of the signal
	lead_id bigint,
	tasks bigint NOT NULL,		-- it made
	messages bigint NOT NULL,
	moves bigint NOT NULL,
	problem text,			-- why not all of it was done
	PRIMARY KEY (tenant_id, signal_id, automation)
) {{CLUSTERED}};
CREATE INDEX firing_by_lead ON firing (tenant_id, lead_id);

{{SQLITE}}
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
	('signal_wanted', 'signal_wanted', '100 10 1'),
	('signal_queue', 'signal_queue', '100000 100000 1'),
	('automation', 'automation', '200 20 1'),
	('automation_state', 'automation_state', '100 1'),
	('firing', 'firing', '1000000 1000000 1 1'),
	('firing', 'firing_by_lead', '1000000 1000000 2');
{{END}}
