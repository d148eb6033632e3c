"""Small real patients with faults to inject, and the stories that play them."""
