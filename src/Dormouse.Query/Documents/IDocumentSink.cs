namespace Dormouse.Query.Documents;

/// <summary>What a <see cref="DocumentWalker"/> reports, in the order of the text. Spans are raw JSON, strings with their quotes.</summary>
internal interface IDocumentSink
{
    void BeginObject();

    void Name(ReadOnlySpan<byte> raw);

    void EndObject();

    void BeginList();

    void EndList();

    void Null();

    void Boolean(bool value);

    /// <summary>A string that belongs to the shape.</summary>
    void Text(ReadOnlySpan<byte> raw);

    void Literal(LiteralKind kind, int start, int length);

    void LiteralList(int start, int length, ReadOnlySpan<LiteralItem> items);

    void Enum(ReadOnlySpan<byte> raw);

    void FieldReference(ReadOnlySpan<byte> rawField, ReadOnlySpan<byte> rawContainer);

    void BeginRaw();

    void EndRaw();
}
