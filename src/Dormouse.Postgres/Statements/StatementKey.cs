namespace Dormouse.Postgres.Statements;

/// <summary>What a prepared statement is found by.</summary>
internal readonly record struct StatementKey(string Sql, uint[] TypeOids);

/// <summary>The same, over a caller's parameters, so that a look-up allocates nothing.</summary>
internal readonly ref struct StatementProbe(string sql, ReadOnlySpan<WireParameter> parameters)
{
    public readonly string Sql = sql;
    public readonly ReadOnlySpan<WireParameter> Parameters = parameters;
}

internal sealed class StatementKeyComparer : IEqualityComparer<StatementKey>, IAlternateEqualityComparer<StatementProbe, StatementKey>
{
    public static readonly StatementKeyComparer Instance = new();

    /// <summary>No stated types at all are kept as an empty list.</summary>
    public static bool SameTypes(uint[] typeOids, ReadOnlySpan<WireParameter> parameters)
    {
        if (typeOids.Length != 0 && typeOids.Length != parameters.Length)
        {
            return false;
        }
        for (var i = 0; i < parameters.Length; i++)
        {
            if (parameters[i].TypeOid != (typeOids.Length == 0 ? 0 : typeOids[i]))
            {
                return false;
            }
        }
        return true;
    }

    public bool Equals(StatementKey x, StatementKey y) => x.Sql == y.Sql && x.TypeOids.AsSpan().SequenceEqual(y.TypeOids);

    public bool Equals(StatementProbe alternate, StatementKey other) =>
        alternate.Sql == other.Sql && SameTypes(other.TypeOids, alternate.Parameters);

    // Types hardly ever differ for one text, so the text alone is hashed.
    public int GetHashCode(StatementKey obj) => obj.Sql.GetHashCode(StringComparison.Ordinal);

    public int GetHashCode(StatementProbe alternate) => alternate.Sql.GetHashCode(StringComparison.Ordinal);

    public StatementKey Create(StatementProbe alternate) => throw new NotSupportedException("Statements are added by their own key.");
}
