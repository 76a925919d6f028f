"""What scripts/check-layers holds beside the layers: circles, unused grants, ARCHITECTURE.md's tables, sizes.

Each function yields messages.
"""
import collections
import json
import re
import shutil
import subprocess

MOST_LINES = 500
MOST_FILES = 40
MOST_MEMBERS = 20
STARTS_THREADS = re.compile(r"std::j?thread\b(?!::)|\bMHD_start_daemon\b")


def unit_of(name):
    """A unit is a header and its source: both have one name without the ending."""
    return name.rsplit(".", 1)[0]


def unit_includes(files, includes_of):
    """{unit: units it includes} of src/; includes_of(file) are the project's headers that it names."""
    units = {unit_of(file.name) for file in files}
    graph = {unit: set() for unit in units}
    for file in files:
        for target in includes_of(file):
            unit = unit_of("src/" + target)
            if unit in units and unit != unit_of(file.name):
                graph[unit_of(file.name)].add(unit)
    return graph


def circles(graph):
    """The units that reach themselves: each set of units that all reach each other (Tarjan), of two and more."""
    order, low, stack, found = {}, {}, [], []

    def visit(unit):
        order[unit] = low[unit] = len(order)
        stack.append(unit)
        for other in sorted(graph[unit]):
            if other not in order:
                visit(other)
                low[unit] = min(low[unit], low[other])
            elif other in stack:
                low[unit] = min(low[unit], order[other])
        if low[unit] == order[unit]:
            at = stack.index(unit)
            if len(stack) - at > 1:
                found.append(sorted(stack[at:]))
            del stack[at:]

    for unit in sorted(graph):
        if unit not in order:
            visit(unit)
    return found


def circle_problems(graph):
    for circle in circles(graph):
        for unit in circle:
            inside = ", ".join(other.removeprefix("src/") for other in sorted(graph[unit]) if other in circle)
            yield f"{unit}: is in an include circle of {len(circle)} units, through {inside}"


def unused_grants(rooms, everything, used):
    """used: pairs (room, other room) that some file of src/ needs; `everything`: rooms that are granted all on purpose."""
    for room, grants in rooms.items():
        for other in grants if room not in everything else ():
            if (room, other) not in used:
                yield f"{room} is granted {other}, which no file of src/{room} includes (ROOMS in scripts/check-layers)"


def unused_third_party(grants, used):
    """used: pairs (begin of the header's name, folder of src/)."""
    for begin, folders in grants.items():
        for folder in folders:
            if not any(header == begin and (not folder or one == folder or one.startswith(folder + "/")) for header, one in used):
                yield f"<{begin}...> is granted to {folder or 'all'}, which does not include it (THIRD_PARTY in scripts/check-layers)"


def table_rows(text, heading):
    """The rows of the first table below a line that begins so."""
    rows = []
    below = text[text.index(heading):] if heading in text else ""
    for line in below.split("\n")[1:]:
        if line.startswith("|"):
            rows.append(line)
        elif rows:
            break
    return rows[2:]


def plain(name):
    return name.replace("_", "").lower()


def missing_in_architecture(text, folders, thread_units):
    """folders: those of src/ that hold sources; thread_units: the units that start threads."""
    rooms = {row.split("|")[1].strip().strip("`"): row for row in table_rows(text, "# Architecture")}
    for folder in sorted(folders):
        room, _, adapter = folder.partition("/")
        if room not in rooms:
            yield f"src/{room}: ARCHITECTURE.md's table has no row for it"
        elif adapter and f"`{adapter}`" not in rooms[room] and f"`{adapter.split('/')[0]}`" not in rooms[room]:
            yield f"src/{folder}: the row of {room} in ARCHITECTURE.md's table does not name `{adapter}`"
    for room in rooms:
        if room not in {folder.split("/")[0] for folder in folders}:
            yield f"ARCHITECTURE.md's table has a row {room}, which is no folder of src/"
    threads = {plain(word) for row in table_rows(text, "## Threads") for word in re.findall(r"\w+", row.split("|")[1])}
    for unit in sorted(thread_units):
        if plain(unit.rsplit("/", 1)[1]) not in threads:
            yield f"{unit}: starts a thread that ARCHITECTURE.md's table of threads does not name"


def sizes(files):
    """files: {name: lines} of sources."""
    folders = collections.Counter(name.rsplit("/", 1)[0] for name in files)
    for folder, count in sorted(folders.items()):
        if count > MOST_FILES:
            yield f"{folder}: {count} source files in one folder, of {MOST_FILES} at most"
    for name, lines in sorted(files.items()):
        if lines > MOST_LINES:
            yield f"{name}: {lines} lines, of {MOST_LINES} at most"


def tags(root):
    """What Universal Ctags finds: dictionaries with name, kind, path (below root), scope, ..."""
    folders = [folder for folder in ("src", "tests/unit") if (root / folder).is_dir()]
    found = subprocess.run(["ctags", "-R", "--languages=C++", "--langmap=C++:.h.cpp", "--kinds-C++=fvscgm", "--fields=+sS", "--output-format=json",
                            "-f", "-", *folders], capture_output=True, text=True, check=True, cwd=root).stdout
    return [json.loads(line) for line in found.splitlines()]


def members(found):
    """Classes of src/ with too many data members."""
    counts = collections.Counter((tag["path"], tag.get("scope", "")) for tag in found if tag["kind"] == "member" and tag["path"].startswith("src/"))
    for (path, scope), count in sorted(counts.items()):
        if count > MOST_MEMBERS:
            name = scope.rsplit("::", 1)[-1]
            yield f"{path}: {name} has {count} data members, of {MOST_MEMBERS} at most"


def clashes(found):
    """Names in unnamed namespaces of one folder that are the same: its files are compiled in groups."""
    places = collections.defaultdict(set)
    for tag in found:
        if tag["kind"] != "member" and tag["path"].endswith(".cpp") and re.search(r"(^|::)__anon[0-9a-f]+$", tag.get("scope", "")):
            places[tag["path"].rsplit("/", 1)[0], tag["name"], tag.get("signature", "")].add(tag["path"])
    for (_, name, _), paths in sorted(places.items()):
        if len(paths) > 1:
            yield f"{' and '.join(sorted(paths))}: both have {name} in an unnamed namespace, but are compiled in one group"


def found_by_ctags(root):
    if shutil.which("ctags") is None:
        return ["ctags is missing, so that nobody counts members and looks for names that clash (package universal-ctags)"]
    found = tags(root)
    return [*members(found), *clashes(found)]
