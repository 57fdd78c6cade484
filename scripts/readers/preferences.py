"""What a file of preferences and its transcripts hold, with Python's own modules.

Run: python3 scripts/readers/preferences.py preferences.jsonl transcripts.jsonl
Checks what TRL asks of a preference dataset (the texts prompt, chosen and rejected in every row, the same columns in all)
and that the transcripts are of the same pairs. Prints counts and means.
"""
import json
import math
import sys


def rows(path):
    with open(path, encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def main():
    pairs, transcripts = rows(sys.argv[1]), rows(sys.argv[2])
    assert len({tuple(sorted(row)) for row in pairs}) == 1, "rows have different columns"
    for row, whole in zip(pairs, transcripts, strict=True):
        assert all(isinstance(row[name], str) and row[name] for name in ("prompt", "chosen", "rejected"))
        turn = f"\n\nHuman: {row['prompt']}\n\nAssistant: "
        assert whole == {"chosen": turn + row["chosen"], "rejected": turn + row["rejected"]}
        assert row["tie"] == (row["p_a"] == 0.5)
        assert (row["order"] == "a is chosen") == (row["p_a"] >= 0.5)
        if "margin" in row:
            assert math.isclose(row["margin"], abs(math.log(row["p_a"] / (1 - row["p_a"]))), abs_tol=1e-12)
    print(json.dumps({
        "n": len(pairs), "columns": sorted(pairs[0]), "labelers": sorted({row["labeler"] for row in pairs}),
        "mean_p_a": float(f"{sum(row['p_a'] for row in pairs) / len(pairs):.12g}"),
        "ties": sum(row["tie"] for row in pairs), "unread": sum(not row["parsed"] for row in pairs),
        "chosen": [row["chosen"] for row in pairs],
    }))


main()
