"""Golden values of the model in src/nn/layout.ts: an independent PyTorch implementation with torch.optim.AdamW.

Run: python3 scripts/golden/model.py. Weights come from a formula both sides share (see `weights`).
"""
import math

import torch
import torch.nn.functional as F

from common import MADE_BY, rounded, uniform, write

V, D, LAYERS, HEADS, POSITIONS, K = 19, 16, 2, 2, 10, 2
ROWS, LENGTH, SCORED = 3, 9, 5
TEMPERATURE = 0.9
CHOICES = [7, 8]
ADAMW = {"learningRate": 0.01, "beta1": 0.9, "beta2": 0.99, "epsilon": 1e-4, "weightDecay": 0.1, "clipNorm": 0.5}

# Row 0 is padded on the right, row 1 on the left, row 2 on both sides.
START, END, SCORE_FROM = [0, 3, 1], [7, 9, 6], [3, 5, 1]
TOKENS = [[5, 9, 2, 11, 3, 18, 1, 0, 0], [0, 0, 0, 4, 4, 17, 10, 2, 1], [0, 6, 12, 2, 7, 15, 0, 0, 0]]


def shapes():
    yield "wte.weight", (V, D)
    yield "wpe.weight", (POSITIONS, D)
    for i in range(LAYERS):
        for name, shape in [
            ("ln_1.weight", (D,)), ("ln_1.bias", (D,)),
            ("attn.c_attn.weight", (D, 3 * D)), ("attn.c_attn.bias", (3 * D,)),
            ("attn.c_proj.weight", (D, D)), ("attn.c_proj.bias", (D,)),
            ("ln_2.weight", (D,)), ("ln_2.bias", (D,)),
            ("mlp.c_fc.weight", (D, 4 * D)), ("mlp.c_fc.bias", (4 * D,)),
            ("mlp.c_proj.weight", (4 * D, D)), ("mlp.c_proj.bias", (D,)),
        ]:
            yield f"h.{i}.{name}", shape
    yield "ln_f.weight", (D,)
    yield "ln_f.bias", (D,)
    yield "value_head.weight", (K, D)
    yield "value_head.bias", (K,)
    yield "extra_input.weight", (D,)
    yield "token_weight.weight", (D,)
    yield "token_weight.bias", (1,)


def weights():
    """View number n holds 0.5 * uniform(size, 100 + n), plus 1 in the gains of layer norms."""
    out = {}
    for n, (name, shape) in enumerate(shapes()):
        x = uniform(math.prod(shape), 100 + n).reshape(shape) * 0.5
        if ".ln_" in name and name.endswith("weight") or name == "ln_f.weight":
            x = x + 1
        out[name] = x.requires_grad_()
    return out


EXTRA = uniform(ROWS * LENGTH, 50).reshape(ROWS, LENGTH) * 2


