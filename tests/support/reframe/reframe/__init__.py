"""Stands in for ReFrame, which Debian does not have: as much of its documented API as share/reframe uses. __main__.py runs a test."""

TESTS = []


def _variable(*_types, value=None):
    return value


def _run_before(stage, *, always_last=False):
    def mark(function):
        function.before, function.last = stage, always_last
        return function
    return mark


def _performance_function(unit):
    def mark(function):
        function.unit = unit
        return function
    return mark


def _sanity_function(function):
    function.is_sanity = True
    return function


class _Meta(type):
    """Makes ReFrame's built-ins known in the bodies of its classes."""

    BUILT_IN = {"variable": _variable, "run_before": _run_before, "performance_function": _performance_function, "sanity_function": _sanity_function}

    @classmethod
    def __prepare__(mcs, _name, _bases, **_options):
        return dict(mcs.BUILT_IN)

    def __new__(mcs, name, bases, body, **_options):
        return super().__new__(mcs, name, bases, {key: value for key, value in body.items() if key not in mcs.BUILT_IN})


class RegressionMixin(metaclass=_Meta):
    pass


class RunOnlyRegressionTest(metaclass=_Meta):
    num_tasks = 1
    num_tasks_per_node = None
    keep_files = []
    executable_opts = []
    job = stagedir = stdout = None


def simple_test(test):
    TESTS.append(test)
    return test
