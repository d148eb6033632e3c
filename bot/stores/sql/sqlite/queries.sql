-- name: remember_cause
INSERT INTO causes (cause, incident_id, at) VALUES (:cause, :incident_id, :at) ON CONFLICT (cause) DO NOTHING

-- name: incident_of_cause
SELECT incidents.body FROM causes JOIN incidents ON incidents.id = causes.incident_id WHERE causes.cause = :cause

-- name: next_number
UPDATE counters SET value = value + 1 WHERE name = 'incident' RETURNING value

-- name: insert_incident
INSERT INTO incidents (id, number, version, is_open, urgency, alert_group, channel, body)
VALUES (:id, :number, :version, :is_open, :urgency, :alert_group, :channel, :body)

-- name: update_incident
-- The number never changes; the version must be the one that was decided on.
UPDATE incidents
SET version = :version, is_open = :is_open, urgency = :urgency, alert_group = :alert_group, channel = :channel,
    body = :body
WHERE id = :id AND number = :number AND version = :was

-- name: incident
SELECT body FROM incidents WHERE id = :id

-- name: incident_by_number
SELECT body FROM incidents WHERE number = :number

-- name: incident_by_channel
SELECT body FROM incidents WHERE channel = :channel ORDER BY number DESC LIMIT 1

-- name: open_incidents
SELECT body FROM incidents WHERE is_open = 1 ORDER BY urgency, number DESC LIMIT :limit

-- name: incidents_with_evidence
-- The plus keeps SQLite from going through all incidents by their number.
SELECT body FROM incidents WHERE is_open = 1 AND json_extract(body, '$.evidence') IS NOT NULL ORDER BY +number

-- name: recent_incidents
SELECT body FROM incidents ORDER BY number DESC LIMIT :limit

-- name: last_incident_of_group
SELECT body FROM incidents WHERE alert_group = :group ORDER BY number DESC LIMIT 1

-- name: last_link
SELECT seq, link FROM events WHERE chain = :chain ORDER BY seq DESC LIMIT 1

-- name: append_events
INSERT INTO events (id, chain, seq, recorded_at, content, link, body)
WITH new (id, chain, seq, recorded_at, content, link, body) AS (VALUES :rows)
SELECT id, chain, seq, recorded_at, content, link, body FROM new WHERE true

-- name: timeline
SELECT id, seq, recorded_at, content, link, body FROM events WHERE chain = :chain ORDER BY seq

-- name: event
SELECT id, seq, recorded_at, content, link, body FROM events WHERE id = :id

-- name: chains
SELECT DISTINCT chain FROM events ORDER BY chain

-- name: add_alerts
INSERT INTO alerts (id, version, incident_id, first_at, firing, messages, outage_of, body)
WITH new (id, was, version, incident_id, first_at, firing, messages, outage_of, body) AS (VALUES :rows)
SELECT id, version, incident_id, first_at, firing, messages, outage_of, body FROM new WHERE true
ON CONFLICT (id) DO NOTHING

-- name: change_alerts
-- The version must be the one that was decided on.
UPDATE alerts
SET version = new.version, incident_id = new.incident_id, first_at = new.first_at, firing = new.firing,
    messages = new.messages, outage_of = new.outage_of, body = new.body
FROM (WITH new (id, was, version, incident_id, first_at, firing, messages, outage_of, body) AS (VALUES :rows) SELECT * FROM new) AS new
WHERE alerts.id = new.id AND alerts.version = new.was

-- name: alert_tally
SELECT count(*) AS alerts, coalesce(sum(firing), 0) AS firing,
    coalesce(sum(messages), 0) AS messages,
    group_concat(DISTINCT substr(id, 1, instr(id, ':') - 1)) AS sources
FROM alerts WHERE incident_id = :incident_id

-- name: known_alerts
-- These, and what fires of the outages of these, all in one row, as one JSON text.
SELECT '[' || group_concat(body, ',') || ']' AS bodies FROM alerts WHERE id IN (
    SELECT value FROM json_each(:ids)
    UNION
    SELECT id FROM alerts INDEXED BY alerts_outages
    WHERE firing = 1 AND outage_of IN (SELECT value FROM json_each(:ids))
)

