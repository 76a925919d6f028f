"""What tests assert."""
import re


def assert_found(pattern, file):
    with open(file, encoding="utf-8") as text:
        if not re.search(pattern, text.read()):
            raise AssertionError(f"{pattern} is not in {file}")
    return True
