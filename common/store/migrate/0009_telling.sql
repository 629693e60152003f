-- Tasks of which there is something to tell are found without a look at all
-- that are open.

CREATE INDEX task_by_telling ON task (tenant_id, due_at)
	WHERE closed_at IS NULL AND due_at IS NOT NULL AND escalated = 0;

{{SQLITE}}
-- Most tasks of a person may be open: that narrows nothing.
UPDATE sqlite_stat1 SET stat = '1000000 1000000 20000 10000'
WHERE idx = 'task_by_assignee';
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
	('task', 'task_by_telling', '20000 20000 2');
{{END}}
