using System.Buffers;
using System.Globalization;
using System.Text;
using Dormouse.Edge.Caching;

namespace Dormouse.Edge.Hits;

/// <summary>A hit as HTTP/1.1 writes it, with the headers that <see cref="Http.Answers"/> gives it; a test compares the two.</summary>
internal static class HitResponse
{
    // The fixed text is some 250 bytes; the region's name is in the request's id.
    private const int HeadMax = 512;

    public static void Write(IBufferWriter<byte> output, in ServedAnswer answer, string requestId, string now)
    {
        CachedAnswer known = answer.Answer!;
        // In one piece, so that it is sent by one call of the simplest kind.
        Span<byte> head = output.GetSpan(HeadMax + requestId.Length + answer.Json.Length);
        int length = 0;
        Add(head, ref length, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: "u8);
        Add(head, ref length, answer.Json.Length);
        Add(head, ref length, "\r\nDate: "u8);
        Add(head, ref length, now);
        Add(head, ref length, "\r\nAge: "u8);
        Add(head, ref length, (long)answer.Age.TotalSeconds);
        Add(head, ref length, "\r\nLast-Modified: "u8);
        Add(head, ref length, known.LastModified);
        Add(head, ref length, "\r\naccelerate-cache-status: "u8);
        Add(head, ref length, answer.Status.Word()!);
        Add(head, ref length, "\r\naccelerate-signature: "u8);
        Add(head, ref length, known.Signature);
        Add(head, ref length, "\r\ncf-ray: "u8);
        Add(head, ref length, requestId);
        Add(head, ref length, "\r\n\r\n"u8);
        answer.Json.Span.CopyTo(head[length..]);
        output.Advance(length + answer.Json.Length);
    }

    private static void Add(Span<byte> head, ref int length, ReadOnlySpan<byte> text)
    {
        text.CopyTo(head[length..]);
        length += text.Length;
    }

    private static void Add(Span<byte> head, ref int length, string text) => length += Encoding.ASCII.GetBytes(text, head[length..]);

    private static void Add(Span<byte> head, ref int length, long number)
    {
        _ = number.TryFormat(head[length..], out int written, provider: CultureInfo.InvariantCulture);
        length += written;
    }
}
