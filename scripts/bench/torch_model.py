"""Our model and the bench's workloads in PyTorch, on one thread, float32: what a user of PyTorch would write.

Run: python3 scripts/bench/torch_model.py '{"dims": {...}, "budget": {...}, "workloads": ["sft", ...]}'
Sizes and time budget are those of src/bench; the result is printed as JSON: GFLOP/s of the bare matrix product, and of
each workload the milliseconds of every repeat. Weights and words are random: what the words say costs nothing.
"""
import json
import math
import sys
import time

import torch
import torch.nn.functional as F

torch.set_num_threads(1)
torch.manual_seed(1)

ASKED = json.loads(sys.argv[1])
DIMS, BUDGET = ASKED["dims"], ASKED["budget"]
D, LAYERS, V = DIMS["width"], DIMS["layers"], DIMS["vocab"]
PROMPT, RESPONSE, BATCH = DIMS["prompt"], DIMS["response"], DIMS["batch"]
HEADS, FIRST_WORD, EOS, SEP = 4, 40, 1, 2
POSITIONS = math.ceil((PROMPT + 2 * RESPONSE + 3) / 16) * 16
TEMPERATURE, KL_COEFFICIENT, VALUE_COEFFICIENT, LOGP_FLOOR = 0.9, 0.05, 0.01, -6.0
ADAMW = {"lr": 1e-6, "betas": (0.9, 0.999), "eps": 1e-8}


