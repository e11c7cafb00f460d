using System.Buffers;
using System.Text.Json;

namespace Dormouse.Query.Json;

/// <summary>Walks over JSON that is known to be well-formed (PostgreSQL's json and jsonb, or checked by <see cref="IsValid"/>).</summary>
internal static class JsonScan
{
    private static readonly SearchValues<byte> EndOfWord = SearchValues.Create(",]} \n\t\r"u8);
    private static readonly SearchValues<byte> Structural = SearchValues.Create("\"{}[]"u8);

    public static bool IsValid(ReadOnlySpan<byte> json)
    {
        try
        {
            var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = JsonValues.MaxDepth });
            while (reader.Read()) { }

            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    public static int SkipSpace(ReadOnlySpan<byte> json, int at)
    {
        while (at < json.Length && json[at] is (byte)' ' or (byte)'\n' or (byte)'\t' or (byte)'\r')
        {
            at++;
        }

        return at;
    }

    /// <summary>The end of the value that starts at <paramref name="at"/>.</summary>
    public static int SkipValue(ReadOnlySpan<byte> json, int at)
    {
        switch (json[at])
        {
            case (byte)'"':
                return SkipString(json, at);
            case (byte)'{' or (byte)'[':
                return SkipContainer(json, at);
            default:
                var length = json[at..].IndexOfAny(EndOfWord);
                return length < 0 ? json.Length : at + length;
        }
    }

    public static int SkipString(ReadOnlySpan<byte> json, int at)
    {
        at++;
        while (true)
        {
            at = Next(at, json[Math.Min(at, json.Length)..].IndexOfAny((byte)'"', (byte)'\\'));
            if (json[at] == (byte)'"')
            {
                return at + 1;
            }

            at += 2;
        }
    }

    private static int Next(int at, int distance) =>
        distance < 0 ? throw new FormatException("The JSON text ends too early.") : at + distance;

    private static int SkipContainer(ReadOnlySpan<byte> json, int at)
    {
        var depth = 0;
        while (true)
        {
            at = Next(at, json[at..].IndexOfAny(Structural));
            switch (json[at])
            {
                case (byte)'"':
                    at = SkipString(json, at);
                    continue;
                case (byte)'{' or (byte)'[':
                    depth++;
                    break;
                default:
                    depth--;
                    break;
            }

            at++;
            if (depth == 0)
            {
                return at;
            }
        }
    }
}

/// <summary>The members of an array, or the names and values of an object, one after the other.</summary>
internal ref struct JsonMembers(ReadOnlySpan<byte> container)
{
    private readonly ReadOnlySpan<byte> json = container;
    private int at = 1;

    /// <summary>The content of the name's quotes; only in objects.</summary>
    public ReadOnlySpan<byte> Name { get; private set; }

    public ReadOnlySpan<byte> Value { get; private set; }

    /// <summary>Where <see cref="Value"/> lies in the container's text.</summary>
    public int ValueStart { get; private set; }

    public bool MoveNext()
    {
        var isObject = json[0] == (byte)'{';
        at = JsonScan.SkipSpace(json, at);
        if (at < json.Length && json[at] == (byte)',')
        {
            at = JsonScan.SkipSpace(json, at + 1);
        }

        if (at >= json.Length || json[at] is (byte)']' or (byte)'}')
        {
            return false;
        }

        if (isObject)
        {
            var end = JsonScan.SkipString(json, at);
            Name = json[(at + 1)..(end - 1)];
            at = JsonScan.SkipSpace(json, JsonScan.SkipSpace(json, end) + 1);
        }

        var stop = JsonScan.SkipValue(json, at);
        Value = json[at..stop];
        ValueStart = at;
        at = stop;
        return true;
    }
}
