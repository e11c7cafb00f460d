using System.Buffers;
using System.Text;

namespace Dormouse.Edge.Hits;

/// <summary>
/// The head of a request, found in place. Takes for plain less than HTTP allows, and nothing in another way than Kestrel does: whatever is
/// not written as the clients write it is left to Kestrel, which says what is wrong with it, if anything is.
/// </summary>
internal ref struct RequestHead
{
    private static ReadOnlySpan<byte> End => "\r\n\r\n"u8;

    private static readonly SearchValues<byte> NameBytes = SearchValues.Create(
        "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"u8
    );

    // Printable ASCII and spaces: other bytes are allowed in some headers, and in none that a client sends.
    private static readonly SearchValues<byte> ValueBytes = SearchValues.Create([.. Enumerable.Range(0x20, 0x5F).Select(i => (byte)i)]);

    private static readonly SearchValues<byte> TargetBytes = SearchValues.Create(
        "/.-_0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"u8
    );

    private static readonly SearchValues<byte> HostBytes = SearchValues.Create(
        ".:-_[]0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"u8
    );

    private bool hasHost;
    private bool isOdd;

    /// <summary>The head with its empty line.</summary>
    public int Bytes { get; private set; }

    /// <summary>Bytes of the body; 0 where there is none.</summary>
    public int BodyBytes { get; private set; }

    /// <summary>Whether there is nothing in it that only Kestrel knows how to answer.</summary>
    public readonly bool IsPlainPost => hasHost && !isOdd;

    /// <summary>The path of a plain POST.</summary>
    public ReadOnlySpan<byte> Target { get; private set; }

    public ReadOnlySpan<byte> Authorization { get; private set; }

    public ReadOnlySpan<byte> CacheControl { get; private set; }

    public ReadOnlySpan<byte> CacheTags { get; private set; }

    public ReadOnlySpan<byte> ForwardedFor { get; private set; }

    /// <param name="text">What has arrived.</param>
    /// <param name="maxBytes">Longer heads are Kestrel's to refuse.</param>
    /// <param name="maxHeaders">And heads of more lines.</param>
    /// <param name="head">What was found, if it is <see cref="HeadKind.Framed"/>.</param>
    public static HeadKind Read(ReadOnlySpan<byte> text, int maxBytes, int maxHeaders, out RequestHead head)
    {
        const int NoLength = -1;
        head = default;
        int length = text.IndexOf(End);
        if (length < 0)
        {
            return text.Length < maxBytes ? HeadKind.Incomplete : HeadKind.Unframed;
        }
        var found = new RequestHead { Bytes = length + End.Length, BodyBytes = NoLength };
        // With the end of its last line.
        ReadOnlySpan<byte> rest = text[..(length + 2)];
        if (found.Bytes > maxBytes || !found.TakeRequestLine(ref rest))
        {
            return HeadKind.Unframed;
        }
        for (int headers = 0; !rest.IsEmpty; headers++)
        {
            if (headers == maxHeaders || !found.TakeHeader(ref rest))
            {
                return HeadKind.Unframed;
            }
        }
        found.isOdd |= found.BodyBytes == NoLength;
        found.BodyBytes = Math.Max(found.BodyBytes, 0);
        head = found;
        return HeadKind.Framed;
    }

    private static bool TryTakeLine(scoped ref ReadOnlySpan<byte> rest, out ReadOnlySpan<byte> line)
    {
        int end = rest.IndexOf((byte)'\r');
        line = end < 0 ? default : rest[..end];
        if (end < 0 || rest[end + 1] != '\n')
        {
            return false;
        }
        rest = rest[(end + 2)..];
        return true;
    }

    private bool TakeRequestLine(scoped ref ReadOnlySpan<byte> rest)
    {
        ReadOnlySpan<byte> method = "POST "u8;
        ReadOnlySpan<byte> version = " HTTP/1.1"u8;
        if (!TryTakeLine(ref rest, out ReadOnlySpan<byte> line) || !line.EndsWith(version) || line.ContainsAnyExcept(ValueBytes))
        {
            return false;
        }
        line = line[..^version.Length];
        if (!line.StartsWith(method))
        {
            isOdd = true;
            return !line.StartsWith("CONNECT"u8);
        }
        Target = line[method.Length..];
        isOdd = !Target.StartsWith((byte)'/') || Target.ContainsAnyExcept(TargetBytes);
        return true;
    }

    private bool TakeHeader(scoped ref ReadOnlySpan<byte> rest)
    {
        if (!TryTakeLine(ref rest, out ReadOnlySpan<byte> line))
        {
            return false;
        }
        int colon = line.IndexOf((byte)':');
        if (colon <= 0)
        {
            return false;
        }
        ReadOnlySpan<byte> name = line[..colon];
        ReadOnlySpan<byte> value = line[(colon + 1)..].Trim((byte)' ');
        if (name.ContainsAnyExcept(NameBytes) || value.ContainsAnyExcept(ValueBytes))
        {
            return false;
        }
        return Note(name, value);
    }

    /// <summary>False where the request does not simply end with its length.</summary>
    private bool Note(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        switch (name.Length)
        {
            case 4 when Is(name, "host"u8):
                isOdd |= hasHost || value.IsEmpty || value.ContainsAnyExcept(HostBytes);
                hasHost = true;
                return true;
            case 6 when Is(name, "expect"u8):
            case 16 when Is(name, "content-encoding"u8):
                isOdd = true;
                return true;
            case 7 when Is(name, "upgrade"u8):
            case 17 when Is(name, "transfer-encoding"u8):
                return false;
            case 10 when Is(name, "connection"u8):
                isOdd |= !Is(value, "keep-alive"u8);
                return true;
            case 13 when Is(name, "authorization"u8):
                isOdd |= value.IsEmpty || !Authorization.IsEmpty;
                Authorization = value;
                return true;
            case 13 when Is(name, "cache-control"u8):
                isOdd |= value.IsEmpty || !CacheControl.IsEmpty;
                CacheControl = value;
                return true;
            case 14 when Is(name, "content-length"u8):
                return BodyBytes < 0 && TryReadLength(value);
            case 15 when Is(name, "x-forwarded-for"u8):
                isOdd |= value.IsEmpty || !ForwardedFor.IsEmpty;
                ForwardedFor = value;
                return true;
            case 21 when Is(name, "accelerate-cache-tags"u8):
                isOdd |= value.IsEmpty || !CacheTags.IsEmpty;
                CacheTags = value;
                return true;
            default:
                return true;
        }
    }

    private bool TryReadLength(ReadOnlySpan<byte> value)
    {
        const int DigitsMax = 9;
        if (value.IsEmpty || value.Length > DigitsMax || value.ContainsAnyExceptInRange((byte)'0', (byte)'9'))
        {
            return false;
        }
        BodyBytes = int.Parse(value, provider: System.Globalization.CultureInfo.InvariantCulture);
        return true;
    }

    private static bool Is(ReadOnlySpan<byte> name, ReadOnlySpan<byte> lower) => Ascii.EqualsIgnoreCase(name, lower);
}

/// <summary>What the bytes at the beginning of a request are.</summary>
internal enum HeadKind
{
    /// <summary>More of it has to come.</summary>
    Incomplete,

    /// <summary>A whole head, and the request ends as many bytes behind it as it says.</summary>
    Framed,

    /// <summary>Something else, or nothing that HTTP allows: where it ends only Kestrel knows.</summary>
    Unframed,
}
