"""Steps of kubectl, by the cluster's API."""
