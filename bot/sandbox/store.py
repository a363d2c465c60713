"""The workspace on disk: one SQLite file of documents, so that a restart keeps everything people saw."""

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

Doc = dict[str, Any]
"""An object in the shape Slack sends it."""

_SCHEMA = """
create table if not exists meta (name text primary key, value text not null) without rowid;
create table if not exists person (id text primary key, doc text not null) without rowid;
create table if not exists channel (id text primary key, name text not null unique, doc text not null) without rowid;
create table if not exists member (channel text, user text, read_ts text not null default '0',
  primary key (channel, user)) without rowid;
create table if not exists message (channel text, ts text, thread_ts text, only_for text, doc text not null,
  primary key (channel, ts)) without rowid;
create index if not exists message_thread on message (channel, thread_ts);
create table if not exists file (id text primary key, doc text not null, content blob) without rowid;
create table if not exists modal (id text primary key, user text not null, external_id text not null default '',
  place integer not null, doc text not null) without rowid;
create table if not exists home (user text primary key, doc text not null) without rowid;
create table if not exists response_url (id text primary key, doc text not null) without rowid;
create table if not exists usergroup (id text primary key, doc text not null) without rowid;
"""


class Store:
    """Rows in, documents out. Every call is a transaction of its own; one thread uses it: the server's."""

    def __init__(self, path: Path | str) -> None:
        if str(path) != ":memory:":
            Path(path).parent.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._db.execute("pragma journal_mode = wal")
        self._db.execute("pragma synchronous = off")  # a sandbox: the operating system's cache outlives a kill
        self._db.executescript(_SCHEMA)

    def close(self) -> None:
        self._db.close()

    # -- numbers that must outlive a restart

    def meta(self, name: str, default: str = "") -> str:
        row = self._db.execute("select value from meta where name = ?", (name,)).fetchone()
        return str(row[0]) if row else default

    def set_meta(self, name: str, value: str) -> None:
        self._db.execute("insert or replace into meta values (?, ?)", (name, value))

    # -- documents by id: person, channel, file, home, response_url, usergroup

    def put(self, table: str, key: str, doc: Doc) -> None:
        column = "user" if table == "home" else "id"
        self._db.execute(
            f"insert into {table} ({column}, doc) values (?, ?) on conflict do update set doc = excluded.doc",  # noqa: S608
            (key, json.dumps(doc)),
        )

    def get(self, table: str, key: str) -> Doc | None:
        column = "user" if table == "home" else "id"
        return self._one(f"select doc from {table} where {column} = ?", key)  # noqa: S608

    def all(self, table: str) -> list[Doc]:
        return self._many(f"select doc from {table} order by 1")  # noqa: S608

    # -- channels and their members

    def put_channel(self, doc: Doc) -> None:
        self._db.execute(
            """insert into channel values (?, ?, ?)
               on conflict (id) do update set name = excluded.name, doc = excluded.doc""",
            (doc["id"], doc.get("name", doc["id"]), json.dumps(doc)),
        )

    def channel_named(self, name: str) -> Doc | None:
        return self._one("select doc from channel where name = ?", name)

    def join(self, channel: str, user: str) -> bool:
        """Return whether *user* was not in *channel* before."""
        done = self._db.execute("insert or ignore into member (channel, user) values (?, ?)", (channel, user))
        return done.rowcount == 1

    def leave(self, channel: str, user: str) -> None:
        self._db.execute("delete from member where channel = ? and user = ?", (channel, user))

    def is_member(self, channel: str, user: str) -> bool:
        found = self._db.execute("select 1 from member where channel = ? and user = ?", (channel, user))
        return found.fetchone() is not None

    def members(self, channel: str) -> list[str]:
        rows = self._db.execute("select user from member where channel = ? order by user", (channel,))
        return [row[0] for row in rows]

    def channels_of(self, user: str) -> list[Doc]:
        return self._many(
            "select doc from channel join member on member.channel = channel.id where user = ? order by name", user
        )

    def mark_read(self, channel: str, user: str, ts: str) -> None:
        self._db.execute(
            "update member set read_ts = max(read_ts, ?) where channel = ? and user = ?", (ts, channel, user)
        )

    def unread(self, user: str) -> dict[str, int]:
        """Return channel -> messages that *user* has not seen there; answers in threads do not count."""
        rows = self._db.execute(
            """select member.channel, count(message.ts) from member left join message
               on message.channel = member.channel and message.ts > member.read_ts and message.only_for is null
               and (message.thread_ts is null or message.thread_ts = message.ts)
               and json_extract(message.doc, '$.user') is not member.user
               where member.user = ? group by member.channel""",
            (user,),
        )
        return dict(rows.fetchall())

    # -- messages

    def put_message(self, channel: str, doc: Doc, only_for: str | None = None) -> None:
        self._db.execute(
            """insert into message values (?, ?, ?, ?, ?)
               on conflict do update set doc = excluded.doc, thread_ts = excluded.thread_ts""",
            (channel, doc["ts"], doc.get("thread_ts"), only_for, json.dumps(doc)),
        )

    def message(self, channel: str, ts: str) -> tuple[Doc, str | None] | None:
        """Return the message and whom alone it is shown to; None when there is no such message."""
        row = self._db.execute(
            "select doc, only_for from message where channel = ? and ts = ?", (channel, ts)
        ).fetchone()
        return (json.loads(row[0]), row[1]) if row else None

    def delete_message(self, channel: str, ts: str) -> None:
        self._db.execute("delete from message where channel = ? and ts = ?", (channel, ts))

    def messages(
        self, channel: str, *, thread_ts: str | None = None, everything: bool = False
    ) -> Iterator[tuple[Doc, str | None]]:
        """
        Yield (message, whom alone it is shown to), newest first.

        Without *thread_ts*: what stands in the channel itself, with answers that were also sent to the channel.
        With it: the thread's root and all its answers. *everything*: the channel and all its threads.
        """
        args: tuple[str, ...]
        if everything:
            where, args = "true", (channel,)
        elif thread_ts is None:
            where = "(thread_ts is null or thread_ts = ts or json_extract(doc, '$.subtype') = 'thread_broadcast')"
            args = (channel,)
        else:
            where, args = "(ts = ? or thread_ts = ?)", (channel, thread_ts, thread_ts)
        rows = self._db.execute(
            f"select doc, only_for from message where channel = ? and {where} order by ts desc",  # noqa: S608
            args,
        )
        for doc, only_for in rows:
            yield json.loads(doc), only_for

    def replies(self, channel: str, thread_ts: str) -> list[tuple[str, str]]:
        """Return (ts, user) of the answers everybody sees, oldest first."""
        return self._db.execute(
            """select ts, coalesce(json_extract(doc, '$.user'), '') from message
               where channel = ? and thread_ts = ? and ts <> thread_ts and only_for is null order by ts""",
            (channel, thread_ts),
        ).fetchall()

    # -- files

    def put_content(self, file_id: str, content: bytes) -> None:
        self._db.execute("update file set content = ? where id = ?", (content, file_id))

    def content(self, file_id: str) -> bytes | None:
        row = self._db.execute("select content from file where id = ?", (file_id,)).fetchone()
        return row[0] if row else None

    # -- modals: a stack per person

    def put_modal(self, user: str, doc: Doc, place: int) -> None:
        self._db.execute(
            """insert into modal values (?, ?, ?, ?, ?) on conflict (id) do update set
               external_id = excluded.external_id, place = excluded.place, doc = excluded.doc""",
            (doc["id"], user, doc.get("external_id") or "", place, json.dumps(doc)),
        )

    def modal(self, view_id: str) -> tuple[Doc, str, int] | None:
        """Return (view, user, place in the stack)."""
        row = self._db.execute("select doc, user, place from modal where id = ?", (view_id,)).fetchone()
        return (json.loads(row[0]), row[1], row[2]) if row else None

    def modal_by_external_id(self, external_id: str) -> str | None:
        row = self._db.execute("select id from modal where external_id = ?", (external_id,)).fetchone()
        return row[0] if row and external_id else None

    def modals(self, user: str) -> list[Doc]:
        """Return the open views of *user*, the lowest first."""
        return self._many("select doc from modal where user = ? order by place", user)

    def close_modals(self, user: str, *, from_place: int = 0) -> None:
        self._db.execute("delete from modal where user = ? and place >= ?", (user, from_place))

    # -- how rows become documents

    def _one(self, query: str, *args: str) -> Doc | None:
        row = self._db.execute(query, args).fetchone()
        return json.loads(row[0]) if row else None

    def _many(self, query: str, *args: str) -> list[Doc]:
        return [json.loads(row[0]) for row in self._db.execute(query, args)]
