"""Golden values for diversity, headToHead, rewardModelFigures and drift of src/evaluation, from numpy and scipy, nothing of ours.

Run: python3 scripts/golden/arm_figures.py   (writes src/evaluation/golden/armFigures.json)

N-grams are Python tuples, cosines come from the full matrix of pairs, p-values from scipy.stats.binomtest, rank agreement
from counting couples and from scipy.stats.kendalltau, correlations from scipy.stats.pearsonr.
"""
import itertools
import json
import pathlib
from collections import Counter
from fractions import Fraction

import numpy as np
import scipy
from scipy import stats


def ngrams(text, n):
    return [tuple(text[i:i + n]) for i in range(len(text) - n + 1)]


def set_diversity(texts, vocabulary):
    ead, distinct = [], []
    for n in range(1, 6):
        grams = [gram for text in texts for gram in ngrams(text, n)]
        kinds = vocabulary ** n
        # In exact fractions: (U - 1) / U is 1 in floating point for large U.
        expected = float(kinds * (1 - Fraction(kinds - 1, kinds) ** len(grams)))
        ead.append(len(set(grams)) / expected if grams else 0.0)
        distinct.append(len(set(grams)) / len(grams) if grams else 0.0)
    bags = [Counter(ngrams(text, 1) + ngrams(text, 2)) for text in texts]
    space = sorted({gram for bag in bags for gram in bag})
    vectors = np.array([[bag[gram] for gram in space] for bag in bags], dtype=float)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    cosines = vectors @ vectors.T
    different = len({tuple(text) for text in texts})
    return {
        'responses': len(texts),
        'ead': float(np.mean(ead)),
        'distinct1': distinct[0],
        'distinct2': distinct[1],
        'distinct3': distinct[2],
        'selfSimilarity': float(np.mean([cosines[i, j] for i, j in itertools.combinations(range(len(texts)), 2)])),
        'distinctResponses': different,
        'repeats': 1 - different / len(texts),
    }


def diversity(rng):
    vocabulary = 12
    texts = [rng.integers(0, vocabulary, rng.integers(3, 15)).tolist() for _ in range(20)]
    texts += [texts[0], texts[1], texts[1]]
    return {'vocabulary': vocabulary, 'texts': texts, 'set': set_diversity(texts, vocabulary)}


def sign_tests():
    cases = [(0, 0), (1, 0), (3, 3), (5, 1), (9, 1), (60, 40), (270, 230), (301, 199), (0, 60), (499, 1), (2600, 2400)]
    return [[w, l, float(stats.binomtest(w, w + l, 0.5).pvalue) if w + l else 1.0] for w, l in cases]


def reward_model(rng):
    n = 200
    margin = np.round(rng.normal(0, 2, n), 3)
    label = np.round(1 / (1 + np.exp(-(margin + rng.normal(0, 2, n)))), 3)
    label[rng.random(n) < 0.1] = 0.5
    gold = (rng.random(n) < 1 / (1 + np.exp(-margin))).astype(float)
    gold[rng.random(n) < 0.1] = 0.5
    words = rng.integers(5, 12, (n, 2))
    copied = rng.integers(0, 5, (n, 2)) / 4
    hard = np.where(label == 0.5, 0.5, label > 0.5)
    p = 1 / (1 + np.exp(-margin))
    picks = (p > 0.5).astype(float)

    def agree(verdicts):
        return float(np.mean(np.where(verdicts == 0.5, 0.5, picks == verdicts)))

    def prefers(verdicts, measures):
        used = (verdicts != 0.5) & (measures[:, 0] != measures[:, 1])
        return [float(np.mean((verdicts == 1)[used] == (measures[:, 0] > measures[:, 1])[used])), int(used.sum())]

    confidence = np.maximum(p, 1 - p)
    right = np.where(hard == 0.5, 0.5, picks == hard)
    which = np.minimum(9, ((confidence - 0.5) * 20).astype(int))
    ece = sum((which == k).mean() * abs(confidence[which == k].mean() - right[which == k].mean()) for k in set(which))
    towards = np.where(hard == 1, margin, -margin)[hard != 0.5]
    return {
        'pairs': [
            {'margin': float(m), 'label': float(l), 'gold': float(g), 'words': w.tolist(), 'copied': c.tolist()}
            for m, l, g, w, c in zip(margin, label, gold, words, copied)
        ],
        'accuracy': agree(hard),
        'goldAccuracy': agree(gold),
        'ece': float(ece),
        'brier': float(np.mean((p - hard) ** 2)),
        'margin': float(towards.mean()),
        'marginSd': float(towards.std(ddof=1)),
        'prefersLonger': [prefers(v, words) for v in (picks, hard, gold)],
        'prefersCopying': [prefers(v, copied) for v in (picks, hard, gold)],
    }


def alike(proxy, gold, couples):
    return float(np.mean([(1 + np.sign(proxy[i] - proxy[j]) * np.sign(gold[i] - gold[j])) / 2 for i, j in couples]))


def drift(rng):
    # Several samples a post, with ties of both; prompts shift proxy and gold against each other.
    ids = np.repeat(np.arange(15), 4)
    shift = rng.normal(0, 2, 15)
    gold = np.round(rng.normal(0, 1, 60) + shift[ids], 1)
    proxy = np.round(gold - 2 * shift[ids] + rng.normal(0, 1, 60), 1)
    gold[4:6], proxy[8:10] = 0.3, 0.7
    within = [(i, j) for i, j in itertools.combinations(range(60), 2) if ids[i] == ids[j]]
    # One a post, few enough for all couples, without ties.
    one_gold = rng.normal(0, 1, 20)
    one_proxy = one_gold + rng.normal(0, 1, 20)
    return {
        'several': {
            'promptIds': ids.tolist(), 'proxy': proxy.tolist(), 'gold': gold.tolist(),
            'rankAgreement': alike(proxy, gold, within),
            'goldTies': float(np.mean([gold[i] == gold[j] for i, j in within])),
            'correlation': float(stats.pearsonr(proxy, gold)[0]),
        },
        'one': {
            'proxy': one_proxy.tolist(), 'gold': one_gold.tolist(),
            'rankAgreement': float((stats.kendalltau(one_proxy, one_gold)[0] + 1) / 2),
            'correlation': float(stats.pearsonr(one_proxy, one_gold)[0]),
        },
    }


def main():
    rng = np.random.default_rng(23)
    golden = {
        'made': f'scripts/golden/arm_figures.py, numpy {np.__version__}, scipy {scipy.__version__}, float64',
        'diversity': diversity(rng),
        'signTests': sign_tests(),
        'rewardModel': reward_model(rng),
        'drift': drift(rng),
    }
    out = pathlib.Path(__file__).parents[2] / 'src/evaluation/golden/armFigures.json'
    out.write_text(json.dumps(golden) + '\n')


main()
