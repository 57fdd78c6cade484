"""Win rates from a file of AlpacaEval annotations, with Python's own modules.

Run: python3 scripts/readers/annotations.py annotations.json
As AlpacaEval counts: the win rate of generator_2 over generator_1 is the mean of preference - 1. Prints it, with n, by
generator.
"""
import json
import sys


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        rows = json.load(file)
    rates = {}
    for row in rows:
        assert all(isinstance(row[name], str) for name in ("instruction", "output_1", "output_2", "annotator"))
        assert 1 <= row["preference"] <= 2
        rates.setdefault((row["generator_2"], row["generator_1"]), []).append(row["preference"] - 1)
    print(json.dumps({
        f"{one} over {other}": {"n": len(wins), "win_rate": sum(wins) / len(wins)} for (one, other), wins in rates.items()
    }))


main()
