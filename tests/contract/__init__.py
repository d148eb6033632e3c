"""What every store must keep, whichever database is under it."""
