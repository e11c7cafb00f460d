using Dormouse.Instances.Upkeep;
using Dormouse.Postgres;

namespace Dormouse.Instances.Extensions;

/// <summary>A table of an extension to which a tenant adds rows, such as PostGIS's coordinate systems.</summary>
/// <param name="Name">Its name without the schema.</param>
/// <param name="QuotedName">Its name for SQL, with the schema.</param>
/// <param name="Condition">A <c>WHERE</c> clause for the rows that the extension did not bring; or empty.</param>
internal sealed record ExtensionTable(string Name, string QuotedName, string Condition)
{
    /// <summary>More than anybody adds by hand; all systems that PostGIS knows are fewer.</summary>
    public const int RowsMax = 10_000;

    // By number: a tenant may rename the schema and put another relation in the table's place.
    private const string Query = """
        SELECT e.extname, c.relname, c.oid::regclass, coalesce(e.extcondition[place], '')
        FROM pg_extension e, pg_roles r, generate_subscripts(e.extconfig, 1) place, pg_class c
        WHERE r.rolname = 'dormouse' AND e.extowner = r.oid AND c.oid = e.extconfig[place] AND c.relkind = 'r'
        ORDER BY c.relname
        """;

    /// <summary>Those of the platform's extensions among <paramref name="names"/>.</summary>
    public static async Task<IReadOnlyList<ExtensionTable>> FindAsync(
        ServerConnection session,
        IReadOnlyCollection<string> names,
        CancellationToken cancellationToken
    ) =>
        [
            .. (await PlatformSession.RowsAsync(session, Query, cancellationToken))
                .Where(row => names.Contains(row[0]!))
                .Select(row => new ExtensionTable(row[1]!, row[2]!, row[3]!)),
        ];

    /// <summary>
    /// A query for the tenant's rows, <see cref="RowsMax"/> and one more at most: each as a statement that puts it into the table of the same name in
    /// <c>public</c>.
    /// </summary>
    public string RowsAsStatements()
    {
        string quoted = $"public.\"{Name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
        return $"""
            SELECT format('INSERT INTO {quoted} SELECT * FROM json_populate_record(NULL::{quoted}, %L) ON CONFLICT DO NOTHING', to_json(own))
            FROM (SELECT * FROM ONLY {QuotedName} {Condition} LIMIT {RowsMax + 1}) own
            """;
    }
}
