create table dormouse.settings (
    name  text primary key,
    value text not null
);

create table dormouse.workspaces (
    id         text primary key,
    name       text not null,
    created_at timestamptz not null
);

create table dormouse.projects (
    id           text primary key,
    workspace_id text not null references dormouse.workspaces (id),
    name         text not null,
    created_at   timestamptz not null
);

insert into dormouse.workspaces (id, name, created_at) values ('ws_default', 'Default', now());
insert into dormouse.projects (id, workspace_id, name, created_at) values ('prj_default', 'ws_default', 'Default', now());

create table dormouse.databases (
    id         text primary key,
    project_id text not null references dormouse.projects (id),
    name       text not null,
    status     text not null check (status in ('creating', 'ready', 'deleting')),
    image      text,
    created_at timestamptz not null
);
-- One name whatever the case of its letters: people tell databases apart by ear.
create unique index databases_name on dormouse.databases (project_id, lower(name));
create index databases_unfinished on dormouse.databases (status) where status <> 'ready';

create table dormouse.connections (
    id          text primary key,
    database_id text not null references dormouse.databases (id) on delete cascade,
    name        text not null,
    created_at  timestamptz not null
);
create unique index connections_name on dormouse.connections (database_id, lower(name));

-- A connection has one key, and two while one replaces the other.
create table dormouse.connection_keys (
    key_hash       bytea primary key check (length(key_hash) = 32),
    connection_id  text not null references dormouse.connections (id) on delete cascade,
    scheme_version integer not null,
    scram_verifier text not null,
    hint           text not null,
    created_at     timestamptz not null,
    expires_at     timestamptz,
    revoked_at     timestamptz
);
create index connection_keys_connection on dormouse.connection_keys (connection_id);
