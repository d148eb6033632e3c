-- Who uses the studio, what they asked for, and what they pay.
CREATE TABLE users (
    id        text PRIMARY KEY,
    is_active boolean NOT NULL DEFAULT true
);
CREATE TABLE subscriptions (
    id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    user_id   text NOT NULL REFERENCES users,
    status    text NOT NULL CHECK (status IN ('pending', 'active', 'ended')),
    renews_at timestamptz
);
CREATE TABLE jobs (
    id         uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    user_id    text NOT NULL REFERENCES users,
    kind       text NOT NULL CHECK (kind IN ('image', 'video', 'text')),
    status     text NOT NULL DEFAULT 'pending' CHECK (status IN ('pending', 'processing', 'completed', 'failed')),
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX jobs_status_updated_at ON jobs (status, updated_at);

INSERT INTO users (id) SELECT 'u-' || n FROM generate_series(2200, 2219) AS n;
INSERT INTO subscriptions (user_id, status, renews_at)
SELECT id, 'active', now() + interval '12 days' FROM users WHERE id <> 'u-2204';
-- One who has paid, and whose payment did not arrive.
INSERT INTO subscriptions (user_id, status) VALUES ('u-2204', 'pending');
INSERT INTO jobs (user_id, kind, status, created_at, updated_at)
SELECT 'u-' || 2200 + n % 20, (ARRAY['image', 'video', 'text'])[1 + n % 3], 'completed',
       now() - interval '4 minutes' * n - interval '1 minute', now() - interval '4 minutes' * n
FROM generate_series(1, 60) AS n;
