"""What speaks HTTP/1.1 with whoever knocks: it knows nothing of alerts, Slack or incidents."""
