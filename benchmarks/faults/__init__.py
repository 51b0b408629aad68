"""Proof on the real engines: whatever fails, every published article is in the index once, in its newest words.

    python -m benchmarks.faults --seed 1 [--articles 1000] [--broken NAME] [--print]

plan         what is published when (pure, by seed)      newsroom   serves it over HTTP on the loopback
schedule     which fault comes when (pure, by seed)      faults     does it: signals, limits, a liar before the engine
house        the watch in a process of its own           patched    its workers: a movable clock, a broken part
controls     builds that are broken on purpose           checker    compares index and state with what was published
sampling     memory, delays and recovery meanwhile       report     writes docs/proofs/faults.md
"""
