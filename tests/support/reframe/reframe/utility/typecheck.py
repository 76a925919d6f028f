"""Types of variables, which are not checked here."""
List = list
