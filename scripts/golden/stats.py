"""Golden values for src/core/stats.ts, from numpy and torch in float64 and from integrals, nothing of ours.

Run: python3 scripts/golden/stats.py   (writes src/core/golden/stats.json)

Quantiles come from numerical integration of the densities and bisection, regressions from torch's L-BFGS on the
likelihood written out, sample quantiles from numpy.percentile.
"""
import json
import math
import pathlib

import numpy as np
import torch

torch.set_default_dtype(torch.float64)


def cdf(density, z):
    """Integral of a symmetric density up to z, by Gauss-Legendre on 64 panels of 20 points."""
    nodes, weights = np.polynomial.legendre.leggauss(20)
    edges = np.linspace(0.0, abs(z), 65)
    total = 0.0
    for lo, hi in zip(edges[:-1], edges[1:]):
        t = (hi - lo) / 2 * nodes + (hi + lo) / 2
        total += (hi - lo) / 2 * float(np.sum(weights * density(t)))
    return 0.5 + math.copysign(total, z)


def quantile(density, p, bound):
    lo, hi = -bound, bound
    for _ in range(200):
        mid = (lo + hi) / 2
        if cdf(density, mid) < p:
            lo = mid
        else:
            hi = mid
    return (lo + hi) / 2


def normal(t):
    return np.exp(-t * t / 2) / math.sqrt(2 * math.pi)


def student(v):
    c = math.exp(math.lgamma((v + 1) / 2) - math.lgamma(v / 2)) / math.sqrt(v * math.pi)
    return lambda t: c * (1 + t * t / v) ** (-(v + 1) / 2)


def logistic(x, y):
    x, y = torch.tensor(x), torch.tensor(y)
    b = torch.zeros(2, requires_grad=True)
    optimizer = torch.optim.LBFGS([b], lr=1, max_iter=2000, tolerance_grad=1e-13, tolerance_change=1e-16,
                                  line_search_fn='strong_wolfe')

    def closure():
        optimizer.zero_grad()
        loss = torch.nn.functional.binary_cross_entropy_with_logits(b[0] + b[1] * x, y, reduction='sum')
        loss.backward()
        return loss

    for _ in range(5):
        optimizer.step(closure)
    return [float(v) for v in b.detach()]


def main():
    rng = np.random.default_rng(7)
    regressions = []
    for n, ties in ((40, False), (200, False), (200, True)):
        x = np.round(np.exp(rng.normal(0.1, 0.4, n)) - 1, 3)
        y = (rng.random(n) < 1 / (1 + np.exp(-(0.4 + 1.5 * x)))).astype(float)
        if ties:
            y[rng.random(n) < 0.2] = 0.5
        intercept, slope = logistic(x, y)
        regressions.append({'x': x.tolist(), 'y': y.tolist(), 'intercept': intercept, 'slope': slope})
    values = np.round(rng.normal(1, 2, 12), 3)
    t11 = quantile(student(11), 0.975, 50)
    half = t11 * float(np.std(values, ddof=1)) / math.sqrt(len(values))
    golden = {
        'made': f'scripts/golden/stats.py, numpy {np.__version__}, torch {torch.__version__}, float64',
        'normalCdf': [[z, cdf(normal, z)] for z in (-3.5, -1.0, 0.3, 1.96, 4.0)],
        'normalQuantile': [[p, quantile(normal, p, 9)] for p in (0.001, 0.025, 0.3, 0.95, 0.975)],
        'tQuantile': [[p, v, quantile(student(v), p, 50)]
                      for p in (0.95, 0.975) for v in (1, 2, 3, 7, 30, 999)],
        'mean': {'values': values.tolist(), 'mean': float(values.mean()),
                 'ci': [float(values.mean()) - half, float(values.mean()) + half]},
        'quantiles': {'values': sorted(values.tolist()),
                      'at': [[p, float(np.percentile(values, 100 * p))] for p in (0, 0.025, 0.31, 0.5, 0.975, 1)]},
        'regressions': regressions,
    }
    out = pathlib.Path(__file__).parents[2] / 'src/core/golden/stats.json'
    out.write_text(json.dumps(golden) + '\n')


main()