-- name: known_incidents
-- Those of these ids, and the newest of each group.
SELECT '[' || group_concat(body, ',') || ']' AS bodies FROM incidents WHERE id IN (
    SELECT value FROM json_each(:ids)
    UNION
    SELECT (SELECT id FROM incidents WHERE alert_group = groups.value ORDER BY number DESC LIMIT 1)
    FROM json_each(:groups) AS groups
)

-- name: firing_alerts
SELECT incident_id, count(*) AS firing FROM alerts
WHERE firing = 1 AND incident_id IN (SELECT value FROM json_each(:ids)) GROUP BY incident_id

-- name: known_deliveries
SELECT json_group_array(key) AS keys FROM deliveries WHERE key IN (SELECT value FROM json_each(:keys))

-- name: known_causes
SELECT json_group_array(cause) AS causes FROM causes WHERE cause IN (SELECT value FROM json_each(:causes))

-- name: still_open
SELECT id FROM incidents WHERE id IN (SELECT value FROM json_each(:ids)) AND is_open = 1

-- name: add_causes
INSERT INTO causes (cause, at)
WITH new (cause, at) AS (VALUES :rows)
SELECT cause, at FROM new WHERE true ON CONFLICT (cause) DO NOTHING

-- name: add_deliveries
INSERT INTO deliveries (key, source, received_at, headers, body, state, reason)
WITH new (key, source, received_at, headers, body, state, reason) AS (VALUES :rows)
SELECT key, source, received_at, headers, body, state, reason FROM new WHERE true
ON CONFLICT (key) DO NOTHING

-- name: replay_delivery
UPDATE deliveries SET state = :state, reason = :reason WHERE key = :key AND state <> 'taken'

-- name: alert
SELECT body FROM alerts WHERE id = :id

-- name: alerts_of
SELECT body FROM alerts WHERE incident_id = :incident_id ORDER BY first_at, rowid

-- name: insert_finding
INSERT INTO findings (id, incident_id, at, body) VALUES (:id, :incident_id, :at, :body)

-- name: finding
SELECT body FROM findings WHERE id = :id

-- name: findings_of
SELECT body FROM findings WHERE incident_id = :incident_id ORDER BY at, rowid

-- name: put_approval
INSERT INTO approvals (id, incident_id, step_id, target, state, ran_at, body)
VALUES (:id, :incident_id, :step_id, :target, :state, :ran_at, :body)
ON CONFLICT (id) DO UPDATE SET state = excluded.state, ran_at = excluded.ran_at, body = excluded.body

-- name: approval
SELECT body FROM approvals WHERE id = :id

-- name: approvals_of
SELECT body FROM approvals WHERE incident_id = :incident_id ORDER BY rowid

-- name: approvals_under_way
SELECT body FROM approvals WHERE state IN ('preparing', 'asked', 'approved', 'running') ORDER BY rowid

-- name: running_on
SELECT place_on_target, body FROM approvals WHERE target = :target AND state = 'running'

-- name: take_place
UPDATE approvals SET place_on_target = :place WHERE id = :id

-- name: last_run
SELECT max(ran_at) AS ran_at FROM approvals WHERE step_id = :step_id AND target = :target AND ran_at IS NOT NULL

-- name: set_stop
-- While another one stands, this one is not unique.
INSERT INTO stops (id, standing, body) VALUES (:id, 1, :body)

-- name: lift_stop
UPDATE stops SET standing = NULL, body = :body WHERE id = :id AND standing = 1

-- name: put_silence
INSERT INTO silences (id, until, body) VALUES (:id, :until, :body)
ON CONFLICT (id) DO UPDATE SET until = excluded.until, body = excluded.body

-- name: silences
SELECT body FROM silences WHERE until > :at ORDER BY until, id

-- name: wake_alerts
UPDATE jobs SET due_at = :now WHERE name = 'wake_alert' AND state = 'owed' AND due_at > :now

