"""Log-probabilities of GPT-2 from a folder of config.json and model.safetensors, with numpy alone.

Run: python3 scripts/readers/logits.py FOLDER '[[40, 41, 2, 44], ...]'
Written from the definition of GPT-2 (Radford et al. 2019, and the names of `transformers`' GPT2LMHeadModel), not from this
repository's code. Prints {"logp": [[...], ...]}: of each sequence the log-probability of every token but the first, given
those before it.
"""
import json
import math
import pathlib
import struct
import sys

import numpy as np


def read_safetensors(path):
    data = path.read_bytes()
    (length,) = struct.unpack_from("<Q", data)
    header = json.loads(data[8:8 + length])
    if header.pop("__metadata__", {}).get("format") != "pt":
        raise SystemExit("transformers reads files of the format pt only")
    tensors = {}
    for name, entry in header.items():
        if entry["dtype"] != "F32":
            raise SystemExit(f"{name} is of type {entry['dtype']}")
        begin, end = entry["data_offsets"]
        values = np.frombuffer(data, dtype="<f4", count=(end - begin) // 4, offset=8 + length + begin)
        tensors[name] = values.reshape(entry["shape"]).astype(np.float64)
    return tensors


def layer_norm(x, gain, bias, epsilon):
    mean = x.mean(-1, keepdims=True)
    variance = ((x - mean) ** 2).mean(-1, keepdims=True)
    return (x - mean) / np.sqrt(variance + epsilon) * gain + bias


def gelu_new(x):
    return 0.5 * x * (1 + np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))


def softmax(x):
    e = np.exp(x - x.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


def logits(config, tensors, ids):
    """[n, vocabulary] of one sequence. Conv1D of GPT-2 is x @ weight + bias with weight [in, out]."""
    def get(name):
        return tensors["transformer." + name]

    def linear(x, name):
        return x @ get(name + ".weight") + get(name + ".bias")

    def norm(x, name):
        return layer_norm(x, get(name + ".weight"), get(name + ".bias"), config["layer_norm_epsilon"])

    n, width, heads = len(ids), config["n_embd"], config["n_head"]
    x = get("wte.weight")[ids] + get("wpe.weight")[:n]
    later = np.triu(np.full((n, n), -np.inf), 1)
    for layer in range(config["n_layer"]):
        block = f"h.{layer}."
        q, k, v = np.split(linear(norm(x, block + "ln_1"), block + "attn.c_attn"), 3, axis=-1)
        q, k, v = (y.reshape(n, heads, width // heads).transpose(1, 0, 2) for y in (q, k, v))
        weights = softmax(q @ k.transpose(0, 2, 1) / math.sqrt(width // heads) + later)
        x = x + linear((weights @ v).transpose(1, 0, 2).reshape(n, width), block + "attn.c_proj")
        x = x + linear(gelu_new(linear(norm(x, block + "ln_2"), block + "mlp.c_fc")), block + "mlp.c_proj")
    return norm(x, "ln_f") @ get("wte.weight").T


def main():
    folder, sequences = pathlib.Path(sys.argv[1]), json.loads(sys.argv[2])
    config = json.loads((folder / "config.json").read_text())
    assert config["architectures"] == ["GPT2LMHeadModel"] and config["activation_function"] == "gelu_new"
    assert config["tie_word_embeddings"] is True
    tensors = read_safetensors(folder / "model.safetensors")
    assert tensors["transformer.wte.weight"].shape == (config["vocab_size"], config["n_embd"])
    assert tensors["transformer.wpe.weight"].shape == (config["n_positions"], config["n_embd"])
    out = []
    for ids in sequences:
        scores = softmax(logits(config, tensors, ids))
        out.append([math.log(scores[i, ids[i + 1]]) for i in range(len(ids) - 1)])
    print(json.dumps({"logp": out}))


main()
