namespace Dormouse.Query.Documents;

/// <summary>What a literal of a query document is, as the client wrote it. The kind is part of the document's shape, the value is not.</summary>
internal enum LiteralKind : byte
{
    /// <summary>A JSON string.</summary>
    Text = (byte)'s',

    /// <summary>A JSON number.</summary>
    Number = (byte)'n',

    /// <summary><c>{"$type":"DateTime","value":"…"}</c></summary>
    DateTime = (byte)'t',

    /// <summary><c>{"$type":"BigInt","value":"…"}</c></summary>
    BigInt = (byte)'i',

    /// <summary><c>{"$type":"Decimal","value":"…"}</c></summary>
    Decimal = (byte)'d',

    /// <summary><c>{"$type":"Bytes","value":"base64"}</c></summary>
    Bytes = (byte)'b',

    /// <summary><c>{"$type":"Json","value":"json text"}</c>, as clients before 6 send documents.</summary>
    Json = (byte)'j',
}
