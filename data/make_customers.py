"""Write `customers.csv`: 20,000 customers of an invented telephone company, the same ones every time.

Run with any Python: `python data/make_customers.py > data/customers.csv`. The table has what real ones have:
an id, a date, missing values, categories that are rare, one that is new in the last weeks, and a label in
words that a model can learn in part.
"""

import math
import random
import sys
from collections.abc import Mapping
from datetime import date, timedelta
from typing import TextIO

ROWS = 20_000
FIRST_DAY, DAYS = date(2024, 1, 1), 730
NEW_COUNTRY, NEW_SINCE = "Malta", 700
COLUMNS = (
    "CustomerId",
    "SignedUp",
    "Tariff",
    "Country",
    "PaymentMethod",
    "Age",
    "MonthlySpend",
    "SupportTickets",
    "Churned",
)

# Each with its share. The last ones are rare.
TARIFFS = {"basic": 0.5, "standard": 0.33, "premium": 0.15, "student": 0.018, "employee": 0.002}
COUNTRIES = {"Germany": 0.45, "France": 0.3, "Finland": 0.15, "Portugal": 0.09, "Iceland": 0.01}
PAYMENT_METHODS = {"direct debit": 0.6, "card": 0.3, "invoice": 0.1}
SPENT = {"basic": 12.0, "standard": 25.0, "premium": 55.0, "student": 8.0, "employee": 0.0}

MISSING = {"PaymentMethod": 0.05, "Age": 0.08, "MonthlySpend": 0.02}
"""Of a column's values, the share that nobody has noted down."""


def write_customers(target: TextIO) -> None:
    """Write a header and ROWS rows in the order in which the customers signed up."""
    chance = random.Random(20260101)  # noqa: S311  (nothing secret)
    target.write(",".join(COLUMNS) + "\n")
    for number in range(ROWS):
        customer = _customer(chance, number)
        left_out = {name for name, share in MISSING.items() if chance.random() < share}
        target.write(",".join("" if name in left_out else customer[name] for name in COLUMNS) + "\n")


def _customer(chance: random.Random, number: int) -> dict[str, str]:
    # `random()` alone gives the same in every version of Python.
    day = number * DAYS // ROWS
    is_new = day >= NEW_SINCE and chance.random() < 0.05
    tariff, country = _chosen(chance, TARIFFS), NEW_COUNTRY if is_new else _chosen(chance, COUNTRIES)
    payment = _chosen(chance, PAYMENT_METHODS)
    age = 18 + int(62 * chance.random() ** 1.5)
    spend = SPENT[tariff] * (0.7 + 0.6 * chance.random())
    tickets = int(-1.5 * math.log(1 - chance.random()))
    leaves = chance.random() < _share_that_leaves(tariff, payment, age, tickets)
    return {
        "CustomerId": f"C{number + 1:05}",
        "SignedUp": str(FIRST_DAY + timedelta(days=day)),
        "Tariff": tariff,
        "Country": country,
        "PaymentMethod": payment,
        "Age": str(age),
        "MonthlySpend": f"{spend:.2f}",
        "SupportTickets": str(tickets),
        "Churned": "yes" if leaves else "no",
    }


def _share_that_leaves(tariff: str, payment: str, age: int, tickets: int) -> float:
    """Many tickets, no contract by direct debit and youth make customers leave; employees stay."""
    if tariff == "employee":
        return 0.0
    weight = -3.6 + 0.75 * min(tickets, 6) + 0.9 * (payment == "invoice") + 0.02 * (40 - age)
    # What no sum of columns can tell, and trees can.
    weight += 1.2 * (tariff == "premium" and tickets >= 3)
    return 1 / (1 + math.exp(-weight))


def _chosen(chance: random.Random, shares: Mapping[str, float]) -> str:
    left = chance.random() * sum(shares.values())
    for name, share in shares.items():
        left -= share
        if left < 0:
            return name
    return list(shares)[-1]


if __name__ == "__main__":
    write_customers(sys.stdout)
