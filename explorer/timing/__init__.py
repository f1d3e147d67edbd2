"""Timing that can be believed: how long a forward pass takes, where the time goes, and what the device could do.

    settings     what is asked for (no torch)          stats     median, quartiles, spread (no torch)
    measurement  raw times and all beside (no torch)   records   JSON files of runs (no torch)
    clock        device events, or a synchronised one  loop      warm-up, time budget, raw times
    hardware     what is measured on                   host      free memory, container limits (no torch)
    memory       estimate, refusal, recovery           subject   the real model and its inputs, ready
    forward      measure(spec, settings)               race      several models in alternation
    parts        per stage, block, layer               kernels   torch.profiler's table
    limits       a device's ceilings as data           ceilings  measuring them
    roofline     floor, share, bound by what           limit     all of it in one run
    sweeps       many measurements, as they come       isolated  in a process that can be stopped
    tasks        what the page can ask the queue for   found     answers from recorded runs
    rows, words  plain rows and sentences              exports   lines that can be quoted alone
    machines     runs of several side by side          proofs    formulas behind the timed figures
    checks       what a file may hold (no torch)       cli       python -m explorer time …

No Streamlit and no plotly anywhere here: nothing but torch is needed.
"""