class Model(torch.nn.Module):
    """src/nn/layout.ts: pre-LN, tied embedding, value head, learned token weights."""

    def __init__(self):
        super().__init__()
        def parameter(*shape):
            return torch.nn.Parameter(torch.randn(*shape) * 0.02)

        self.wte, self.wpe = parameter(V, D), parameter(POSITIONS, D)
        self.layers = torch.nn.ModuleList(torch.nn.ModuleDict({
            "ln_1": torch.nn.LayerNorm(D), "c_attn": torch.nn.Linear(D, 3 * D), "c_proj": torch.nn.Linear(D, D),
            "ln_2": torch.nn.LayerNorm(D), "c_fc": torch.nn.Linear(D, 4 * D), "mlp": torch.nn.Linear(4 * D, D),
        }) for _ in range(LAYERS))
        self.ln_f = torch.nn.LayerNorm(D)
        self.value_head = torch.nn.Linear(D, 1)
        self.token_weight = torch.nn.Linear(D, 1)

    def states(self, ids, cache=None):
        """Final hidden states of ids [B, n]; `cache`, a list of (keys, values) by layer, goes before them and grows."""
        rows, n = ids.shape
        past = cache[0][0].shape[2] if cache and cache[0] else 0
        x = self.wte[ids] + self.wpe[past:past + n]
        hidden = torch.ones(n, n).triu(1).bool() if n > 1 else None
        for i, layer in enumerate(self.layers):
            q, k, v = (y.reshape(rows, n, HEADS, D // HEADS).transpose(1, 2)
                       for y in layer["c_attn"](layer["ln_1"](x)).split(D, 2))
            if cache is not None:
                if cache[i]:
                    k, v = torch.cat([cache[i][0], k], 2), torch.cat([cache[i][1], v], 2)
                cache[i] = (k, v)
            scores = q @ k.transpose(2, 3) / math.sqrt(D // HEADS)
            if hidden is not None:
                scores = scores.masked_fill(hidden, -math.inf)
            context = (scores.softmax(-1) @ v).transpose(1, 2).reshape(rows, n, D)
            x = x + layer["c_proj"](context)
            x = x + layer["mlp"](F.gelu(layer["c_fc"](layer["ln_2"](x)), approximate="tanh"))
        return self.ln_f(x)

    def log_probabilities(self, states, temperature=1.0):
        return F.log_softmax(states @ self.wte.T / temperature, -1)


def words(*shape):
    return torch.randint(FIRST_WORD, V, shape)


def sequences(prompts, responses):
    return torch.cat([prompts, torch.full((len(prompts), 1), SEP), responses], 1)


def of_targets(logp, responses):
    return logp.gather(2, responses[:, :, None])[:, :, 0]


def adamw(model):
    return torch.optim.AdamW(model.parameters(), **ADAMW)


def update(model, optimizer, loss):
    optimizer.zero_grad()
    loss.backward()
    torch.nn.utils.clip_grad_norm_(list(model.parameters()), 1.0)
    optimizer.step()
    return loss.item()


def scores(model, prompts, responses):
    """The likelihood-aware reward head of src/losses/preference.ts."""
    states = model.states(sequences(prompts, responses))[:, PROMPT:]
    logp = of_targets(model.log_probabilities(states[:, :-1]), responses)
    weights = model.token_weight(model.wte[responses])[:, :, 0]
    return model.value_head(states[:, -1])[:, 0] + (weights * logp.clamp(min=LOGP_FLOOR)).sum(1)


@torch.no_grad()
def rollout(model, prompts):
    cache = [None] * LAYERS
    ids = torch.cat([prompts, torch.full((len(prompts), 1), SEP)], 1)
    written = []
    for _ in range(RESPONSE):
        logits = model.states(ids, cache)[:, -1] @ model.wte.T / TEMPERATURE
        logits[:, :FIRST_WORD] = -math.inf
        ids = torch.multinomial(logits.softmax(-1), 1)
        written.append(ids)
    return torch.cat(written, 1)


def sft():
    model, prompts, responses = Model(), words(BATCH, PROMPT), words(BATCH, RESPONSE)
    optimizer = adamw(model)

    def step():
        states = model.states(sequences(prompts, responses))[:, PROMPT:-1]
        update(model, optimizer, -of_targets(model.log_probabilities(states), responses).mean())
    return step


def reward():
    model, prompts = Model(), words(BATCH, PROMPT).repeat(2, 1)
    responses, p_first = words(2 * BATCH, RESPONSE), torch.randint(0, 2, (BATCH,)).float()
    optimizer = adamw(model)

    def step():
        first, second = scores(model, prompts, responses).split(BATCH)
        update(model, optimizer, F.binary_cross_entropy_with_logits(first - second, p_first))
    return step


def sampling():
    model, prompts = Model(), words(BATCH, PROMPT)
    return lambda: rollout(model, prompts)


def reinforce():
    policy, reference, reward_model, prompts = Model(), Model(), Model(), words(BATCH, PROMPT)
    optimizer = adamw(policy)

    def step():
        responses = rollout(policy, prompts)
        ids = sequences(prompts, responses)
        with torch.no_grad():
            rewards = torch.zeros(BATCH, RESPONSE)
            rewards[:, -1] = (1 - KL_COEFFICIENT) * scores(reward_model, prompts, responses)
            frozen = of_targets(reference.log_probabilities(reference.states(ids)[:, PROMPT:-1], TEMPERATURE), responses)
        states = policy.states(ids)[:, PROMPT:-1]
        distribution = policy.log_probabilities(states, TEMPERATURE)
        logp = of_targets(distribution, responses)
        value = policy.value_head(states.detach())[:, :, 0]
        with torch.no_grad():
            rewards -= KL_COEFFICIENT * (logp - frozen)
            returns = rewards.flip(1).cumsum(1).flip(1)
            advantage = returns - value
            advantage = advantage / (advantage.std() + 1e-8)
            -(distribution.exp() * distribution).sum(2).mean()  # the entropy that the charts show
        update(policy, optimizer, -(logp * advantage).mean() + VALUE_COEFFICIENT * (returns - value).square().mean())
    return step


def repeats(once):
    """Milliseconds of each measured repeat, as `timeRepeats` of src/bench/timing.ts."""
    def timed():
        started = time.perf_counter()
        once()
        return 1000 * (time.perf_counter() - started)

    warm = 0.0
    while True:
        warm += timed()
        if warm >= BUDGET["warmUpMs"]:
            break
    measured = []
    while len(measured) < BUDGET["leastRepeats"] or sum(measured) < BUDGET["measureMs"]:
        measured.append(timed())
    return measured


def peak():
    m, k, n = ASKED["peak"]
    a, b = torch.randn(m, k), torch.randn(k, n)
    times = sorted(repeats(lambda: a @ b))
    return 2 * m * k * n / times[len(times) // 2] / 1e6


OPENED = {"sft": sft, "reward": reward, "rollout": sampling, "rl": reinforce}
print(json.dumps({
    "version": torch.__version__,
    "threads": torch.get_num_threads(),
    "configuration": torch.__config__.show(),
    "peakGflops": peak(),
    "repeats": {name: repeats(OPENED[name]()) for name in ASKED["workloads"]},
}))
