"""The schema's history: one revision per change, applied by `app.store.migrate`.

Each revision says in its docstring when it may run. *Pre-deploy* revisions only add, so that the
old code keeps working on the new schema; *post-deploy* revisions remove what the old code still
needed. The code tolerates both states, so a deployment is undone by starting the older code, and
revisions never need a way down.
"""