-- name: remember
INSERT INTO remembered (name, body) VALUES (:name, :body)
ON CONFLICT (name) DO UPDATE SET body = excluded.body WHERE remembered.body <> excluded.body

-- name: recall
SELECT body FROM remembered WHERE name = :name

-- name: stopped
SELECT body FROM stops WHERE standing = 1

-- name: insert_system_change
INSERT INTO system_changes (id, version, system, at, body) VALUES (:id, :version, :system, :at, :body)
ON CONFLICT (id) DO NOTHING

-- name: update_system_change
UPDATE system_changes SET version = :version, system = :system, at = :at, body = :body
WHERE id = :id AND version = :version - 1

-- name: system_change
SELECT body FROM system_changes WHERE id = :id

-- name: system_changes
SELECT body FROM system_changes
WHERE system = :system AND at >= :since AND at <= :until ORDER BY at DESC, id LIMIT :limit

-- name: forget_system_changes
DELETE FROM system_changes WHERE at < :before

-- name: put_watch
INSERT INTO watches (id, body) VALUES (:id, :body) ON CONFLICT (id) DO UPDATE SET body = excluded.body

-- name: watch
SELECT body FROM watches WHERE id = :id

-- name: watches
SELECT body FROM watches ORDER BY id

-- name: put_delivery
-- What came is never overwritten, only what became of it.
INSERT INTO deliveries (key, source, received_at, headers, body, state, reason)
VALUES (:key, :source, :received_at, :headers, :body, :state, :reason)
ON CONFLICT (key) DO UPDATE SET state = excluded.state, reason = excluded.reason

-- name: delivery
SELECT key, source, received_at, headers, body, state, reason FROM deliveries WHERE key = :key

-- name: last_knock
-- By the index of those whose body is kept, from the newest on.
SELECT received_at FROM (
    SELECT received_at, source FROM deliveries WHERE length(body) > 0 ORDER BY received_at DESC LIMIT :among
) AS newest
WHERE source = :source ORDER BY received_at DESC LIMIT 1

-- name: dead_deliveries
SELECT key, source, received_at, headers, body, state, reason FROM deliveries
WHERE state = 'dead' AND (received_at, key) > (:after_at, :after_key) ORDER BY received_at, key LIMIT :limit

-- name: owe
-- A known key is owed no second time, but a converge job is owed anew. While it waits, the earlier time stands, so that
-- a stream of debts cannot push it away for ever; a timer takes the new time. While it runs, it stays with its holder,
-- and the new generation makes it owed again when that one settles.
INSERT INTO jobs (key, name, mode, incident_id, subject, urgency, due_at)
WITH new (key, name, mode, incident_id, subject, urgency, due_at) AS (VALUES :rows)
SELECT key, name, mode, incident_id, subject, urgency, due_at FROM new WHERE true
ON CONFLICT (key) DO UPDATE SET
    due_at = iif(state = 'owed' AND name <> 'ring_clocks', min(due_at, excluded.due_at), excluded.due_at),
    urgency = excluded.urgency,
    generation = generation + 1,
    attempts = iif(state IN ('done', 'given_up'), 0, attempts),
    error = iif(state IN ('done', 'given_up'), '', error),
    state = iif(state = 'claimed', 'claimed', 'owed')
WHERE mode = 'converge'

-- name: take_from_silent
-- Nobody holds them from now on, and nobody may before the lease that is left here is over.
UPDATE jobs SET worker = NULL, lease_until = :lease_until, fence = fence + 1
WHERE state = 'claimed' AND worker IS NOT NULL AND lease_until <= :now

-- name: claim
UPDATE jobs
SET state = 'claimed', worker = :worker, lease_until = :lease_until, fence = fence + 1, attempts = attempts + 1
WHERE id IN (
    SELECT id FROM jobs
    WHERE state IN ('owed', 'claimed') AND worker IS NULL
        AND due_at <= :now AND (lease_until IS NULL OR lease_until <= :now OR lease_until > :rested)
    ORDER BY urgency, due_at, id LIMIT :limit
)
RETURNING id, key, name, incident_id, subject, urgency, due_at, fence, generation, attempts

