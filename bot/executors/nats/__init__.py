"""Streams and consumers of NATS JetStream."""
