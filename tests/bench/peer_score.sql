-- The twenty rules of rules.json by hand, one UPDATE ... FROM, no history.
-- The moment is 2026-01-15T00:00:00Z.
WITH t AS MATERIALIZED (
	SELECT
		max(type_id) FILTER (WHERE name = 'email_opened') AS opened,
		max(type_id) FILTER (WHERE name = 'email_clicked') AS clicked,
		max(type_id) FILTER (WHERE name = 'site_visited') AS visited,
		max(type_id) FILTER (WHERE name = 'document_downloaded') AS loaded,
		max(type_id) FILTER (WHERE name = 'demo_requested') AS demo,
		max(type_id) FILTER (WHERE name = 'assessment_completed') AS done,
		max(type_id) FILTER (WHERE name = 'form_submitted') AS form,
		max(type_id) FILTER (WHERE name = 'unsubscribed') AS gone
	FROM event_type
)
UPDATE lead SET score = max(0, min(100,
	CASE WHEN company_size >= 500 THEN 15
	     WHEN company_size BETWEEN 100 AND 499 THEN 8 ELSE 0 END +
	CASE WHEN title IN ('部長', 'マーケティング部長', '本部長', '執行役員',
		'取締役', '代表取締役', '代表取締役社長') THEN 12
	     WHEN title IN ('課長', '次長') THEN 6
	     WHEN title = '学生' THEN -50 ELSE 0 END +
	CASE WHEN industry IN ('IT', 'SaaS', 'ＩＴ') THEN 10 ELSE 0 END +
	CASE WHEN region IN ('東京都', '大阪府', '愛知県') THEN 4 ELSE 0 END +
	CASE WHEN source = '紹介' THEN 8 ELSE 0 END +
	CASE WHEN department IN ('マーケティング部', '経営企画部') THEN 6
	     ELSE 0 END +
	CASE WHEN phone IS NOT NULL THEN 2 ELSE 0 END +
	b.points))
FROM (
	SELECT l.lead_id AS lead_id,
		2 * min(5, count(*) FILTER (WHERE e.type_id = t.opened)) +
		5 * min(4, count(*) FILTER (WHERE e.type_id = t.clicked)) +
		3 * min(5, count(*) FILTER (WHERE e.type_id = t.visited)) +
		8 * min(3, count(*) FILTER (WHERE e.type_id = t.loaded)) +
		20 * min(1, count(*) FILTER (WHERE e.type_id = t.demo)) +
		10 * min(1, count(*) FILTER (WHERE e.type_id = t.done)) +
		6 * min(1, count(*) FILTER (WHERE e.type_id = t.form)) -
		20 * min(1, count(*) FILTER (WHERE e.type_id = t.gone)) +
		5 * min(2, count(*) FILTER (WHERE e.type_id = t.visited
			AND e.at > 1768435200000 - 2592000000)) +
		6 * min(2, count(*) FILTER (WHERE e.type_id = t.loaded
			AND e.at > 1768435200000 - 2592000000)) AS points
	FROM t CROSS JOIN lead AS l
	LEFT JOIN event AS e ON e.tenant_id = 1 AND e.lead_id = l.lead_id
		AND e.at <= 1768435200000
	WHERE l.tenant_id = 1
	GROUP BY l.lead_id
) AS b
WHERE lead.tenant_id = 1 AND lead.lead_id = b.lead_id;
