namespace Dormouse.Postgres;

/// <summary>
/// One parameter in PostgreSQL's text format. It holds either a string, which is encoded straight into the send buffer, or UTF-8
/// bytes, which are copied; neither allocates. Type oid 0 lets the server infer the type, as node-postgres does.
/// </summary>
public readonly struct WireParameter
{
    private readonly string? text;
    private readonly ReadOnlyMemory<byte> utf8;
    private readonly bool hasUtf8;

    /// <param name="utf8Text">The value as UTF-8 text, or null for NULL.</param>
    /// <param name="typeOid">The type, or 0.</param>
    public WireParameter(ReadOnlyMemory<byte>? utf8Text, uint typeOid)
    {
        utf8 = utf8Text.GetValueOrDefault();
        hasUtf8 = utf8Text.HasValue;
        TypeOid = typeOid;
    }

    /// <param name="text">The value as text, or null for NULL.</param>
    /// <param name="typeOid">The type, or 0.</param>
    public WireParameter(string? text, uint typeOid)
    {
        this.text = text;
        TypeOid = typeOid;
    }

    public uint TypeOid { get; }

    public bool IsNull => text is null && !hasUtf8;

    /// <summary>The value if it was given as a string; else null.</summary>
    internal string? Text => text;

    /// <summary>The value if it was given as bytes.</summary>
    internal ReadOnlySpan<byte> Utf8 => utf8.Span;
}
