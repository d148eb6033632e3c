"""Commands on a host, here or over SSH, without a shell."""
