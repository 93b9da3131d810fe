"""The rules of a check: each file holds those about one thing. A rule takes the `Ground` and gives findings."""
