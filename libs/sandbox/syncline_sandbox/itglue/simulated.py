"""IT Glue among the simulated vendors, with what an invented managed service provider has written down."""

from datetime import timedelta
from random import Random

from syncline_sandbox.clock import Now, real_now, standing
from syncline_sandbox.itglue.glue import API, Glue
from syncline_sandbox.simulated import Simulated

ORGANIZATIONS = ("Contoso", "Northwind Traders", "Woodgrove Bank", "Tailspin Toys", "Fourth Coffee", "Adatum")
MODELS = ((11, "LT"), (11, "PC"), (12, "SRV"), (13, "SW"))
SPREAD = timedelta(days=40)
DESK = "Service Desk"


def glue(seed: int = 1, count: int = 60, now: Now = real_now) -> Glue:
    """`count` configurations, of a few organizations with a contact each."""
    made = Glue(seed, now)
    random, finish = Random(seed), made.clock.real
    began = finish() - SPREAD
    made.clock.real = standing(began)
    owners = [_organization(made, it) for it in ORGANIZATIONS]
    for number in range(count):
        moment = began + SPREAD * (number / count)
        made.clock.real = standing(moment)
        _configuration(made, random, random.choice(owners), number)
    made.clock.real = finish
    made.ledger.effects.clear()
    return made


def _organization(made: Glue, name: str) -> int:
    values = {"name": name, "organization_type_id": 31, "organization_status_id": 41}
    id = int(made.create("organizations", values, DESK).id)
    email = f"reception@{name.lower().replace(' ', '-')}.example"
    contact = {"first_name": "Reception", "last_name": name, "organization_id": id}
    ways = [{"value": email, "primary": True, "label_name": "Work"}]
    made.create("contacts", {**contact, "contact_emails": ways}, DESK)
    return id


def _configuration(made: Glue, random: Random, owner: int, number: int) -> None:
    kind, prefix = MODELS[number % len(MODELS)]
    values = {
        "name": f"{prefix}-{number:03d}",
        "hostname": f"{prefix.lower()}-{number:03d}",
        "organization_id": owner,
        "configuration_type_id": kind,
        "configuration_status_id": 21,
        "serial_number": f"{prefix}{random.getrandbits(32):08X}",
        "mac_address": "-".join(f"{it:02X}" for it in (0xF8, 0x75, 0xA4, *random.randbytes(3))),
        "primary_ip": f"10.0.0.{number % 250 + 1}",
        "manufacturer_id": random.choice((61, 62)),
    }
    stored = made.create("configurations", values, DESK)
    if number % 4 == 0:
        made.edit(stored.id, {"notes": "In the server room."}, "Triage Team")


SIMULATED = Simulated(
    "itglue",
    "IT Glue",
    Glue.address,
    {"scheme": "api_key", "api_key": "ITG.sandbox-key"},
    glue,
    elsewhere=(API,),
    others="reading only: ITG.sandbox-reading",
)
