using System.Text;

namespace Dormouse.Postgres.Statements;

/// <summary>A statement as one connection knows it. The neighbours are the cache's, for its order of use.</summary>
internal sealed class PreparedStatement(string sql, uint[] typeOids, byte[] name)
{
    /// <summary>The unnamed statement's name on the wire.</summary>
    public static readonly byte[] Unnamed = [0];

    public string Sql { get; } = sql;

    /// <summary>The parameter types that the caller stated; empty when the server infers them all.</summary>
    public uint[] TypeOids { get; } = typeOids;

    /// <summary>The name on the wire, with its terminating zero.</summary>
    public byte[] Name { get; } = name;

    /// <summary>The name as the server writes it in messages.</summary>
    public string NameText => Encoding.ASCII.GetString(Name.AsSpan(..^1));

    public bool IsNamed => Name.Length > 1;

    /// <summary>The server has parsed it and described it.</summary>
    public bool IsReady { get; set; }

    /// <summary>The server has parsed it, so that a named one must be closed some day.</summary>
    public bool IsParsed { get; set; }

    /// <summary>Null when it returns no rows.</summary>
    public WireColumn[]? Columns { get; set; }

    /// <summary>Its text suggests that it changes the session beyond its transaction.</summary>
    public bool MayChangeSession { get; } = SessionEffects.MayChangeSession(sql);

    public PreparedStatement? Newer { get; set; }
    public PreparedStatement? Older { get; set; }
}
