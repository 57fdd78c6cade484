"""Golden values of src/losses/directPreference.ts, aLol.ts and rankedLists.ts, by PyTorch's autograd, a response or a list
at a time, as the papers write them.

Run: python3 scripts/golden/direct_preference.py
"""
import torch
import torch.nn.functional as F

from common import MADE_BY, rounded, uniform, write

PAIRS, ROWS, COLUMNS, LISTS, K = 4, 4, 5, 3, 4


def leaf(shape, salt, scale, shift=0.0):
    size = 1
    for n in shape:
        size *= n
    return (uniform(size, salt) * scale + shift).reshape(shape).requires_grad_()


def case(inputs, constants, loss):
    for x in inputs.values():
        x.grad = None
    loss.backward()
    return {
        "inputs": {name: rounded(x) for name, x in inputs.items()},
        "constants": {name: rounded(x) for name, x in constants.items()},
        "loss": rounded(loss),
        "grads": {name: rounded(x.grad) for name, x in inputs.items()},
    }


# Pairs: log-probabilities of both responses, first and second side by side.
logp = leaf([2 * PAIRS], 21, 12, -14)
reference = uniform(2 * PAIRS, 22) * 12 - 14
tokens = torch.tensor([5, 3, 8, 8, 1, 6, 4, 7]).double()
p_first = torch.tensor([1.0, 0.0, 0.8, 0.5]).double()
BETA, TAU, FLIP, GAMMA, SFT = 0.3, 0.4, 0.2, 0.7, 0.15


def mixed(directed):
    """Mean over pairs of p L(first, second) + (1 - p) L(second, first)."""
    total = 0
    for i, p in enumerate(p_first):
        total = total + p * directed(2 * i, 2 * i + 1) + (1 - p) * directed(2 * i + 1, 2 * i)
    return total / PAIRS


def ratio(w, l):
    return (logp[w] - reference[w]) - (logp[l] - reference[l])


def dpo(w, l):
    return -F.logsigmoid(BETA * ratio(w, l))


direct = {
    "dpo": dpo,
    "cdpo": lambda w, l: (1 - FLIP) * dpo(w, l) + FLIP * dpo(l, w),
    "robust": lambda w, l: ((1 - FLIP) * dpo(w, l) - FLIP * dpo(l, w)) / (1 - 2 * FLIP),
    "ipo": lambda w, l: (
        (logp[w] - reference[w]) / tokens[w] - (logp[l] - reference[l]) / tokens[l] - 1 / (2 * TAU)) ** 2,
    "slic": lambda w, l: F.relu(1 - BETA * (logp[w] - logp[l])) - SFT * logp[w],
    "simpo": lambda w, l: -F.logsigmoid(BETA * (logp[w] / tokens[w] - logp[l] / tokens[l]) - GAMMA),
}
pair_constants = {"referenceLogp": reference, "tokens": tokens, "pFirst": p_first}
out = {name: case({"logp": logp}, pair_constants, mixed(loss)) for name, loss in direct.items()}

# KTO: eight responses, their own mismatched ones, z0 without a gradient.
apart, apart_reference = uniform(8, 23) * 6 - 9, uniform(8, 24) * 6 - 11
desirable = torch.tensor([1, 0, 1, 1, 0, 0.7, 0.2, 0.5]).double()
z0 = max(0.0, float((apart - apart_reference).mean()))
out["kto"] = case(
    {"logp": logp},
    {"referenceLogp": reference, "mismatched": apart, "mismatchedReference": apart_reference, "pDesirable": desirable},
    sum(
        p * 1.3 * (1 - torch.sigmoid(BETA * (logp[i] - reference[i] - z0)))
        + (1 - p) * 0.8 * (1 - torch.sigmoid(BETA * (z0 - (logp[i] - reference[i]))))
        for i, p in enumerate(desirable)) / 8)

