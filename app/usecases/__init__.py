"""The rules, one file per noun; each public method is one use case in one transaction."""
