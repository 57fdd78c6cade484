"""Golden values of the on-policy losses, by PyTorch's autograd in float64. Run: python3 scripts/golden/on_policy.py

Written with torch's own clamp, minimum and detach over lists of actions, without the masks and products of ours.
"""
import torch

from common import MADE_BY, case, leaf, rounded, uniform, write

ROWS, COLUMNS, GROUP = 4, 6, 2
CLIP, VALUE_CLIP, VALUE_COEFFICIENT, BETA, LAMBDA = 0.2, 0.3, 0.4, 0.15, 0.8

lengths = torch.tensor([5, 3, 1, 6])
mask = (torch.arange(COLUMNS)[None, :] < lengths[:, None]).double()
actions = [(b, t) for b in range(ROWS) for t in range(int(lengths[b]))]


def grid(salt, scale, shift=0.0):
    return uniform(ROWS * COLUMNS, salt).reshape(ROWS, COLUMNS) * scale + shift


def clipped(ratio, advantage):
    return torch.minimum(ratio * advantage, ratio.clamp(1 - CLIP, 1 + CLIP) * advantage)


old_logp, advantage = grid(21, 3, -2), grid(22, 4)
old_value, returns = grid(23, 2), grid(24, 4)


def policy_loss(logp):
    return -torch.stack([clipped((logp[a] - old_logp[a]).exp(), advantage[a]) for a in actions]).mean()


def value_loss(value):
    held = torch.max(torch.min(value, old_value + VALUE_CLIP), old_value - VALUE_CLIP)
    worst = torch.maximum((value - returns) ** 2, (held - returns) ** 2)
    return 0.5 * torch.stack([worst[a] for a in actions]).mean()


def near(centre, salt, scale):
    """Inputs around other numbers, so that some are inside the clip range and some are not."""
    return (centre + grid(salt, scale)).detach().requires_grad_()


policy_constants = {"oldLogp": old_logp, "advantage": advantage, "mask": mask}
value_constants = {"oldValue": old_value, "returns": returns, "mask": mask}
logp = near(old_logp, 25, 1.2)
policy = case({"logp": logp}, policy_constants, policy_loss(logp))
value = near(old_value, 26, 1.5)
value_case = case({"value": value}, value_constants, value_loss(value))
logp, value = near(old_logp, 25, 1.2), near(old_value, 26, 1.5)
both = case({"logp": logp, "value": value}, {**policy_constants, **value_constants},
            policy_loss(logp) + VALUE_COEFFICIENT * value_loss(value))

# Generalised advantages, by the backward recursion of the code of Ziegler et al. instead of a matrix of discounts.
rewards = grid(27, 2) * mask
gae = torch.zeros(ROWS, COLUMNS, dtype=torch.float64)
for b in range(ROWS):
    running = 0.0
    for t in reversed(range(int(lengths[b]))):
        following = old_value[b, t + 1] if t + 1 < lengths[b] else 0.0
        running = rewards[b, t] + following - old_value[b, t] + LAMBDA * running
        gae[b, t] = running

kept = torch.stack([rewards[a] for a in actions])
white = torch.zeros(ROWS, COLUMNS, dtype=torch.float64)
for a in actions:
    white[a] = (rewards[a] - kept.mean()) / (kept.var(unbiased=False) + 1e-8).sqrt()

reference_logp, scores = grid(28, 3, -2), uniform(ROWS, 29) * 3
group_scores = scores.reshape(-1, GROUP)
group_advantage = ((group_scores - group_scores.mean(1, keepdim=True)) /
                   (group_scores.std(1, keepdim=True) + 1e-4)).reshape(ROWS, 1)


def k3(logp, a):
    log_ratio = reference_logp[a] - logp[a]
    return log_ratio.exp() - log_ratio - 1


def grpo_loss(logp):
    responses = []
    for b in range(ROWS):
        tokens = [(1 - BETA) * clipped((logp[a] - old_logp[a]).exp(), group_advantage[b, 0]) - BETA * k3(logp, a)
                  for a in actions if a[0] == b]
        responses.append(torch.stack(tokens).mean())
    return -torch.stack(responses).mean()


logp = near(old_logp, 30, 1.2)
grpo = case({"logp": logp}, {"oldLogp": old_logp, "referenceLogp": reference_logp, "advantage": group_advantage,
                             "weights": mask / lengths[:, None]}, grpo_loss(logp))

PAIRS = 5
old_response, pair_rewards = uniform(2 * PAIRS, 31) * 6 - 9, uniform(2 * PAIRS, 32) * 4
moved = (old_response + uniform(2 * PAIRS, 33)).detach()


def p3o_loss(logp, joint):
    total = []
    for i in range(0, 2 * PAIRS, 2):
        ratio = [(logp[i + j] - old_response[i + j]).exp() for j in (0, 1)]
        difference = pair_rewards[i] - pair_rewards[i + 1]
        if joint:
            weight = (difference * ratio[0] * ratio[1]).detach()
            quotient = (ratio[0] / ratio[1]).log()
            total.append(torch.minimum(weight * quotient, weight * quotient.clamp(-CLIP, CLIP)))
        else:
            total.append(clipped(ratio[0], (difference * ratio[1]).detach()) +
                         clipped(ratio[1], (-difference * ratio[0]).detach()))
    return -0.5 * torch.stack(total).mean()


def p3o_case(joint):
    logp = moved.clone().requires_grad_()
    return case({"logp": logp}, {"oldLogp": old_response, "rewards": pair_rewards}, p3o_loss(logp, joint))


write("src/losses/golden/onPolicy.json", {
    "madeBy": f"{MADE_BY}, by scripts/golden/on_policy.py",
    "clipRange": CLIP,
    "valueClipRange": VALUE_CLIP,
    "valueCoefficient": VALUE_COEFFICIENT,
    "klCoef": BETA,
    "policy": policy,
    "value": value_case,
    "both": both,
    "gae": {"lambda": LAMBDA, "rewards": rounded(rewards), "value": rounded(old_value), "mask": rounded(mask),
            "advantage": rounded(gae)},
    "whiten": {"values": rounded(rewards), "mask": rounded(mask), "whitened": rounded(white)},
    "groupAdvantages": {"scores": rounded(scores), "groupSize": GROUP, "advantages": rounded(group_advantage.flatten())},
    "grpo": grpo,
    "p3oSeparate": p3o_case(False),
    "p3oJoint": p3o_case(True),
})