# A-LoL: the surrogate whose gradient is A w grad log pi, ratios detached.
lengths = [5, 3, 1, 4]
mask = (torch.arange(COLUMNS)[None, :] < torch.tensor(lengths)[:, None]).double()
token_logp = leaf([ROWS, COLUMNS], 25, 5, -2.6)
token_reference = uniform(ROWS * COLUMNS, 26).reshape(ROWS, COLUMNS) * 3 - 2.6
advantage = uniform(ROWS, 27) + 0.6
CLIP, PENALTY = 0.9, 0.25


def a_lol(variant):
    total = 0
    for b, n in enumerate(lengths):
        new, old = token_logp[b, :n], token_reference[b, :n]
        if variant == "response":
            weight = torch.exp(new.sum() - old.sum()).clamp(1 - CLIP, 1 + CLIP).detach()
        elif variant == "sequence":
            weight = torch.exp(new - old).clamp(1 - CLIP, 1 + CLIP).detach()
        else:
            weight = 1.0
        total = total - advantage[b] * (weight * new).sum()
        if variant == "kl":
            total = total + PENALTY * new.sum()
    return total / ROWS


for variant in ("response", "sequence", "refFree", "kl"):
    out[f"aLol_{variant}"] = case(
        {"logp": token_logp}, {"referenceLogp": token_reference, "mask": mask, "advantage": advantage}, a_lol(variant))

# Lists. The second one holds a tie in the middle, the third is tied throughout.
rewards = torch.tensor([[2.0, 0.7, 0.1, -1.2], [1.0, 0.3, 0.3, 0.0], [0.5, 0.5, 0.5, 0.5]]).double()
list_logp = leaf([LISTS, K], 28, 16, -20)
list_tokens = torch.tensor([[5, 3, 8, 2], [1, 6, 4, 7], [3, 3, 9, 5]]).double()
PRO_SFT = 0.05
pro = 0
for n in range(LISTS):
    p, r = list_logp[n] / list_tokens[n], rewards[n]
    for i in range(K - 1):
        widest = max(r[i] - r[j] for j in range(i + 1, K))
        own = p[i] * widest
        below = torch.stack([p[j] * (r[i] - r[j]) for j in range(i + 1, K)])
        pro = pro - torch.log(own.exp() / (own.exp() + below.exp().sum()))
    pro = pro - PRO_SFT * (K - 1) ** 2 * list_logp[n, 0]
out["pro"] = case({"logp": list_logp}, {"tokens": list_tokens, "rewards": rewards}, pro / LISTS)

list_reference = uniform(LISTS * K, 29).reshape(LISTS, K) * 16 - 20
psi = torch.tensor([[0.9, 0.2, 0.6, 0.4], [0.5, 0.5, 0.1, 1.0], [0.3, 0.3, 0.3, 0.3]]).double()
lipo = 0
for n in range(LISTS):
    s = BETA * (list_logp[n] - list_reference[n])
    order = sorted(range(K), key=lambda i: -float(s[i]))
    rank = {i: order.index(i) + 1 for i in range(K)}
    for i in range(K):
        for j in range(K):
            if psi[n, i] > psi[n, j]:
                gain = abs(2 ** float(psi[n, i]) - 2 ** float(psi[n, j]))
                discount = [1 / float(torch.log(torch.tensor(1.0 + rank[x], dtype=torch.float64))) for x in (i, j)]
                lipo = lipo + gain * abs(discount[0] - discount[1]) * torch.log(1 + torch.exp(-(s[i] - s[j])))
out["lipo"] = case({"logp": list_logp}, {"referenceLogp": list_reference, "psi": psi}, lipo / LISTS)

write("src/losses/golden/directPreference.json", {
    "madeBy": f"{MADE_BY}, by scripts/golden/direct_preference.py",
    "settings": {
        "beta": BETA, "tau": TAU, "labelSmoothing": FLIP, "targetMargin": GAMMA, "sftCoef": SFT,
        "desirableWeight": 1.3, "undesirableWeight": 0.8, "clip": CLIP, "penalty": PENALTY, "proSftCoef": PRO_SFT,
    },
    **out,
})
