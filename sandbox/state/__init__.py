"""What is true in the workspace: people, channels, messages, views and files, and the changes made to them."""
