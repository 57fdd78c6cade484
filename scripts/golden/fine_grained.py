"""Golden values of the fine-grained losses, by PyTorch's autograd in float64. Run: python3 scripts/golden/fine_grained.py

Written with torch's own losses over lists of tokens, without the masks and columns of ours.
"""
import torch
import torch.nn.functional as F

from common import MADE_BY, case, leaf, uniform, write

ROWS, COLUMNS, HEADS = 3, 6, 3
END_COEFFICIENT = 1.7

lengths = [5, 2, 3]
# Token t is judged in column t + 1.
tokens = [(b, t + 1) for b in range(ROWS) for t in range(lengths[b])]


def grid(values):
    out = torch.zeros(ROWS, COLUMNS, dtype=torch.float64)
    for token, x in zip(tokens, values):
        out[token] = x
    return out


invented = (uniform(len(tokens), 71) > 0.1).double()
# Of people who do not agree: any probability.
stumble = uniform(len(tokens), 72) + 0.5
weights = uniform(len(tokens), 73) + 1
target = uniform(ROWS, 74) + 0.5
end = torch.zeros(ROWS, COLUMNS, dtype=torch.float64)
for b in range(ROWS):
    end[b, lengths[b]] = 1


def picked(value, head):
    return torch.stack([value[b, s, head] for b, s in tokens])


def binary(value, head, targets, w):
    return (F.binary_cross_entropy_with_logits(picked(value, head), targets, weight=w, reduction="sum") / w.sum())


value = leaf((ROWS, COLUMNS, HEADS), 75, 8)
at_end = torch.stack([value[b, lengths[b], 2] for b in range(ROWS)])
ones = torch.ones(len(tokens), dtype=torch.float64)
loss = (binary(value, 0, invented, ones) + binary(value, 1, stumble, weights) + END_COEFFICIENT * F.mse_loss(at_end, target))

write("src/losses/golden/fineGrained.json", {
    "madeBy": f"{MADE_BY}, by scripts/golden/fine_grained.py",
    "endCoefficient": END_COEFFICIENT,
    "loss": case({"value": value}, {
        "invented": grid(invented), "inventedWeights": grid(ones),
        "stumble": grid(stumble), "stumbleWeights": grid(weights), "target": target, "end": end,
    }, loss),
})
