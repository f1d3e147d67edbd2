"""Timing that can be believed: how long a forward pass takes, where the time goes, and what the device could do.

    settings  what is asked for (no torch)          stats     median, quartiles, spread (no torch)
    clock     device events, or a synchronised one  loop      warm-up, time budget, raw times
    hardware  what was measured on                  memory    estimate, limits, refusal, recovery
    subject   the real model and its inputs, ready  forward   measure(spec, settings) -> Measurement; race
    parts     per stage, block, layer               kernels   torch.profiler's table
    ceilings  what the device reaches at best       roofline  floor, per cent of the limit, bound by what
    sweeps    many measurements, as they come       isolated  the same in a process that can be stopped
    records   JSON files of runs (no torch)         cli       python -m explorer time …

No Streamlit and no plotly anywhere here: nothing but torch is needed.
"""
