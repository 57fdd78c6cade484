"""What LLM Comparator would make of a file, with Python's own modules.

Run: python3 scripts/readers/comparator.py comparator.json
Checks the fields that its README requires (github.com/PAIR-code/llm-comparator, "JSON Data Format") and the values that go
with each type of custom field; prints the models, n, the mean score, and wins as the app counts them: beyond 0.25.
"""
import json
import sys

WIN = 0.25
TYPES = {
    "string": lambda value: isinstance(value, str),
    "per_model_number": lambda value: len(value) == 2 and all(isinstance(x, (int, float)) for x in value),
}


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        data = json.load(file)
    assert isinstance(data["metadata"]["source_path"], str)
    fields = {field["name"]: field["type"] for field in data["metadata"]["custom_fields_schema"]}
    assert len(data["models"]) == 2
    scores = []
    for example in data["examples"]:
        assert all(isinstance(example[name], str) for name in ("input_text", "output_text_a", "output_text_b"))
        assert all(isinstance(tag, str) for tag in example["tags"])
        assert -1.5 <= example["score"] <= 1.5
        assert set(example["custom_fields"]) == set(fields)
        assert all(TYPES[fields[name]](value) for name, value in example["custom_fields"].items())
        for rating in example["individual_rater_scores"]:
            assert rating["score"] == example["score"] and rating["is_flipped"] is False and isinstance(rating["rationale"], str)
        scores.append(example["score"])
    print(json.dumps({
        "models": [model["name"] for model in data["models"]], "n": len(scores),
        "mean_score": float(f"{sum(scores) / len(scores):.12g}"),
        "a_wins": sum(score > WIN for score in scores), "b_wins": sum(score < -WIN for score in scores),
        "tags": sorted({tag for example in data["examples"] for tag in example["tags"]}),
        "fields": sorted(fields),
    }))


main()
