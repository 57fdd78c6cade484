"""Golden values for tCdf of src/core/stats.ts and for src/evaluation/acrossSeeds.ts, from scipy and numpy in float64.

Run: python3 scripts/golden/seeds.py   (writes src/core/golden/tCdf.json and src/evaluation/golden/acrossSeeds.json)
"""
import json
import pathlib

import numpy as np
import scipy
from scipy import stats

ROOT = pathlib.Path(__file__).resolve().parents[2]
MADE = f'scripts/golden/seeds.py, numpy {np.__version__}, scipy {scipy.__version__}, float64'


def write(path, content):
    (ROOT / path).write_text(json.dumps({'made': MADE, **content}) + '\n')


def paired(a, b):
    """scipy's paired t-test with its interval of the mean difference."""
    test = stats.ttest_rel(a, b)
    low, high = test.confidence_interval(0.95)
    return {'a': a.tolist(), 'b': b.tolist(), 'mean': float((a - b).mean()), 'ci': [float(low), float(high)],
            'p': float(test.pvalue)}


def main():
    write('src/core/golden/tCdf.json', {
        'cdf': [[t, v, float(stats.t.cdf(t, v))]
                for v in (1, 2, 3, 4.5, 9, 30, 250, 1000, 20000)
                for t in (-30.0, -6.5, -2.1, -0.4, -1e-3, 0.0, 0.25, 1.0, 3.3, 8.0)
                if stats.t.cdf(t, v) > 1e-40],
    })
    rng = np.random.default_rng(23)
    cases = []
    for n, gap in ((2, 0.3), (3, 0.1), (5, 0.0), (12, 0.2)):
        start = rng.normal(0.6, 0.5, n)
        cases.append(paired(np.round(start + gap + rng.normal(0, 0.1, n), 4), np.round(start + rng.normal(0, 0.1, n), 4)))
    curves = np.round(rng.normal(0, 1, (4, 3)), 4)
    write('src/evaluation/golden/acrossSeeds.json', {
        'paired': cases,
        'curves': curves.tolist(),
        'mean': curves.mean(0).tolist(),
        'std': curves.std(0, ddof=1).tolist(),
        'stderr': stats.sem(curves, axis=0).tolist(),
    })


main()
