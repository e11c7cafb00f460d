-- A database that has a row here is attached: somebody else runs its PostgreSQL. The URL holds the password and is sealed
-- (AES-256-GCM, under the key-encryption key of the data folder); certificates are public.
create table dormouse.attached_servers (
    database_id       text primary key references dormouse.databases (id) on delete cascade,
    sealed_url        bytea not null,
    root_certificates text,
    connections_max   integer not null check (connections_max > 0),
    server_version    text not null,
    attached_at       timestamptz not null
);
