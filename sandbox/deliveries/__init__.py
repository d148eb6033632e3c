"""From the workspace to the apps: what is delivered, how it travels, and what the answers do."""
