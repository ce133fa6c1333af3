"""SMS: what providers push (webhook), and the way out (sender)."""
