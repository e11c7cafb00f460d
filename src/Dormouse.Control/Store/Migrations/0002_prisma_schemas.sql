-- What clients 5 and 6 upload, by the SHA-256 of what they sent. Bounded per database when one is kept.
create table dormouse.prisma_schemas (
    database_id text not null references dormouse.databases (id) on delete cascade,
    hash        bytea not null check (length(hash) = 32),
    body        bytea not null,
    kept_at     timestamptz not null,
    used_at     timestamptz not null,
    primary key (database_id, hash)
);
