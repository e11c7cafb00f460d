using Npgsql;

namespace Dormouse.Migrations.Tests.Databases;

/// <summary>What a database holds, as PostgreSQL's catalogs have it: one line for each thing, sorted.</summary>
internal static class Catalog
{
    private const string Query = """
        WITH spaces AS (
            SELECT oid, nspname FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'
        )
        SELECT 'schema ' || nspname FROM spaces
        UNION ALL
        SELECT format('column %I.%I %s %I %s %s %s %s', s.nspname, c.relname, a.attnum, a.attname, format_type(a.atttypid, a.atttypmod),
                      a.attnotnull, pg_get_expr(d.adbin, d.adrelid), pg_get_serial_sequence(format('%I.%I', s.nspname, c.relname), a.attname))
        FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN spaces s ON s.oid = c.relnamespace
            LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
        WHERE c.relkind IN ('r', 'v') AND a.attnum > 0
        UNION ALL
        SELECT format('constraint %I.%I on %s: %s', s.nspname, o.conname, o.conrelid::regclass, pg_get_constraintdef(o.oid))
        FROM pg_constraint o JOIN spaces s ON s.oid = o.connamespace
        UNION ALL
        SELECT 'index ' || pg_get_indexdef(i.indexrelid)
        FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN spaces s ON s.oid = c.relnamespace
        UNION ALL
        SELECT format('enum %I.%I: %s', s.nspname, t.typname, (SELECT array_agg(e.enumlabel ORDER BY e.enumsortorder) FROM pg_enum e WHERE e.enumtypid = t.oid))
        FROM pg_type t JOIN spaces s ON s.oid = t.typnamespace WHERE t.typtype = 'e'
        UNION ALL
        SELECT format('sequence %I.%I %s', s.nspname, c.relname, format_type(q.seqtypid, NULL))
        FROM pg_sequence q JOIN pg_class c ON c.oid = q.seqrelid JOIN spaces s ON s.oid = c.relnamespace
        UNION ALL
        SELECT format('extension %I %s in %I', e.extname, e.extversion, n.nspname)
        FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace
        ORDER BY 1
        """;

    public static async Task<IReadOnlyList<string>> ReadAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using NpgsqlCommand command = new(Query, connection);
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellationToken);
        List<string> lines = [];
        while (await reader.ReadAsync(cancellationToken))
        {
            lines.Add(reader.GetString(0));
        }
        return lines;
    }
}
