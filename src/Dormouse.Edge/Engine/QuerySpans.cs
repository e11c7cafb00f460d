using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;

namespace Dormouse.Edge.Engine;

/// <summary>
/// The spans of one request, for a client that traces (<c>tracing</c> in <c>X-Capture-Telemetry</c>): the request itself, and below it each
/// connection and statement. Names and attributes are those of Prisma's engine, which dashboards look for.
/// </summary>
internal sealed class QuerySpans
{
    private readonly TimeProvider timeProvider;
    private readonly string rootName;
    private readonly TraceParent? parent;
    private readonly DateTimeOffset startedAt;
    private readonly List<Span> spans = [];

    // Random, so that ids of different requests in one trace are different.
    private readonly ulong firstId = BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(8)) | 1;

    /// <param name="timeProvider">The clock.</param>
    /// <param name="rootName">What the request as a whole is called.</param>
    /// <param name="olderParent">
    /// The caller's span for clients before 6.1, which take spans that are placed in a trace already; null for later ones, which place them.
    /// </param>
    public QuerySpans(TimeProvider timeProvider, string rootName, TraceParent? olderParent)
    {
        this.timeProvider = timeProvider;
        this.rootName = rootName;
        parent = olderParent;
        startedAt = timeProvider.GetUtcNow();
    }

    /// <summary>Something that ends now.</summary>
    public void Add(string name, TimeSpan duration, string? sql)
    {
        DateTimeOffset now = timeProvider.GetUtcNow();
        spans.Add(new Span(name, now - duration, now, sql));
    }

    /// <summary>Writes the member <c>traces</c>; the request's own span ends now.</summary>
    public void WriteTo(Utf8JsonWriter writer)
    {
        writer.WriteStartArray("traces"u8);
        Write(writer, 0, new Span(rootName, startedAt, timeProvider.GetUtcNow(), null));
        for (var i = 0; i < spans.Count; i++)
        {
            Write(writer, i + 1, spans[i]);
        }
        writer.WriteEndArray();
    }

    /// <summary>Seconds and nanoseconds since 1970.</summary>
    public static void WriteTime(Utf8JsonWriter writer, DateTimeOffset time)
    {
        (long seconds, long ticks) = Math.DivRem((time - DateTimeOffset.UnixEpoch).Ticks, TimeSpan.TicksPerSecond);
        writer.WriteStartArray();
        writer.WriteNumberValue(seconds);
        writer.WriteNumberValue(ticks * TimeSpan.NanosecondsPerTick);
        writer.WriteEndArray();
    }

    private void Write(Utf8JsonWriter writer, int number, Span span)
    {
        bool isOlder = parent is not null;
        writer.WriteStartObject();
        if (parent is { } caller)
        {
            writer.WriteString("trace_id"u8, caller.TraceId);
        }
        writer.WriteString(isOlder ? "span_id"u8 : "id"u8, Id(number));
        writer.WriteString(isOlder ? "parent_span_id"u8 : "parentId"u8, number > 0 ? Id(0) : parent?.SpanId);
        writer.WriteString("name"u8, span.Name);
        writer.WriteString("kind"u8, span.Sql is null ? "internal"u8 : "client"u8);
        writer.WritePropertyName(isOlder ? "start_time"u8 : "startTime"u8);
        WriteTime(writer, span.StartedAt);
        writer.WritePropertyName(isOlder ? "end_time"u8 : "endTime"u8);
        WriteTime(writer, span.EndedAt);
        if (number > 0)
        {
            writer.WriteStartObject("attributes"u8);
            writer.WriteString("db.system"u8, "postgresql"u8);
            if (span.Sql is { } sql)
            {
                writer.WriteString(isOlder ? "db.statement"u8 : "db.query.text"u8, sql);
            }
            writer.WriteEndObject();
        }
        writer.WriteEndObject();
    }

    private string Id(int number) => unchecked(firstId + (ulong)number).ToString("x16", CultureInfo.InvariantCulture);

    private readonly record struct Span(string Name, DateTimeOffset StartedAt, DateTimeOffset EndedAt, string? Sql);
}

/// <summary>The trace and the span of a caller, from the header <c>traceparent</c> (W3C Trace Context).</summary>
internal sealed record TraceParent(string TraceId, string SpanId)
{
    /// <summary>Null where the header is not what the standard says.</summary>
    public static TraceParent? Parse(string? header) =>
        header?.Split('-') is [{ Length: 2 }, { Length: 32 } trace, { Length: 16 } span, ..]
        && trace.All(char.IsAsciiHexDigitLower)
        && span.All(char.IsAsciiHexDigitLower)
            ? new TraceParent(trace, span)
            : null;
}
