"""From what was read and proven to a catalog: procedures, steps with stable ids, routes, policies, facts."""
