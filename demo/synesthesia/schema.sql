-- What Synesthesia keeps: people, and the story packs that are made for them.
CREATE TABLE users (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    email      text NOT NULL UNIQUE,
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE story_packs (
    id           uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    user_id      bigint NOT NULL REFERENCES users,
    title        text NOT NULL,
    status       text NOT NULL DEFAULT 'pending' CHECK (status IN ('pending', 'processing', 'completed', 'failed')),
    created_at   timestamptz NOT NULL DEFAULT now(),
    completed_at timestamptz
);

-- A quiet past: thirty people, and a day of story packs.
INSERT INTO users (email) SELECT 'reader' || n || '@example.com' FROM generate_series(1, 30) AS n;
INSERT INTO story_packs (user_id, title, status, created_at, completed_at)
SELECT 1 + n % 30, 'The lighthouse that hummed, part ' || n, CASE WHEN n % 60 = 7 THEN 'failed' ELSE 'completed' END,
       now() - interval '5 minutes' * n - interval '40 seconds', now() - interval '5 minutes' * n
FROM generate_series(1, 240) AS n;
ANALYZE;
