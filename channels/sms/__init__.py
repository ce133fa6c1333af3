"""SMS: what providers push (webhook), how texts are cut (segmentation), and the way out (sender)."""
