"""Syncro among the simulated vendors, with an invented managed service provider's work."""

from datetime import timedelta
from random import Random

from syncline_sandbox.clock import Now, real_now, standing
from syncline_sandbox.simulated import Simulated
from syncline_sandbox.syncro.company import Company
from syncline_sandbox.syncro.settings import PRIORITIES, PROBLEMS, STATUSES

CUSTOMERS = ("Contoso", "Northwind Traders", "Woodgrove Bank", "Tailspin Toys", "Fourth Coffee", "Adatum")
CITIES = (("Oslo", "0150"), ("Bergen", "5003"), ("Hamburg", "20095"), ("Leeds", "LS1 4AP"))
THINGS = ("The printer", "The server room", "A laptop", "The VPN", "Backup", "The mail gateway")
FAILURES = (
    "is offline",
    "is slow since the update",
    "asks for a password again",
    "reports an error",
    "is full",
)
MODELS = (("Laptop", "LT"), ("Desktop", "PC"), ("Server", "SRV"), ("Syncro Device", "WS"))
SPREAD = timedelta(days=40)
DESK = "Service Desk"


def company(seed: int = 1, count: int = 60, now: Now = real_now) -> Company:
    """`count` tickets, of a few customers with their assets."""
    made = Company(seed, now)
    random, finish = Random(seed), made.clock.real
    began = finish() - SPREAD
    made.clock.real = standing(began)
    customers = [_customer(made, random, name) for name in CUSTOMERS]
    for number in range(max(6, count // 2)):
        _asset(made, random, random.choice(customers), number)
    for number in range(count):
        moment = began + SPREAD * (number / count)
        made.clock.real = standing(moment)
        _ticket(made, random, random.choice(customers), number)
    made.clock.real = finish
    made.ledger.effects.clear()
    return made


def _customer(made: Company, random: Random, name: str) -> int:
    city, zip = random.choice(CITIES)
    domain = name.lower().replace(" ", "-")
    values = {
        "business_name": name,
        "email": f"office@{domain}.example",
        "phone": f"+47 22 {random.randint(10, 99)} {random.randint(10, 99)} {random.randint(10, 99)}",
        "address": f"Main street {random.randint(1, 90)}",
        "city": city,
        "zip": zip,
    }
    id = int(made.create("customers", values, DESK).id)
    contact = {"customer_id": id, "name": f"Reception of {name}", "email": f"reception@{domain}.example"}
    made.create("contacts", contact, DESK)
    return id


def _asset(made: Company, random: Random, customer: int, number: int) -> None:
    kind, prefix = MODELS[number % len(MODELS)]
    serial = f"{prefix}{random.getrandbits(32):08X}"
    values = {"name": f"{prefix}-{number:03d}", "asset_type_name": kind, "asset_serial": serial}
    stored = made.create("customer_assets", {**values, "customer_id": customer}, DESK)
    mac = "-".join(f"{it:02X}" for it in (0xF8, 0x75, 0xA4, *random.randbytes(3)))
    adapter = {
        "name": "Ethernet",
        "type": "ethernet",
        "physical_address": mac,
        "ipv4": f"10.0.0.{number % 250}",
    }
    general = {"name": values["name"], "manufacturer": "LENOVO", "model": "20Y7", "serial_number": serial}
    agent = {"general": {**general, "form_factor": kind}, "os": {"name": "Windows 11 Pro"}}
    properties = {"kabuto_information": {**agent, "network_adapters": [adapter]}}
    made.edit(stored.id, {"properties": properties}, DESK)


def _ticket(made: Company, random: Random, customer: int, number: int) -> None:
    subject = f"{THINGS[number % 6]} {FAILURES[(number // 6) % 5]}"
    issue = {"subject": "Initial Issue", "body": f"A customer called: {subject}.", "do_not_email": True}
    values = {
        "subject": subject,
        "customer_id": customer,
        "status": random.choice(STATUSES[:3]),
        "priority": random.choice(PRIORITIES),
        "problem_type": random.choice(PROBLEMS),
        "user_id": random.choice((6, 7, None)),
        "comments_attributes": [issue],
    }
    stored = made.create("tickets", values, DESK)
    if number % 4 == 0:
        made.edit(stored.id, {"note": "Asked the vendor."}, "Triage")


SIMULATED = Simulated(
    "syncro",
    "Syncro",
    Company.address,
    {"scheme": "api_key", "api_key": "sandbox-syncro-token"},
    company,
    others="reading only: sandbox-syncro-reading; tickets only: sandbox-syncro-tickets; nothing: sandbox-syncro-no-rights",
)
