"""What each key of ``muster.yaml`` means, and what is wrong with it. ``bot/config.py`` reads the file."""
