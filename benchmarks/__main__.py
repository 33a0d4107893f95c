"""`python -m benchmarks`: all measurements, one after the other."""

import runpy

MODULES = ("async_or_sync", "serving", "oauth", "linking")

for module in MODULES:
    print(f"\n{module}")
    runpy.run_module(f"benchmarks.{module}", run_name="__main__")
