"""What refreshing linked accounts costs: `python -m benchmarks.linking`."""
