"""A page of Markdown from JSON schemas: each key with its type and whether it is always there."""
import json

INTRODUCTION = """# Keys of the JSON files

Made from the schemas. What the keys mean: [result files](formats.md). `[]` is each entry of a list, `*` any name. `null` is "not known", never 0.
New keys may come at any time; a key that is here stays.
"""


class Schema:
    def __init__(self, path):
        self.whole = json.loads(path.read_text())

    def resolved(self, node):
        while "$ref" in node:
            target = self.whole
            for part in node["$ref"].removeprefix("#/").split("/"):
                target = target[part]
            node = {**target, **{key: value for key, value in node.items() if key != "$ref"}}
        return node

    def type_of(self, node):
        if "const" in node:
            return f"`{json.dumps(node['const'])}`"
        if "enum" in node:
            return ", ".join(f"`{json.dumps(value)}`" for value in node["enum"])
        for choice in ("oneOf", "anyOf"):
            if choice in node:
                return " or ".join(dict.fromkeys(self.type_of(self.resolved(one)) for one in node[choice]))
        kind = node.get("type", "any")
        return " or ".join(kind) if isinstance(kind, list) else kind

    def rows(self, node, path="", always=True, within=()):
        """(key, type, whether it is always there, description)"""
        node = self.resolved(node)
        if path:
            yield path, self.type_of(node), always, node.get("description", "")
        marker = id(node.get("properties"))
        if "properties" in node and marker in within:
            return  # it contains itself
        deeper = (*within, marker)
        for one in (node, *(self.resolved(one) for choice in ("oneOf", "anyOf") for one in node.get(choice, []))):
            for key, value in one.get("properties", {}).items():
                yield from self.rows(value, f"{path}.{key}" if path else key, key in one.get("required", []), deeper)
            if isinstance(one.get("items"), dict):
                yield from self.rows(one["items"], f"{path}[]", True, deeper)
            if isinstance(one.get("additionalProperties"), dict):
                yield from self.rows(one["additionalProperties"], f"{path}.*", True, deeper)


def section(path):
    schema = Schema(path)
    lines = [f"## {schema.whole['title']}", "", f"[{path.name}]({path.name})", "", "| key | type | always there | |", "|---|---|---|---|"]
    for key, kind, always, description in schema.rows(schema.whole):
        lines.append(f"| `{key}` | {kind} | {'yes' if always else 'no'} | {description.replace('|', '/')} |")
    return "\n".join(lines) + "\n"


def page(paths):
    return INTRODUCTION + "\n" + "\n".join(section(path) for path in paths)
