-- When fields of leads changed, for conditions such as changed(stage, 7d).

CREATE TABLE field_change (		-- a row each time; being made is none
	tenant_id bigint NOT NULL,
	lead_id bigint NOT NULL,
	field text NOT NULL,		-- stage ..., attrs.KEY
	at bigint NOT NULL,
	PRIMARY KEY (tenant_id, lead_id, field, at)
) {{CLUSTERED}};

{{SQLITE}}
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
	('field_change', 'field_change', '3000000 3000000 6 2 1');
{{END}}
