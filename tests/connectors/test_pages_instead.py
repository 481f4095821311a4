"""Pages for people in the place of Azure DevOps' answers: which of them mean that the token is not valid."""

from typing import Any

import pytest

from connectors.azure_devops.answers import CHECKS, PROJECTS, WIQL, listed
from connectors.standin import StandIn
from syncline_common import errors
from syncline_common.connectors.azure_devops.reader import AzureDevOpsReader
from syncline_common.sdk.answers import PageInstead, SentElsewhere

SIGN_IN = (
    PageInstead("a page", "Azure DevOps Services | Sign In"),
    SentElsewhere("302", "/_signin"),
)


@pytest.mark.parametrize("sign", SIGN_IN, ids=["page", "redirect"])
async def test_being_asked_to_sign_in_twice_is_a_wrong_token(sign: Exception) -> None:
    """Also if it was about something else that was asked first."""
    out = StandIn({**CHECKS, WIQL: sign, PROJECTS: [*CHECKS[PROJECTS], *[sign] * 3]})
    with pytest.raises(errors.CredentialRejected):
        await AzureDevOpsReader(out).check()
    assert out.lines[:4] == [PROJECTS, PROJECTS, WIQL, PROJECTS]


@pytest.mark.parametrize("sign", SIGN_IN, ids=["page", "redirect"])
@pytest.mark.parametrize("then", [listed(), PageInstead("a page", "Back soon")], ids=["well", "away"])
async def test_being_asked_once_says_nothing_about_the_token(sign: Exception, then: Any) -> None:
    out = StandIn({PROJECTS: [sign, then]})
    with pytest.raises(errors.Unavailable):
        await AzureDevOpsReader(out).check()
    assert out.lines == [PROJECTS, PROJECTS]


@pytest.mark.parametrize("title", ["", "Scheduled maintenance", "Sign in to your account"])
async def test_any_other_page_is_something_in_between(title: str) -> None:
    out = StandIn({PROJECTS: PageInstead("a page", title)})
    with pytest.raises(errors.Unavailable):
        await AzureDevOpsReader(out).check()
    assert out.lines == [PROJECTS]
