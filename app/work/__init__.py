"""What happens without anybody asking: refreshes that are due, and chores.

The database holds what is due and who works on it; any number of processes may run a worker.
"""
