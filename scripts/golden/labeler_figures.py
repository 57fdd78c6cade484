"""Golden values for src/evaluation/labelerFigures.ts, from numpy in float64, nothing of ours.

Run: python3 scripts/golden/labeler_figures.py   (writes src/evaluation/golden/labelerFigures.json)

Kappa comes from the table of both raters' picks, with a tie as half a pick of each side; calibration from numpy's bins.
"""
import json
import pathlib

import numpy as np


def kappa(a, b):
    """From the 2 x 2 table, each pair spread over it as the product of its two answers."""
    table = np.zeros((2, 2))
    for x, y in zip(a, b):
        table += np.outer([x, 1 - x], [y, 1 - y])
    table /= len(a)
    observed = np.trace(table)
    expected = float(table.sum(1) @ table.sum(0))
    return float((observed - expected) / (1 - expected))


def main():
    rng = np.random.default_rng(11)
    n = 120
    p = np.round(rng.beta(1.2, 0.7, n), 3)
    p[rng.random(n) < 0.1] = 0.5
    people = (rng.random(n) < 0.25 + 0.5 * p).astype(float)
    people[rng.random(n) < 0.1] = 0.5
    picks = np.where(p == 0.5, 0.5, (p > 0.5).astype(float))
    confidence = np.maximum(p, 1 - p)
    agreement = picks * people + (1 - picks) * (1 - people)
    which = np.clip(np.digitize(np.round(confidence, 6), np.round(np.linspace(0.5, 1, 11), 6)) - 1, 0, 9)
    bins = [[int(k), int((which == k).sum()), float(confidence[which == k].mean()), float(agreement[which == k].mean())]
            for k in range(10) if (which == k).any()]
    golden = {
        'made': f'scripts/golden/labeler_figures.py, numpy {np.__version__}, float64',
        'pA': p.tolist(),
        'people': people.tolist(),
        'agreement': float(agreement.mean()),
        'kappa': kappa(picks, people),
        'bins': bins,
        'ece': sum(count / n * abs(c - a) for _, count, c, a in bins),
        'brier': float(np.mean((p - people) ** 2)),
    }
    out = pathlib.Path(__file__).parents[2] / 'src/evaluation/golden/labelerFigures.json'
    out.parent.mkdir(exist_ok=True)
    out.write_text(json.dumps(golden) + '\n')


main()
