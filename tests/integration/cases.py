#!/usr/bin/python3
"""Makes ctest entries of the integration tests, and runs one of them.

usage: cases.py list                  prints ctest commands: an entry for each test, or for each class whose tests share a server
       cases.py run SCRIPT CASE       CASE: Class (its tests that are no entries of their own) or Class.test; exit status 77 if all of it skipped itself

Of a class whose tests share a server, those marked needs_quiet are entries of their own, so that the others need not wait; with
one_by_one = True in the class all are: its server starts quickly and its tests take long.
"""
import importlib.util
import os
import pathlib
import sys
import unittest

FOLDER = pathlib.Path(__file__).resolve().parent
# As cmake/Rooms.cmake names them in the builds that run-tests makes.
UNIT_TESTS = [f"{build}unit.{room.name}" for build in ("", "asan.", "tsan.") for room in (FOLDER.parent / "unit").iterdir()]
OTHER_PROGRAMS = ["integration.docker_engine", "integration.services", "integration.python"]
SKIPPED = 77


def load(script):
    spec = importlib.util.spec_from_file_location(script.replace("-", "_"), FOLDER / f"{script}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def classes(module):
    return [found for found in vars(module).values()
            if isinstance(found, type) and issubclass(found, unittest.TestCase) and found.__module__ == module.__name__]


def shares_a_server(case_class):
    return case_class.setUpClass.__func__ is not unittest.TestCase.setUpClass.__func__


def needs_quiet(marked):
    return any(getattr(one, "needs_quiet", False) for one in marked)


def run_together(case_class):
    """Names of the tests that make one entry."""
    if not shares_a_server(case_class) or getattr(case_class, "one_by_one", False):
        return []
    names = unittest.defaultTestLoader.getTestCaseNames(case_class)
    return [name for name in names if not needs_quiet([getattr(case_class, name)])]


def entries(module):
    """(case, what holds its marks: the class and its tests) of each entry."""
    for case_class in classes(module):
        together = run_together(case_class)
        if together:
            yield case_class.__name__, (case_class, *(getattr(case_class, test) for test in together))
        for test in unittest.defaultTestLoader.getTestCaseNames(case_class):
            if test not in together:
                yield f"{case_class.__name__}.{test}", (case_class, getattr(case_class, test))


def name_of(script, case):
    return f"integration.{script.removeprefix('test-')}.{case.replace('.test_', '.')}"


def ctest_entry(script, case, marked, others):
    """`others`: the tests that those which need quiet come after; of these, a few run side by side."""
    name = name_of(script, case)
    properties = ["LABELS integration", "TIMEOUT 900", f"SKIP_RETURN_CODE {SKIPPED}"]
    if len(marked) > 2:  # many tests: begun early, so that nothing waits for them at the end
        properties.append(f"COST {len(marked)}")
    if needs_quiet(marked):
        properties.append(f'PROCESSORS 2 DEPENDS "{";".join(others)}"')
    locks = sorted({lock for one in marked for lock in getattr(one, "locks", ())})
    if locks:
        properties.append(f'RESOURCE_LOCK "{";".join(locks)}"')
    variables = ";".join(f"{name}={os.environ[name]}" for name in ("IRIS_GPUBENCH", "BUILD_DIR", "SOURCE_DIR"))
    properties.append(f'ENVIRONMENT "{variables}"')
    return f'add_test({name} "{sys.executable}" "{__file__}" run {script} {case})\nset_tests_properties({name} PROPERTIES {" ".join(properties)})'


def list_entries():
    found = [(path.stem, case, marked) for path in sorted(FOLDER.glob("test-*.py")) for case, marked in entries(load(path.stem))]
    others = UNIT_TESTS + OTHER_PROGRAMS + [name_of(script, case) for script, case, marked in found if not needs_quiet(marked)]
    for script, case, marked in found:
        print(ctest_entry(script, case, marked, others))


def run(script, case):
    module = load(script)
    tests = [case] if "." in case else [f"{case}.{name}" for name in run_together(getattr(module, case))]
    program = unittest.main(module=module, argv=[script, "-v", *tests], exit=False)
    result = program.result
    if not result.wasSuccessful():
        return 1
    ran = result.testsRun - len(result.skipped)
    return SKIPPED if result.skipped and ran <= 0 else 0


if __name__ == "__main__":
    sys.path.insert(0, str(FOLDER))
    if sys.argv[1:] == ["list"]:
        list_entries()
    elif len(sys.argv) == 4 and sys.argv[1] == "run":
        sys.exit(run(*sys.argv[2:]))
    else:
        sys.exit(__doc__)
