"""expected: a sample with the records that must come of it, for the make_*.py that hold both."""
import json


def put(path, data, *records):
    """The sample, and one line for each record."""
    with open(path, "wb") as f:
        f.write(data)
    with open(path + ".expected.jsonl", "w", encoding="utf-8") as f:
        for r in records:
            f.write(json.dumps(r, sort_keys=True, ensure_ascii=False, separators=(",", ":")) + "\n")


def field(group, name, value, **more):
    """A record of one fact; `means` is its member "as", which Python keeps for itself."""
    if "means" in more:
        more["as"] = more.pop("means")
    return dict(more, kind="field", group=group, name=name, value=value)
