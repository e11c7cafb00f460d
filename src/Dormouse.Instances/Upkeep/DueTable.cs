using System.Globalization;
using Dormouse.Postgres;

namespace Dormouse.Instances.Upkeep;

/// <summary>A table that PostgreSQL's own autovacuum would see to, had it been given the time.</summary>
/// <param name="Name">Quoted, with its schema.</param>
/// <param name="Bytes">Its main part.</param>
/// <param name="Vacuum">Rows that died or came, or its age.</param>
/// <param name="Analyze">Rows that changed.</param>
/// <param name="Freeze">Its oldest transaction is half as old as makes autovacuum act by force: so it never has to.</param>
internal sealed record DueTable(string Name, long Bytes, bool Vacuum, bool Analyze, bool Freeze)
{
    // As many tables are seen to in one go; what is beyond is found the next time.
    private const int TablesMax = 200;

    /// <summary>The statement that sees to it. A full scan costs no more than it must: only what is needed to be unfrozen is read.</summary>
    public string Statement =>
        (Vacuum || Freeze, Analyze) switch
        {
            (true, true) => $"VACUUM (ANALYZE, SKIP_LOCKED{Eager}) {Name}",
            (true, false) => $"VACUUM (SKIP_LOCKED{Eager}) {Name}",
            _ => $"ANALYZE (SKIP_LOCKED) {Name}",
        };

    private string Eager => Freeze ? ", FREEZE" : "";

    /// <summary>
    /// The smallest first. The bounds are those of autovacuum (documentation of PostgreSQL, "The Autovacuum Daemon"), with what a table's owner
    /// set for it; who turned autovacuum off for a table meant it, but for its age.
    /// </summary>
    public static async Task<IReadOnlyList<DueTable>> FindAsync(ServerConnection session, CancellationToken cancellationToken)
    {
        IReadOnlyList<string?[]> rows = await PlatformSession.RowsAsync(session, Query, cancellationToken);
        return
        [
            .. rows.Select(row => new DueTable(
                row[0]!,
                long.Parse(row[1]!, CultureInfo.InvariantCulture),
                row[2] == "t",
                row[3] == "t",
                row[4] == "t"
            )),
        ];
    }

    private static string Query =>
        $"""
            SELECT name, bytes, to_vacuum AND enabled, to_analyze AND enabled, to_freeze FROM (
              SELECT format('%I.%I', n.nspname, c.relname) AS name, pg_relation_size(c.oid) AS bytes,
                     coalesce(o.own->>'autovacuum_enabled', 'on') NOT IN ('false', 'off', 'no', '0') AS enabled,
                     coalesce(s.n_dead_tup > {Bound("vacuum_threshold", "vacuum_scale_factor")}, false)
                       OR coalesce(s.n_ins_since_vacuum > {Bound(
                "vacuum_insert_threshold",
                "vacuum_insert_scale_factor"
            )}, false) AS to_vacuum,
                     coalesce(s.n_mod_since_analyze > {Bound("analyze_threshold", "analyze_scale_factor")}, false) AS to_analyze,
                     age(c.relfrozenxid) > current_setting('autovacuum_freeze_max_age')::bigint / 2 AS to_freeze
              FROM pg_class c
              JOIN pg_namespace n ON n.oid = c.relnamespace
              LEFT JOIN pg_stat_all_tables s ON s.relid = c.oid
              LEFT JOIN LATERAL (
                SELECT jsonb_object_agg(option_name, option_value) AS own FROM pg_options_to_table(c.reloptions)
              ) o ON true
              WHERE c.relkind IN ('r', 'm') AND c.relpersistence <> 't'
            ) t
            WHERE to_vacuum AND enabled OR to_analyze AND enabled OR to_freeze
            ORDER BY bytes LIMIT {TablesMax}
            """;

    private static string Bound(string threshold, string factor) => $"{Setting(threshold)} + {Setting(factor)} * greatest(c.reltuples, 0)";

    private static string Setting(string name) => $"coalesce(o.own->>'autovacuum_{name}', current_setting('autovacuum_{name}'))::float8";
}
