-- Several remediations may run on one target where the team's rules say so: each takes a place, and none of them twice.
ALTER TABLE approvals ADD COLUMN place_on_target INTEGER NOT NULL DEFAULT 0;

DROP INDEX approvals_one_running_a_target;
CREATE UNIQUE INDEX approvals_one_running_a_place ON approvals (target, place_on_target) WHERE state = 'running';
CREATE UNIQUE INDEX approvals_one_running_a_step ON approvals (target, step_id) WHERE state = 'running';
