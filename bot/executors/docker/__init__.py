"""Steps of Docker and Compose, by the Engine API."""
