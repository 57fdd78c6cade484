"""What the golden scripts share: the counter hash of src/core/rng.ts and the writing of files."""
import json
import pathlib

import torch

ROOT = pathlib.Path(__file__).resolve().parents[2]
MADE_BY = f"PyTorch {torch.__version__.split('+')[0]}, float64, CPU"


def pcg(value):
    """PCG-RXS-M-XS 32 as in src/core/rng.ts."""
    state = (value * 747796405 + 2891336453) & 0xFFFFFFFF
    word = ((state >> ((state >> 28) + 4)) ^ state) * 277803737 & 0xFFFFFFFF
    return (word >> 22) ^ word


def uniform(count, salt):
    """`count` deterministic numbers in [-0.5, 0.5): pcg(pcg(salt) xor i) / 2^32 - 0.5."""
    key = pcg(salt)
    return torch.tensor([pcg(key ^ i) / 2**32 - 0.5 for i in range(count)], dtype=torch.float64)


def rounded(tensor):
    """Nested lists with ten significant digits."""
    def walk(x):
        return [walk(y) for y in x] if isinstance(x, list) else float(f"{x:.10g}")

    return walk(tensor.detach().tolist())


def leaf(shape, salt, scale, shift=0.0):
    """Uniform numbers of width `scale` about `shift`, to be differentiated."""
    size = 1
    for n in shape:
        size *= n
    return (uniform(size, salt) * scale + shift).reshape(shape).requires_grad_()


def case(inputs, constants, loss, per_item=None):
    """A loss with its gradients, as src/losses/testing/golden.ts reads it."""
    loss.backward()
    out = {
        "inputs": {name: rounded(x) for name, x in inputs.items()},
        "constants": {name: rounded(x) for name, x in constants.items()},
        "loss": rounded(loss),
        "grads": {name: rounded(x.grad) for name, x in inputs.items()},
    }
    if per_item is not None:
        out["perItem"] = rounded(per_item)
    return out


def write(path, content):
    target = ROOT / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps(content, indent=1) + "\n")
    print(f"wrote {path}, {target.stat().st_size} bytes")
