namespace Dormouse.Query.Documents;

/// <summary>Writes the shape of a document, the key under which its plan is kept, and collects its literals.</summary>
internal sealed class ShapeSink(ShapeBuffer shape, LiteralTable literals) : IDocumentSink
{
    // Control characters never stand outside of strings in JSON, and inside they are escaped: no text can forge one.
    private const byte LiteralMark = 1;
    private const byte ListMark = 2;
    private const byte EnumMark = 3;
    private const byte ReferenceMark = 4;
    private const byte RawMark = 5;

    public void BeginObject() => Byte((byte)'{');

    public void Name(ReadOnlySpan<byte> raw)
    {
        shape.Write(raw);
        Byte((byte)':');
    }

    public void EndObject() => Byte((byte)'}');

    public void BeginList() => Byte((byte)'[');

    public void EndList() => Byte((byte)']');

    public void Null() => Byte((byte)'0');

    public void Boolean(bool value) => Byte(value ? (byte)'+' : (byte)'-');

    public void Text(ReadOnlySpan<byte> raw) => shape.Write(raw);

    public void Literal(LiteralKind kind, int start, int length)
    {
        literals.Add(kind, start, length);
        Byte(LiteralMark);
        Byte((byte)kind);
    }

    public void LiteralList(int start, int length, ReadOnlySpan<LiteralItem> items)
    {
        literals.AddList(start, length, items);
        Byte(ListMark);
        // Each kind once, in a fixed order: the list's length and the order of kinds are no shape.
        ulong seen = 0;
        foreach (var item in items)
        {
            seen |= 1UL << ((byte)item.Kind - 'a');
        }

        for (var bit = 0; bit < 26; bit++)
        {
            if ((seen & (1UL << bit)) != 0)
            {
                Byte((byte)('a' + bit));
            }
        }

        Byte((byte)']');
    }

    public void Enum(ReadOnlySpan<byte> raw)
    {
        Byte(EnumMark);
        shape.Write(raw);
    }

    public void FieldReference(ReadOnlySpan<byte> rawField, ReadOnlySpan<byte> rawContainer)
    {
        Byte(ReferenceMark);
        shape.Write(rawField);
        Byte((byte)',');
        shape.Write(rawContainer);
    }

    public void BeginRaw() => Byte(RawMark);

    public void EndRaw() { }

    private void Byte(byte value) => shape.Write(value);
}
