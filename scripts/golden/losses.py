"""Golden values of src/losses, by PyTorch's autograd. Run: python3 scripts/golden/losses.py"""
import torch
import torch.nn.functional as F

from common import MADE_BY, case, leaf, uniform, write

PAIRS, ROWS, COLUMNS, HEADS = 5, 4, 6, 2


lengths = torch.tensor([5, 3, 1, 4])
column = torch.arange(COLUMNS)
mask = (column[None, :] < lengths[:, None]).double()
end = (column[None, :] == lengths[:, None]).double()

first, second = leaf([PAIRS], 1, 8), leaf([PAIRS], 2, 8)
p_first = uniform(PAIRS, 3) + 0.5
# Two-class cross-entropy with soft targets, as the paper states it.
logits = torch.stack([first, second], 1)
bradley_terry = case(
    {"first": first, "second": second},
    {"pFirst": p_first},
    F.cross_entropy(logits, torch.stack([p_first, 1 - p_first], 1)),
)

logp = leaf([ROWS, COLUMNS], 4, 9, -4.6)
nll = case({"logp": logp}, {"mask": mask}, F.nll_loss(
    torch.stack([torch.zeros(int(mask.sum())).double(), logp[mask.bool()]], 1), torch.ones(int(mask.sum())).long()))

value, weight = leaf([ROWS, COLUMNS, HEADS], 5, 3), leaf([ROWS, COLUMNS], 6, 0.6, 0.1)
logp2 = leaf([ROWS, COLUMNS], 4, 9, -4.6)
item = uniform(ROWS, 7)
score = torch.stack([
    value[b, lengths[b], 0] + sum(weight[b, t] * logp2[b, t].clamp(min=-6.0) for t in range(COLUMNS))
    for b in range(ROWS)
])
likelihood_aware = case(
    {"value": value, "logp": logp2, "tokenWeight": weight}, {"end": end, "cotangent": item},
    (score * item).sum(), score)

logp3, advantage = leaf([ROWS, COLUMNS], 8, 4, -2.5), uniform(ROWS * COLUMNS, 9).reshape(ROWS, COLUMNS) * 4
actions = mask.nonzero()
policy_gradient = case(
    {"logp": logp3}, {"advantage": advantage, "mask": mask},
    -torch.stack([logp3[b, t] * advantage[b, t] for b, t in actions.tolist()]).mean())

prediction, returns = leaf([ROWS, COLUMNS], 10, 3), uniform(ROWS * COLUMNS, 11).reshape(ROWS, COLUMNS) * 3
value_loss = case(
    {"value": prediction}, {"returns": returns, "mask": mask},
    F.mse_loss(prediction[mask.bool()], returns[mask.bool()]))

write("src/losses/golden/losses.json", {
    "madeBy": f"{MADE_BY}, by scripts/golden/losses.py",
    "bradleyTerry": bradley_terry,
    "negativeLogLikelihood": nll,
    "likelihoodAware": likelihood_aware,
    "policyGradient": policy_gradient,
    "valueLoss": value_loss,
})
