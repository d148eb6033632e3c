"""Looks whether everything is there that Muster needs, and says how to mend what is not. Changes nothing in Slack."""
