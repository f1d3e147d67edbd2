"""Each experiment at a budget of well under a second: the same code paths, no meaning."""

from explorer.jobs import Job
from explorer.lab.experiments import EXPERIMENTS
from explorer.lab.experiments.degradation import Degradation
from explorer.lab.experiments.insertion import Insertion
from explorer.lab.experiments.landscape import Landscape
from explorer.lab.experiments.lesion import Lesion
from explorer.lab.experiments.propagation import Propagation
from explorer.lab.experiments.rates import Rates
from explorer.lab.experiments.shattered import Shattered

TINY = {
    "signal": Propagation(imagenet_depths=(18,), picture_side=32, seed=3),
    "degradation": Degradation(depths=(8, 14), steps=6, width=2, batch=16, seed=3),
    "identity": Insertion(shallow=8, depth=14, steps=4, width=2, seed=3),
    "learning-rate": Rates(depth=8, lrs=(0.01, 1.0), steps=4, width=2, seed=3),
    "shattered": Shattered(depths=(8, 14), points=24, lines=2, width=2, seed=3),
    "lesion": Lesion(depth=14, shallow=14, steps=4, plain_steps=4, width=2, samples=2, seed=3),
    "landscape": Landscape(depth=8, steps=4, grid=3, pictures=16, width=2, seed=3),
}


def ran(key: str, config: object = None) -> Job:
    """A finished job of the experiment."""
    config = config or TINY[key]
    job = Job(lambda job: EXPERIMENTS[key].run(config, job), key)
    job.run()
    assert job.error is None, job.error
    return job
