"""Golden values for src/evaluation/overoptimisation.ts, from numpy in float64, nothing of ours.

Run: python3 scripts/golden/overoptimisation.py   (writes src/evaluation/golden/overoptimisation.json)

Coefficients come from numpy.linalg.lstsq on the columns (d, -d^2) and (d, -d log d), standard errors from the inverse of
the normal matrix, t quantiles from scipy.
"""
import json
import pathlib

import numpy as np
import scipy
from scipy import stats


def fit(second, d, y):
    """y = alpha d - beta second, by least squares through the origin."""
    x = np.stack([d, -second], axis=1)
    (alpha, beta), (squares,), rank, _ = np.linalg.lstsq(x, y, rcond=None)
    assert rank == 2
    n = len(y)
    se = np.sqrt(np.diag(np.linalg.inv(x.T @ x)) * squares / (n - 2))
    half = stats.t.ppf(0.975, n - 2) * se
    return {
        'alpha': {'value': float(alpha), 'se': float(se[0]), 'ci': [float(alpha - half[0]), float(alpha + half[0])]},
        'beta': {'value': float(beta), 'se': float(se[1]), 'ci': [float(beta - half[1]), float(beta + half[1])]},
        'r2': float(1 - squares / np.sum((y - y.mean()) ** 2)),
        'rmse': float(np.sqrt(squares / n)),
    }


def main():
    rng = np.random.default_rng(5)
    cases = []
    for n, noise in ((9, 0.03), (25, 0.1), (60, 0.4)):
        kl = np.round(np.sort(rng.uniform(0.05, 30, n)), 3)
        d = np.sqrt(kl)
        curves = {'best-of-n': 0.6 * d - 0.1 * d * d, 'rl': 0.34 * d - 0.15 * d * np.log(d)}
        for form, clean in curves.items():
            score = np.round(clean + rng.normal(0, noise, n), 4)
            second = d * d if form == 'best-of-n' else d * np.log(d)
            cases.append({'form': form, 'kl': kl.tolist(), 'score': score.tolist(), 'fit': fit(second, d, score)})
    golden = {
        'made': f'scripts/golden/overoptimisation.py, numpy {np.__version__}, scipy {scipy.__version__}, float64',
        'cases': cases,
    }
    out = pathlib.Path(__file__).resolve().parents[2] / 'src/evaluation/golden/overoptimisation.json'
    out.write_text(json.dumps(golden) + '\n')


main()
