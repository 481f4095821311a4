"""Jira Cloud's endpoints about the site itself: who asks, what they may, projects, types, fields and people."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

from syncline_common.connectors.jira.client import API, REPEATED, Issues, Wire, part
from syncline_common.connectors.understanding import NOT_AS_DESCRIBED, rows_of
from syncline_common.errors import ContractBroken, RemoteError

GATEWAY = "https://api.atlassian.com/ex/jira"
__all__ = ["Site", "Wire"]


class Site(Issues):
    # developer.atlassian.com/cloud/jira/platform/rest/v3: Server info, GET /rest/api/3/serverInfo
    async def server(self) -> Wire:
        return _whole(await self._get(f"{API}/serverInfo"))

    # Myself, GET /rest/api/3/myself
    async def myself(self) -> Wire:
        """CredentialRejected if we are nobody: this is the one question that is never answered to nobody."""
        found = _whole(await self._get(f"{API}/myself"))
        if not found.get("accountId"):
            raise ContractBroken("Jira did not say whose token it is")
        return found

    # developer.atlassian.com/cloud/jira: scoped tokens are good at api.atlassian.com alone, by the id of the site
    async def takes_scopes(self) -> bool:
        """Whether the token that the site refuses is one with scopes."""
        with suppress(RemoteError, *NOT_AS_DESCRIBED):
            cloud = _whole(await self._get("/_edge/tenant_info"))["cloudId"]
            return "accountId" in await self._get(f"{GATEWAY}/{part(str(cloud))}{API}/myself")
        return False

    # Permissions, GET /rest/api/3/mypermissions
    async def rights(self, wanted: Sequence[str]) -> Mapping[str, bool]:
        told = await self._get(f"{API}/mypermissions", {"permissions": ",".join(wanted)})
        return {it: bool(told["permissions"][it]["havePermission"]) for it in wanted}

    # Projects, GET /rest/api/3/project/search
    async def projects(self, action: str) -> list[Wire]:
        return await self._paged(
            f"{API}/project/search", "values", {"action": action, "expand": "issueTypes"}
        )

    # Projects, GET /rest/api/3/project/{projectIdOrKey}
    async def project(self, key: str) -> Wire:
        return _whole(await self._get(f"{API}/project/{part(key)}"))

    # Projects, GET /rest/api/3/project/{projectIdOrKey}/statuses
    async def statuses(self, key: str, type: str) -> list[str]:
        told = await self._get(f"{API}/project/{part(key)}/statuses")
        if not isinstance(told, list):
            raise ContractBroken("Jira answered with no list", detail="statuses")
        return [it["name"] for kind in told if kind["name"] == type for it in kind["statuses"]]

    # Issues, GET /rest/api/3/issue/createmeta/{projectIdOrKey}/issuetypes
    async def types(self, key: str) -> list[Wire]:
        return await self._paged(f"{API}/issue/createmeta/{part(key)}/issuetypes", "issueTypes")

    # Issues, GET /rest/api/3/issue/createmeta/{projectIdOrKey}/issuetypes/{issueTypeId}
    async def fields_of(self, key: str, type: str) -> list[Wire]:
        return await self._paged(f"{API}/issue/createmeta/{part(key)}/issuetypes/{part(type)}", "fields")

    # Issue fields, GET /rest/api/3/field
    async def fields(self) -> list[Wire]:
        return _list(await self._get(f"{API}/field"))

    # User search, GET /rest/api/3/user/search and /rest/api/3/user/assignable/search
    async def people(self, text: str, project: str | None) -> list[Wire]:
        if project is None:
            return _list(await self._get(f"{API}/user/search", {"query": text, "maxResults": 50}))
        params = {"query": text, "project": project, "maxResults": 50}
        return _list(await self._get(f"{API}/user/assignable/search", params))

    async def _paged(self, path: str, name: str, params: Mapping[str, Any] | None = None) -> list[Wire]:
        """By number of what to leave out; a page may be shorter than was asked for."""
        found, more = list[Wire](), True
        while more:
            told = await self._get(path, {**(params or {}), "startAt": len(found), "maxResults": 100})
            page = rows_of(told, name)
            if page and page[0] in found:
                raise ContractBroken(REPEATED, detail=path)
            found += page
            more = bool(page) and told.get("isLast") is not True and len(found) < int(told["total"])
        return found


def _whole(told: Any) -> Wire:
    if not isinstance(told, dict):
        raise ContractBroken("Jira answered with something else than was asked for")
    return told


def _list(told: Any) -> list[Wire]:
    if not isinstance(told, list):
        raise ContractBroken("Jira answered with no list")
    return told