-- name: renew
UPDATE jobs SET lease_until = :lease_until WHERE id = :id AND fence = :fence AND lease_until IS NOT NULL

-- name: settle
-- One that was owed again meanwhile goes back.
UPDATE jobs
SET state = iif(generation > :generation, 'owed', 'done'), attempts = iif(generation > :generation, 0, attempts),
    worker = NULL, lease_until = NULL, error = ''
WHERE id = :id AND fence = :fence AND lease_until IS NOT NULL
RETURNING state

-- name: put_off
UPDATE jobs
SET state = 'owed', due_at = :until, attempts = attempts - :forgive, error = :error, worker = NULL, lease_until = NULL
WHERE id = :id AND fence = :fence AND state = 'claimed'

-- name: give_up
UPDATE jobs
SET state = iif(generation > :generation, 'owed', 'given_up'), attempts = iif(generation > :generation, 0, attempts),
    error = :error, worker = NULL, lease_until = NULL
WHERE id = :id AND fence = :fence AND lease_until IS NOT NULL AND state <> 'unknown'

-- name: begin
-- Only under a lease that still runs: a lapsed one would be found cut short at once.
UPDATE jobs SET state = 'doing'
WHERE id = :id AND fence = :fence AND state = 'claimed' AND mode = 'once' AND lease_until > :now

-- name: cut_short
UPDATE jobs SET state = 'unknown', lease_until = :lease_until, fence = fence + 1
WHERE state IN ('doing', 'unknown') AND lease_until <= :now
RETURNING id, key, name, incident_id, subject, urgency, due_at, fence, generation, attempts

-- name: next_due
SELECT min(due_at) AS due_at FROM (
    SELECT min(due_at) AS due_at FROM jobs WHERE state = 'owed'
    UNION ALL
    SELECT min(max(due_at, lease_until)) FROM jobs WHERE state = 'claimed' AND lease_until IS NOT NULL
)

-- name: older_line
-- A line that failed more than once does not hold the others up. Lines for everybody and those of the threads are two
-- queues, from the least urgency to the most.
SELECT 1 FROM jobs
WHERE incident_id = :incident_id AND urgency BETWEEN :least AND :most AND name = 'tell' AND id < :id
    AND state IN ('owed', 'claimed') AND attempts <= 1
LIMIT 1

-- name: lines_behind
SELECT id, key, name, incident_id, subject, urgency, due_at, fence, generation, attempts FROM jobs
WHERE incident_id = :incident_id AND urgency BETWEEN :least AND :most AND name = 'tell' AND id > :id
    AND state IN ('owed', 'claimed')
ORDER BY id LIMIT :limit

-- name: end_line
-- It was never begun: it waits behind the line that says it too.
UPDATE jobs SET state = 'done', worker = NULL, lease_until = NULL, fence = fence + 1
WHERE id = :id AND state IN ('owed', 'claimed') AND attempts <= 1

-- name: take_along
-- Calls of the same person that wait and are no more urgent, without a reason of their own.
UPDATE jobs SET state = 'done', fence = fence + 1
WHERE id IN (
    SELECT id FROM jobs INDEXED BY jobs_next
    WHERE name = 'page' AND subject = :subject AND state = 'owed' AND attempts = 0 AND id <> :id
        AND urgency >= :urgency AND key = 'page:' || incident_id || ':' || subject
    ORDER BY urgency, id LIMIT :limit
)
RETURNING id, incident_id, urgency

-- name: call_owed_since
SELECT 1 FROM jobs
WHERE incident_id = :incident_id AND name = 'page' AND id > :id AND state IN ('owed', 'claimed', 'done')
    AND EXISTS (SELECT 1 FROM json_each(:heads) AS head WHERE substr(jobs.key, 1, length(head.value)) = head.value)
LIMIT 1

-- name: say_more
UPDATE jobs SET subject = :subject WHERE id = :id AND fence = :fence AND state = 'claimed'

