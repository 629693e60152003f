-- Tasks by the moment of which there is something to tell next: a day before
-- they are due, for those with two days or more, and when they are due. So what
-- was told of and is not due yet is not looked at again and again.

DROP INDEX task_by_telling;
CREATE INDEX task_by_telling ON task (tenant_id,
	(CASE WHEN reminded = 0 AND due_at - created_at >= 172800000
	THEN due_at - 86400000 ELSE due_at END))
	WHERE closed_at IS NULL AND due_at IS NOT NULL AND escalated = 0;

{{SQLITE}}
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
	('task', 'task_by_telling', '20000 20000 2');
{{END}}
