"""What may be asked of Muster, one verb a file: by a monitor, by people, by the clock."""
