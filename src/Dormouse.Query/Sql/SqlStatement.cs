namespace Dormouse.Query.Sql;

/// <summary>One value for one placeholder, in PostgreSQL's text format.</summary>
/// <param name="Utf8Text">The text, or null for SQL NULL. It stays valid until the interpreter's run ends.</param>
/// <param name="TypeOid">The type, or 0 when the server shall infer it (the usual case).</param>
public readonly record struct SqlParameter(ReadOnlyMemory<byte>? Utf8Text, uint TypeOid)
{
    /// <summary>The value is a number or a boolean, which people write without quotes.</summary>
    public bool IsBare { get; init; }
}

/// <summary>
/// One SQL statement with its parameters. <see cref="Sql"/> is the same string object for every run of the same plan whenever
/// possible, so a session may use it as a cheap key of prepared statements.
/// </summary>
public sealed record SqlStatement(string Sql, SqlParameter[] Parameters);
