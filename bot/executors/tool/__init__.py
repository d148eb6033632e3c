"""What the executors of tools with a command line share: the guard, the kind and the answer."""
