-- Statements of the room segment: what segments come to, and how they differ.

-- name: compare_members
-- Who was in a segment at a moment, by number, with when they left where they
-- have.
-- $1 tenant bigint
-- $2 segment bigint
-- $3 at bigint
SELECT b.lead_id, b.since, b.left_at
FROM (SELECT m.lead_id, m.since, 0 AS left_at FROM segment_member AS m
	WHERE m.tenant_id = $1 AND m.segment_id = $2 AND m.since <= $3
	UNION ALL
	SELECT h.lead_id, h.since, h.left_at FROM segment_history AS h
	WHERE h.tenant_id = $1 AND h.segment_id = $2 AND h.since <= $3
	AND h.left_at > $3) AS b
ORDER BY b.lead_id;

-- name: compare_by_hand
-- How many are in a segment by hand.
-- $1 tenant bigint
-- $2 segment bigint
SELECT count(*) FROM segment_member AS m
WHERE m.tenant_id = $1 AND m.segment_id = $2 AND m.hand = 1;

-- name: compare_days
-- How many came and went on each day of the tenant's zone.
-- $1 tenant bigint
-- $2 segment bigint
-- $3 from bigint
-- $4 now bigint
-- $5 zone text
SELECT y.day, sum(y.entered), sum(y.gone)
FROM (SELECT dl_bucket(x.at, 'day', $5) AS day, x.entered, x.gone
	FROM (SELECT m.since AS at, 1 AS entered, 0 AS gone
		FROM segment_member AS m
		WHERE m.tenant_id = $1 AND m.segment_id = $2
		UNION ALL
		SELECT h.since, 1, 0 FROM segment_history AS h
		WHERE h.tenant_id = $1 AND h.segment_id = $2
		UNION ALL
		SELECT h.left_at, 0, 1 FROM segment_history AS h
		WHERE h.tenant_id = $1 AND h.segment_id = $2) AS x
	WHERE x.at >= $3 AND x.at <= $4) AS y
GROUP BY y.day ORDER BY y.day;
