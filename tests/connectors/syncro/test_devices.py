"""What an agent tells of its machine: which addresses are its own, by a sample of a real one."""

import json
from typing import Any

import pytest

from syncline_common.connectors.syncro.devices import agent_values


def adapter(address: str, name: str = "Ethernet", **more: str) -> dict[str, Any]:
    return {"name": name, "physical_address": address, **more}


def told(*adapters: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"properties": {"kabuto_information": {"network_adapters": list(adapters), **more}}}


def test_what_it_is() -> None:
    general = {"manufacturer": "LENOVO", "model": "20Y7", "serial_number": " PF3 ", "form_factor": "Laptop"}
    values = agent_values(told(general=general, os={"name": "Windows 11 Pro"}))
    assert (values["agent.serial_number"], values["agent.os"]) == ("PF3", "Windows 11 Pro")
    assert (values["agent.model"], values["agent.domain"]) == ("20Y7", None)


@pytest.mark.parametrize(
    "shared",
    [
        adapter("00-09-0F-AA-00-01"),  # of a VPN, the same on each machine
        adapter("00-FF-12-34-56-78"),
        adapter("00-15-5D-00-00-01"),
        adapter("02-00-4C-4F-4F-50"),  # made up by the machine
        adapter("FA-75-A4-19-C6-22"),
        adapter("00-00-00-00-00-00"),
        adapter("F8-75-A4-19-C6-23", "Fortinet SSL VPN Virtual Ethernet Adapter"),
        adapter("F8-75-A4-19-C6-23", description="Bluetooth Device"),
        adapter("F8-75"),
        adapter(""),
    ],
)
def test_addresses_that_are_not_its_own_are_left_out(shared: dict[str, Any]) -> None:
    own = adapter("F8-75-A4-19-C6-22", "Wi-Fi")
    assert agent_values(told(shared, own))["agent.mac_addresses"] == ["F875A419C622"]
    assert agent_values(told(shared))["agent.mac_addresses"] is None


@pytest.mark.parametrize("address", ["169.254.3.4", "127.0.0.1", "", "none"])
def test_so_are_those_that_mean_nothing_elsewhere(address: str) -> None:
    adapters = [adapter("", ipv4=address), adapter("", ipv4="10.0.0.7")]
    assert agent_values(told(*adapters))["agent.ip_addresses"] == ["10.0.0.7"]


def test_the_older_place_is_a_text() -> None:
    info = json.dumps({"general": {"serial_number": "PF3"}})
    assert agent_values({"rmm_store": {"general": {"info": info}}})["agent.serial_number"] == "PF3"


@pytest.mark.parametrize(
    "row",
    [
        {},
        {"properties": {}, "rmm_store": None},
        {"rmm_store": {"general": {"info": "{"}}},
        {"properties": {"kabuto_information": {"network_adapters": "none", "general": []}}},
    ],
)
def test_without_an_agent_nothing_is_told(row: dict[str, Any]) -> None:
    assert set(agent_values(row).values()) == {None}


def test_one_that_was_entered_by_hand_has_an_address_too() -> None:
    assert agent_values({"properties": {"mac": "f8:75:a4:19:c6:22"}})["agent.mac_addresses"] == [
        "F875A419C622"
    ]
