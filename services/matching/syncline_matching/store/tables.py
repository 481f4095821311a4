"""Tables of the matching service: so far those that every service has."""

from sqlalchemy import MetaData

from syncline_common.runtime.tables import common_tables

metadata = MetaData()
common_tables(metadata)
