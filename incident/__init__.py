"""What is true in an incident: values and decisions. No async, no clock, no I/O, nothing but the standard library."""
