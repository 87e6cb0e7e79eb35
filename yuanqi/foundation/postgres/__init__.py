"""The embedded PostgreSQL: found, started, shared and stopped without an administrator.

Knows no Django: settings ask `locate` for the connection before Django is there.
"""

from yuanqi.foundation.postgres.account import PostgresError
from yuanqi.foundation.postgres.cluster import create_database, drop_database
from yuanqi.foundation.postgres.place import program
from yuanqi.foundation.postgres.server import Server, locate
from yuanqi.foundation.postgres.supervisor import Handle, start

__all__ = [
    "Handle",
    "PostgresError",
    "Server",
    "create_database",
    "drop_database",
    "locate",
    "program",
    "start",
]
