"""What happens to the people of the sandbox, and the words they find for it.

`model` says what a storyline is, `read` takes them from the data files, `script` writes posts out
of one, `narrator` lets them appear as time passes.
"""
