using System.Globalization;
using System.Text;

namespace Dormouse.Postgres.Statements;

/// <summary>
/// The prepared statements of one connection, by SQL text and stated parameter types, bounded; the least recently used goes first.
/// What goes is remembered until a Close for it was sent, which travels with the next request and costs no round trip. Not
/// thread-safe: the connection owns it.
/// </summary>
internal sealed class StatementCache(int statementsMax, int statementCharsMax)
{
    private readonly Dictionary<StatementKey, PreparedStatement> statements = new(StatementKeyComparer.Instance);
    private readonly List<byte[]> toClose = [];
    private PreparedStatement? newest;
    private PreparedStatement? oldest;
    private long lastNumber;

    public int Count => statements.Count;

    /// <summary>Names of statements to close with the next request.</summary>
    public IReadOnlyList<byte[]> ToClose => toClose;

    /// <summary>The requests for <see cref="ToClose"/> have left.</summary>
    public void Closed() => toClose.Clear();

    public PreparedStatement? Find(string sql, ReadOnlySpan<WireParameter> parameters)
    {
        // The same text object again is common in a loop and saves hashing a long text.
        if (newest is { } latest && ReferenceEquals(latest.Sql, sql) && StatementKeyComparer.SameTypes(latest.TypeOids, parameters))
        {
            return latest;
        }
        var lookup = statements.GetAlternateLookup<StatementProbe>();
        if (!lookup.TryGetValue(new StatementProbe(sql, parameters), out PreparedStatement? found))
        {
            return null;
        }
        Unlink(found);
        LinkAsNewest(found);
        return found;
    }

    /// <summary>A statement that is not known to the server yet; <see cref="Add"/> it once it is.</summary>
    public PreparedStatement Create(string sql, ReadOnlySpan<WireParameter> parameters)
    {
        bool keep = statementsMax > 0 && sql.Length <= statementCharsMax;
        return new PreparedStatement(sql, TypesOf(parameters), keep ? NextName() : PreparedStatement.Unnamed);
    }

    /// <summary>Makes room for one more, so that its Close travels with the Parse of the new one.</summary>
    public void EvictForOneMore()
    {
        while (statements.Count >= statementsMax && oldest is { } last)
        {
            Remove(last);
        }
    }

    public void Add(PreparedStatement statement)
    {
        statements.Add(new StatementKey(statement.Sql, statement.TypeOids), statement);
        LinkAsNewest(statement);
    }

    /// <summary>Forgets a statement and has it closed.</summary>
    public void Remove(PreparedStatement statement)
    {
        if (statements.Remove(new StatementKey(statement.Sql, statement.TypeOids)))
        {
            Unlink(statement);
        }
        Discard(statement);
    }

    /// <summary>Has a statement closed that never was in the cache.</summary>
    public void Discard(PreparedStatement statement)
    {
        if (statement.IsNamed)
        {
            toClose.Add(statement.Name);
        }
    }

    /// <summary>The server dropped all statements by itself.</summary>
    public void Clear()
    {
        statements.Clear();
        newest = oldest = null;
    }

    private static uint[] TypesOf(ReadOnlySpan<WireParameter> parameters)
    {
        var any = false;
        foreach (ref readonly WireParameter parameter in parameters)
        {
            any |= parameter.TypeOid != 0;
        }
        if (!any)
        {
            return [];
        }
        var types = new uint[parameters.Length];
        for (var i = 0; i < types.Length; i++)
        {
            types[i] = parameters[i].TypeOid;
        }
        return types;
    }

    // The prefix keeps our names apart from those that a tenant gives with PREPARE.
    private byte[] NextName() => Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"_dm{++lastNumber}\0"));

    private void LinkAsNewest(PreparedStatement statement)
    {
        statement.Older = newest;
        statement.Newer = null;
        if (newest is not null)
        {
            newest.Newer = statement;
        }
        newest = statement;
        oldest ??= statement;
    }

    private void Unlink(PreparedStatement statement)
    {
        if (statement.Newer is null)
        {
            newest = statement.Older;
        }
        else
        {
            statement.Newer.Older = statement.Older;
        }
        if (statement.Older is null)
        {
            oldest = statement.Newer;
        }
        else
        {
            statement.Older.Newer = statement.Newer;
        }
    }
}
