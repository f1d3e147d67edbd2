"""Timing that can be believed: how long a forward pass takes, where the time goes, and what the device could do.

    settings     what is asked for (no torch)          stats     median, quartiles, spread (no torch)
    measurement  raw times and all beside (no torch)   records   JSON files of runs (no torch)
    clock        device events, or a synchronised one  loop      warm-up, time budget, raw times
    hardware     what is measured on                   host      free memory, container limits (no torch)
    memory       estimate, refusal, recovery           inputs    fresh pictures in rotation
    subject      the real model and inputs, ready      forward   measure(spec, settings)
    race         several models in alternation         marks     cut a pass at the ends of modules
    parts        per stage, block, layer               kernels   torch.profiler's table
    isolated     in a process that can be ended        child     that process
    limits       a device's ceilings as data           ceilings  measuring them
    roofline     floor, share, bound by what           limit     all of it in one run
    sweeps       many measurements, as they come       tasks     what the page can ask the queue for
    found        answers from recorded runs            rows      plain rows
    words        what they say, in a sentence          exports   lines that can be quoted alone
    machines     runs of several side by side          proofs    formulas behind the timed figures
    checks       what a file may hold (no torch)       cli       python -m explorer time …

No Streamlit and no plotly anywhere here: nothing but torch is needed.
"""
