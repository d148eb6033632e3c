"""One fake of each thing that the commands reach, and a world that puts them together around a real store."""
