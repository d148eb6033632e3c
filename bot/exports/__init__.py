"""What leaves Muster as a document: the post-mortem's words and formats, and where drafts are kept."""