-- name: jobs_waiting
SELECT state, count(*) AS jobs, sum(CASE WHEN due_at <= :now THEN 1 ELSE 0 END) AS due, min(due_at) AS oldest
FROM jobs WHERE state IN ('owed', 'claimed') GROUP BY state

-- name: jobs_begun
SELECT state, count(*) AS jobs, min(due_at) AS oldest
FROM jobs WHERE state IN ('doing', 'unknown') AND lease_until IS NOT NULL GROUP BY state

-- name: dead_count
SELECT count(*) AS dead FROM deliveries WHERE state = 'dead'

-- name: let_go_deliveries
-- Dead letters wait for their replay, and what an open incident rests on for its end.
UPDATE deliveries SET body = x'' WHERE key IN (
    SELECT key FROM deliveries
    WHERE length(body) > 0 AND received_at < :before AND state = 'taken' AND key NOT IN (
        SELECT substr(proof.value, 10) FROM incidents
        CROSS JOIN events ON events.chain = incidents.id
        CROSS JOIN json_each(events.body, '$.evidence') AS proof
        WHERE incidents.is_open = 1 AND proof.value LIKE 'delivery:%'
    )
    ORDER BY received_at LIMIT :limit
)

-- name: let_go_findings
-- Not while its incident's post-mortem is due, or written.
UPDATE findings SET body = json_set(body, '$.sight.output', '', '$.withheld', NULL) WHERE id IN (
    SELECT id FROM findings
    WHERE json_extract(body, '$.sight.output') <> '' AND at < :before
        AND incident_id NOT IN (SELECT id FROM incidents WHERE is_open = 1)
        AND incident_id NOT IN (
            SELECT incident_id FROM jobs
            WHERE state IN ('owed', 'claimed') AND incident_id IS NOT NULL
                AND name IN ('ring_clocks', 'write_postmortem', 'share_postmortem', 'export_postmortem')
        )
    ORDER BY at LIMIT :limit
)

-- name: let_go_timeline
-- Likewise: a draft tells an incident from its beginning.
UPDATE events SET body = NULL WHERE id IN (
    SELECT id FROM events
    WHERE body IS NOT NULL AND recorded_at < :before
        AND chain NOT IN (SELECT id FROM incidents WHERE is_open = 1)
        AND chain NOT IN (
            SELECT incident_id FROM jobs
            WHERE state IN ('owed', 'claimed') AND incident_id IS NOT NULL
                AND name IN ('ring_clocks', 'write_postmortem', 'share_postmortem', 'export_postmortem')
        )
    ORDER BY recorded_at LIMIT :limit
)

-- name: let_go_alerts
DELETE FROM alerts WHERE id IN (
    SELECT id FROM alerts
    WHERE first_at < :before AND json_extract(body, '$.last_at') < :before
        AND (incident_id IS NULL OR incident_id NOT IN (SELECT id FROM incidents WHERE is_open = 1))
        AND (incident_id IS NULL OR incident_id NOT IN (
            SELECT incident_id FROM jobs
            WHERE state IN ('owed', 'claimed') AND incident_id IS NOT NULL
                AND name IN ('ring_clocks', 'write_postmortem', 'share_postmortem', 'export_postmortem')
        ))
    ORDER BY first_at LIMIT :limit
)

-- name: let_go_causes
DELETE FROM causes WHERE cause IN (SELECT cause FROM causes WHERE at < :before ORDER BY at LIMIT :limit)

-- name: let_go_requests
DELETE FROM deliveries WHERE key IN (
    SELECT key FROM deliveries WHERE length(body) = 0 AND received_at < :before AND state = 'taken'
    ORDER BY received_at LIMIT :limit
)

-- name: let_go_jobs
DELETE FROM jobs WHERE id IN (
    SELECT id FROM jobs
    WHERE state IN ('done', 'given_up') AND due_at < :before
        AND (incident_id IS NULL OR incident_id NOT IN (SELECT id FROM incidents WHERE is_open = 1))
        -- SQLite gives the highest number a second time, and what was decided for a job is known by its number.
        AND id < (SELECT max(id) FROM jobs)
    ORDER BY due_at LIMIT :limit
)
