"""`python -m tests.house.write_matrix`: add the rows that the access matrix lacks, drop those of doors that are gone.

What is written is what the site answers now. Read it: a row is right when a person says so.
"""

import os
import sys

import pytest

if __name__ == "__main__":
    os.environ["WRITE_MATRIX"] = "1"
    sys.exit(pytest.main(["tests/house/test_access_matrix.py", "-k", "write_the_rows", "-p", "no:randomly"]))
