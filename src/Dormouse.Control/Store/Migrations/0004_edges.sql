-- Edges of their own, each known by the keyed hash of its token (HMAC-SHA-256 under the platform's pepper).
create table dormouse.edges (
    id         text primary key,
    name       text not null,
    token_hash bytea not null unique check (length(token_hash) = 32),
    hint       text not null,
    created_at timestamptz not null
);
create unique index edges_name on dormouse.edges (lower(name));

-- The last revision of the log. Its row is locked from an append to the commit of the change that appends, so that revisions become
-- visible in their order and without gaps.
create table dormouse.log_head (
    one      boolean primary key default true check (one),
    revision bigint not null
);
insert into dormouse.log_head (revision) values (0);

-- What edges must know, in order. Bounded: a follower that is further behind starts over.
create table dormouse.log (
    revision      bigint primary key,
    kind          text not null,
    database_id   text not null,
    connection_id text,
    -- Of an invalidation, with commas between them, which no tag has; null: all answers.
    tags          text,
    appended_at   timestamptz not null
);
