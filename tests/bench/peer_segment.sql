-- SPDX-License-Identifier: ISC
-- The first segment of segments.txt by hand, on our own store and its own
-- indexes, the members written; :now is the moment.
PRAGMA synchronous = NORMAL;
PRAGMA cache_size = -16000;
BEGIN IMMEDIATE;
INSERT INTO segment_member (tenant_id, segment_id, lead_id, since, hand)
SELECT l.tenant_id, 99, l.lead_id, :now, 0
FROM score AS s JOIN lead AS l
	ON l.tenant_id = s.tenant_id AND l.lead_id = s.lead_id
WHERE s.tenant_id = 1 AND s.score BETWEEN 60 AND 79
	AND l.industry IN ('IT', '製造業', 'SaaS')
	AND l.company_size BETWEEN 100 AND 500
	AND ((SELECT count(*) FROM event AS e JOIN event_type AS y
		ON y.tenant_id = e.tenant_id AND y.type_id = e.type_id
		WHERE e.tenant_id = 1 AND e.lead_id = l.lead_id
		AND y.name = 'email_opened'
		AND e.at > :now - 2592000000 AND e.at <= :now) >= 1
	OR instr(l.company, 'システム') > 0);
COMMIT;
SELECT count(*) FROM segment_member WHERE segment_id = 99;
