"""What Muster tells whoever operates it: numbers, log lines and traces."""
