"""CPU time of other processes, as Linux counts it (proc(5), /proc/PID/stat)."""

import os
from pathlib import Path

PROC = Path("/proc")
_PARENT, _USER, _SYSTEM, _WAITED_USER, _WAITED_SYSTEM = 1, 11, 12, 13, 14
_TICK_S = 1 / os.sysconf("SC_CLK_TCK")


def cpu_s(pid: int) -> float:
    """Return the seconds a process has computed: all its threads, and children that have ended."""
    fields = _fields(pid)
    counted = (_USER, _SYSTEM, _WAITED_USER, _WAITED_SYSTEM)
    return sum(int(fields[number]) for number in counted) * _TICK_S


def family_cpu_s(pid: int) -> float:
    """Return the seconds a process and all its children have computed."""
    return cpu_s(pid) + sum(cpu_s(child) for child in children(pid))


def parent(pid: int) -> int:
    """Return the process that started this one."""
    return int(_fields(pid)[_PARENT])


def children(pid: int) -> list[int]:
    """List the children of a process that run now."""
    found = []
    for folder in PROC.iterdir():
        try:
            if folder.name.isdecimal() and parent(int(folder.name)) == pid:
                found.append(int(folder.name))
        except (FileNotFoundError, ProcessLookupError):
            continue
    return found


def _fields(pid: int) -> list[str]:
    # The name in parentheses may hold anything; what follows it is numbered from the state on.
    return (PROC / str(pid) / "stat").read_text("utf-8", "replace").rpartition(")")[2].split()
