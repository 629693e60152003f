-- SPDX-License-Identifier: ISC
-- What the store keeps for itself: migrations, numbers, queues, leases, the
-- latest moment.

-- name: migration_record
-- Notes that a migration has been applied.
-- $1 number bigint
-- $2 name text
-- $3 checksum text
INSERT INTO migration (number, name, checksum) VALUES ($1, $2, $3);

-- name: migration_list
-- The migrations that made this store, to compare with the program's.
SELECT number, name, checksum FROM migration ORDER BY number;

-- name: counter_reserve
-- Reserves $3 numbers of a kind; gives the first one that is still free after.
-- $1 tenant bigint
-- $2 kind text
-- $3 count bigint
INSERT INTO counter (tenant_id, kind, next) VALUES ($1, $2, 1 + $3)
ON CONFLICT (tenant_id, kind) DO UPDATE SET next = counter.next + $3
RETURNING next;

-- bulk: lead_mark (lead_id bigint)

-- name: work_mark
-- Puts one lead into a consumer's queue.
-- $1 tenant bigint
-- $2 consumer bigint
-- $3 lead bigint
INSERT INTO work (tenant_id, consumer, lead_id) VALUES ($1, $2, $3)
ON CONFLICT (tenant_id, consumer, lead_id) DO NOTHING;

-- name: work_mark_bulk
-- Puts the leads of a batch into a consumer's queue.
-- $1 tenant bigint
-- $2 consumer bigint
INSERT INTO work (tenant_id, consumer, lead_id)
SELECT $1, $2, b.lead_id FROM bulk_lead_mark AS b WHERE true
ON CONFLICT (tenant_id, consumer, lead_id) DO NOTHING;

-- name: work_wanted_list
-- The consumers a tenant wants, in order.
-- $1 tenant bigint
SELECT w.consumer FROM work_wanted AS w
WHERE w.tenant_id = $1 ORDER BY w.consumer;

-- name: work_wanted_add
-- A tenant wants a consumer's queue filled.
-- $1 tenant bigint
-- $2 consumer bigint
INSERT INTO work_wanted (tenant_id, consumer) VALUES ($1, $2)
ON CONFLICT (tenant_id, consumer) DO NOTHING;

-- name: work_wanted_remove
-- It does not any more.
-- $1 tenant bigint
-- $2 consumer bigint
DELETE FROM work_wanted WHERE tenant_id = $1 AND consumer = $2;

-- name: work_claim
-- Takes the first leads out of a consumer's queue.
-- $1 tenant bigint
-- $2 consumer bigint
-- $3 limit bigint
WITH picked AS MATERIALIZED (
	SELECT w.lead_id FROM work AS w
	WHERE w.tenant_id = $1 AND w.consumer = $2
	ORDER BY w.lead_id LIMIT $3 {{SKIP_LOCKED}})
DELETE FROM work
WHERE tenant_id = $1 AND consumer = $2
	AND lead_id IN (SELECT p.lead_id FROM picked AS p)
RETURNING lead_id;

-- name: work_look
-- Leads that wait, without claiming them.
-- $1 tenant bigint
-- $2 consumer bigint
-- $3 after bigint
-- $4 limit bigint
SELECT w.lead_id FROM work AS w
WHERE w.tenant_id = $1 AND w.consumer = $2 AND w.lead_id > $3
ORDER BY w.lead_id LIMIT $4;

-- name: work_take
-- The leads of bulk_lead_mark wait no longer.
-- $1 tenant bigint
-- $2 consumer bigint
DELETE FROM work WHERE tenant_id = $1 AND consumer = $2
	AND lead_id IN (SELECT b.lead_id FROM bulk_lead_mark AS b);

-- name: work_count
-- Counts a consumer's queue, no further than a limit.
-- $1 tenant bigint
-- $2 consumer bigint
-- $3 limit bigint
SELECT count(*) FROM (
	SELECT w.lead_id FROM work AS w
	WHERE w.tenant_id = $1 AND w.consumer = $2 LIMIT $3) AS few;

-- name: work_clear
-- Empties a consumer's queue, when all leads are done anyway.
-- $1 tenant bigint
-- $2 consumer bigint
DELETE FROM work WHERE tenant_id = $1 AND consumer = $2;

-- name: lease_holder
-- Who holds a lease.
-- $1 tenant bigint
-- $2 job text
SELECT owner, taken_at, renewed_at FROM lease
WHERE tenant_id = $1 AND job = $2;

-- name: lease_take
-- Takes a lease that is free, or whose holder has lost it.
-- $1 tenant bigint
-- $2 job text
-- $3 owner text
-- $4 now bigint
INSERT INTO lease (tenant_id, job, owner, taken_at, renewed_at)
VALUES ($1, $2, $3, $4, $4)
ON CONFLICT (tenant_id, job) DO UPDATE
SET owner = excluded.owner, taken_at = excluded.taken_at,
	renewed_at = excluded.renewed_at;

-- name: lease_renew
-- Says that the holder is still at work; no row when somebody else took over.
-- $1 tenant bigint
-- $2 job text
-- $3 owner text
-- $4 now bigint
UPDATE lease SET renewed_at = $4
WHERE tenant_id = $1 AND job = $2 AND owner = $3;

-- name: lease_release
-- Gives a lease back.
-- $1 tenant bigint
-- $2 job text
-- $3 owner text
DELETE FROM lease WHERE tenant_id = $1 AND job = $2 AND owner = $3;

-- name: moment_latest
-- The latest moment at which work was done for a tenant.
-- $1 tenant bigint
SELECT latest FROM moment WHERE tenant_id = $1;

-- name: moment_record
-- Moves a tenant's latest moment on, never back.
-- $1 tenant bigint
-- $2 now bigint
INSERT INTO moment (tenant_id, latest) VALUES ($1, $2)
ON CONFLICT (tenant_id) DO UPDATE SET latest = excluded.latest
WHERE moment.latest < excluded.latest;
