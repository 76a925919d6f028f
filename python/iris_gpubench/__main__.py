"""python -m iris_gpubench ARGUMENTS: the program itself."""
from ._program import main

main()
