"""The tables in PostgreSQL, and the way from every format that was ever released to today's.

They lie in a schema of their own, so that a database can be shared with other programs. `repartee.state` names the
format. To change the tables, append to `STEPS`: each runs once, whichever server comes first, and all that are due run
in one transaction. What is text of a document is kept as bytes: PostgreSQL's text has no NUL.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Sequence
from typing import TYPE_CHECKING

from knowledge.store.records import StoreError

if TYPE_CHECKING:
    from psycopg import Connection

#: Of the advisory lock under which tables are made and changed; any number that other programs do not take.
LOCK = 0x52505254

#: The step at index n brings a database of format n to format n + 1; 0 is one without tables.
STEPS: Sequence[str] = (
    """
    CREATE TABLE repartee.state (
        one boolean PRIMARY KEY DEFAULT true CHECK (one), identity text NOT NULL, format integer NOT NULL,
        sequence bigint NOT NULL);
    CREATE TABLE repartee.documents (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, path text NOT NULL UNIQUE, name text NOT NULL,
        title text NOT NULL, digest bytea NOT NULL, bytes bigint NOT NULL, added_at double precision NOT NULL,
        text bytea NOT NULL, collection text NOT NULL, tokenizer text NOT NULL);
    CREATE TABLE repartee.passages (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        document bigint NOT NULL REFERENCES repartee.documents ON DELETE CASCADE, headings text NOT NULL,
        start integer NOT NULL, "end" integer NOT NULL, text bytea NOT NULL, tokens bytea NOT NULL,
        pages text NOT NULL, checksum bigint NOT NULL, key bytea NOT NULL);
    CREATE INDEX passages_document ON repartee.passages (document);
    CREATE INDEX passages_key ON repartee.passages (key);
    CREATE TABLE repartee.changes (document bigint PRIMARY KEY, sequence bigint NOT NULL);
    CREATE INDEX changes_sequence ON repartee.changes (sequence);
    CREATE TABLE repartee.made (key bytea PRIMARY KEY, made_of text NOT NULL, made bytea NOT NULL);
    ALTER TABLE repartee.made ALTER made SET STORAGE EXTERNAL;
    """,
)


def migrate(connection: Connection, place: str) -> None:
    """Bring a database to today's format, or make its tables. Raises StoreError for one that is none of ours, or newer.

    Servers that come at the same time take turns.
    """
    if _format(connection, place) == len(STEPS):
        return
    with connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(%s)", (LOCK,))
        version = _format(connection, place)  # another server may have been quicker
        if version == 0 and not connection.execute("SELECT to_regnamespace('repartee')").fetchone()[0]:  # type: ignore[index]
            connection.execute("CREATE SCHEMA repartee")
        for step in STEPS[version:]:
            connection.execute(step)
        if version == 0:
            # Starting from the clock, a store that was made anew never repeats an older one's numbers.
            connection.execute(
                "INSERT INTO repartee.state (identity, format, sequence) VALUES (%s, %s, %s)",
                (uuid.uuid4().hex, len(STEPS), time.time_ns() // 10**6),
            )
        connection.execute("UPDATE repartee.state SET format = %s", (len(STEPS),))


def _format(connection: Connection, place: str) -> int:
    (ours, tables, encoding), *_ = connection.execute(
        "SELECT to_regclass('repartee.state') IS NOT NULL,"
        " (SELECT count(*) FROM pg_catalog.pg_tables WHERE schemaname = 'repartee'),"
        " current_setting('server_encoding')"
    )
    if encoding != "UTF8":
        raise StoreError(f"{place} has the encoding {encoding}; make a database with the encoding UTF8.")
    if not ours:
        if tables:
            raise StoreError(f"{place} has a schema repartee of another program; choose another database.")
        return 0
    row = connection.execute("SELECT format FROM repartee.state").fetchone()
    version: int = row[0] if row else 0
    if not 1 <= version <= len(STEPS):
        raise StoreError(
            f"{place} has format {version}, of a newer version of Repartee; this one reads up to {len(STEPS)}: update "
            "Repartee."
        )
    return version
