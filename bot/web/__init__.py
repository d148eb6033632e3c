"""Where machines knock: the server, its doors, and what keeps requests until they are taken in."""
