-- PostgreSQL's own method takes some milliseconds of processor time for a large schema, beside the request that brought it; lz4 a fourth.
-- A control store elsewhere may be built without it.
do $$
begin
    alter table dormouse.prisma_schemas alter column body set compression lz4;
exception when feature_not_supported then
    null;
end
$$;
