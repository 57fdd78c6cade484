"""What two files of metrics hold, with Python's own modules.

Run: python3 scripts/readers/metrics.py metrics.csv metrics.jsonl
Prints for each arm, kind of step and metric the number of points, the first and last step, and the sum and last of the
values, from the CSV; ends with an error where the JSON lines say anything else.
"""
import csv
import json
import sys


def summary(points):
    curves = {}
    for key, step, value in points:
        curves.setdefault(key, []).append((step, value))
    return {
        " | ".join(key): {
            "n": len(curve), "first": curve[0][0], "last": curve[-1][0],
            "sum": float(f"{sum(value for _, value in curve):.12g}"), "end": curve[-1][1],
        }
        for key, curve in sorted(curves.items())
    }


def main():
    runs, seeds = set(), set()

    def from_csv():
        with open(sys.argv[1], newline="", encoding="utf-8") as file:
            for row in csv.DictReader(file):
                runs.add(row["run"])
                seeds.add(int(row["seed"]))
                yield (row["arm"], row["steps_of"], row["metric"]), int(row["step"]), float(row["value"])

    def from_lines():
        with open(sys.argv[2], encoding="utf-8") as file:
            for line in file:
                row = json.loads(line)
                runs.add(row.pop("run"))
                seeds.add(row.pop("seed"))
                arm, kind, step = row.pop("arm"), row.pop("steps_of"), row.pop("step")
                for metric, value in row.items():
                    yield (arm, kind, metric), step, value

    table = summary(from_csv())
    assert table == summary(from_lines()), "the two files differ"
    assert len(runs) == 1 and len(seeds) == 1
    print(json.dumps({"run": runs.pop(), "seed": seeds.pop(), "curves": table}))


main()
