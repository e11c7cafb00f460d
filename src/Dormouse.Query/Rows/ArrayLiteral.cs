namespace Dormouse.Query.Rows;

internal enum ArrayToken : byte
{
    End,
    StartArray,
    EndArray,
    Null,
    Value,
}

/// <summary>
/// Reads PostgreSQL's array literals token by token: <c>{1,NULL,"a\"b",{2}}</c>, with or without bounds in front (<c>[0:1]={1,2}</c>).
/// </summary>
internal ref struct ArrayLiteral
{
    private readonly ReadOnlySpan<byte> text;
    private int at;
    private int depth;
    private bool afterValue;
    private byte[]? unescaped;

    public ArrayLiteral(ReadOnlySpan<byte> text)
    {
        this.text = text;
        if (text.StartsWith("["u8))
        {
            at = text.IndexOf((byte)'=') + 1;
        }
    }

    /// <summary>The element after a <see cref="ArrayToken.Value"/>; valid until the next read.</summary>
    public ReadOnlySpan<byte> Value { get; private set; }

    public ArrayToken Read()
    {
        if (at >= text.Length)
        {
            return depth == 0 && at > 0 ? ArrayToken.End : throw Malformed();
        }

        if (depth == 0 && at > 0 && afterValue)
        {
            throw Malformed();
        }

        if (afterValue && text[at] == (byte)',')
        {
            at++;
            afterValue = false;
            if (at >= text.Length)
            {
                throw Malformed();
            }
        }

        switch (text[at])
        {
            case (byte)'{' when !afterValue:
                at++;
                depth++;
                return ArrayToken.StartArray;
            case (byte)'}' when depth > 0:
                at++;
                depth--;
                afterValue = true;
                return ArrayToken.EndArray;
            case (byte)'"' when depth > 0 && !afterValue:
                ReadQuoted();
                return ArrayToken.Value;
            default:
                return depth > 0 && !afterValue ? ReadPlain() : throw Malformed();
        }
    }

    private ArrayToken ReadPlain()
    {
        var length = text[at..].IndexOfAny((byte)',', (byte)'}');
        if (length <= 0)
        {
            throw Malformed();
        }

        Value = text.Slice(at, length);
        at += length;
        afterValue = true;
        return Value.SequenceEqual("NULL"u8) ? ArrayToken.Null : ArrayToken.Value;
    }

    private void ReadQuoted()
    {
        var start = ++at;
        var stop = text[at..].IndexOfAny((byte)'"', (byte)'\\');
        if (stop < 0)
        {
            throw Malformed();
        }

        at += stop;
        afterValue = true;
        if (text[at] == (byte)'"')
        {
            Value = text[start..at++];
            return;
        }

        unescaped ??= new byte[text.Length];
        text[start..at].CopyTo(unescaped);
        var length = at - start;
        while (at < text.Length && text[at] != (byte)'"')
        {
            if (text[at] == (byte)'\\' && ++at >= text.Length)
            {
                break;
            }

            unescaped[length++] = text[at++];
        }

        if (at >= text.Length)
        {
            throw Malformed();
        }

        at++;
        Value = unescaped.AsSpan(0, length);
    }

    private static FormatException Malformed() => new("The text is no PostgreSQL array literal.");
}
