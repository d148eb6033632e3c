-- One row a book being written. The application owns it; `updated_at` moves with every step of the work.
CREATE TABLE jobs (
    id           uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    user_key     text NOT NULL,
    topic        text NOT NULL,
    status       text NOT NULL DEFAULT 'queued' CHECK (status IN ('queued', 'running', 'completed', 'failed')),
    current_step text,
    error_code   text,
    recoveries   integer NOT NULL DEFAULT 0,
    cost_usd     numeric(10, 2) NOT NULL DEFAULT 0,
    created_at   timestamptz NOT NULL DEFAULT now(),
    updated_at   timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX jobs_status_updated_at ON jobs (status, updated_at);
CREATE INDEX jobs_created_at ON jobs (created_at);

-- A quiet past: fifteen books and one failure in the last hour, forty books in the days before.
INSERT INTO jobs (user_key, topic, status, current_step, cost_usd, created_at, updated_at)
SELECT 'user_' || 1001 + n % 9, 'A fox who learns to swim', 'completed', 'layout', 0.25,
       now() - interval '3 minutes' * n - interval '2 minutes', now() - interval '3 minutes' * n
FROM generate_series(1, 15) AS n;
INSERT INTO jobs (user_key, topic, status, current_step, error_code, created_at, updated_at)
VALUES ('user_1004', 'A dragon at the dentist', 'failed', 'story', 'LLM_TIMEOUT',
        now() - interval '30 minutes', now() - interval '28 minutes');
INSERT INTO jobs (user_key, topic, status, current_step, cost_usd, created_at, updated_at)
SELECT 'user_' || 1001 + n % 9, 'The moon has lost a shoe', 'completed', 'layout', 0.25,
       now() - interval '3 hours' * n - interval '2 minutes', now() - interval '3 hours' * n
FROM generate_series(1, 40) AS n;
