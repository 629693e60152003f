-- Forecasts as they were made, to be graded by what came.

CREATE TABLE forecast (
	tenant_id bigint NOT NULL,
	what text NOT NULL,		-- hash of the definition
	part text NOT NULL,		-- hash of the series
	made_at bigint NOT NULL,
	definition text NOT NULL,	-- JSON: what was measured, and how
	series text NOT NULL,		-- the metric, or the value of a group
	method text NOT NULL,		-- that was asked for
	model text NOT NULL,		-- what it came to
	period bigint NOT NULL,		-- steps in a season
	first_at bigint NOT NULL,	-- when the first step begins
	steps text NOT NULL,		-- JSON: [mean, lo80, hi80, lo95, hi95]
					-- of each
	PRIMARY KEY (tenant_id, what, part, made_at)
) {{CLUSTERED}};

{{SQLITE}}
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
	('forecast', 'forecast', '1000000 1000000 50000 100 1');
{{END}}
