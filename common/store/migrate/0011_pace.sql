-- What was sent lately, where there is a limit to it.

CREATE TABLE pace (
	tenant_id bigint NOT NULL,	-- 0: all tenants share it
	whom text NOT NULL,		-- a recipient; '' the channel itself
	channel text NOT NULL,
	marks text NOT NULL,		-- "MOMENT:COUNT ...", the oldest first
	until bigint NOT NULL,		-- from then on it limits nothing
	PRIMARY KEY (tenant_id, whom, channel)
) {{CLUSTERED}};
CREATE INDEX pace_by_until ON pace (tenant_id, until);

{{SQLITE}}
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
	('pace', 'pace', '100000 100000 1 1'),
	('pace', 'pace_by_until', '100000 100000 2 1 1');
{{END}}
