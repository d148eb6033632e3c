-- What is known of SwipeSavvy's products, for RAG to find.
CREATE TABLE documents (
    id    bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    topic text NOT NULL,
    body  text NOT NULL
);
CREATE INDEX documents_topic ON documents (topic);

INSERT INTO documents (topic, body)
SELECT (ARRAY['card', 'refund', 'limit', 'fee', 'address'])[1 + n % 5], 'What to say of it, in case ' || n
FROM generate_series(1, 200) AS n;
