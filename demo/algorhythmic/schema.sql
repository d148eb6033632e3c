-- What Algorhythmic keeps: people, their credits with the ledger that explains them, and the pictures being made.
CREATE TABLE users (
    id                text PRIMARY KEY,
    email             text NOT NULL UNIQUE,
    subscription_tier text NOT NULL DEFAULT 'free' CHECK (subscription_tier IN ('free', 'premium', 'ultimate'))
);
CREATE TABLE user_credits (
    user_id           text PRIMARY KEY REFERENCES users,
    balance           integer NOT NULL,
    base_quota        integer NOT NULL,
    billing_cycle_end timestamptz NOT NULL
);
CREATE TABLE credit_ledger (
    id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    user_id         text NOT NULL REFERENCES users,
    event_type      text NOT NULL,
    amount          integer NOT NULL,
    balance_after   integer NOT NULL,
    description     text,
    idempotency_key text,
    created_at      timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX credit_ledger_user_id ON credit_ledger (user_id);
CREATE TABLE generation_jobs (
    id            uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    user_id       text NOT NULL REFERENCES users,
    status        text NOT NULL DEFAULT 'pending' CHECK (status IN ('pending', 'generating', 'completed', 'failed')),
    error_message text,
    created_at    timestamptz NOT NULL DEFAULT now(),
    completed_at  timestamptz
);
CREATE INDEX generation_jobs_status_created_at ON generation_jobs (status, created_at);
CREATE TABLE telemetry_events (
    id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name      text NOT NULL,
    timestamp timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE art_sessions (
    id           uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    user_id      text NOT NULL REFERENCES users,
    is_saved     boolean NOT NULL DEFAULT false,
    last_used_at timestamptz NOT NULL DEFAULT now()
);

-- The balance as the ledger has it, for one user.
CREATE PROCEDURE recalculate_user_credits(who text) LANGUAGE sql AS $$
    UPDATE user_credits SET balance = ledger.total
    FROM (SELECT sum(amount) AS total FROM credit_ledger WHERE credit_ledger.user_id = who) AS ledger
    WHERE user_credits.user_id = who AND ledger.total IS NOT NULL
$$;

-- A quiet past: forty people with credits that the ledger explains, a day of pictures, some old telemetry and sessions.
INSERT INTO users (id, email, subscription_tier)
SELECT 'user-' || 1000 + n, 'user' || n || '@example.com', (ARRAY['free', 'premium', 'ultimate'])[1 + n % 3]
FROM generate_series(1, 40) AS n;
INSERT INTO user_credits (user_id, balance, base_quota, billing_cycle_end)
SELECT id, 100, 100, now() + interval '12 days' FROM users;
INSERT INTO credit_ledger (user_id, event_type, amount, balance_after, description, idempotency_key, created_at)
SELECT id, 'monthly_grant', 100, 100, 'Base quota of the month', 'grant-' || id, now() - interval '18 days' FROM users;
INSERT INTO generation_jobs (user_id, status, created_at, completed_at)
SELECT 'user-' || 1001 + n % 40, 'completed', now() - interval '6 minutes' * n - interval '50 seconds',
       now() - interval '6 minutes' * n
FROM generate_series(1, 200) AS n;
INSERT INTO telemetry_events (name, timestamp)
SELECT 'picture_shown', now() - interval '3 hours' * n FROM generate_series(1, 400) AS n;
INSERT INTO art_sessions (user_id, is_saved, last_used_at)
SELECT 'user-' || 1001 + n % 40, n % 4 = 0, now() - interval '1 day' * n FROM generate_series(1, 120) AS n;
ANALYZE;
