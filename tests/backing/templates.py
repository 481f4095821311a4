"""A service's migrated, empty database to copy: migrating anew would take longer than most tests. One each per process."""

from pathlib import Path
from tempfile import TemporaryDirectory

from pydantic import SecretStr

from backing.databases import drop_database, make_database
from syncline_common.runtime.service import Service
from syncline_common.settings import DatabaseSettings
from syncline_common.testing.database import opened

Key = tuple[str, Path]  # tests have services of their own, some by the names of ours

_files: dict[Key, bytes] = {}
_databases: dict[Key, tuple[str, str]] = {}  # on which server, and its URL


async def lay_file(service: Service, folder: Path) -> None:
    """Into a folder that has no database of this service yet."""
    key = service.name, service.migrations
    if key not in _files:
        with TemporaryDirectory() as own:
            async with opened(DatabaseSettings(data_dir=Path(own), database_url=None), service):
                pass
            [file] = Path(own).iterdir()
            assert file.name == f"{service.name}.db"
            _files[key] = file.read_bytes()
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{service.name}.db").write_bytes(_files[key])


async def template_of(service: Service, base_url: str) -> str:
    """The name of a database that nobody is connected to."""
    key = service.name, service.migrations
    if key not in _databases:
        url = await make_database(base_url)
        _databases[key] = base_url, url
        async with opened(DatabaseSettings(database_url=SecretStr(url)), service):
            pass
    return _databases[key][1].rpartition("/")[2]


async def forget_templates() -> None:
    while _databases:
        _, (base_url, url) = _databases.popitem()
        await drop_database(base_url, url)