def row_states(w, b):
    """Hidden states of one unpadded row, [n, D]: no batch, no mask but the causal one."""
    ids = torch.tensor(TOKENS[b][START[b]:END[b]])
    n = len(ids)
    x = w["wte.weight"][ids] + w["wpe.weight"][:n] + EXTRA[b, START[b]:END[b], None] * w["extra_input.weight"]
    for i in range(LAYERS):
        p = f"h.{i}."
        a = F.layer_norm(x, (D,), w[p + "ln_1.weight"], w[p + "ln_1.bias"], 1e-5)
        qkv = a @ w[p + "attn.c_attn.weight"] + w[p + "attn.c_attn.bias"]
        q, k, v = (y.reshape(n, HEADS, D // HEADS).transpose(0, 1) for y in qkv.split(D, 1))
        scores = q @ k.transpose(1, 2) / math.sqrt(D // HEADS)
        scores = scores.masked_fill(torch.ones(n, n).triu(1).bool(), -math.inf)
        context = (scores.softmax(-1) @ v).transpose(0, 1).reshape(n, D)
        x = x + context @ w[p + "attn.c_proj.weight"] + w[p + "attn.c_proj.bias"]
        h = F.layer_norm(x, (D,), w[p + "ln_2.weight"], w[p + "ln_2.bias"], 1e-5)
        h = F.gelu(h @ w[p + "mlp.c_fc.weight"] + w[p + "mlp.c_fc.bias"], approximate="tanh")
        x = x + h @ w[p + "mlp.c_proj.weight"] + w[p + "mlp.c_proj.bias"]
    return ids, F.layer_norm(x, (D,), w["ln_f.weight"], w["ln_f.bias"], 1e-5)


def forward(w):
    zero = torch.zeros((), dtype=torch.float64)
    columns = {name: [] for name in ("logp", "entropy", "tokenWeight")}
    values, choices = [], []
    for b in range(ROWS):
        ids, x = row_states(w, b)
        logits = x @ w["wte.weight"].T
        dist = torch.distributions.Categorical(logits=logits / TEMPERATURE)
        row = {name: [zero] * SCORED for name in columns}
        value = [torch.zeros(K, dtype=torch.float64)] * SCORED
        for s in range(SCORED):
            t = SCORE_FROM[b] - START[b] + s
            if t < len(ids):
                value[s] = w["value_head.weight"] @ x[t] + w["value_head.bias"]
            if t + 1 < len(ids):
                row["logp"][s] = dist.logits[t, ids[t + 1]]
                row["entropy"][s] = dist.entropy()[t]
                embedded = w["wte.weight"][ids[t + 1]]
                row["tokenWeight"][s] = w["token_weight.weight"] @ embedded + w["token_weight.bias"][0]
        for name in columns:
            columns[name].append(torch.stack(row[name]))
        values.append(torch.stack(value))
        choices.append(logits[-1].log_softmax(-1)[CHOICES])
    out = {name: torch.stack(rows) for name, rows in columns.items()}
    return {**out, "value": torch.stack(values), "choiceLogp": torch.stack(choices)}


params = weights()
outputs = forward(params)
cotangents = {name: uniform(x.numel(), 60 + i).reshape(x.shape) for i, (name, x) in enumerate(sorted(outputs.items()))}


def objective(out):
    return sum((out[name] * cotangents[name]).sum() for name in out)


objective(outputs).backward()
grad_norms = {name: rounded(x.grad.norm()) for name, x in params.items()}
first_outputs = {name: rounded(x) for name, x in outputs.items()}

matrices = [x for x in params.values() if x.dim() > 1]
vectors = [x for x in params.values() if x.dim() == 1]
optimizer = torch.optim.AdamW(
    [{"params": matrices, "weight_decay": ADAMW["weightDecay"]}, {"params": vectors, "weight_decay": 0.0}],
    lr=ADAMW["learningRate"], betas=(ADAMW["beta1"], ADAMW["beta2"]), eps=ADAMW["epsilon"])
curve = []
for _ in range(5):
    optimizer.zero_grad()
    loss = objective(forward(params))
    loss.backward()
    norm = torch.nn.utils.clip_grad_norm_(list(params.values()), ADAMW["clipNorm"])
    optimizer.step()
    curve.append({"objective": rounded(loss), "gradNorm": rounded(norm)})

write("src/nn/golden/model.json", {
    "madeBy": f"{MADE_BY}, by scripts/golden/model.py",
    "shape": {"vocab": V, "width": D, "layers": LAYERS, "heads": HEADS, "positions": POSITIONS, "valueHeads": K},
    "batch": {"rows": ROWS, "length": LENGTH, "scored": SCORED, "tokens": sum(TOKENS, []), "start": START, "end": END,
              "scoreFrom": SCORE_FROM, "extra": rounded(EXTRA.flatten())},
    "temperature": TEMPERATURE,
    "choices": CHOICES,
    "outputs": first_outputs,
    "cotangents": {name: rounded(x) for name, x in cotangents.items()},
    "gradNorms": grad_norms,
    "adamw": ADAMW,
    "curve": curve,
    "finalOutputs": {name: rounded(x) for name, x in forward(params).items()},
    "finalNorms": {name: rounded(x.norm()) for name, x in params.items()},
})
