"""Ids of texts by a tokenizer.json of words, with Python's own modules.

Run: python3 scripts/readers/tokens.py FOLDER '["a text", ...]'
Follows what the format says: marks of `added_tokens` first, then normalizer, pre-tokenizer and the vocabulary. Prints
{"ids": [[...], ...], "size": number of ids}.
"""
import json
import pathlib
import re
import sys


def normalize(text, normalizer):
    for step in (normalizer or {"normalizers": []})["normalizers"]:
        if step["type"] == "Lowercase":
            text = text.lower()
        elif step["type"] == "Replace":
            text = text.replace(step["pattern"]["String"], step["content"])
        else:
            raise SystemExit(f"a normalizer {step['type']}")
    return text


def words(text, pre):
    if pre["type"] == "WhitespaceSplit":
        return text.split()
    assert pre["type"] == "Split" and pre["invert"] and pre["behavior"] == "Removed"
    # Python's `re` knows no \p{L}: a letter is a word character that is neither digit nor underscore.
    pattern = pre["pattern"]["Regex"].replace(r"[\p{L}\d]", r"[^\W_]").replace(r"\p{L}", r"[^\W\d_]")
    return re.findall(pattern, text)


def main():
    folder, texts = pathlib.Path(sys.argv[1]), json.loads(sys.argv[2])
    file = json.loads((folder / "tokenizer.json").read_text(encoding="utf-8"))
    config = json.loads((folder / "tokenizer_config.json").read_text(encoding="utf-8"))
    model = file["model"]
    assert model["type"] == "WordLevel" and config["unk_token"] == model["unk_token"]
    vocab = model["vocab"]
    assert sorted(vocab.values()) == list(range(len(vocab)))
    added = {entry["content"]: entry["id"] for entry in file["added_tokens"]}
    assert all(vocab[name] == number for name, number in added.items())
    marks = re.compile("(" + "|".join(re.escape(name) for name in added) + ")")
    unknown = vocab[model["unk_token"]]
    out = []
    for text in texts:
        ids = []
        for part in marks.split(text):
            if part in added:
                ids.append(added[part])
            else:
                ids.extend(vocab.get(word, unknown) for word in words(normalize(part, file["normalizer"]), file["pre_tokenizer"]))
        out.append(ids)
    print(json.dumps({"ids": out, "size": len(vocab)}))


main()
