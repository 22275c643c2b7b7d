"""How fast, how big, how many calls: one table, by ``python -m tests.bench``.

Each part runs in a process of its own, against simulated clusters and with the
settings of production. Things that are compared run interleaved, so that a noisy
machine affects both.
"""
