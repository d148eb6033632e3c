"""What must never be shown, and what hides it."""
